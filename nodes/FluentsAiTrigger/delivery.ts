import type { IDataObject } from 'n8n-workflow';

import { referencedId } from '../shared/records/shape';
import { isObject } from '../shared/json';
import { isText, readEnvelope } from '../triggers/request';

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

/**
 * Reads an event. Its envelope is not confirmed (API: event envelope, C23): the name may be in `type`, `event`
 * or `event_type`, and what it says under `payload` or beside the name.
 */
export function readDelivery(fields: IDataObject): Delivery {
	const { type, event, event_type, ...others } = fields;
	const name = [type, event, event_type].find(isText);
	const { status, id, ...inStatus } = others;
	// Relatives of the API send { id: <call>, status: 'event_...', ... }.
	if (name === undefined && isText(status) && status.startsWith('event_')) {
		return readDelivery({ ...(isText(id) && { call_id: id }), ...inStatus, event: status });
	}
	const { callId, inside, payload, rest } = readEnvelope(others);
	const agents = [
		inside.agent_id,
		referencedId(inside.agent),
		rest.agent_id,
		referencedId(rest.agent),
	];
	return {
		event: name ?? 'unknown',
		callId,
		agentId: agents.find(isText) ?? null,
		payload: name === undefined ? fields : payloadOf(payload, rest),
	};
}

function payloadOf(payload: unknown, rest: IDataObject): unknown {
	if (payload === undefined) return rest;
	if (isObject(payload)) return { ...rest, ...payload };
	return Object.keys(rest).length === 0 ? payload : { ...rest, payload };
}
