import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import type { Environment } from '../model/environment';
import type { StoredObject } from '../model/objects';
import type { LiveRequest } from '../records';
import type { Switches } from '../truths';
import { reasonOf, type Sender, sendOut } from './http';

type Fields = Record<string, unknown>;

type Planned = Omit<LiveRequest, 'at' | 'attempts'>;

export interface Signing {
	/**
	 * `forged` is made with another secret, `replayed` is that of another body, `none` is not sent.
	 * Default `valid`.
	 */
	signature?: 'valid' | 'forged' | 'replayed' | 'none';
	/** Sent as it is, instead of a body made of the call and the parameters. */
	body?: string;
}

/** Pauses in milliseconds before it is tried again to connect. */
const retries = [0, 500];

/** What the network says when no connection came about, so that nothing was sent. */
const notConnected = ['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'];

/**
 * The signature of a body: HMAC-SHA256 over its bytes, with the decoded secret as key.
 * @param form how it is written: in base64 or hex, behind a prefix or not
 */
export function signatureOf(
	body: string,
	secret: string,
	form: Switches['signatureForm'] = 'base64',
): string {
	const hmac = createHmac('sha256', Buffer.from(secret, 'base64')).update(body);
	const encoding = form.endsWith('hex') ? 'hex' : 'base64';
	return form.replace(/(base64|hex)$/, hmac.digest(encoding));
}

/** JSON as a service in another language may write it: spaced, and with nothing but ASCII in it. */
function spaced(value: Fields): string {
	return JSON.stringify(value, null, 1)
		.replace(/\n\s*/g, ' ')
		.replace(/[\u0080-\uffff]/g, (letter) => {
			return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
		});
}

function bodyOf(callId: string, payload: Fields, switches: Switches): string {
	const call = { [switches.eventCallKey]: callId };
	return switches.actionBody === 'compact'
		? JSON.stringify({ ...call, payload })
		: spaced({ payload, ...call });
}

/** The request of an external action. */
export function actionRequest(
	environment: Environment,
	action: StoredObject,
	question: { callId: string; parameters: Fields } & Signing,
	switches: Switches,
): Planned {
	const { url, signature_secret: secret } = action.config as Record<string, string>;
	const { callId, parameters, signature = 'valid' } = question;
	const body = question.body ?? bodyOf(callId, parameters, switches);
	const signed = signature === 'replayed' ? `${body} ` : body;
	const key = signature === 'forged' ? Buffer.from('another secret').toString('base64') : secret;
	return {
		about: 'action',
		environment: environment.name,
		callId,
		actionId: action.id,
		method: 'POST',
		url,
		headers: {
			accept: 'application/json',
			'content-type': 'application/json',
			...(signature !== 'none' && {
				[switches.signatureHeader]: signatureOf(signed, key, switches.signatureForm),
			}),
		},
		body,
	};
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** Sends a request; it is tried again to connect, but nothing is sent twice. */
async function connect(sender: Sender, request: LiveRequest) {
	const { url, method, headers, body } = request;
	// Bytes, because a text would be parsed and written again.
	const data = body === undefined ? undefined : Buffer.from(body);
	for (;;) {
		request.attempts += 1;
		try {
			const timeout = sender.state.quirks.answerTimeoutMs ?? 10_000;
			return await sendOut(sender, { url, method, headers, data, timeout });
		} catch (error) {
			const pause = retries[request.attempts - 1];
			const isSafe = notConnected.includes(String((error as { code?: string }).code));
			if (!isSafe || pause === undefined) throw error;
			await wait(pause, undefined, { signal: sender.signal });
		}
	}
}

/**
 * Sends a live request and records it.
 * @returns the record, with its outcome
 */
export async function sendLive(sender: Sender, planned: Planned): Promise<LiveRequest> {
	const { state, signal } = sender;
	const request: LiveRequest = { ...planned, at: Date.now(), attempts: 0 };
	state.liveRequests.push(request);
	const start = performance.now();
	try {
		const { status, data } = await connect(sender, request);
		Object.assign(request, { status, answer: parse(data) });
	} catch (error) {
		request.error = reasonOf(error);
		if ((error as { code?: string }).code === 'ECONNABORTED') request.isTimedOut = true;
	}
	request.milliseconds = Math.round(performance.now() - start);
	const { method, url, environment, callId, status, error, milliseconds } = request;
	const asked = callId === undefined ? 'who is calling' : `during call ${callId}`;
	if (!signal.aborted) {
		const outcome = `${status ?? error}, ${milliseconds} ms`;
		state.log(`? ${method} ${url} [${environment}] ${asked}: ${outcome}`);
	}
	return request;
}
