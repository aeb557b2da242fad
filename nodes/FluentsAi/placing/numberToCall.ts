import type { INodeProperties } from 'n8n-workflow';

import { toTrimmedText } from '../../shared/parameters/convert';
import { defaultCountryOption, toDefaultCountry } from '../../shared/parameters/defaultCountry';
import type { ItemReader } from '../../shared/parameters/reader';
import { parsePhoneNumber, type PhoneNumber } from '../../shared/phoneNumbers/parse';
import { optionsOf } from '../fields/options';

/**
 * Reads a number that is to be called, with the option Default Country.
 *
 * @param raw wins over what the field holds, but not over what is no number to call; '' is none.
 * @throws NodeOperationError that names the field and the item.
 */
export function readNumberToCall(
	from: ItemReader,
	field: INodeProperties,
	raw: unknown = from.given(field),
): PhoneNumber {
	const options = optionsOf(from);
	const country = toDefaultCountry(
		options.given(defaultCountryOption),
		options.failing(defaultCountryOption),
	);
	const fail = from.failing(field);
	const parsed = parsePhoneNumber(toTrimmedText(raw, fail), country);
	if ('number' in parsed) return parsed;
	const advice = parsed.lacksCountry ? ". Or set the option 'Default Country'" : '';
	throw fail(`${parsed.problem}${advice}`);
}
