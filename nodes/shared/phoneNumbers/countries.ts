import type { INodePropertyOptions } from 'n8n-workflow';

import { COUNTRIES } from './countryTable';

let countries: INodePropertyOptions[] | undefined;

/** The countries that phone numbers belong to, by name, e.g. "Germany (+49)". */
export function countryOptions(): INodePropertyOptions[] {
	countries ??= COUNTRIES.trim()
		.split('\n')
		.map((row) => {
			const [value, code, ...name] = row.split(' ');
			return { name: `${name.join(' ')} (+${code})`, value };
		});
	return countries;
}

/** @returns the ISO code of a country, which may be written in small letters or by its English name. */
export function toCountry(text: string): string | undefined {
	const wanted = text.trim().toLowerCase();
	return countryOptions().find(
		({ name, value }) =>
			String(value).toLowerCase() === wanted ||
			name.toLowerCase().replace(/ \(\+\d+\)$/, '') === wanted,
	)?.value as string | undefined;
}

export function countryLabel(country: string | undefined): string {
	return countryOptions().find(({ value }) => value === country)?.name ?? String(country);
}
