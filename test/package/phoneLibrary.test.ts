import fc from 'fast-check';
import { getCountries, getCountryCallingCode } from 'libphonenumber-js';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import * as complete from '../../nodes/shared/phoneNumbers/library';

const packed = jest.requireActual<typeof complete>(
	resolve(__dirname, '../../dist/nodes/libphonenumber.js'),
);

/** All that the package asks the library about a number. */
function told({ parseNumber, lengthProblem }: typeof complete, text: string, country?: string) {
	const number = parseNumber(text, country);
	const about = number && {
		number: number.number,
		country: number.country,
		isValid: number.isValid(),
		isPossible: number.isPossible(),
		national: number.format('NATIONAL'),
		withoutPrefix: number.format('NATIONAL', { nationalPrefix: false }),
	};
	return { about, length: lengthProblem(text, country) };
}

test('the packed library, which holds less data, tells the same of numbers of all countries', () => {
	const isSeen = new Set<string>();
	const digits = fc.string({
		unit: fc.constantFrom(...'0123456789'),
		minLength: 4,
		maxLength: 13,
	});
	const tells = (country: string, text: string) => {
		const expected = told(complete, text, country);
		if (expected.about?.isValid) isSeen.add(country);
		return isDeepStrictEqual(told(packed, text, country), expected);
	};
	fc.assert(
		fc.property(digits, (text) => {
			const misread = getCountries().filter((country) => {
				const abroad = `+${getCountryCallingCode(country)}${text}`;
				return !tells(country, text) || !tells(country, abroad);
			});
			expect(misread).toEqual([]);
		}),
		{ seed: 1 },
	);
	expect(isSeen.size).toBeGreaterThan(200);
});
