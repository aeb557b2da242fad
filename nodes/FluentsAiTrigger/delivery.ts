import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { idOf } from '../shared/shape';

/** An event as it is sent, in whichever of the forms that it may have. */
export interface Delivery {
	/** As Fluents.ai names it; `unknown` when it has no name. */
	event: string;
	callId: string | null;
	/** The agent of the call, where the event tells it. */
	agentId: string | null;
	/** All that the event says beside its name and its call. */
	payload: unknown;
}

type Request = Pick<ReturnType<IWebhookFunctions['getRequestObject']>, 'method' | 'body'> & {
	rawBody?: Buffer;
};

/**
 * Takes the fields of an event from a request: from the JSON in its body, whatever type it is said to
 * have, or from the query of a GET (facts C8).
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
			/^[[{]/.test(text) ? (parse(text) ?? text) : text,
		]);
		return Object.fromEntries(entries) as IDataObject;
	}
	return [parse(String(rawBody ?? '')), body as unknown].find(isObject);
}

/**
 * Reads an event. Its envelope is not confirmed (facts 6.2 and C23): the name may be in `type`, `event`
 * or `event_type`, the call in five places, and what it says under `payload` or beside the name.
 */
export function readDelivery(fields: IDataObject): Delivery {
	const { type, event, event_type, call_id, conversation_id, callId, payload, ...rest } = fields;
	const inside = isObject(payload) ? payload : {};
	const name = [type, event, event_type].find(isText);
	const call = [call_id, conversation_id, callId, inside.call_id, idOf(rest.call)].find(isText);
	const agents = [inside.agent_id, idOf(inside.agent), rest.agent_id, idOf(rest.agent)];
	return {
		event: name ?? 'unknown',
		callId: call ?? null,
		agentId: agents.find(isText) ?? null,
		payload: name === undefined ? fields : payloadOf(payload, rest),
	};
}

function payloadOf(payload: unknown, rest: IDataObject): unknown {
	if (payload === undefined) return rest;
	if (isObject(payload)) return { ...rest, ...payload };
	return Object.keys(rest).length === 0 ? payload : { ...rest, payload };
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
