import type { AxiosRequestConfig } from 'axios';

import { type CallEvent, eventsOf } from './events';
import { reasonOf, sendOut } from './outgoing';
import type { CallPlayer } from './player';
import type { CallProgress } from './progress';
import { withQuery } from './query';
import type { Environment, StoredCall, StoredObject } from './store';
import type { Switches } from './truths';

/** One event on its way to one webhook. */
export interface Delivery {
	/** Epoch milliseconds of sending. */
	at: number;
	/** Name of the environment. */
	environment: string;
	webhookId: string;
	/** Type of the event, as in the subscriptions. */
	event: string;
	callId: string;
	/** As stored in the webhook. */
	url: string;
	method: 'GET' | 'POST';
	/** The event: the JSON body of a POST; a GET has its fields in the query. */
	body: Record<string, unknown>;
	/** Of the answer; undefined until there is one. */
	status?: number;
	/** Why there will be no answer. */
	error?: string;
}

/** Decides what goes wrong with a delivery. A skipped one is recorded; `redeliver` sends it later. */
export type DeliveryFault = (delivery: Delivery) => 'skip' | 'twice' | undefined;

/** An event as it is written on the wire. */
function bodyOf(
	{ type, payload }: CallEvent,
	callId: string,
	switches: Switches,
): Delivery['body'] {
	const call = { [switches.eventCallKey]: callId };
	return switches.eventEnvelope === 'typed'
		? { type, ...call, payload }
		: { event_type: type, ...call, ...payload };
}

/** The request of a delivery. A GET has the event in its query. */
function requestOf(
	{ url, method, body }: Delivery,
	switches: Switches,
): AxiosRequestConfig & { url: string } {
	if (method === 'POST') return { url, method, data: body };
	const fields = Object.entries(body).map(([name, value]) => [
		name,
		typeof value === 'string' ? value : JSON.stringify(value),
	]);
	return { url: withQuery(url, Object.fromEntries(fields), switches), method };
}

/** The webhook of a call's agent; one that was sent along with the call is stored nowhere else. */
function agentWebhook(environment: Environment, call: StoredCall): StoredObject | undefined {
	const webhook = environment.agentOf(call)?.webhook as string | StoredObject | null | undefined;
	const id = typeof webhook === 'object' ? webhook?.id : webhook;
	const stored = environment.webhooks.get(String(id));
	return stored ?? (typeof webhook === 'object' ? (webhook ?? undefined) : undefined);
}

/** Ids of the webhooks that a new call has. */
export function webhooksOf(
	environment: Environment,
	call: StoredCall,
	switches: Switches,
): string[] {
	if (switches.webhookActivation === 'environment') return [...environment.webhooks.keys()];
	const own = agentWebhook(environment, call);
	return own ? [own.id] : [];
}

/**
 * Sends a delivery, as a new one, and records it.
 * @returns the record, with its outcome
 */
export async function sendDelivery(player: CallPlayer, planned: Delivery): Promise<Delivery> {
	const { state, signal } = player;
	const at = Date.now();
	const delivery: Delivery = { ...planned, at, status: undefined, error: undefined };
	state.deliveries.push(delivery);
	try {
		delivery.status = (await sendOut(player, requestOf(delivery, state.switches))).status;
	} catch (error) {
		delivery.error = reasonOf(error);
	}
	const { environment, event, callId, url, method, status, error } = delivery;
	const outcome = `${status ?? error}, ${Date.now() - at} ms`;
	if (!signal.aborted) {
		state.log(`> ${method} ${url} [${environment}] ${event} of call ${callId}: ${outcome}`);
	}
	return delivery;
}

/** Delivers an event to a webhook, if the webhook is still there and wants it. */
async function deliver(
	player: CallPlayer,
	environment: Environment,
	call: StoredCall,
	event: CallEvent,
	webhookId: string,
): Promise<void> {
	const { switches, deliveryFault, deliveries } = player.state;
	const own = agentWebhook(environment, call);
	const webhook =
		environment.webhooks.get(webhookId) ?? (own?.id === webhookId ? own : undefined);
	if (webhook === undefined) return;
	if (!((webhook.subscriptions ?? []) as string[]).includes(event.type)) return;
	const delivery: Delivery = {
		at: Date.now(),
		environment: environment.name,
		webhookId,
		event: event.type,
		callId: call.id,
		url: String(webhook.url),
		method: switches.webhookMethod === 'asStored' && webhook.method === 'GET' ? 'GET' : 'POST',
		body: bodyOf(event, call.id, switches),
	};
	const fault = deliveryFault?.(delivery);
	if (fault === 'skip') {
		deliveries.push({ ...delivery, error: 'Skipped by a fault' });
		return;
	}
	await sendDelivery(player, delivery);
	if (fault === 'twice') await sendDelivery(player, delivery);
}

/**
 * Sends the events of a call to a webhook as they happen: each once, in order, when the one before is
 * through, without retries. A call has the webhooks that it had when it was placed; what they subscribe
 * to, their URL and whether they still exist is looked up for every event.
 */
export async function playEvents(
	player: CallPlayer,
	environment: Environment,
	call: StoredCall,
	progress: CallProgress,
	webhookId: string,
): Promise<void> {
	let done = 0;
	while (!player.signal.aborted) {
		const event = eventsOf(environment, call, progress, player.state.url)[done];
		if (event === undefined) return;
		if (event.at > Date.now()) {
			await player.sleep(call, event.at);
		} else {
			done += 1;
			await deliver(player, environment, call, event, webhookId);
		}
	}
}
