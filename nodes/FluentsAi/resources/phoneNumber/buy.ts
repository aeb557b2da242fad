import type { IDataObject } from 'n8n-workflow';

import { shapeRecord, type OutputOptions } from '../../../shared/records/shape';
import { createFields, readCreateBody, type BodyField } from '../../fields/body';
import { telephonyProviderField } from '../../fields/common';
import { toTrimmedText } from '../../../shared/parameters/convert';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import { phoneNumbers } from '../../../shared/records/number';
import { acquire } from './acquire';
import { accountConnectionField, inboundAgentField, phoneNumberField } from './fields';

/** What a number is bought with (API: buyNumber). */
export const buyNumberFields: Array<BodyField<'NumberBuy'>> = [
	{
		kind: 'form',
		property: {
			displayName: 'Choose By',
			name: 'chooseBy',
			type: 'options',
			required: true,
			options: [
				{
					name: 'Area Code',
					value: 'areaCode',
					description: 'Buy any number with this area code',
				},
				{
					name: 'Phone Number',
					value: 'phoneNumber',
					description: 'Buy exactly this number, e.g. one that Get Available found',
				},
			],
			default: 'phoneNumber',
			description: 'How to choose the number to buy',
		},
	},
	{
		api: 'area_code',
		property: {
			displayName: 'Area Code',
			name: 'areaCode',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 415',
			description: 'Area code of the number to buy, e.g. 415',
			displayOptions: { show: { chooseBy: ['areaCode'] } },
		},
		toApi: toTrimmedText,
	},
	{
		...phoneNumberField,
		property: {
			...phoneNumberField.property,
			displayOptions: { show: { chooseBy: ['phoneNumber'] } },
		},
	},
	accountConnectionField,
	inboundAgentField,
	telephonyProviderField,
];

interface Parameters {
	body: IDataObject;
	output: OutputOptions;
}

export const buy: Operation<Parameters> = {
	option: {
		name: 'Buy',
		value: 'buy',
		action: 'Buy a phone number (costs money)',
		description: 'Buy a phone number. This costs money for each input item.',
	},
	properties: [...createFields(buyNumberFields), simplifyField, optionsField()],
	output: phoneNumbers.shape.simple,
	kind: 'write',
	read: (from) => ({
		body: readCreateBody(from, buyNumberFields),
		output: readOutputOptions(from),
	}),
	async execute(run, { body, output }, i) {
		const record = await acquire(
			run,
			i,
			'buy',
			body,
			'Check with Get Many whether there is a new phone number before you run this again: it may have been bought.',
		);
		return [{ json: shapeRecord(record, phoneNumbers.shape, output) }];
	},
};
