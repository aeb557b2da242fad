import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { isObject, parseJson } from '../shared/json';
import { referencedId } from '../shared/records/shape';

export type Request = Pick<ReturnType<IWebhookFunctions['getRequestObject']>, 'method' | 'body'> & {
	/** n8n keeps the bytes as they were sent. */
	rawBody?: Buffer;
};

/** Deeper JSON is nothing that a phone call makes, and ends functions that go down into it. */
const DEEPEST = 100;

/**
 * Takes the fields of a request: from the JSON in its body, whatever type it is said to have, from a form,
 * or from the query of a GET.
 *
 * @returns undefined when there is no JSON object, or one that is too deep.
 */
export function readFields(
	request: Request,
	query: Record<string, string>,
): IDataObject | undefined {
	if (request.method === 'GET') {
		const entries = Object.entries(query).map(([name, text]) => [
			name,
			/^[[{]/.test(text) ? (parseJson(text) ?? text) : text,
		]);
		return shallow(Object.fromEntries(entries));
	}
	return readJsonBody(request) ?? shallow(request.body);
}

/** The JSON object that the bytes of a body are; undefined when they are none, or one that is too deep. */
export function readJsonBody({ rawBody }: Pick<Request, 'rawBody'>): IDataObject | undefined {
	return shallow(parseJson(String(rawBody ?? '').replace(/^\uFEFF/, '')));
}

function shallow(value: unknown): IDataObject | undefined {
	let level: unknown[] = [value];
	for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
		level = level.flatMap((one) =>
			typeof one === 'object' && one !== null ? Object.values(one) : [],
		);
	}
	return isObject(value) && level.length === 0 ? value : undefined;
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

/** Finds the call, which may be named in six places (API: C23). */
export function readEnvelope(fields: IDataObject): Envelope {
	const { call_id, conversation_id, callId, payload: given, ...rest } = fields;
	const { data, ...others } = rest;
	// Relatives of the API send { event, data: { call_id, ... } }.
	const isWrapped = given === undefined && isObject(data);
	const { call_id: ofData, ...fieldsOfData } = isWrapped ? data : {};
	const payload = isWrapped ? fieldsOfData : given;
	const inside = isObject(payload) ? payload : {};
	const names = [
		call_id,
		conversation_id,
		callId,
		ofData,
		inside.call_id,
		referencedId(rest.call),
	];
	return {
		callId: names.find(isText) ?? null,
		inside,
		payload,
		rest: isWrapped ? others : rest,
	};
}

export function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}
