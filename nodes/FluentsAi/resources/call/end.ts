import { shapeRecord, type OutputOptions } from '../../../shared/records/shape';
import { callLocator } from '../../fields/locators';
import { optionsField } from '../../fields/options';
import {
	readOutputOptions,
	callOutputFields,
	transcriptTurnsFields,
	transcriptTurnsOption,
} from '../../fields/output';
import type { Operation } from '../../operation';
import { calls } from '../../../shared/records/call';

interface Parameters {
	callId: string;
	output: OutputOptions;
}

export const end: Operation<Parameters> = {
	option: {
		name: 'End',
		value: 'end',
		action: 'End a call (hangs up on the person)',
		description: 'Hang up a call that is in progress',
	},
	properties: [callLocator, ...callOutputFields, optionsField([transcriptTurnsOption])],
	output: calls.shape.simple,
	added: { ...calls.shape.added, ...transcriptTurnsFields },
	kind: 'write',
	read: (from) => ({ callId: from.id(callLocator), output: readOutputOptions(from) }),
	async execute({ api }, { callId: id, output }) {
		const call = await api.post('/calls/end', {
			query: { id },
			object: `call '${id}'`,
			ifUnclear: 'Check with Get whether the call has ended; ending it again does no harm.',
		});
		return [{ json: shapeRecord({ id, ...call }, calls.shape, output) }];
	},
};
