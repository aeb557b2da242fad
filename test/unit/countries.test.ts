import { getCountries, getCountryCallingCode } from 'libphonenumber-js';

import { countryLabel, countryOptions, toCountry } from '../../nodes/shared/phoneNumbers/countries';

test('lists every country that the library knows, by name and with its calling code', () => {
	const names = new Intl.DisplayNames('en', { type: 'region' });
	const expected = getCountries().map((value) => ({
		name: `${names.of(value)} (+${getCountryCallingCode(value)})`,
		value,
	}));
	const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name, 'en');
	expect(countryOptions()).toEqual(expected.sort(byName));
});

test.each([
	['DE', 'DE'],
	[' de ', 'DE'],
	['Germany', 'DE'],
	['united states', 'US'],
	['+49', undefined],
	['XX', undefined],
	['', undefined],
])('%p is the country %p', (text, country) => {
	expect(toCountry(text)).toBe(country);
});

test('shows a country as the list does', () => {
	expect(countryLabel('DE')).toBe('Germany (+49)');
});
