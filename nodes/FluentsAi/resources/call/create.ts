import { shapeRecord } from '../../../shared/shape';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import {
	agentPayloadOption,
	placeCall,
	placeFields,
	readCallRequest,
	type CallRequest,
} from './place';
import { calls } from './collection';
import type { OutputOptions } from '../../../shared/shape';

interface Parameters {
	request: CallRequest;
	output: OutputOptions;
}

export const create: Operation<Parameters> = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create a call',
		description:
			'Call a person with a voice agent and go on at once. This dials a real phone number immediately and costs money.',
	},
	properties: [...placeFields, simplifyField, optionsField([agentPayloadOption])],
	output: calls.shape.simple,
	kind: 'write',
	read: (context, i) => ({
		request: readCallRequest(context, i),
		output: readOutputOptions(context, i),
	}),
	async execute(run, { request, output }) {
		const call = await placeCall(run, request);
		return [{ json: shapeRecord(call, calls.shape, output) }];
	},
};
