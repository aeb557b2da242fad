/** What people write between the digits of a phone number; `(0)` is the trunk prefix of +44 (0)20. */
const FORMATTING =
	/\(0\)|[\s().\-/\u00b7\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;

const E164 = /^\+[1-9]\d{6,14}$/;

export type ParsedPhoneNumber = { number: string } | { problem: string };

/**
 * Brings a phone number into the form that the API takes: E.164, such as +14155550123.
 *
 * Formatting characters go, `00` becomes `+`; nothing is guessed beyond that.
 *
 * @returns the number, or in the user's words what is wrong with the input.
 */
export function parsePhoneNumber(input: unknown): ParsedPhoneNumber {
	const typed = String(input ?? '')
		.normalize('NFKC')
		.trim();
	if (typed === '') return { problem: 'is empty' };

	const number = typed.replace(/^tel:/i, '').replace(FORMATTING, '').replace(/^00/, '+');
	if (E164.test(number)) return { number };

	if (/^\d{7,15}$/.test(number)) {
		return {
			problem: `has no country code: '${typed}'. Write it as + and country code, e.g. +1 415 555 0123 (if '${typed}' begins with its country code, put a + before it)`,
		};
	}
	return {
		problem: `is not a phone number: '${typed}'. Write it as + and country code, e.g. +1 415 555 0123`,
	};
}
