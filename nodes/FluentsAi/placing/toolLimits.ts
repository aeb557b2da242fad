import type { INodeProperties } from 'n8n-workflow';

import { operationError } from '../../shared/api/errors';
import { toTextList, type Convert } from '../../shared/parameters/convert';
import type { ItemReader } from '../../shared/parameters/reader';
import { toCountry } from '../../shared/phoneNumbers/countries';
import { parsePhoneNumber, sameNumber, type PhoneNumber } from '../../shared/phoneNumbers/parse';
import { shown } from '../../shared/shown';
import { optionsOf } from '../fields/options';
import { isTool, keepFromModel } from '../tool';

const allowedField: INodeProperties = {
	displayName: 'Countries and Numbers',
	name: 'allowed',
	type: 'string',
	default: '',
	placeholder: 'e.g. US, DE, +14155550123',
	description:
		'The only ones that are called: two-letter ISO codes and phone numbers, separated by commas. Empty allows all.',
};

const callsPerHourField: INodeProperties = {
	displayName: 'Calls per Hour',
	name: 'callsPerHour',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 10,
	description:
		'How many calls all tools of this environment may have placed within an hour, to any number, when this one places another',
};

export const toolLimitsOption: INodeProperties = {
	displayName: 'Tool Limits',
	name: 'toolLimits',
	placeholder: 'Add Limits',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { limits: {} },
	displayOptions: { show: { '@tool': [true] } },
	description: 'What a language model cannot talk its way around, whatever it is told',
	options: [
		{ displayName: 'Tool Limits', name: 'limits', values: [allowedField, callsPerHourField] },
	],
};

export interface ToolLimits {
	/** ISO codes of countries, and phone numbers; none when all may be called. */
	allowed: string[];
	callsPerHour: number;
}

/**
 * @returns undefined in a workflow, and where the option was not added.
 * @throws NodeOperationError that names the parameter and the item, also when the model has a say in it.
 */
export function readToolLimits(from: ItemReader): ToolLimits | undefined {
	if (!isTool(from.context)) return undefined;
	const guards = { guards: true };
	const options = optionsOf(from);
	keepFromModel(from.context, options, toolLimitsOption);
	const limits = options.entry(toolLimitsOption, guards);
	if (!limits) {
		if (!options.has(toolLimitsOption)) return undefined;
		throw options.fail(toolLimitsOption, 'holds no limits', 'Add them, or remove the option.');
	}
	const allowed = limits.json(allowedField, toAllowed, guards) ?? [];
	return { allowed, callsPerHour: limits.number(callsPerHourField, guards) };
}

/** @throws NodeOperationError when the tool may not call this number. */
export function checkAllowed(
	{ context, itemIndex }: ItemReader,
	{ number, country }: PhoneNumber,
	{ allowed }: ToolLimits,
): void {
	if (allowed.length === 0) return;
	if (allowed.some((one) => one === country || sameNumber(one, number))) return;
	throw operationError(
		context.getNode(),
		`Nobody was called: ${number} is none of the countries and numbers that this tool may call (${shown(allowed.join(', '))}), and it will not be called however it is written`,
		{
			itemIndex,
			description: `If it should be, add ${country ?? 'the number'} to the option 'Tool Limits'.`,
		},
	);
}

const toAllowed: Convert<string[]> = (value, fail) => {
	const entries = toTextList(value, fail).map((entry) => {
		const read = parsePhoneNumber(entry);
		const known = 'number' in read ? read.number : toCountry(entry);
		if (known !== undefined) return known;
		throw fail(
			`holds neither a country nor a phone number: ${shown(entry)}. Write ISO codes such as US and GB, and numbers with + and country code`,
		);
	});
	if (entries.length > 0) return entries;
	throw fail('is an empty list, which would allow nobody');
};
