import type { IDataObject } from 'n8n-workflow';

import { shapeRecord, type OutputOptions } from '../../../shared/shape';
import { readUpdateBody, topLevelNames, updateFields, type BodyField } from '../../fields/body';
import { descriptionField, labelField } from '../../fields/common';
import { toObject } from '../../fields/convert';
import { phoneNumberLocator } from '../../fields/locators';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import { ifUpdateUnclear, sendChanges } from '../crud';
import { phoneNumbers } from './collection';
import { inboundAgentField, outboundOnlyField } from './fields';
import { changeNumber, findNumber, readNumber, readNumberKey, type NumberKey } from './key';

const fields: BodyField[] = [
	descriptionField,
	{
		api: 'example_context',
		property: {
			displayName: 'Example Context (JSON)',
			name: 'exampleContext',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "first_name": "Anna" }',
			description: "Sample variables for the agent's prompt, as one flat object",
		},
		toApi: toObject,
	},
	inboundAgentField,
	labelField,
	outboundOnlyField,
];

interface Parameters {
	key: NumberKey;
	body: IDataObject;
	output: OutputOptions;
}

export const update: Operation<Parameters> = {
	option: {
		name: 'Update',
		value: 'update',
		action: 'Update a phone number',
		description: 'Change the settings of a phone number, e.g. which agent answers',
	},
	properties: [phoneNumberLocator, ...updateFields(fields), simplifyField, optionsField()],
	output: phoneNumbers.shape.simple,
	kind: 'write',
	read: (context, i) => ({
		key: readNumberKey(context, i),
		body: readUpdateBody(context, fields, i),
		output: readOutputOptions(context, i),
	}),
	async execute(run, { key, body, output }) {
		const found = await findNumber(run, key);
		const record = await sendChanges(phoneNumbers, fields, body, {
			read: async () => await readNumber(run.api, found.number),
			send: async (changes) =>
				await changeNumber(run, 'update', found, {
					body: changes,
					fields: topLevelNames(fields),
					ifUnclear: ifUpdateUnclear(phoneNumbers),
				}),
		});
		return [{ json: shapeRecord(record, phoneNumbers.shape, output) }];
	},
};
