import type { Environment } from '../model/environment';
import type { StoredCall, StoredObject } from '../model/objects';
import type { CallProgress } from '../model/progress';
import type { Delivery } from '../records';
import { sendDelivery } from '../sending/deliveries';
import type { Switches } from '../truths';
import { type CallEvent, eventsOf } from './events';
import type { Session } from './session';

/** An event as it is written on the wire. */
function bodyOf(
	{ type, payload }: CallEvent,
	callId: string,
	{ eventCallKey, eventEnvelope }: Switches,
): Delivery['body'] {
	const call = { [eventCallKey]: callId };
	switch (eventEnvelope) {
		case 'typed':
			return { type, ...call, payload };
		case 'flat':
			return { event_type: type, ...call, ...payload };
		case 'data':
			return { event: type, data: { ...call, ...payload } };
		case 'status':
			return { id: callId, status: type, ...payload };
	}
}

/** Whether a webhook wants an event; one with the whole transcript also goes by its longer name. */
function wants({ subscriptions }: StoredObject, { type }: CallEvent): boolean {
	const name = type === 'event_transcript_complete' ? 'event_transcript' : type;
	return ((subscriptions ?? []) as string[]).some((wanted) => [name, type].includes(wanted));
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

/** Delivers an event to a webhook, if the webhook is still there and wants it. */
async function deliver(
	session: Session,
	environment: Environment,
	call: StoredCall,
	event: CallEvent,
	webhookId: string,
): Promise<void> {
	const { switches, deliveryFault, deliveries } = session.state;
	const own = agentWebhook(environment, call);
	const webhook =
		environment.webhooks.get(webhookId) ?? (own?.id === webhookId ? own : undefined);
	if (webhook === undefined) return;
	if (!wants(webhook, event)) return;
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
	await sendDelivery(session, delivery);
	if (fault === 'twice') await sendDelivery(session, delivery);
}

/**
 * Sends the events of a call to a webhook as they happen: each once, in order, when the one before is
 * through, without retries. A call has the webhooks that it had when it was placed; what they subscribe
 * to, their URL and whether they still exist is looked up for every event.
 */
export async function playEvents(
	session: Session,
	environment: Environment,
	call: StoredCall,
	progress: CallProgress,
	webhookId: string,
): Promise<void> {
	let done = 0;
	while (!session.signal.aborted) {
		const event = eventsOf(
			environment,
			call,
			progress,
			session.state.url,
			session.state.switches,
		)[done];
		if (event === undefined) return;
		if (event.at > Date.now()) {
			await session.sleep(call, event.at);
		} else {
			done += 1;
			await deliver(session, environment, call, event, webhookId);
		}
	}
}
