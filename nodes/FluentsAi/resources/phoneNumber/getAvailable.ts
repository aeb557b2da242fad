import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { shapeRecord, type OutputOptions, type Shape } from '../../../shared/records/shape';
import { telephonyProviderField } from '../../fields/common';
import type { ParameterReader } from '../../../shared/parameters/reader';
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
		action: 'Get phone numbers that can be bought',
		description: 'Get phone numbers that can be bought',
	},
	properties: [limitField, filtersField, simplifyField, optionsField(listOptions)],
	output: shape.simple,
	kind: 'read',
	read: (from) => ({
		limit: readLimit(from),
		query: readQuery(from),
		output: readOutputOptions(from),
	}),
	async execute({ api }, { limit, query, output }) {
		const path = `${phoneNumbers.path}/available`;
		const { items } = await api.getPage(path, { ...query, limit }, 'numbersOnSale');
		return items
			.slice(0, limit)
			.map((record) => ({ json: shapeRecord(record, shape, output) }));
	},
};

/** One source says that `filters` is required (API: C16), so it is always there. */
function readQuery(from: ParameterReader): IDataObject {
	const filters = from.inside(filtersField);
	const connection = filters.id(accountConnection);
	const provider = filters.text(telephonyProvider);
	return {
		...(connection && { telephony_account_connection: connection }),
		...(provider && { telephony_provider: provider }),
		filters: '{}',
		...readListQuery(from, {}),
	};
}
