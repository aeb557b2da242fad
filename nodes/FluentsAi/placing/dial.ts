import type { IDataObject } from 'n8n-workflow';

import {
	isPassingLimit,
	isUnclear,
	operationError,
	reworded,
	type FluentsApiError,
} from '../../shared/api/errors';
import { shown } from '../../shared/shown';
import { digitsOf } from '../../shared/phoneNumbers/parse';
import type { Run } from '../operation';
import { INSTEAD_OF } from './addressee';
import { carriedKey, withCallKey } from './callKey';
import { withMark } from './callsOfTools';
import type { Limited } from './pacing';
import type { EventTarget } from '../watching/untilEvent';
import type { CallRequest } from './request';

/** Whether a refusal may mean that the API takes the agent in the other form. */
export function wantsOtherForm({ httpCode }: { httpCode?: string | null }): boolean {
	return httpCode === '400' || httpCode === '422';
}

/** What came of the request that dials. */
export type Dialed =
	| { kind: 'called'; call: IDataObject }
	/** A request that was refused before has placed the call all the same. */
	| { kind: 'found'; call: IDataObject }
	/** Nobody was called, by the word of Fluents.ai or because no request has left. */
	| { kind: 'refused'; error: FluentsApiError }
	| Limited
	/** Somebody may have been called. */
	| { kind: 'lost'; doubt: string; httpCode?: string };

/** Who keeps account of the requests that dial. Reading the agent is none. */
export interface Account {
	/** Called before a request leaves. @returns the call, when an earlier request has placed it. */
	beforeSending(): Promise<IDataObject | undefined>;
	/** Called after one that has not placed a call, as far as the answer tells. */
	afterRefusal(error: FluentsApiError): void;
}

/** Runs whose calls Fluents.ai takes with the full agent only. */
const inFullOnly = new WeakSet<Run>();

/**
 * Sends the request that dials, once.
 *
 * Sources disagree whether the agent is named by its ID or sent in full (API: C1), so a
 * refusal (400, 422) of the one is followed by one try with the other.
 *
 * @throws NodeApiError when the agent cannot be read: nobody was called.
 */
export async function dial(run: Run, request: CallRequest, account: Account): Promise<Dialed> {
	const inFull = async () => await send(run, await fullBody(run, request), account);
	if (isFull(run, request)) return await inFull();
	const withId = await send(run, idBody(request), account);
	if (withId.kind !== 'refused' || !wantsOtherForm(withId.error)) return withId;
	const second = await inFull();
	if (second.kind === 'called') inFullOnly.add(run);
	if (second.kind !== 'refused') return second;
	const [message, first] = [second.error.message, withId.error.message];
	if (message === first) return second;
	const both = `${message} (and with the ID of the agent alone: ${first})`;
	return { ...second, error: reworded(second.error, { message: both }) };
}

async function send(run: Run, body: IDataObject, account: Account): Promise<Dialed> {
	const earlier = await account.beforeSending();
	if (earlier) return { kind: 'found', call: earlier };
	try {
		const call = await run.api.post('/calls/create', { body, throwLimits: true });
		return isAsked(call, body)
			? { kind: 'called', call }
			: { kind: 'lost', doubt: 'Fluents.ai answered with a different call' };
	} catch (caught) {
		const error = caught as FluentsApiError;
		if (isUnclear(error)) {
			const { reason: doubt, httpCode } = error;
			return { kind: 'lost', doubt, ...(httpCode && { httpCode }) };
		}
		account.afterRefusal(error);
		return isPassingLimit(error) ? { kind: 'limited', error } : { kind: 'refused', error };
	}
}

/**
 * Whether an answer is the call that was asked for, and not one of a cache. Its key tells; without one,
 * its number does.
 */
function isAsked(call: IDataObject, body: IDataObject): boolean {
	const [key, carried] = [carriedKey(body), carriedKey(call)];
	if (typeof key === 'string' && typeof carried === 'string') return carried === key;
	const number = digitsOf(call.to_number);
	return number === '' || number === digitsOf(body.to_number);
}

/**
 * The body of the request that dials.
 *
 * @throws NodeApiError when the agent has to be read for it and cannot; NodeOperationError when the agent
 * has a webhook that must not be replaced.
 */
export async function bodyOf(run: Run, request: CallRequest): Promise<IDataObject> {
	return isFull(run, request) ? await fullBody(run, request) : idBody(request);
}

function isFull(run: Run, { agentPayload, webhook }: CallRequest): boolean {
	return agentPayload === 'full' || webhook !== undefined || inFullOnly.has(run);
}

function idBody(request: CallRequest): IDataObject {
	const { agentId, fromNumber, toNumber, insteadOf, settings, key, slot } = request;
	// A variable by which the node knows calls of tests would make a real call one of them.
	const { [INSTEAD_OF]: _, ...own } = request.context;
	const variables = {
		...withMark(withCallKey(own, key), key.isSent ? slot : undefined),
		...(insteadOf !== undefined && { [INSTEAD_OF]: insteadOf }),
	};
	return {
		agent: agentId,
		...settings,
		from_number: fromNumber,
		to_number: toNumber,
		...(Object.keys(variables).length > 0 && { context: variables }),
	};
}

/**
 * The form that scripts are known to place real calls with (API: C1), in which the telephony provider
 * is an object (API: C17).
 */
async function fullBody(run: Run, request: CallRequest): Promise<IDataObject> {
	const { agentId, fromNumber, settings } = request;
	const agent = await run.api.get('/agents', { id: agentId }, { object: `agent '${agentId}'` });
	const { telephony_provider: provider = 'twilio' } = settings;
	return {
		agent_phone_number: fromNumber,
		telephony_params: {},
		context: {},
		is_outgoing: true,
		...idBody(request),
		agent: settings.agent ?? withWebhook(run, agent, request.webhook),
		telephony_provider: typeof provider === 'string' ? { name: provider } : provider,
	};
}

/** The agent for one call whose events go to `target`; the stored agent stays as it is. */
function withWebhook(
	{ context }: Run,
	agent: IDataObject,
	target: EventTarget | undefined,
): IDataObject {
	if (!target) return agent;
	if ((agent.webhook ?? '') !== '' && !target.replaces) {
		throw operationError(
			context.getNode(),
			`Nobody was called: the agent ${shown(agent.name ?? agent.id)} has a webhook of its own`,
			{
				description:
					"With 'Wait Using' set to Webhook, the events of this call would not reach it. Turn on the option 'Replace Agent's Webhook' if that is fine, or wait using Poll.",
			},
		);
	}
	const { url, subscriptions } = target;
	return { ...agent, webhook: { url, method: 'POST', subscriptions } };
}
