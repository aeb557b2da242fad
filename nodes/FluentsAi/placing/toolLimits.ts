import { operationError } from '../../shared/api/errors';
import { toTextList, type Convert } from '../../shared/parameters/convert';
import type { ItemReader } from '../../shared/parameters/reader';
import { toCountry } from '../../shared/phoneNumbers/countries';
import { parsePhoneNumber, sameNumber, type PhoneNumber } from '../../shared/phoneNumbers/parse';
import { shown } from '../../shared/shown';
import { optionsOf } from '../fields/options';
import { isTool, keepFromModel } from '../tool';
import { allowedField, callsPerHourField, toolLimitsOption } from './fields';

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
			`holds neither a country nor a phone number: ${shown(entry)}. Write ISO codes and numbers with + and country code, separated by commas, e.g. US, GB, +14155550123`,
		);
	});
	if (entries.length > 0) return entries;
	throw fail('is an empty list, which would allow nobody');
};
