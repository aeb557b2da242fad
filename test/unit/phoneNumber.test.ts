import fc from 'fast-check';
import { getCountries, getExampleNumber, parsePhoneNumberWithError } from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples';

import { parsePhoneNumber } from '../../nodes/shared/records/phoneNumber';

test.each([
	['+14155550123', '+14155550123'],
	['+1 (415) 555-0123', '+14155550123'],
	['  +1.415.555.0123 ', '+14155550123'],
	['001 415 555 0123', '+14155550123'],
	['+44 (0)20 7946 0018', '+442079460018'],
	['0044 (0) 20 7946 0018', '+442079460018'],
	['tel:+49-30-901820', '+4930901820'],
	['+49\u00a030\u2011901820', '+4930901820'],
	['+１４１５５５５０１２３', '+14155550123'],
	['\u202a+14155550123\u202c', '+14155550123'],
])('%s is %s', (typed, number) => {
	expect(parsePhoneNumber(typed)).toEqual({ number });
});

test.each([
	['', 'is empty'],
	['   ', 'is empty'],
	[null, 'is empty'],
	[undefined, 'is empty'],
	['14155550123', "has no country code: '14155550123'"],
	[14155550123, "has no country code: '14155550123'"],
	['(415) 555-0123', "has no country code: '(415) 555-0123'"],
	['+0123456789', "is not a phone number: '+0123456789'"],
	['+1415', "is not a phone number: '+1415'"],
	['+1234567890123456', "is not a phone number: '+1234567890123456'"],
	['call me', "is not a phone number: 'call me'"],
	['+1 415 555 0123 ext. 4', "is not a phone number: '+1 415 555 0123 ext. 4'"],
	['+1415555+0123', "is not a phone number: '+1415555+0123'"],
	[{ number: 1 }, "is not a phone number: '[object Object]'"],
])('%p is refused', (typed, problem) => {
	expect(parsePhoneNumber(typed)).toEqual({ problem: expect.stringContaining(problem) });
});

describe('with numbers of all countries', () => {
	const numbers = getCountries().map((country) => getExampleNumber(country, examples)!);

	test('takes what libphonenumber takes for international notation', () => {
		expect(numbers.length).toBeGreaterThan(200);
		for (const number of numbers) {
			for (const notation of [number.formatInternational(), number.getURI(), number.number]) {
				expect(parsePhoneNumber(notation)).toEqual({ number: number.number });
			}
		}
	});

	test('gives the number that libphonenumber gives, whatever stands between the digits', () => {
		const separators = fc.array(fc.constantFrom('', ' ', '-', '.', '(', ')', '/', '\u00a0'), {
			minLength: 16,
			maxLength: 16,
		});
		fc.assert(
			fc.property(
				fc.constantFrom(...numbers),
				separators,
				fc.constantFrom('+', '00'),
				(number, between, prefix) => {
					const digits = number.number.slice(1).split('');
					const typed = prefix + digits.map((digit, i) => digit + between[i]).join('');
					// A bracketed zero is read as a trunk prefix, which libphonenumber does as well.
					fc.pre(!typed.includes('(0)'));
					const expected = parsePhoneNumberWithError(`+${digits.join('')}`).number;
					expect(parsePhoneNumber(typed)).toEqual({ number: expected });
				},
			),
		);
	});
});

test('any text is either refused or becomes E.164', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
			const parsed = parsePhoneNumber(typed);
			if ('number' in parsed) expect(parsed.number).toMatch(/^\+[1-9]\d{6,14}$/);
			else expect(parsed.problem).not.toBe('');
		}),
	);
});
