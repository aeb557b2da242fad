import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { toObject, toTexts } from '../../shared/parameters/convert';
import type { ParameterReader } from '../../shared/parameters/reader';
import { nameValueField, readNameValues, withNames } from './nameValues';

const variablesField = nameValueField(
	{
		displayName: 'Context Variables',
		name: 'context',
		displayOptions: { show: { specifyContext: ['keypair'] } },
		description: "Variables that fill the placeholders of the agent's prompt",
	},
	{
		displayName: 'Variable',
		name: 'variables',
		nameProperty: {
			placeholder: 'e.g. first_name',
			description: 'Name of the variable as in the prompt, without braces',
		},
		valueProperty: { placeholder: 'e.g. Anna', description: 'What the agent is told' },
	},
);

const specifyField: INodeProperties = {
	displayName: 'Specify Context',
	name: 'specifyContext',
	type: 'options',
	options: [
		{ name: 'Using Fields Below', value: 'keypair' },
		{ name: 'Using JSON', value: 'json' },
	],
	default: 'keypair',
	description:
		"How to give the variables that fill the placeholders of the agent's prompt. Write the names as the prompt in Fluents.ai shows them.",
};

const jsonField: INodeProperties = {
	displayName: 'Context (JSON)',
	name: 'contextJson',
	type: 'json',
	default: '{}',
	displayOptions: { show: { specifyContext: ['json'] } },
	placeholder: 'e.g. { "first_name": "Anna" }',
	description: "Variables that fill the placeholders of the agent's prompt, as one flat object",
};

export const contextFields: INodeProperties[] = [specifyField, variablesField, jsonField];

/**
 * Reads the context variables of a call. The API takes a flat object of texts (API: createCall), so numbers and
 * booleans become text, and what is not set is left out.
 *
 * @throws NodeOperationError for a name that is empty or given twice, and for values that are not flat.
 */
export function readContext(from: ParameterReader): IDataObject {
	if (from.choice(specifyField) !== 'json') {
		return toTexts(readNameValues(from, variablesField), from.failing(variablesField));
	}
	const fail = from.failing(jsonField);
	const entries = Object.entries(from.json(jsonField, toObject) ?? {});
	return toTexts(withNames(entries, 'variable', fail), fail);
}
