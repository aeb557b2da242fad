import type { OutputOptions } from '../../../shared/records/shape';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
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
import { callHints } from '../../watching/untilEnded';

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
	properties: [...placeFields, simplifyField, optionsField(placeOptions)],
	output: calls.shape.simple,
	added: placedFields,
	kind: 'wait',
	hints: callHints,
	read: (from) => ({
		request: readCallRequest(from),
		output: readOutputOptions(from),
	}),
	async execute(run, { request, output }, i) {
		return [outputOf(run, i, request, await placeOnce(run, request, i), output)];
	},
};
