import { plainText } from '../json';
import { countryLabel } from './countries';
import { lengthProblem, parseNumber, type LibraryNumber } from './library';
import {
	NOTATION,
	clean,
	firstGroup,
	fronts,
	halves,
	problemOfText,
	secondEndings,
	severalNumbers,
} from './notation';

const E164 = /^\+[1-9]\d{6,14}$/;

/** A +1 number without its country code, by the rules of its numbering plan. */
const NORTH_AMERICAN = /^[2-9]\d{9}$/;
const NORTH_AMERICAN_STRICT = /^\+1[2-9]\d\d[2-9]\d{6}$/;

/** Digits, without country code and trunk prefix: a longer one begins with a dial-out code. */
const LONGEST_NATIONAL = 11;

/** What comes before a slash is a number by itself only with more than an area code. */
const SHORTEST_NUMBER = 6;

/** Of the longest number without an area code; one that begins with an area code may be as short. */
const LONGEST_LOCAL = 8;

const EMERGENCY = /^(?:000|1[01]\d|12\d|19\d|911|99\d|116\d{3}|10111|19222)$/;

export interface PhoneNumber {
	/** E.164, such as +14155550123. */
	number: string;
	/** ISO code, where the number tells it. */
	country?: string;
	/** Why the number may not exist although its form is right. */
	hint?: string;
}

export interface NumberProblem {
	/** What is wrong with the input, in words that follow the field's name. */
	problem: string;
	/** Whether it lacks a country code, so that a default country may help. */
	lacksCountry?: boolean;
}

/**
 * Reads one phone number, in the notations that people, spreadsheets and CRMs use.
 *
 * Nothing is guessed: what may be two numbers, or a number of another country, is a problem.
 *
 * @param defaultCountry ISO code of the country to which numbers without a country code belong.
 */
export function parsePhoneNumber(
	input: unknown,
	defaultCountry?: string,
): PhoneNumber | NumberProblem {
	const text = clean(input);
	const problem = problemOfText(text);
	if (problem !== undefined) return { problem };
	const digits = digitsOf(text);
	if (EMERGENCY.test(digits)) return emergency(text);
	const read = text.startsWith('+')
		? readWithPlus(text, digits)
		: readWithoutPlus(text, digits, defaultCountry);
	if ('problem' in read) return read;
	const isTwo =
		secondEndings(text).some((front) => isNumber(front, defaultCountry)) ||
		isFollowedByAnother(text, read, defaultCountry);
	return isTwo ? { problem: severalNumbers(text) } : read;
}

/**
 * Reads the number of a caller, which may come as country code and number without a plus (API: C24).
 *
 * @returns a problem also when the digits are a number of two countries: a wrong one greets a stranger.
 */
export function parseCallerNumber(
	input: unknown,
	defaultCountry?: string,
): PhoneNumber | NumberProblem {
	const text = clean(input);
	const asWritten = parsePhoneNumber(text, defaultCountry);
	if (!/^[1-9]/.test(text)) return asWritten;

	const abroad = parsePhoneNumber(`+${text}`);
	const isAbroad = 'number' in abroad && abroad.hint === undefined;
	if (!isAbroad) return asWritten;
	const digits = digitsOf(text);
	const own = defaultCountry === undefined ? undefined : parseNumber(digits, defaultCountry);
	const isOwn = own && isCallable(own) && own.number !== abroad.number;
	// Where national numbers begin with 0, one without it has a country code.
	if (!isOwn || lacksTrunkPrefix(own, digits, defaultCountry)) return abroad;
	return twoCountries(text, own, abroad);
}

/** Whether two texts are the same number, one of which may lack the plus. */
export function sameNumber(a: unknown, b: unknown): boolean {
	const digits = digitsOf(a);
	return digits !== '' && digits === digitsOf(b);
}

/** The digits of a number, by which numbers are compared. */
export function digitsOf(number: unknown): string {
	return plainText(number).replace(/\D/g, '');
}

/** The text of a number of the API, which gives it with or without its plus (API: C24), with the plus. */
export function withPlus(number: unknown): string {
	return plainText(number).replace(/^(?=[1-9]\d{5,14}$)/, '+');
}

function readWithPlus(text: string, digits: string): PhoneNumber | NumberProblem {
	const number = parseNumber(`+${digits}`);
	// `+8 495 ...` is no number of +84: somebody took a trunk prefix for a country code.
	const isBroken = number && firstGroup(text).length < number.countryCallingCode.length;
	return isBroken ? { problem: noCountryCode(text) } : check(number, text, `+${digits}`);
}

function readWithoutPlus(
	text: string,
	digits: string,
	country: string | undefined,
): PhoneNumber | NumberProblem {
	const own = country === undefined ? undefined : parseNumber(digits, country);
	const [, code, rest] = /^(0011|011|00)(.+)$/.exec(digits) ?? [];
	const abroad = code === undefined ? undefined : parseNumber(`+${rest}`);
	const isDialOut = own?.number === abroad?.number;
	const isNational =
		own?.isValid() && !isDialOut && own.nationalNumber.length <= LONGEST_NATIONAL;

	if (code === undefined || isNational) {
		return country === undefined
			? lacksCountryCode(text)
			: readNational(own, text, digits, country);
	}
	// 001 leads from Europe to +1, and from parts of Asia to anywhere.
	const isPlusOne = code === '00' && rest.startsWith('1');
	if (isPlusOne && !NORTH_AMERICAN_STRICT.test(`+${rest}`)) return dialOut(text, '001');
	if (code === '00' || (isDialOut && abroad)) return check(abroad, text, `+${rest}`);
	if (code === '0011' || (abroad && isCallable(abroad))) return dialOut(text, code);
	return country === undefined ? lacksCountryCode(text) : check(own, text, digits, country);
}

/** Digits of the default country, unless they may as well begin with the code of another one. */
function readNational(
	own: LibraryNumber | undefined,
	text: string,
	digits: string,
	country: string,
): PhoneNumber | NumberProblem {
	const read = check(own, text, digits, country);
	if (!own || 'problem' in read) return read;
	const abroad = parseNumber(`+${digits}`);
	for (const number of [own, abroad]) {
		const hasCode = number && number.nationalNumber !== digits;
		if (hasCode && hasCodeTwice(number)) return codeTwice(text, number);
	}
	const lacksPrefix = lacksTrunkPrefix(own, digits, country);
	if (own.isValid() && !lacksPrefix) return read;
	if (!abroad?.isValid() || abroad.number === own.number) {
		const isPart = lacksPrefix && mayBePart(own, digits, country);
		return isPart ? lacksAreaCode(text, country) : read;
	}
	return abroad.countryCallingCode === own.countryCallingCode
		? check(abroad, text, `+${digits}`)
		: twoCountries(text, own, abroad);
}

/** Whether digits lack the 0, or what else stands before national numbers where they are from. */
function lacksTrunkPrefix(number: LibraryNumber, digits: string, country?: string): boolean {
	if (digits !== number.nationalNumber) return false;
	const notation = number.format('NATIONAL', { nationalPrefix: false });
	// Not every number has a notation: it is given as it came.
	return notation === digits
		? parseNumber(`0${digits}`, country)?.number === number.number
		: digitsOf(notation) !== digits;
}

/**
 * Whether digits without a trunk prefix may be a number of somebody's own town, which has a possible length
 * with an area code before it, or are too long for a number that has only lost its prefix.
 */
function mayBePart(number: LibraryNumber, digits: string, country: string): boolean {
	if (digits.length > LONGEST_LOCAL) return digits.length > LONGEST_NATIONAL;
	const areas = number.isValid() ? ['11', '111'] : ['1', '11', '111'];
	return areas.some((area) => lengthProblem(area + digits, country) === undefined);
}

/** @param given what was read: digits, after a plus where they begin with a country code. */
function check(
	number: LibraryNumber | undefined,
	text: string,
	given: string,
	country?: string,
): PhoneNumber | NumberProblem {
	if (number && EMERGENCY.test(number.nationalNumber)) return emergency(text);
	if (!number || !isCallable(number)) return { problem: whyImpossible(text, given, country) };
	if (given.startsWith('+') && hasCodeTwice(number)) return codeTwice(text, number);
	return {
		number: number.number,
		country: number.country,
		...(!number.isValid() && {
			hint: `${number.number} has the length of a +${number.countryCallingCode} number, but is not known to exist.`,
		}),
	};
}

/** Whether the country code stands before a number that has it already, as where two columns are joined. */
function hasCodeTwice(number: LibraryNumber): boolean {
	const { countryCallingCode: code, nationalNumber: digits } = number;
	const isUsual = number.isValid() && digits.length <= LONGEST_NATIONAL;
	return !isUsual && digits.startsWith(code) && parseNumber(`+${digits}`)?.isValid() === true;
}

function isCallable(number: LibraryNumber): boolean {
	return (
		E164.test(number.number) &&
		(number.countryCallingCode !== '1' || NORTH_AMERICAN.test(number.nationalNumber)) &&
		number.isPossible()
	);
}

function isNumber(text: string, country: string | undefined): boolean {
	return toNumber(text, country) !== undefined;
}

/** The number that a part of a text is by itself. */
function toNumber(text: string, country: string | undefined): LibraryNumber | undefined {
	const digits = digitsOf(text);
	const number = parseNumber(text.startsWith('+') ? `+${digits}` : digits, country);
	if (!number || number.nationalNumber.length < SHORTEST_NUMBER) return undefined;
	return isCallable(number) ? number : undefined;
}

/**
 * Whether groups in which a number ends do not belong to it: they are a number by themselves, written with
 * a trunk prefix; or all groups together are not known to be a number, but those before the last ones are.
 */
function isFollowedByAnother(
	text: string,
	{ hint }: PhoneNumber,
	defaultCountry: string | undefined,
): boolean {
	return halves(text).some(([front, back]) => {
		const digits = digitsOf(back);
		const isLong = digits.length >= SHORTEST_NUMBER;
		if (hint === undefined && !(isLong && digits[0] === '0')) return false;
		const first = toNumber(front, defaultCountry);
		if (hint !== undefined && first?.isValid()) return true;
		if (!isLong) return false;
		const second = first && parseNumber(digits, first.country);
		const isWhole = hint !== undefined || digits !== second?.nationalNumber;
		return isWhole && second?.isValid() === true;
	});
}

function whyImpossible(text: string, given: string, country: string | undefined): string {
	const length = lengthProblem(given, country);
	const isTooLong = length === 'TOO_LONG' || given.length > 16;
	if (isTooLong && fronts(text).some((front) => isNumber(front, country))) {
		return severalNumbers(text);
	}
	const code = parseNumber(given, country)?.countryCallingCode;
	if (code === undefined) {
		return given.startsWith('+')
			? noCountryCode(text)
			: `is not a phone number: '${text}'. ${NOTATION}`;
	}
	const region = given.startsWith('+') ? `+${code}` : countryLabel(country);
	if (code === '1') {
		return `is not a possible number of ${region}: '${text}'. A +1 number has ten more digits, the first from 2 to 9${otherCountry(given)}`;
	}
	const fault = isTooLong ? 'it is too long' : 'digits are missing';
	return `is not a possible number of ${region}: '${text}'. By its length, ${fault}${otherCountry(given)}`;
}

function otherCountry(given: string): string {
	return given.startsWith('+')
		? ''
		: '. If the number is of another country, write it as + and country code';
}

function noCountryCode(text: string): string {
	return `begins with no country code that exists: '${text}'. ${NOTATION}`;
}

function twoCountries(
	text: string,
	{ number: own }: Pick<PhoneNumber, 'number'>,
	{ number: abroad }: Pick<PhoneNumber, 'number'>,
): NumberProblem {
	return {
		problem: `may be a number of two countries, ${own} or ${abroad}: '${text}'. ${NOTATION}`,
	};
}

function lacksCountryCode(text: string): NumberProblem {
	if (digitsOf(text).length < SHORTEST_NUMBER) {
		return { problem: `is not a phone number: '${text}'. ${NOTATION}` };
	}
	return {
		problem: `has no country code: '${text}'. ${NOTATION} (if '${text}' begins with its country code, put a + before it)`,
		lacksCountry: true,
	};
}

function lacksAreaCode(text: string, country: string): NumberProblem {
	return {
		problem: `lacks its area code, or the 0 before that, as a number of ${countryLabel(country)}: '${text}'. ${NOTATION}`,
	};
}

function codeTwice(text: string, { countryCallingCode: code }: LibraryNumber): NumberProblem {
	return { problem: `has the country code ${code} twice: '${text}'. ${NOTATION}` };
}

function dialOut(text: string, code: string): NumberProblem {
	return {
		problem: `begins with ${code}, which some countries dial to call abroad: '${text}'. Write + in its place, e.g. +44 20 7946 0018`,
	};
}

function emergency(text: string): NumberProblem {
	return {
		problem: `is an emergency or service number: '${text}'. Agents do not call those`,
	};
}
