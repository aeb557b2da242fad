import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios';

import type { SimulatorState } from '../state';

/** On whose behalf something is sent: where it is recorded, and when to stop. */
export interface Sender {
	readonly state: SimulatorState;
	/** Aborted when nothing more is to be sent. */
	readonly signal: AbortSignal;
}

/** What all requests of the simulator have in common: they go to the one address they are for, and nowhere else. */
const settings: AxiosRequestConfig = {
	timeout: 10_000,
	maxRedirects: 0,
	proxy: false,
	validateStatus: () => true,
	responseType: 'text',
	// A connection of its own for each request: none is met by a receiver that closes idle ones.
	httpAgent: new HttpAgent(),
	httpsAgent: new HttpsAgent(),
};

function isLoopback({ hostname }: URL): boolean {
	return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/**
 * Sends a request of the simulator itself, as Fluents.ai would: to this computer only unless it is told
 * otherwise, for ten seconds at most, once, without following redirects.
 * @returns the answer, whatever its status, with its body as text
 * @throws Error when there is none, with `code` when the network says why
 */
export async function sendOut(
	{ state, signal }: Sender,
	request: AxiosRequestConfig & { url: string },
): Promise<AxiosResponse<string>> {
	const { hostname } = new URL(request.url);
	if (!state.deliverAnywhere && !isLoopback(new URL(request.url))) {
		throw new Error(`Not sent: ${hostname} is not this computer (--deliver-anywhere)`);
	}
	return await axios.request<string>({ ...settings, ...request, signal });
}

/** Why a request got no answer, in words. */
export function reasonOf(error: unknown): string | undefined {
	const { message, code } = error as Error & { code?: string };
	return message || code;
}
