import type { OutputOptions } from '../../../shared/records/shape';
import { batchedOptionsField } from '../../fields/options';
import {
	readOutputOptions,
	callOutputFields,
	transcriptTurnsFields,
	transcriptTurnsOption,
} from '../../fields/output';
import type { Operation, Output, Run } from '../../operation';
import { isTool } from '../../tool';
import { calls } from '../../../shared/records/call';
import { isWokenByEvents, tellingOfCall } from '../../placing/attempts';
import { rehearse } from '../../placing/dryRun';
import { completeCall, readCallOrDryRun, type CallOrDryRun } from '../../placing/callOrDryRun';
import { callOutput } from '../../placing/callOutput';
import { placeOnce } from '../../placing/placeOnce';
import { readCallRequest, type CallRequest } from '../../placing/request';
import {
	callHints,
	readWaitOptions,
	waitForEnd,
	type WaitOptions,
} from '../../watching/untilEnded';
import { readEventTarget, sleepUntilEvent } from '../../watching/untilEvent';
import { waitedFields, waitOptions, webhookWaitOptions } from '../../watching/fields';
import { dryRunFields, placedFields, placeFields, placeOptions } from '../../placing/fields';

interface Parameters {
	asked: CallOrDryRun;
	wait: WaitOptions;
	output: OutputOptions;
}

export const createAndWait: Operation<Parameters> = {
	option: {
		name: 'Create and Wait',
		value: 'createAndWait',
		action: 'Create a call (dials a person, costs money) and wait for its outcome',
		description:
			'Call a person with a voice agent and wait for the outcome. This dials a real phone number immediately and costs money.',
	},
	properties: [
		...placeFields,
		...callOutputFields,
		batchedOptionsField([
			...placeOptions,
			transcriptTurnsOption,
			...waitOptions,
			...webhookWaitOptions,
		]),
	],
	output: calls.shape.simple,
	added: { ...placedFields, ...dryRunFields, ...waitedFields, ...transcriptTurnsFields },
	kind: 'wait',
	hints: callHints,
	read: (from) => ({
		asked: readCallOrDryRun(from, (of, mode) => ({
			...readCallRequest(of, mode),
			webhook: readEventTarget(of),
		})),
		wait: readWaitOptions(from),
		output: readOutputOptions(from),
	}),
	complete: async (run, parameters, i) => ({
		...parameters,
		asked: await completeCall(run, parameters.asked, i),
	}),
	hurries: ({ asked }) => asked.kind !== 'place',
	async execute(run, { asked, wait, output }, i) {
		if (asked.kind !== 'place') return [await rehearse(run, asked)];
		const { request } = asked;
		return await tellingOfCall(
			run.context,
			i,
			async () => await placeAndWait(run, request, wait, output, i),
		);
	},
};

async function placeAndWait(
	run: Run,
	request: CallRequest,
	wait: WaitOptions,
	output: OutputOptions,
	i: number,
): Promise<Output[]> {
	const began = Date.now();
	const placement = await placeOnce(run, request, i);
	if (!('call' in placement)) {
		return [callOutput(run, i, request, placement, output)];
	}
	const { webhook } = request;
	const sleeps = webhook !== undefined && placement.kind === 'called';
	if (sleeps && isWokenByEvents(run.context, i, webhook)) {
		return await sleepUntilEvent(run, placement.call, wait, output, webhook, {
			...(request.insteadOf !== undefined && { instead_of: request.insteadOf }),
		});
	}
	// Who asks a tool waits for all of it.
	const used = isTool(run.context) ? Date.now() - began : 0;
	const left = { ...wait, maxWait: Math.max(wait.maxWait - used, 0) };
	const { call, timedOut } = await waitForEnd(run, placement.call, left);
	const { json } = callOutput(run, i, request, { ...placement, call }, output);
	return [{ json: { ...json, ...(timedOut && { timed_out: true }) } }];
}
