import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { nameValueField } from './nameValues';
import { readOptions } from './options';

/** Order of a list. Which columns the API can sort by is not documented, so any name may be typed. */
export const sortField: INodeProperties = {
	displayName: 'Sort',
	name: 'sort',
	type: 'fixedCollection',
	placeholder: 'Add Sort',
	default: {},
	options: [
		{
			displayName: 'Sort By',
			name: 'by',
			values: [
				{
					displayName: 'Column',
					name: 'column',
					type: 'string',
					default: '',
					placeholder: 'e.g. label',
					description: 'Name of the field in Fluents.ai to sort by',
				},
				{
					displayName: 'Direction',
					name: 'direction',
					type: 'options',
					options: [
						{ name: 'Ascending', value: 'asc' },
						{ name: 'Descending', value: 'desc' },
					],
					default: 'asc',
					description: 'Whether the smallest or the largest value comes first',
				},
			],
		},
	],
};

/** Ways to pass on to the API what this package does not know of it. */
export const listOptions: INodeProperties[] = [
	{
		displayName: 'API Filters',
		name: 'apiFilters',
		type: 'string',
		default: '',
		placeholder: 'e.g. {"label":"Reception"}',
		description:
			'Sent to Fluents.ai as it is, in the query parameter "filters". Its grammar is not documented: ask Fluents.ai support.',
	},
	nameValueField(
		{
			displayName: 'Custom Query Parameters',
			name: 'customQuery',
			description: 'Query parameters of the Fluents.ai API that this node does not offer',
		},
		{
			displayName: 'Parameter',
			name: 'parameters',
			nameProperty: {
				placeholder: 'e.g. agent_id',
				description: 'Name of the query parameter',
			},
			valueProperty: {
				placeholder: 'e.g. 550e8400-e29b-41d4-a716-446655440000',
				description: 'Value of the query parameter',
			},
		},
	),
];

/** An expression may give an object, where the API takes its JSON. */
function asText(value: unknown): string {
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** @returns the query of a list request, without the page; `defaultSort` holds unless the user sorts. */
export function readListQuery(
	context: IExecuteFunctions,
	defaultSort: IDataObject,
	itemIndex: number,
): IDataObject {
	const { by } = context.getNodeParameter('sort', itemIndex, {}) as IDataObject;
	const { column, direction } = (by ?? {}) as IDataObject;
	const { apiFilters, customQuery } = readOptions(context, itemIndex);
	const { parameters = [] } = (customQuery ?? {}) as { parameters?: IDataObject[] };
	return {
		...(column ? { sort_column: column, sort_desc: direction === 'desc' } : defaultSort),
		...(apiFilters ? { filters: asText(apiFilters) } : {}),
		...Object.fromEntries(
			parameters.filter(({ name }) => name).map(({ name, value }) => [name, value]),
		),
	};
}
