import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import axios, { type AxiosRequestConfig } from 'axios';

import type { CallProgress } from './calls';
import { type CallEvent, eventsOf } from './events';
import type { SimulatorState } from './state';
import type { Environment, StoredCall } from './store';
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

/** What all deliveries have in common: they go to the one address they are for, and nowhere else. */
const requestSettings: AxiosRequestConfig = {
	timeout: 10_000,
	maxRedirects: 0,
	proxy: false,
	validateStatus: () => true,
	responseType: 'text',
	// A connection of its own for each delivery: none is met by a receiver that closes idle ones.
	httpAgent: new HttpAgent(),
	httpsAgent: new HttpsAgent(),
};

function isLoopback({ hostname }: URL): boolean {
	return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

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

/** The request of a delivery. A query that the URL has already is kept. */
function requestOf({ url, method, body }: Delivery): AxiosRequestConfig {
	if (method === 'POST') return { url, method, data: body };
	const target = new URL(url);
	for (const [name, value] of Object.entries(body)) {
		target.searchParams.append(name, typeof value === 'string' ? value : JSON.stringify(value));
	}
	return { url: target.href, method };
}

/** Ids of the webhooks that a new call has. */
function webhooksOf(environment: Environment, call: StoredCall, switches: Switches): string[] {
	const ids = [...environment.webhooks.keys()];
	if (switches.webhookActivation === 'environment') return ids;
	const webhook = environment.agentOf(call)?.webhook as
		string | { id: string } | null | undefined;
	const own = typeof webhook === 'object' ? webhook?.id : webhook;
	return ids.filter((id) => id === own);
}

/**
 * Sends the events of calls to webhooks as they happen: each event once to each webhook, in order,
 * without retries. A call has the webhooks that it had when it was placed; what they subscribe to,
 * their URL and whether they still exist is looked up for every event.
 */
export class WebhookSender {
	private readonly stopping = new AbortController();
	private readonly playing = new Set<Promise<void>>();
	private readonly sleeping = new Set<{ call: StoredCall; wake: () => void }>();

	constructor(private readonly state: SimulatorState) {}

	/** Begins to send the events of a call that was just placed. Does nothing for a call without webhooks. */
	follow(environment: Environment, call: StoredCall): void {
		const { progress } = call;
		if (progress === undefined) return;
		for (const webhookId of webhooksOf(environment, call, this.state.switches)) {
			const play = this.play(environment, call, progress, webhookId).finally(() =>
				this.playing.delete(play),
			);
			this.playing.add(play);
		}
	}

	/** Looks at once what the events of a call are now, since somebody has ended it. */
	wake(call: StoredCall): void {
		for (const sleeper of this.sleeping) if (sleeper.call === call) sleeper.wake();
	}

	/** Waits until all events of the calls placed so far have been sent. */
	async finished(): Promise<void> {
		while (this.playing.size > 0) await Promise.all(this.playing);
	}

	/** Cancels all that is to come or on its way, for good. */
	stop(): void {
		this.stopping.abort();
		for (const { wake } of this.sleeping) wake();
	}

	/**
	 * Sends a delivery, as a new one, and records it.
	 * @returns the record, with its outcome
	 */
	async send(planned: Delivery): Promise<Delivery> {
		const { state, stopping } = this;
		const { signal } = stopping;
		const delivery: Delivery = {
			...planned,
			at: Date.now(),
			status: undefined,
			error: undefined,
		};
		state.deliveries.push(delivery);
		try {
			const url = new URL(delivery.url);
			if (!state.deliverAnywhere && !isLoopback(url)) {
				throw new Error(
					`Not sent: ${url.hostname} is not this computer (--deliver-anywhere)`,
				);
			}
			const request = { ...requestSettings, ...requestOf(delivery), signal };
			delivery.status = (await axios.request(request)).status;
		} catch (error) {
			const { message, code } = error as Error & { code?: string };
			delivery.error = message || code;
		}
		if (!signal.aborted) this.log(delivery);
		return delivery;
	}

	/** Sends the events of one call to one webhook, each when it is due and the one before is through. */
	private async play(
		environment: Environment,
		call: StoredCall,
		progress: CallProgress,
		webhookId: string,
	): Promise<void> {
		let done = 0;
		while (!this.stopping.signal.aborted) {
			const event = eventsOf(environment, call, progress, this.state.url)[done];
			if (event === undefined) return;
			const milliseconds = event.at - Date.now();
			if (milliseconds > 0) {
				await this.sleep(call, milliseconds);
			} else {
				done += 1;
				await this.deliver(environment, call, event, webhookId);
			}
		}
	}

	/** Sleeps without keeping the process alive; shorter when the call ends or everything stops. */
	private async sleep(call: StoredCall, milliseconds: number): Promise<void> {
		await new Promise<void>((resolve) => {
			const wake = () => {
				clearTimeout(timer);
				this.sleeping.delete(sleeper);
				resolve();
			};
			const sleeper = { call, wake };
			const timer = setTimeout(wake, milliseconds).unref();
			this.sleeping.add(sleeper);
		});
	}

	private async deliver(
		environment: Environment,
		call: StoredCall,
		event: CallEvent,
		webhookId: string,
	): Promise<void> {
		const { switches, deliveryFault, deliveries } = this.state;
		const webhook = environment.webhooks.get(webhookId);
		if (webhook === undefined) return;
		if (!(webhook.subscriptions as string[]).includes(event.type)) return;
		const delivery: Delivery = {
			at: Date.now(),
			environment: environment.name,
			webhookId,
			event: event.type,
			callId: call.id,
			url: String(webhook.url),
			method:
				switches.webhookMethod === 'asStored' && webhook.method === 'GET' ? 'GET' : 'POST',
			body: bodyOf(event, call.id, switches),
		};
		const fault = deliveryFault?.(delivery);
		if (fault === 'skip') {
			deliveries.push({ ...delivery, error: 'Skipped by a fault' });
			return;
		}
		await this.send(delivery);
		if (fault === 'twice') await this.send(delivery);
	}

	private log({ at, environment, event, callId, url, method, status, error }: Delivery): void {
		const outcome = `${status ?? error}, ${Date.now() - at} ms`;
		this.state.log(
			`> ${method} ${url} [${environment}] ${event} of call ${callId}: ${outcome}`,
		);
	}
}
