import type { IDataObject } from 'n8n-workflow';

import { parsePhoneNumber } from '../records/phoneNumber';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/**
 * Makes of what the user entered what the API takes.
 *
 * @throws what `fail` makes of a problem, in words that follow the field's name ("is not ...").
 */
export type Convert = (value: unknown, fail: (problem: string) => Error) => unknown;

/** An ID, also where the address of an object's page in Fluents.ai was pasted. Empty stays empty. */
export const toId: Convert = (value, fail) => {
	const text = toText(value);
	if (!text.includes('/')) return text;
	const [id] = UUID.exec(text) ?? [];
	if (id === undefined) throw fail(`holds no ID: '${text}'`);
	return id;
};

/**
 * The value of a resource locator, as an ID. An object that an expression gives stays as it is: the
 * API is said to take some references in full (API: C22).
 */
export const toReference: Convert = (value, fail) => {
	const given = (value as IDataObject | null)?.value ?? (typeof value === 'string' ? value : '');
	return typeof given === 'object' ? given : toId(given, fail);
};

/** A JSON value, given as text or by an expression as the value itself. Empty text is no value. */
export const toJson: Convert = (value, fail) => {
	if (typeof value !== 'string') return value;
	if (value.trim() === '') return null;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		throw fail('is not valid JSON');
	}
};

/** A JSON object, as toJson. */
export const toObject: Convert = (value, fail) => {
	const json = toJson(value, fail) ?? null;
	if (typeof json !== 'object' || Array.isArray(json)) {
		throw fail('is not a JSON object, e.g. { "name": "value" }');
	}
	return json;
};

/** As toObject; empty text is an empty object. */
export function toJsonObject(value: unknown, fail: (problem: string) => Error): IDataObject {
	return (toObject(value, fail) ?? {}) as IDataObject;
}

/** A JSON list of objects, as toJson. */
export const toObjects: Convert = (value, fail) => {
	const json = toJson(value, fail) ?? null;
	const isList = Array.isArray(json) && json.every((entry) => entry && typeof entry === 'object');
	if (json !== null && !isList) {
		throw fail('is not a JSON list of objects, e.g. [ { "name": "value" } ]');
	}
	return json;
};

/** A web address. Empty is no value. */
export const toUrl: Convert = (value, fail) => {
	const text = toText(value);
	if (text === '' || (/^https?:/i.test(text) && URL.canParse(text))) return text;
	throw fail(`is not a web address: '${text}'. It has to start with https:// or http://`);
};

/** A list, given as a list or as text with commas between. Objects in it stay as they are. */
export const toList: Convert = (value) => {
	const entries: unknown[] = Array.isArray(value) ? value : toText(value).split(',');
	return entries
		.map((entry) => (entry !== null && typeof entry === 'object' ? entry : toText(entry)))
		.filter((entry) => entry !== '');
};

/** A number, which an expression may give as text. Empty is no value. */
export const toNumber: Convert = (value, fail) => {
	if (toText(value) === '') return null;
	const number = Number(value);
	if (!Number.isFinite(number)) throw fail(`is not a number: '${toText(value)}'`);
	return number;
};

/** True or false, which an expression may give as text. Empty is no value. */
export const toBoolean: Convert = (value, fail) => {
	const text = toText(value).toLowerCase();
	if (text === '') return null;
	if (text !== 'true' && text !== 'false') throw fail(`is neither true nor false: '${text}'`);
	return text === 'true';
};

/** Text; numbers and booleans, which an expression may give, become text. */
export const toSimpleText: Convert = (value) =>
	typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

/**
 * A flat object of texts: numbers and booleans become text, and what is not set is left out.
 *
 * @throws what `fail` makes of a value that is not flat.
 */
export function toTexts(
	entries: ReadonlyArray<readonly [string, unknown]>,
	fail: (problem: string) => Error,
): IDataObject {
	const nested = entries.find(([, value]) => value !== null && typeof value === 'object');
	if (nested) {
		throw fail(`may hold texts, numbers and true or false only, which '${nested[0]}' is not`);
	}
	const set = entries.filter(([, value]) => value !== null && value !== undefined);
	return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}

/** A phone number in E.164. Empty is no value. */
export const toPhoneNumber: Convert = (value, fail) => {
	if (toText(value) === '') return null;
	const parsed = parsePhoneNumber(value);
	if ('problem' in parsed) throw fail(parsed.problem);
	return parsed.number;
};

export function toText(value: unknown): string {
	return String(value ?? '').trim();
}
