import type { INodeProperties } from 'n8n-workflow';

import { toCountry } from '../phoneNumbers/countries';
import { toTrimmedText, type Convert } from './convert';
import { longList } from './longLists';

export const defaultCountryOption: INodeProperties = {
	displayName: 'Default Country',
	name: 'defaultCountry',
	...longList('getCountries'),
	default: 'US',
	description:
		'The country of numbers without a country code. An expression gives its ISO code, such as US.',
};

/** The ISO code of a country, given as that or by its English name; undefined when none is set. */
export const toDefaultCountry: Convert<string | undefined> = (value, fail) => {
	const text = toTrimmedText(value, fail);
	if (text === '') return undefined;
	const country = toCountry(text);
	if (country !== undefined) return country;
	throw fail(`is not a country: '${text}'. Write its two-letter ISO code, such as US or DE`);
};
