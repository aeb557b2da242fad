import { sleep } from 'n8n-workflow';
import type { IDataObject, IWebhookFunctions, NodeApiError } from 'n8n-workflow';

import { readOne } from '../shared/records/collection';
import { calls } from '../shared/records/call';
import { meets } from '../shared/records/callCriteria';
import { outcomeOf } from '../shared/records/outcome';
import { connect } from '../shared/api/connect';
import { createLimiters } from '../shared/api/limiter';
import { plainText } from '../shared/json';
import { Memory } from '../shared/memory';
import { referencedId } from '../shared/records/shape';
import type { Delivery } from './delivery';
import type { CallFilter, DeliveryParameters } from './parameters';
import type { VerifiedDelivery } from './repeats';

/** What became of an event when its call was looked up. */
export type LookUp =
	/** Its call was read, and passes the filters. */
	| { kind: 'confirmed'; call: IDataObject }
	/** Its call was not read, and it starts the workflow all the same. */
	| { kind: 'unconfirmed'; reason: string }
	/** It starts nothing; the reason is for the log. `isCertain` when it cannot be otherwise later. */
	| { kind: 'dropped'; reason: string; isCertain: boolean };

/** The agents of calls, for events that do not tell them. */
const agentsOfCalls = new Memory<string>(10_000, 24 * 60 * 60_000);

/** Many events may come at once; only so many calls of an environment are read at the same time. */
const readSlots = createLimiters(20);

/** Reads the call where something depends on it, and applies the filters. */
export async function lookUp(
	context: IWebhookFunctions,
	delivery: VerifiedDelivery,
	parameters: DeliveryParameters,
): Promise<LookUp> {
	const { filter, confirm, transcriptTurns, dropsUnconfirmed } = parameters;
	const callKey = `${delivery.secret} ${delivery.callId}`;
	const agentId = delivery.agentId ?? agentsOfCalls.get(callKey);
	if (agentId && filter.agents && !filter.agents.includes(agentId)) {
		const reason = 'The call is one of another agent';
		return { kind: 'dropped', reason, isCertain: true };
	}
	const filtersCalls = filter.direction || filter.outcomes.length > 0 || filter.contextName;
	const needsAgent = filter.agents !== undefined && agentId === undefined;
	if (!confirm && !transcriptTurns && !filtersCalls && !needsAgent) {
		return { kind: 'unconfirmed', reason: "The option 'Confirm With API' is off" };
	}

	const { call, reason } = await readCall(context, delivery, filter);
	if (!call) {
		return dropsUnconfirmed
			? { kind: 'dropped', reason, isCertain: false }
			: { kind: 'unconfirmed', reason };
	}
	const agent = referencedId(call.agent);
	if (agent) agentsOfCalls.set(callKey, agent);
	if (passes(call, filter)) return { kind: 'confirmed', call };
	return isSettled(call, delivery, filter)
		? { kind: 'dropped', reason: 'The filters do not let its call through', isCertain: true }
		: { kind: 'dropped', reason: 'Its call has no outcome', isCertain: false };
}

type ReadCall =
	| { call: IDataObject; reason?: undefined }
	| { call?: undefined; reason: string; isMissing?: boolean };

/** Seconds before each look at a call whose end the API does not show yet: half a minute in all. */
const LOOKS = [0, 1, 2, 4, 8, 15];

/** So many looks at a call that is not there yet. It may never have been: somebody tries the webhook. */
const LOOKS_AT_NOTHING = 4;

async function readCall(
	context: IWebhookFunctions,
	delivery: Delivery,
	filter: CallFilter,
): Promise<ReadCall> {
	const { callId } = delivery;
	if (callId === null) return { reason: 'The event does not name its call' };
	let read: ReadCall = { reason: '' };
	for (const [i, seconds] of LOOKS.entries()) {
		if (seconds > 0) await sleep(seconds * 1000);
		const now = await readInTurn(context, callId).then(
			(call): ReadCall => ({ call }),
			({ message, httpCode }: NodeApiError): ReadCall => ({
				reason: message,
				isMissing: httpCode === '404' && i + 1 < LOOKS_AT_NOTHING,
			}),
		);
		// What was read before is better than nothing.
		if (now.call || !read.call) read = now;
		if (now.call ? isSettled(now.call, delivery, filter) : !now.isMissing) break;
	}
	return read;
}

async function readInTurn(context: IWebhookFunctions, callId: string): Promise<IDataObject> {
	const api = await connect(context);
	return await readSlots(api.credential)(async () => await readOne(api, calls, callId));
}

/** Events after which a call has an outcome. The API may show it some seconds later. */
const ENDS = ['event_phone_call_ended', 'event_phone_call_did_not_connect'];

/** Whether the call is read as it was when the event happened, as far as the filters ask. */
function isSettled(call: IDataObject, { event }: Delivery, { outcomes }: CallFilter): boolean {
	if (!ENDS.includes(event)) return true;
	const { outcome } = outcomeOf(call);
	return outcome !== 'in_progress' && (outcome !== 'unknown' || outcomes.length === 0);
}

function passes(call: IDataObject, filter: CallFilter): boolean {
	const { contextName, contextValue } = filter;
	const variable = (call.context as IDataObject | null | undefined)?.[contextName];
	return (
		meets(call, filter) &&
		(contextName === '' || (variable ?? null) !== null) &&
		(contextName === '' || contextValue === '' || plainText(variable) === contextValue)
	);
}
