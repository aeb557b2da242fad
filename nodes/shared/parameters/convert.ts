import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { isObject, isTooDeep, plainText } from '../json';
import { parsePhoneNumber } from '../phoneNumbers/parse';
import { parseUserTime } from '../records/time';
import { shown } from '../shown';

/**
 * The kinds of values that a parameter can have. Each function takes what a field or an expression
 * gave, whatever that is, and makes the value of it, or throws what `fail` makes of the problem. What
 * is empty (see `isEmpty`) gives null, or '' and [] where that says the same.
 */

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Assigning this key would change an object's prototype instead of the object. */
const PROTOTYPE = '__proto__';

/**
 * Makes an error of a problem, in words that follow the field's name ("is not ...").
 *
 * @param advice what to do next, for the description.
 */
export type Fail = (problem: string, advice?: string) => Error;

/** Makes of what the user entered what the API takes. */
export type Convert<T = unknown> = (value: unknown, fail: Fail) => T;

/** Whether somebody, or an expression, gave nothing: undefined, null or white space. */
export function isEmpty(value: unknown): boolean {
	return (
		value === undefined || value === null || (typeof value === 'string' && !/\S/.test(value))
	);
}

/** A date as its ISO text, everything else as it is. Expressions give dates of Luxon too. */
export function withoutDates(value: unknown): unknown {
	if (Object.prototype.toString.call(value) === '[object Date]') {
		return (value as Date).toJSON() ?? 'Invalid Date';
	}
	const { toISO } = (value ?? {}) as { toISO?: unknown };
	return typeof toISO === 'function' ? (toISO.call(value) ?? 'Invalid DateTime') : value;
}

/**
 * Text as it was given, with its white space. Numbers, booleans and dates, which an expression may
 * give, become text. Empty is ''.
 */
export const toSimpleText: Convert<string> = (given, fail) => {
	if (isEmpty(given)) return '';
	const value = withoutDates(given);
	if (Number.isFinite(value) && Math.abs(Number(value)) > Number.MAX_SAFE_INTEGER) {
		throw fail(
			`is too large for a number, which loses digits: ${shown(value)}. Give it as a text`,
		);
	}
	const isText = ['string', 'boolean', 'bigint'].includes(typeof value) || Number.isFinite(value);
	if (isText) return String(value);
	throw fail(`is not a text: ${shown(value)}`);
};

/** As `toSimpleText`, without white space around it. */
export const toTrimmedText: Convert<string> = (value, fail) => toSimpleText(value, fail).trim();

/** An ID, also where the address of an object's page in Fluents.ai was pasted. Empty stays empty. */
export const toId: Convert<string> = (value, fail) => {
	const text = toTrimmedText(value, fail);
	if (!text.includes('/')) return text;
	const [id] = UUID.exec(text) ?? [];
	if (id === undefined) throw fail(`holds no ID: ${shown(text)}`);
	return id;
};

/** What stands in a resource locator, which an expression may also give without its mode. */
export function fromLocator(value: unknown): unknown {
	return isObject(value) && 'value' in value ? value.value : value;
}

/**
 * The value of a resource locator, as an ID. An object that an expression gives stays as it is: the
 * API is said to take some references in full (API: C22).
 */
export const toReference: Convert = (value, fail) => {
	const given = fromLocator(value);
	return isObject(withoutDates(given)) ? toJson(given, fail) : toId(given, fail);
};

/** A JSON value, given as text or by an expression as the value itself. Empty text is no value. */
export const toJson: Convert = (value, fail) => {
	if (isEmpty(value)) return null;
	const json = typeof value === 'string' ? parse(value, fail) : withoutDates(value);
	if (isTooDeep(json)) throw fail('nests too deep, or holds itself');
	refuseNoJson(json, fail);
	return json;
};

function parse(text: string, fail: Fail): unknown {
	try {
		// Files may begin with a byte order mark, which is white space here and none in JSON.
		return JSON.parse(text.trim()) as unknown;
	} catch (error) {
		const [, line, column] = /line (\d+) column (\d+)/.exec((error as Error).message) ?? [];
		const where = line ? ` (line ${line}, column ${column})` : '';
		// A language model that fills in the field sees the message alone.
		throw fail(
			`is not valid JSON${where}. If data is put into it, make the whole field one expression that gives an object, or write each value with JSON.stringify`,
			'A quote or a line break in the data ends a JSON text too early. One expression for the whole field is safe, e.g. {{ { "name": $json.name } }}, and so is "name": {{ JSON.stringify($json.name) }} inside of a JSON text.',
		);
	}
}

/** Refuses what would be sent as something else, such as NaN as null, which clears a field. */
function refuseNoJson(value: unknown, fail: Fail): void {
	if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) {
		throw fail(`holds ${String(value)} as a number, which JSON does not have`);
	}
	if (typeof value !== 'object' || value === null) return;
	// A list that a Code node of n8n 1 puts out says that it has a field of any name.
	if (isObject(value) && Object.hasOwn(value, PROTOTYPE)) {
		throw fail(`holds a field named ${PROTOTYPE}`);
	}
	for (const entry of Object.values(value)) refuseNoJson(entry, fail);
}

/** A JSON object, as toJson. */
export const toObject: Convert<IDataObject | null> = (value, fail) => {
	const json = toJson(value, fail);
	if (json === null || isObject(json)) return json;
	throw fail(`is not a JSON object, e.g. { "name": "value" }, but ${kindOf(json)}`);
};

/** As toObject; empty text is an empty object. */
export function toJsonObject(value: unknown, fail: Fail): IDataObject {
	return toObject(value, fail) ?? {};
}

/** A JSON list of objects, as toJson. */
export const toObjects: Convert<IDataObject[] | null> = (value, fail) => {
	const json = toJson(value, fail);
	if (json === null || (Array.isArray(json) && json.every(isObject))) return json;
	throw fail(`is not a JSON list of objects, e.g. [ { "name": "value" } ], but ${kindOf(json)}`);
};

/** Names the kind alone, since JSON can hold secrets. */
function kindOf(json: unknown): string {
	if (Array.isArray(json)) return 'a list';
	return isObject(json) ? 'an object' : `a ${typeof json === 'string' ? 'text' : typeof json}`;
}

/** A web address. Empty is ''. */
export const toUrl: Convert<string> = (value, fail) => {
	const text = toTrimmedText(value, fail);
	if (text === '' || (/^https?:\/\//i.test(text) && URL.canParse(text))) return text;
	throw fail(`is not a web address: ${shown(text)}. It has to start with https:// or http://`);
};

/** A list, given as a list, as a JSON list, or as text separated by commas. Objects in it stay. */
export const toList: Convert<unknown[]> = (given, fail) => {
	if (isEmpty(given)) return [];
	const value = typeof given === 'string' ? entriesOf(given) : given;
	const entries: unknown[] = Array.isArray(value) ? value : toSimpleText(value, fail).split(',');
	return entries
		.map((entry) =>
			isObject(withoutDates(entry)) ? toJson(entry, fail) : toTrimmedText(entry, fail),
		)
		.filter((entry) => entry !== '');
};

function entriesOf(text: string): unknown {
	if (!/^\s*\[/.test(text)) return text;
	try {
		return JSON.parse(text.trim()) as unknown;
	} catch {
		return text;
	}
}

/** A list of texts, as toList. */
export const toTextList: Convert<string[]> = (value, fail) =>
	toList(value, fail).map((entry) => toSimpleText(entry, fail));

/** The stored value of one of a field's options, given by value or name. Any text, where it has none. */
export const toChoiceOf =
	({ options = [], allowArbitraryValues }: INodeProperties): Convert<string> =>
	(value, fail) => {
		const text = toTrimmedText(value, fail);
		const known = options as INodePropertyOptions[];
		const isSame = (other: unknown) => String(other).toLowerCase() === text.toLowerCase();
		const found =
			known.find((option) => option.value === text) ??
			known.find((option) => isSame(option.value) || isSame(option.name));
		if (found) return String(found.value);
		if (known.length === 0 || allowArbitraryValues) return text;
		const choices = known.map((option) => `'${String(option.value)}'`).join(', ');
		throw fail(`is none of the choices: ${shown(text)}. They are ${choices}`);
	};

/** As toChoiceOf, of several, each once. A field that is no list of options takes any text. */
export const toChoicesOf = (property: INodeProperties): Convert<string[]> => {
	const toChoice = property.type === 'multiOptions' ? toChoiceOf(property) : toTrimmedText;
	return (value, fail) => [
		...new Set(toTextList(value, fail).map((text) => toChoice(text, fail))),
	];
};

/** A number, which an expression may give as text. Empty is no value. */
export const toNumber: Convert<number | null> = (value, fail) => {
	if (isEmpty(value)) return null;
	const isNumber = typeof value === 'string' ? DECIMAL.test(value.trim()) : isReal(value);
	if (isNumber && isReal(Number(value))) return Number(value);
	throw fail(`is not a number: ${shown(value)}`);
};

function isReal(value: unknown): boolean {
	return Number.isFinite(value);
}

/** True or false, which an expression may give as text. Empty is no value. */
export const toBoolean: Convert<boolean | null> = (value, fail) => {
	if (isEmpty(value)) return null;
	const text = String(typeof value === 'object' ? '' : value)
		.trim()
		.toLowerCase();
	if (text === 'true' || text === 'false') return text === 'true';
	throw fail(`is neither true nor false: ${shown(value)}`);
};

/**
 * A flat object of texts: numbers, booleans and dates become text, and what is not set is left out.
 *
 * @throws what `fail` makes of a value that is not flat.
 */
export function toTexts(
	entries: ReadonlyArray<readonly [string, unknown]>,
	fail: Fail,
): IDataObject {
	const set = entries.filter(([, value]) => value !== null && value !== undefined);
	return Object.fromEntries(
		set.map(([name, value]) => {
			const nested = () =>
				fail(`may hold texts, numbers and true or false only, which '${name}' is not`);
			return [name, toSimpleText(value, nested)];
		}),
	);
}

/** A JSON object of texts, as toTexts. Empty is an empty object. */
export const toTextObject: Convert<IDataObject> = (value, fail) =>
	toTexts(Object.entries(toJsonObject(value, fail)), fail);

/** A phone number in E.164. Empty is no value. */
export const toPhoneNumber: Convert<string | null> = (given, fail) => {
	if (isEmpty(given)) return null;
	const parsed = parsePhoneNumber(toTrimmedText(given, fail));
	if ('problem' in parsed) throw fail(parsed.problem);
	return parsed.number;
};

/** A time, in milliseconds since 1970; without an offset it is in `timezone`. Empty is no value. */
export const toTimeIn =
	(timezone: string): Convert<number | null> =>
	(value, fail) => {
		if (isEmpty(value)) return null;
		const time = parseUserTime(toTrimmedText(value, fail), timezone);
		if (time !== undefined) return time;
		throw fail(
			`is not a date: ${shown(value)}. Write it e.g. as 2026-01-31 or 2026-01-31T09:00:00`,
		);
	};

/** Text of a value that is known to be simple, without white space around it. */
export function toText(value: unknown): string {
	return plainText(value ?? '').trim();
}
