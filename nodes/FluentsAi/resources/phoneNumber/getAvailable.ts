import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { parameterError } from '../../../shared/api/errors';
import { shapeRecord, type OutputOptions, type Shape } from '../../../shared/records/shape';
import { telephonyProviderField } from '../../fields/common';
import { toReference, toText } from '../../../shared/parameters/convert';
import { limitField, readLimit } from '../../fields/limit';
import { listOptions, readListQuery } from '../../fields/list';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import { phoneNumbers } from '../../../shared/records/number';
import { accountConnectionField } from './fields';

const accountConnection = accountConnectionField.property;
const telephonyProvider = telephonyProviderField.property;

const filtersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	options: [accountConnection, telephonyProvider],
	description: 'Where to look for numbers',
};

/** A number that is for sale has the fields of one that is owned, most of them empty. */
const shape: Shape = {
	...phoneNumbers.shape,
	simple: {
		number: 'string',
		label: 'string',
		description: 'string',
		telephony_provider: 'string',
		telephony_account_connection_id: 'string',
	},
};

interface Parameters {
	limit: number;
	query: IDataObject;
	output: OutputOptions;
}

export const getAvailable: Operation<Parameters> = {
	option: {
		name: 'Get Available',
		value: 'getAvailable',
		action: 'Get available phone numbers',
		description: 'Get phone numbers that can be bought',
	},
	properties: [limitField, simplifyField, filtersField, optionsField(listOptions)],
	output: shape.simple,
	kind: 'read',
	read: (context, i) => ({
		limit: readLimit(context, i),
		query: readQuery(context, i),
		output: readOutputOptions(context, i),
	}),
	async execute({ api }, { limit, query, output }) {
		const { items } = await api.getPage(`${phoneNumbers.path}/available`, { ...query, limit });
		return items
			.slice(0, limit)
			.map((record) => ({ json: shapeRecord(record, shape, output) }));
	},
};

/** One source says that `filters` is required (API: C16), so it is always there. */
function readQuery(context: IExecuteFunctions, itemIndex: number): IDataObject {
	const filters: IDataObject = context.getNodeParameter('filters', itemIndex, {});
	const connection = toReference(filters[accountConnection.name], (problem) =>
		parameterError(context.getNode(), accountConnection.displayName, problem, itemIndex),
	) as string;
	const provider = toText(filters[telephonyProvider.name]);
	return {
		...(connection && { telephony_account_connection: connection }),
		...(provider && { telephony_provider: provider }),
		filters: '{}',
		...readListQuery(context, {}, itemIndex),
	};
}
