import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { isObject, parseJson } from '../shared/json';
import { idOf } from '../shared/records/shape';

export type Request = Pick<ReturnType<IWebhookFunctions['getRequestObject']>, 'method' | 'body'> & {
	/** n8n keeps the bytes as they were sent. */
	rawBody?: Buffer;
};

/**
 * Takes the fields of a request: from the JSON in its body, whatever type it is said to have, or from
 * the query of a GET.
 *
 * @returns undefined when there is no JSON object.
 */
export function readFields(
	{ method, body, rawBody }: Request,
	query: Record<string, string>,
): IDataObject | undefined {
	if (method === 'GET') {
		const entries = Object.entries(query).map(([name, text]) => [
			name,
			/^[[{]/.test(text) ? (parseJson(text) ?? text) : text,
		]);
		return Object.fromEntries(entries) as IDataObject;
	}
	return [parseJson(String(rawBody ?? '')), body as unknown].find(isObject);
}

/** What a request says about its call, apart from where it says it. */
export interface Envelope {
	callId: string | null;
	/** Under `payload`; an empty object when there is nothing or something else. */
	inside: IDataObject;
	payload: unknown;
	/** Fields beside the payload, without those that name the call. */
	rest: IDataObject;
}

/** Finds the call, which may be named in five places (API: C23). */
export function readEnvelope(fields: IDataObject): Envelope {
	const { call_id, conversation_id, callId, payload, ...rest } = fields;
	const inside = isObject(payload) ? payload : {};
	const names = [call_id, conversation_id, callId, inside.call_id, idOf(rest.call)];
	return { callId: names.find(isText) ?? null, inside, payload, rest };
}

export function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}
