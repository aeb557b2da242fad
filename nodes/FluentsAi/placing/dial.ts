import type { IDataObject, NodeApiError } from 'n8n-workflow';

import {
	isPassingLimit,
	isUnclear,
	operationError,
	reworded,
	type FluentsApiError,
} from '../../shared/api/errors';
import { shown } from '../../shared/parameters/shown';
import { digitsOf } from '../../shared/phoneNumbers/parse';
import type { Run } from '../operation';
import { carriedKey, withCallKey } from './callKey';
import type { Limited } from './pacing';
import type { CallRequest, EventTarget } from './request';

/** Answers after which it is certain that nobody was called, and another form may be taken. */
const OTHER_FORM = ['400', '422'];

/** What came of the request that dials. */
export type Dialed =
	| { kind: 'called'; call: IDataObject }
	/** It is certain that nobody was called. */
	| { kind: 'refused'; error: NodeApiError }
	| Limited
	/** Somebody may have been called. */
	| { kind: 'lost'; doubt: string; httpCode?: string };

/**
 * Sends the request that dials, once.
 *
 * Sources disagree whether the agent is named by its ID or sent in full (API: C1), so a
 * refusal (400, 422) of the one is followed by one try with the other. A refused call was not dialed.
 *
 * @param onSend called before a request leaves that dials. Reading the agent does not.
 * @throws NodeApiError when the agent cannot be read: nobody was called.
 */
export async function dial(run: Run, request: CallRequest, onSend: () => void): Promise<Dialed> {
	if (request.agentPayload === 'full' || request.webhook) {
		return await send(run, await fullBody(run, request), onSend);
	}
	const withId = await send(run, idBody(request), onSend);
	if (withId.kind !== 'refused' || !OTHER_FORM.includes(withId.error.httpCode ?? '')) {
		return withId;
	}
	const inFull = await send(run, await fullBody(run, request), onSend);
	if (inFull.kind !== 'refused') return inFull;
	const [message, first] = [inFull.error.message, withId.error.message];
	if (message === first) return inFull;
	const both = `${message} (and with the ID of the agent alone: ${first})`;
	return { ...inFull, error: reworded(inFull.error, { message: both }) };
}

async function send({ api }: Run, body: IDataObject, onSend: () => void): Promise<Dialed> {
	onSend();
	try {
		const call = await api.post('/calls/create', { body, throwLimits: true });
		return isAsked(call, body)
			? { kind: 'called', call }
			: { kind: 'lost', doubt: 'Fluents.ai answered with a different call' };
	} catch (caught) {
		const error = caught as FluentsApiError;
		if (isUnclear(error)) {
			const { reason: doubt, httpCode } = error;
			return { kind: 'lost', doubt, ...(httpCode && { httpCode }) };
		}
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

function idBody(request: CallRequest): IDataObject {
	const { agentId, fromNumber, toNumber, settings } = request;
	const variables = withCallKey(request.context, request.key);
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
					"With 'Wait Using' set to Webhook, the events of this call would not reach it. Turn on the option 'Replace The Agent's Webhook For This Call' if that is fine, or wait using Poll.",
			},
		);
	}
	const { url, subscriptions } = target;
	return { ...agent, webhook: { url, method: 'POST', subscriptions } };
}
