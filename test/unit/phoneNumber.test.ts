import fc from 'fast-check';
import { getCountries, getExampleNumber, parsePhoneNumberWithError } from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples';

import {
	parseCallerNumber,
	parsePhoneNumber,
	sameNumber,
} from '../../nodes/shared/phoneNumbers/parse';

const numberOf = (typed: unknown, country?: string) => {
	const parsed = parsePhoneNumber(typed, country);
	return 'number' in parsed ? parsed.number : parsed;
};

test.each([
	['+14155550123', '+14155550123'],
	['+1 (415) 555-0123', '+14155550123'],
	['  +1.415.555.0123 ', '+14155550123'],
	['001 415 555 0123', '+14155550123'],
	['0049 30 901820', '+4930901820'],
	['+44 (0)20 7946 0018', '+442079460018'],
	['0044 (0) 20 7946 0018', '+442079460018'],
	['tel:+49-30-901820', '+4930901820'],
	['+49\u00a030\u2011901820', '+4930901820'],
	['+１４１５５５５０１２３', '+14155550123'],
	['\u202a+14155550123\u202c', '+14155550123'],
	['++14155550123', '+14155550123'],
	['(+1) 415 555 0123', '+14155550123'],
	['(+14155550123)', '+14155550123'],
	['+(1) 415 555 0123', '+14155550123'],
	['+14155550123;', '+14155550123'],
	['="+14155550123"', '+14155550123'],
	// A slash that groups.
	['+49 123 / 42 42 42', '+49123424242'],
	['+33 1/42/68/53/00', '+33142685300'],
	['+1 415/555-0123', '+14155550123'],
	// Trunk prefixes.
	['+44 020 7946 0018', '+442079460018'],
	['+44 ( 0 ) 20 7946 0018', '+442079460018'],
	['+49 (0151) 23456789', '+4915123456789'],
	['+61 0412 345 678', '+61412345678'],
	['+91-09876543210', '+919876543210'],
	['+55 (011) 91234-5678', '+5511912345678'],
	['+39 (0)6 4881', '+39064881'],
	['+(49) 30 901820', '+4930901820'],
	['+1 1 415 555 0123', '+14155550123'],
	// What nobody sees, what guards the plus, digits of other scripts.
	['\u2068+14155550123\u2069', '+14155550123'],
	['+1415\u00ad5550123\ufe0d', '+14155550123'],
	["'+14155550123", '+14155550123'],
	['"+14155550123"', '+14155550123'],
	['+٩٦٦٥٠١٢٣٤٥٦٧', '+966501234567'],
	['+𝟏𝟒𝟏𝟓𝟓𝟓𝟓𝟎𝟏𝟐𝟑', '+14155550123'],
	['+१४१५५५५०१२३', '+14155550123'],
	['+1 [415] 555 0123', '+14155550123'],
])('%s is %s', (typed, number) => {
	expect(numberOf(typed)).toBe(number);
});

test.each([
	['(415) 555-0123', 'US', '+14155550123'],
	[4155550123, 'US', '+14155550123'],
	['14155550123', 'US', '+14155550123'],
	['020 7946 0018', 'GB', '+442079460018'],
	['0151 23456789', 'DE', '+4915123456789'],
	['4930901820', 'DE', '+4930901820'],
	['06 4881', 'IT', '+39064881'],
	['123 / 42 42 42', 'DE', '+49123424242'],
	['4915126301302', 'DE', '+4915126301302'],
	// Written without a trunk prefix, and the digits of a number abroad as well.
	['13012345678', 'CN', '+8613012345678'],
	[9512345678, 'IN', '+919512345678'],
	['4165550123', 'US', '+14165550123'],
	['11 91234-5678', 'BR', '+5511912345678'],
	// A zero that a spreadsheet has dropped, where no other country is possible.
	[1711234567, 'DE', '+491711234567'],
	[612345678, 'FR', '+33612345678'],
	['2 123 45 67', 'BE', '+3221234567'],
	['71234567', 'BO', '+59171234567'],
	// An extension that is dialed along.
	['030 901820-12', 'DE', '+493090182012'],
	// The dial-out code of the country, and 00.
	['011 44 20 7946 0018', 'US', '+442079460018'],
	['0011 44 20 7946 0018', 'AU', '+442079460018'],
	['010 44 20 7946 0018', 'JP', '+442079460018'],
	['0049 30 901820', 'US', '+4930901820'],
	// Area codes that look like a dial-out code.
	['011 4321-5678', 'AR', '+541143215678'],
	['011 562 7123', 'IT', '+390115627123'],
	['0113 496 0000', 'GB', '+441134960000'],
	// A country code wins.
	['+49 30 901820', 'US', '+4930901820'],
])('%s in %s is %s', (typed, country, number) => {
	expect(numberOf(typed, country)).toBe(number);
});

test.each<[unknown, string | undefined, string]>([
	['', undefined, 'is empty'],
	['   ', undefined, 'is empty'],
	["'", undefined, 'is empty'],
	[null, undefined, 'is empty'],
	[undefined, 'US', 'is empty'],
	['14155550123', undefined, "has no country code: '14155550123'"],
	[14155550123, undefined, "has no country code: '14155550123'"],
	['(415) 555-0123', undefined, "has no country code: '(415) 555-0123'"],
	['0113 496 0000', undefined, "has no country code: '0113 496 0000'"],
	['+0123456789', undefined, "has a 0 after the +: '+0123456789'"],
	['+0049 30 901820', undefined, 'without dial-out code'],
	['+999 123456', undefined, "begins with no country code that exists: '+999 123456'"],
	['+1415', undefined, "is not a possible number of +1: '+1415'"],
	['+1234567890', undefined, 'A +1 number has ten more digits, the first from 2 to 9'],
	['+1234567890123456', undefined, "is not a possible number of +1: '+1234567890123456'"],
	['+44 20 7946', undefined, 'By its length, digits are missing'],
	['+44 20 7946 00181', undefined, 'By its length, it is too long'],
	['447911123456', 'US', 'If the number is of another country, write it as +'],
	// A country code without its plus, or a number that lacks its 0.
	['33612345678', 'DE', 'may be a number of two countries, +4933612345678 or +33612345678'],
	['447911123456', 'DE', 'may be a number of two countries'],
	['49 30 901820', 'AT', 'may be a number of two countries'],
	['971501234567', 'ID', 'may be a number of two countries'],
	['3905551234', 'US', 'may be a number of two countries'],
	// A trunk prefix after the plus.
	['+8 (495) 123-45-67', undefined, "begins with no country code that exists: '+8 (495)"],
	['+8 800 555 35 35', undefined, 'begins with no country code that exists'],
	['call me', undefined, "is not a phone number: 'call me'"],
	['-4155550123', 'US', "is not a phone number: '-4155550123'"],
	[{ number: 1 }, undefined, "is not a phone number: '[object Object]'"],
	// Two numbers, or an extension.
	['+1 415 555 0123 / 0124', undefined, 'holds two numbers, or an extension'],
	['+1 415 555 0123 (123)', undefined, 'holds two numbers, or an extension'],
	['+1 415 555 0123 - 123', undefined, 'holds two numbers, or an extension'],
	['+1 415 555 0123 ext. 4', undefined, 'holds two numbers, or an extension'],
	['+1 415 555 0123x4', undefined, 'holds two numbers, or an extension'],
	['+14155550123,,4', undefined, 'holds two numbers, or an extension'],
	['tel:+1-415-555-0123;ext=4', undefined, 'holds two numbers, or an extension'],
	['+1415555+0123', undefined, 'holds two numbers, or an extension'],
	['+14155550123\n+14155550124', undefined, 'holds two numbers, or an extension'],
	['+14155550123; +14155550124', undefined, 'holds two numbers, or an extension'],
	['+1 415 555 0123 or 0124', undefined, 'holds two numbers, or an extension'],
	['+49 30 901820 / 22', undefined, 'holds two numbers, or an extension'],
	['+49 30 901820 / 901821', undefined, 'holds two numbers, or an extension'],
	['+49 30 901820 (22)', undefined, 'holds two numbers, or an extension'],
	['+49 30 901820 [22]', undefined, 'holds two numbers, or an extension'],
	['030 901820 / 22', 'DE', 'holds two numbers, or an extension'],
	['030 1234\n030 1235', 'DE', 'holds two numbers, or an extension'],
	['030 901820\r\n22', 'DE', 'holds two numbers, or an extension'],
	['+49 30 901820\t22', undefined, 'holds two numbers, or an extension'],
	['030 1234 030 1235', 'DE', 'holds two numbers, or an extension'],
	['+49 30 1234 030 1235', undefined, 'holds two numbers, or an extension'],
	['+39 06 4881 06 4882', undefined, 'holds two numbers, or an extension'],
	// Marks of notes are no digits.
	['+49 30 901820²', undefined, "is not a phone number: '+49 30 901820²'"],
	['+49 30 901820 ①', undefined, 'is not a phone number'],
	[`+14155550123${' '.repeat(200)}+14155550124`, undefined, 'is not a phone number'],
	[`+14155550123${' '.repeat(200)}0`, undefined, 'is not a phone number'],
	// Spreadsheets.
	['+14155550123.0', undefined, "is not a possible number: '+14155550123.0'"],
	['+4930901820.0', undefined, "is not a possible number: '+4930901820.0'"],
	['4930901820.000', 'DE', "is not a possible number: '4930901820.000'"],
	[4155550123.5, 'US', "is not a possible number: '4155550123.5'"],
	['4.47911E+11', undefined, 'has lost digits in a spreadsheet'],
	['4,47911E+11', 'GB', 'has lost digits in a spreadsheet'],
	['#######', undefined, 'has lost digits in a spreadsheet'],
	// Dial-out codes of elsewhere.
	['0011 44 20 7946 0018', undefined, 'begins with 0011'],
	['0011 44 20 7946 0018', 'US', 'begins with 0011'],
	['0011 49 30 901820', 'DE', 'begins with 0011'],
	['001 44 20 7946 0018', undefined, 'begins with 001'],
	['001 49 30 901820', 'DE', 'begins with 001'],
	['011 44 20 7946 0018', undefined, 'begins with 011'],
	['011 44 20 7946 0018', 'DE', 'begins with 011'],
	// A complete number with something after it, where all digits together are not known to be one.
	['+30 691 234 5678 - 12', undefined, 'holds two numbers, or an extension'],
	['+91 81234 56789 12', undefined, 'holds two numbers, or an extension'],
	['06 12345678 12', 'NL', 'holds two numbers, or an extension'],
	// Two columns that were joined.
	['+49 4915123456789', undefined, 'has the country code 49 twice'],
	['+91 91 98765 43210', undefined, 'has the country code 91 twice'],
	['494915123456789', 'DE', 'has the country code 49 twice'],
	['4343664123456', 'AT', 'has the country code 43 twice'],
	// Of somebody's own town: with another area's code before it, it is a stranger's.
	['901820', 'DE', 'lacks its area code, or the 0 before that, as a number of Germany (+49)'],
	['6552 9988', 'CN', 'lacks its area code'],
	['123 456 78', 'SE', 'lacks its area code'],
	['2345 6789', 'IN', 'lacks its area code'],
	['234 5678', 'IE', 'lacks its area code'],
	// What is no number at all: a postal code, a day, seconds, an address.
	['10115', 'DE', 'lacks its area code'],
	[45987, 'DE', 'lacks its area code'],
	[1700000000000, 'DE', 'lacks its area code'],
	['192.168.178.101', 'DE', 'lacks its area code'],
	['26.11.2026', 'DK', "is a date: '26.11.2026'"],
	['2026-11-26', 'NO', "is a date: '2026-11-26'"],
	['2026/1/2', 'DE', 'is a date'],
	// Emergency and service numbers.
	['+27 10111', undefined, 'is an emergency or service number'],
	['19222', 'DE', 'is an emergency or service number'],
	['112', undefined, 'is an emergency or service number'],
	['112', 'DE', 'is an emergency or service number'],
	['911', 'US', 'is an emergency or service number'],
	['999', 'GB', 'is an emergency or service number'],
	['000', 'AU', 'is an emergency or service number'],
	['+49 112', undefined, 'is an emergency or service number'],
	['+1 911', undefined, 'is an emergency or service number'],
	['116 117', 'DE', 'is an emergency or service number'],
])('%p (default country %p) is refused', (typed, country, problem) => {
	expect(parsePhoneNumber(typed, country)).toMatchObject({
		problem: expect.stringContaining(problem),
	});
});

test('says when a default country would help', () => {
	expect(parsePhoneNumber('020 7946 0018')).toMatchObject({ lacksCountry: true });
	expect(parsePhoneNumber('+44 20')).not.toHaveProperty('lacksCountry');
});

test('tells the country, and hints at a number that is possible but not known to exist', () => {
	expect(parsePhoneNumber('+44 20 7946 0018')).toEqual({
		number: '+442079460018',
		country: 'GB',
	});
	expect(parsePhoneNumber('+1 415 055 0123')).toMatchObject({
		number: '+14150550123',
		hint: '+14150550123 has the length of a +1 number, but is not known to exist.',
	});
});

test.each<[string, string | undefined, string | undefined]>([
	['+14155551212', undefined, '+14155551212'],
	['14155551212', undefined, '+14155551212'],
	['14155551212', 'DE', '+14155551212'],
	['447911123456', 'DE', '+447911123456'],
	['4155551212', undefined, undefined],
	['4155551212', 'US', '+14155551212'],
	['015123456789', 'DE', '+4915123456789'],
	['612345678', 'FR', '+33612345678'],
	// Italy or area code 390.
	['3905551234', 'US', undefined],
	// A Chinese mobile number, or one in Maryland.
	['13012345678', 'CN', undefined],
	['anonymous', 'US', undefined],
	['', 'US', undefined],
])('a caller %p with default country %p is %p', (given, country, number) => {
	const parsed = parseCallerNumber(given, country);
	expect('number' in parsed ? parsed.number : undefined).toBe(number);
});

test.each([
	['+14155550123', '14155550123', true],
	['+1 415 555 0123', '+14155550123', true],
	['+14155550123', '+14155550124', false],
	['', '', false],
	[undefined, null, false],
])('%p and %p: the same number is %p', (a, b, same) => {
	expect(sameNumber(a, b)).toBe(same);
});

test('reads 10,000 different numbers without taking long', () => {
	// The best of three: the first one warms up, and other work on the machine costs time as well.
	const seconds = ['415', '212', '303'].map((area) => {
		const typed = Array.from(
			{ length: 10_000 },
			(_, i) => `+1 (${area}) 555-${String(i).padStart(4, '0')}`,
		);
		const before = process.cpuUsage();
		expect(new Set(typed.map((text) => numberOf(text))).size).toBe(10_000);
		const { user, system } = process.cpuUsage(before);
		return (user + system) / 1e6;
	});
	// By itself it takes 0.2 to 0.4 s; beside other tests, longer.
	expect(Math.min(...seconds)).toBeLessThan(1.5);
});

describe('with numbers of all countries', () => {
	const numbers = getCountries().map((country) => getExampleNumber(country, examples)!);

	test('takes what libphonenumber takes for international notation', () => {
		expect(numbers.length).toBeGreaterThan(200);
		for (const number of numbers) {
			for (const notation of [number.formatInternational(), number.getURI(), number.number]) {
				expect(numberOf(notation)).toBe(number.number);
			}
		}
	});

	test('takes their national notation with the country as default', () => {
		const misread = numbers.filter(
			(number) => numberOf(number.formatNational(), number.country) !== number.number,
		);
		expect(misread.map((number) => [number.formatNational(), number.number])).toEqual([]);
	});

	test('gives the number that libphonenumber gives, whatever stands between the digits', () => {
		const separators = fc.array(fc.constantFrom('', ' ', '-', '.', '(', ')', '\u00a0'), {
			minLength: 16,
			maxLength: 16,
		});
		fc.assert(
			fc.property(
				fc.constantFrom(...numbers),
				separators,
				fc.constantFrom('+', '00'),
				(number, between, prefix) => {
					const code = number.countryCallingCode;
					const digits = [code, ...number.number.slice(1 + code.length)];
					const typed = prefix + digits.map((digit, i) => digit + between[i]).join('');
					// Digits in brackets at the end are an extension.
					fc.pre(!/\([^()]*\)[\s.-]*$/.test(typed));
					expect(numberOf(typed)).toBe(parsePhoneNumberWithError(number.number).number);
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
