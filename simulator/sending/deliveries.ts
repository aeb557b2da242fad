import type { AxiosRequestConfig } from 'axios';

import type { Delivery } from '../records';
import type { Switches } from '../truths';
import { reasonOf, type Sender, sendOut } from './http';
import { withQuery } from './query';

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

/**
 * Sends a delivery, as a new one, and records it.
 * @returns the record, with its outcome
 */
export async function sendDelivery(sender: Sender, planned: Delivery): Promise<Delivery> {
	const { state, signal } = sender;
	const at = Date.now();
	const delivery: Delivery = { ...planned, at, status: undefined, error: undefined };
	state.deliveries.push(delivery);
	try {
		delivery.status = (await sendOut(sender, requestOf(delivery, state.switches))).status;
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
