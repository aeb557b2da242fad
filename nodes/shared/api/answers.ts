import type { IDataObject } from 'n8n-workflow';

import { isObject, isTooDeep } from '../json';

/**
 * What an operation needs of a successful answer: an object with its `id`, a page of a list, nothing, as for
 * deletes, of which some answers are empty, or any JSON, which then comes as `answer`. Phone numbers on sale
 * come in a page, and have no ID yet.
 */
export type Expected = 'object' | 'page' | 'numbersOnSale' | 'nothing' | 'anything';

/** A page of a list as the API sends it. */
export interface PageAnswer extends IDataObject {
	items: IDataObject[];
	has_more: boolean;
}

/**
 * Decodes a successful answer before it is used.
 *
 * @param id of the object that was asked for.
 * @returns undefined for what the API never sends in this place, such as the page of a proxy, and for what
 * nests too deep.
 */
export function decode(expected: Expected, body: unknown, id?: unknown): IDataObject | undefined {
	if (isTooDeep(body)) return undefined;
	switch (expected) {
		case 'object':
			return isObject(body) && isId(body.id) && isSame(body.id, id) ? body : undefined;
		case 'page':
			return isPage(body, 'id') ? body : undefined;
		case 'numbersOnSale':
			return isPage(body, 'number') ? body : undefined;
		case 'nothing':
			if (body === undefined || body === null || body === '') return {};
			return isObject(body) ? body : undefined;
		case 'anything':
			// An answer that is no JSON comes as a text, such as the page of a proxy.
			return typeof body === 'string' && body !== ''
				? undefined
				: { answer: (body || null) as IDataObject[string] };
	}
}

/** A larger number has lost digits, so it may be the ID of another object. */
function isId(value: unknown): boolean {
	return (typeof value === 'string' && value.trim() !== '') || Number.isSafeInteger(value);
}

/** Whether an answer is about the object that was asked for, and not another one, as of a cache. */
function isSame(given: unknown, id: unknown = given): boolean {
	return String(given).toLowerCase() === String(id).toLowerCase();
}

/** Whether this is a page of records that each have this field (API: listAgents). */
function isPage(body: unknown, field: 'id' | 'number'): body is PageAnswer {
	return (
		isObject(body) &&
		Array.isArray(body.items) &&
		body.items.every((item) => isObject(item) && isId(item[field])) &&
		typeof body.has_more === 'boolean'
	);
}
