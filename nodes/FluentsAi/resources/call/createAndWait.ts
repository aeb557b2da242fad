import type { OutputOptions } from '../../../shared/records/shape';
import { optionsField } from '../../fields/options';
import {
	readOutputOptions,
	simplifyField,
	transcriptTurnsFields,
	transcriptTurnsOption,
} from '../../fields/output';
import type { Operation } from '../../operation';
import { calls } from '../../../shared/records/call';
import {
	placeFields,
	placeOptions,
	readCallRequest,
	type CallRequest,
} from '../../placing/request';
import { outputOf, placedFields } from '../../placing/outputOf';
import { placeOnce } from '../../placing/placeOnce';
import {
	callHints,
	readWaitOptions,
	waitedFields,
	waitForEnd,
	waitOptions,
	type WaitOptions,
} from '../../watching/untilEnded';
import {
	isWokenByEvents,
	readEventTarget,
	sleepUntilEvent,
	webhookWaitOptions,
} from '../../watching/untilEvent';

interface Parameters {
	request: CallRequest;
	wait: WaitOptions;
	output: OutputOptions;
}

export const createAndWait: Operation<Parameters> = {
	option: {
		name: 'Create and Wait',
		value: 'createAndWait',
		action: 'Create a call and wait until it has ended',
		description:
			'Call a person with a voice agent and wait for outcome and transcript. This dials a real phone number immediately and costs money.',
	},
	properties: [
		...placeFields,
		simplifyField,
		optionsField([
			...placeOptions,
			transcriptTurnsOption,
			...waitOptions,
			...webhookWaitOptions,
		]),
	],
	output: calls.shape.simple,
	added: { ...placedFields, ...waitedFields, ...transcriptTurnsFields },
	kind: 'wait',
	hints: callHints,
	read: (from) => ({
		request: {
			...readCallRequest(from),
			webhook: readEventTarget(from),
		},
		wait: readWaitOptions(from),
		output: readOutputOptions(from),
	}),
	async execute(run, { request, wait, output }, i) {
		const placement = await placeOnce(run, request, i);
		if (placement.kind === 'outside' || placement.kind === 'noCommonHour') {
			return [outputOf(run, i, request, placement, output)];
		}
		const { webhook } = request;
		const sleeps = webhook !== undefined && placement.kind === 'called';
		if (sleeps && isWokenByEvents(run.context, i, webhook)) {
			return await sleepUntilEvent(run, placement.call, wait, output, webhook);
		}
		const { call, timedOut } = await waitForEnd(run, placement.call, wait);
		const { json } = outputOf(run, i, request, { ...placement, call }, output);
		return [{ json: { ...json, ...(timedOut && { timed_out: true }) } }];
	},
};
