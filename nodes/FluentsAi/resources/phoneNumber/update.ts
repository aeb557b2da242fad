import type { IDataObject } from 'n8n-workflow';

import { shapeRecord, type OutputOptions } from '../../../shared/records/shape';
import { readUpdateBody, sentNames, updateFields, type BodyField } from '../../fields/body';
import { descriptionField, labelField } from '../../fields/common';
import { toTextObject } from '../../../shared/parameters/convert';
import { phoneNumberLocator } from '../../fields/locators';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import { ifUpdateUnclear } from '../crud';
import { sendChanges, topLevelNames } from '../../../shared/records/collection';
import { phoneNumbers, readNumber } from '../../../shared/records/number';
import { inboundAgentField, outboundOnlyField } from './fields';
import { changeNumber, findNumber, readNumberKey, type NumberKey } from './key';

/** What a number is updated with (API: updateNumber). */
export const updateNumberFields: Array<BodyField<'NumberUpdate'>> = [
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
		toApi: toTextObject,
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
	properties: [
		phoneNumberLocator,
		...updateFields(updateNumberFields),
		simplifyField,
		optionsField(),
	],
	output: phoneNumbers.shape.simple,
	kind: 'write',
	read: (from) => ({
		key: readNumberKey(from),
		body: readUpdateBody(from, updateNumberFields),
		output: readOutputOptions(from),
	}),
	async execute(run, { key, body, output }) {
		const found = await findNumber(run, key);
		const record = await sendChanges(
			run.api,
			phoneNumbers,
			sentNames(updateNumberFields),
			body,
			{
				read: async () => await readNumber(run.api, found.number),
				send: async (changes) =>
					await changeNumber(run, 'update', found, {
						body: changes,
						fields: topLevelNames(sentNames(updateNumberFields)),
						ifUnclear: ifUpdateUnclear(phoneNumbers),
					}),
			},
		);
		return [{ json: shapeRecord(record, phoneNumbers.shape, output) }];
	},
};
