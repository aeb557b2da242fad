import type { IDataObject } from 'n8n-workflow';

import { isObject, parseJson, plainText } from './json';

/** The form that an agent understands (API: action answer). `agent_message` must not be there when it is empty. */
export function actionAnswer(result: IDataObject, message: unknown): IDataObject {
	const says = typeof message === 'string' ? message.trim() : '';
	return { result, ...(says !== '' && { agent_message: says }) };
}

/**
 * Makes the answer to an action of what a workflow has answered: `result` and `agent_message`, or any
 * other object, which is the result then. A text that stands for the whole answer is said.
 */
export function toActionAnswer(status: number, body: unknown): IDataObject | undefined {
	const given = readAnswer(status, body);
	if (!given) return undefined;
	const { agent_message: message, ...rest } = given;
	return actionAnswer(isObject(rest.result) ? rest.result : rest, message || wordsOf(rest));
}

/** Fields that hold the words of an answer when there is no other. */
const WORDS = ['answer', 'content', 'response', 'text'];

/** An answer in words: a text as result, or what n8n's nodes for models and plain texts come as. */
function wordsOf(given: IDataObject): unknown {
	const { result, output, message, content } = given;
	const [name, ...others] = Object.keys(given);
	if (others.length === 0 && WORDS.includes(name)) return textIn(given[name]);
	const parts = [message, content].map((part) => (typeof part === 'string' ? undefined : part));
	return typeof result === 'string'
		? result
		: [output, ...parts].map((part) => textIn(part)).find(Boolean);
}

/** The text that a model gave: in the parts of a message, or in the message of a list. */
function textIn(value: unknown, left = 5): string | undefined {
	if (typeof value === 'string') return value;
	if (Array.isArray(value) && left > 0) {
		return value.map((entry) => textIn(entry, left - 1)).find(Boolean);
	}
	if (!isObject(value) || left === 0) return undefined;
	return textIn(value.text ?? value.content ?? value.parts, left - 1);
}

/**
 * Makes the answer to a caller lookup of what a workflow has answered: a flat object of variables for
 * the prompt (API: C25). Objects and lists become JSON, and what is not set is left out.
 */
export function toLookupAnswer(status: number, body: unknown): IDataObject | undefined {
	const given = readAnswer(status, body);
	if (!given) return undefined;
	const variables = isObject(given.result) ? given.result : given;
	const set = Object.entries(variables).filter(([, value]) => (value ?? null) !== null);
	const flat = set.map(([name, value]) => [
		name,
		typeof value === 'object' ? JSON.stringify(value) : String(value),
	]);
	return Object.fromEntries(flat) as IDataObject;
}

/** What n8n says by itself when a workflow has failed, or has ended without an answer, is none. */
function readAnswer(status: number, body: unknown): IDataObject | undefined {
	if (status >= 400) return undefined;
	const text = typeof body === 'string' || Buffer.isBuffer(body) ? String(body) : undefined;
	const value = text ? (parseJson(text) ?? { text }) : body;
	if (Array.isArray(value)) return { items: value as IDataObject[] };
	if (!isObject(value)) return undefined;
	const isOwnWords = /^Workflow executed successfully but/.test(plainText(value.message));
	return isOwnWords && Object.keys(value).length === 1 ? undefined : value;
}
