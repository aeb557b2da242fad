/**
 * What people, spreadsheets and CRMs put around and between the digits of a phone number, and what shows
 * that a field holds something else than one number.
 */

export const NOTATION = 'Write it as + and country code, e.g. +1 415 555 0123';

/** What nobody sees: marks of writing direction, soft hyphens, variation selectors. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

const DASHES = /[\p{Pd}\u2212\u30fc~]/gu;
const DOTS = /[\u00b7\u2022\u2027\u2219\u22c5\u30fb]/g;

/** Quotes and signs with which spreadsheets keep a text from being read as a number or a formula. */
const GUARDS = /^[=\s"'`´‘’‚‛“”„‟«»]+|[\s"'`´‘’‚‛“”„‟«»,;.]+$/g;

/** Without tabs and line breaks: what stands in two cells or lines may be two numbers. */
const ONE_NUMBER = /^(?:\+ *)?[([]? *\d[\d ()[\].\-/]*$/;

const AFTER_PLUS = /^\+[\s([]*0/;

/** Of the longest number with marks and separators between all digits, and of what a message shows. */
const LONGEST_TEXT = 100;

/** `4.47911E+11`, or what a cell shows that is too narrow or has an error. */
const LOST_DIGITS = /^\+?\d+(?:[.,]\d+)?e[+-]?\d+$|^#+(?:[A-Z/\d]+[!?]?)?$/i;

/** `14155550123.0`: a spreadsheet took the number for a decimal. */
const DECIMAL = /^\+?\d{5,}[.,](?:\d{1,2}|0+)$/;

/** A day, as people and databases write it: in many countries its digits are a phone number. */
const DATE = /^(?:(?:19|20)\d\d([-./])\d\d?\1\d\d?|\d\d?([-./])\d\d?\2(?:19|20)\d\d)$/;

/** Signs and words between two numbers, and a second plus. */
const LISTED =
	/\d\D*[;,|&\\\t-\r]\D*\d|\d\W*\b(?:or|and|oder|und|ou|et|o|y|e|of|en)\b\W*\d|\d[^+]*\+/i;

const EXTENSION =
	/\d[^\p{L}\d]*(?:ext|extn|extension|x|poste|durchwahl|dw|int|interno|anexo|ramal|доб|#)[^\p{L}\d]*\d+\D*$/iu;

const SEPARATED = /\d(?=[\s()[\].\-/]+\d)/g;

/** Before a slash, or before a bracket that ends the text. */
const BEFORE_SECOND_ENDING = /\d(?=[\s.-]*(?:\/[\s/]*\d|[([][\d\s./-]+[)\]]$))/g;

/** The text of a number in the signs that the patterns here know, without what only guards it. */
export function clean(input: unknown): string {
	const text = shorten(String(input ?? '').trim());
	const plain = /[^ -~]/.test(text) ? toAscii(text) : text;
	return plain
		.trim()
		.replace(/^(?:tel|callto):(?:\/\/)?/i, '')
		.replace(GUARDS, '')
		.replace(/^\(\s*\+(\d+)\s*\)/, '+$1')
		.replace(/^\++/, '+');
}

/** Cut with words that make it no number: what is left out may be another one. */
function shorten(text: string): string {
	return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)} (and more)` : text;
}

/** Superscript and circled digits stay what they are: they point to a note, and belong to no number. */
function toAscii(text: string): string {
	return text
		.replace(/\P{No}+/gu, (part) => part.normalize('NFKC'))
		.replace(INVISIBLE, '')
		.replace(/[^\P{Nd}0-9]/gu, toDigit)
		.replace(DASHES, '-')
		.replace(DOTS, '.')
		.replace(/\r\n?|[\u2028\u2029]/g, '\n');
}

/** Unicode has the digits of each script in a row, from zero to nine, and nothing else right before it. */
function toDigit(digit: string): string {
	let distance = 0;
	const code = digit.codePointAt(0) ?? 0;
	while (/\p{Nd}/u.test(String.fromCodePoint(code - distance - 1))) distance++;
	return String(distance % 10);
}

/** Why a cleaned text is not one number, whatever its digits are; in words that follow the field's name. */
export function problemOfText(text: string): string | undefined {
	if (text === '') return 'is empty';
	if (DECIMAL.test(text)) {
		return `is not a possible number: '${text}'. A spreadsheet took it for a decimal: format its column as text`;
	}
	if (AFTER_PLUS.test(text)) {
		return `has a 0 after the +: '${text}'. ${NOTATION}, without dial-out code`;
	}
	if (DATE.test(text)) return `is a date: '${text}'. ${NOTATION}`;
	if (ONE_NUMBER.test(text)) return undefined;
	if (LOST_DIGITS.test(text)) {
		return `has lost digits in a spreadsheet: '${text}'. Format its column as text, and enter the number again`;
	}
	if (LISTED.test(text) || EXTENSION.test(text)) return severalNumbers(text);
	return `is not a phone number: '${text}'. ${NOTATION}`;
}

/** The digits between a plus and the first separator. */
export function firstGroup(text: string): string {
	return /^\+[ ([]*(\d+)/.exec(text)?.[1] ?? '';
}

export function severalNumbers(text: string): string {
	return `holds two numbers, or an extension: '${text}'. Agents call one number, without an extension. Enter only that number`;
}

/** Of a text in groups, what stands before each of the later groups. */
export function fronts(text: string): string[] {
	return [...text.matchAll(SEPARATED)].map(({ index }) => text.slice(0, index + 1));
}

/** A text in groups, cut in two before each of the later groups. */
export function halves(text: string): Array<[front: string, back: string]> {
	return fronts(text).map((front) => [front, text.slice(front.length)]);
}

/** What stands before something that may be a second ending, as in `901820 / 22`. */
export function secondEndings(text: string): string[] {
	return [...text.matchAll(BEFORE_SECOND_ENDING)].map(({ index }) => text.slice(0, index + 1));
}
