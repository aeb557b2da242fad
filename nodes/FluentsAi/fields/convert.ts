import type { IDataObject } from 'n8n-workflow';

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

/** The value of a resource locator that stands in a collection. */
export const toReference: Convert = (value, fail) =>
	toId((value as IDataObject | null)?.value ?? (typeof value === 'string' ? value : ''), fail);

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

/** A JSON object, as toJson; empty text is an empty object. */
export function toJsonObject(value: unknown, fail: (problem: string) => Error): IDataObject {
	const json = toJson(value, fail) ?? {};
	if (typeof json !== 'object' || Array.isArray(json)) {
		throw fail('is not a JSON object, e.g. { "name": "value" }');
	}
	return json as IDataObject;
}

/** A list of texts, given as a list or as text with commas between. */
export const toList: Convert = (value) => {
	const entries = Array.isArray(value) ? value : toText(value).split(',');
	return entries.map(toText).filter((entry) => entry !== '');
};

export function toText(value: unknown): string {
	return String(value ?? '').trim();
}
