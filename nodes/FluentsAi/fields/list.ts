import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { toJson, toSimpleText, type Convert } from '../../shared/parameters/convert';
import type { ParameterReader } from '../../shared/parameters/reader';
import { nameValueField, readNameValues } from './nameValues';
import { optionsOf } from './options';

const column: INodeProperties = {
	displayName: 'Column',
	name: 'column',
	type: 'string',
	default: '',
	placeholder: 'e.g. label',
	description: 'Field of Fluents.ai to sort by',
};

const direction: INodeProperties = {
	displayName: 'Direction',
	name: 'direction',
	type: 'options',
	options: [
		{ name: 'Ascending', value: 'asc' },
		{ name: 'Descending', value: 'desc' },
	],
	default: 'asc',
};

/** Order of a list. Which columns the API can sort by is not documented, so any name may be typed. */
export const sortField: INodeProperties = {
	displayName: 'Sort',
	name: 'sort',
	type: 'fixedCollection',
	placeholder: 'Add Sort',
	default: {},
	options: [{ displayName: 'Sort By', name: 'by', values: [column, direction] }],
};

const apiFilters: INodeProperties = {
	displayName: 'API Filters',
	name: 'apiFilters',
	type: 'string',
	default: '',
	placeholder: 'e.g. {"label":"Reception"}',
	description: 'Sent unchanged as the query parameter filters',
};

const customQuery = nameValueField(
	{
		displayName: 'Custom Query Parameters',
		name: 'customQuery',
		description: 'Query parameters that this node does not offer',
	},
	{
		displayName: 'Parameter',
		name: 'parameters',
		nameProperty: { placeholder: 'e.g. agent_id' },
		valueProperty: { placeholder: 'e.g. 550e8400-e29b-41d4-a716-446655440000' },
	},
);

/** Ways to pass on to the API what this package does not know of it. */
export const listOptions: INodeProperties[] = [apiFilters, customQuery];

/** An expression may give an object, where the API takes its JSON. */
export const toQueryText: Convert<string> = (value, fail) =>
	typeof value === 'object' ? JSON.stringify(toJson(value, fail)) : toSimpleText(value, fail);

/** @returns the query of a list request, without the page; `defaultSort` holds unless the user sorts. */
export function readListQuery(from: ParameterReader, defaultSort: IDataObject): IDataObject {
	const sort = from.entry(sortField);
	const sortColumn = sort?.text(column);
	const options = optionsOf(from);
	const filters = options.json(apiFilters, toQueryText);
	const custom = readNameValues(options, customQuery).map(
		([name, value]) => [name, toQueryText(value ?? '', options.failing(customQuery))] as const,
	);
	return {
		...(sortColumn
			? { sort_column: sortColumn, sort_desc: sort?.choice(direction) === 'desc' }
			: defaultSort),
		...(filters && { filters }),
		...Object.fromEntries(custom),
	};
}
