import type { INodeProperties } from 'n8n-workflow';

import type { ParameterReader } from '../../shared/parameters/reader';

export const limitField: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 50,
	description: 'Max number of results to return',
};

const returnAllField: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limitFields: INodeProperties[] = [
	returnAllField,
	{ ...limitField, displayOptions: { show: { returnAll: [false] } } },
];

/** @returns how many records the user wants; Infinity for all of them. */
export function readLimit(from: ParameterReader): number {
	return from.boolean(returnAllField) ? Infinity : from.number(limitField);
}
