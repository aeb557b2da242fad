import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { parameterError } from '../../shared/errors';
import { toJsonObject, toText, toTexts } from './convert';

export const contextFields: INodeProperties[] = [
	{
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
	},
	{
		displayName: 'Context Variables',
		name: 'context',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Variable',
		default: {},
		displayOptions: { show: { specifyContext: ['keypair'] } },
		options: [
			{
				displayName: 'Variable',
				name: 'variables',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. first_name',
						description: 'Name of the variable as in the prompt, without braces',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'e.g. Anna',
						description: 'What the agent is told',
					},
				],
			},
		],
		description: "Variables that fill the placeholders of the agent's prompt",
	},
	{
		displayName: 'Context (JSON)',
		name: 'contextJson',
		type: 'json',
		default: '{}',
		displayOptions: { show: { specifyContext: ['json'] } },
		placeholder: 'e.g. { "first_name": "Anna" }',
		description:
			"Variables that fill the placeholders of the agent's prompt, as one flat object",
	},
];

/**
 * Reads the context variables of a call. The API takes a flat object of texts (fact V), so numbers and
 * booleans become text, and what is not set is left out.
 *
 * @throws NodeOperationError for a name that is empty or given twice, and for values that are not flat.
 */
export function readContext(context: IExecuteFunctions, itemIndex: number): IDataObject {
	const usesJson = context.getNodeParameter('specifyContext', itemIndex, 'keypair') === 'json';
	const fail = (problem: string) =>
		parameterError(
			context.getNode(),
			usesJson ? 'Context (JSON)' : 'Context Variables',
			problem,
			itemIndex,
		);
	const entries = usesJson
		? Object.entries(
				toJsonObject(context.getNodeParameter('contextJson', itemIndex, '{}'), fail),
			)
		: readVariables(context, itemIndex).map(
				({ name, value }) => [toText(name), value] as const,
			);

	const names = entries.map(([name]) => name);
	if (names.includes('')) throw fail('have a variable without a name');
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) throw fail(`have the variable '${twice}' twice`);
	return toTexts(entries, fail);
}

function readVariables(context: IExecuteFunctions, itemIndex: number) {
	const { variables } = context.getNodeParameter('context', itemIndex, {}) as IDataObject;
	return (variables ?? []) as Array<{ name: unknown; value: unknown }>;
}
