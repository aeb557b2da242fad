import { shapeRecord, type OutputOptions } from '../../../shared/shape';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField, transcriptTurnsOption } from '../../fields/output';
import type { Operation } from '../../operation';
import {
	agentPayloadOption,
	placeCall,
	placeFields,
	readCallRequest,
	type CallRequest,
} from './place';
import { calls } from './collection';
import { readWaitOptions, waitForEnd, waitOptions, type WaitOptions } from './waiting';

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
		optionsField([agentPayloadOption, transcriptTurnsOption, ...waitOptions]),
	],
	output: calls.shape.simple,
	kind: 'wait',
	read: (context, i) => ({
		request: readCallRequest(context, i),
		wait: readWaitOptions(context, i),
		output: readOutputOptions(context, i),
	}),
	async execute(run, { request, wait, output }) {
		const placed = await placeCall(run, request);
		const { call, timedOut } = await waitForEnd(run, placed, wait);
		return [
			{ json: { ...shapeRecord(call, calls.shape, output), ...(timedOut && { timedOut }) } },
		];
	},
};
