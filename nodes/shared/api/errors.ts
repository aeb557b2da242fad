import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INode } from 'n8n-workflow';

import type { FluentsCredential } from './credential';
import { maskSecrets } from '../masking';

/** What became of a request that did not succeed. */
export type Failure =
	| { kind: 'answer'; status: number; body: unknown; retryAfter?: number }
	/** `sent`: whether the server may have received the request, and acted on it. */
	| { kind: 'connection'; reason: string; sent: boolean }
	/** n8n itself refused to send the request, or could not store the answer. */
	| { kind: 'local'; reason: string }
	| { kind: 'cancelled' };

/** What the user needs to know about the request to understand its failure. */
export interface Subject {
	/** The object that the request is about, e.g. "call '550e...'". */
	object?: string;
	/** For requests that change something: what to check when it is not known whether they did. */
	ifUnclear?: string;
}

const unclear = new WeakSet<object>();

/** Whether, after this error of a request that changes something, it is open if the server did. */
export function isUnclear(error: object): boolean {
	return unclear.has(error);
}

function leavesOpen(failure: Failure): boolean {
	if (failure.kind === 'answer') {
		const { status } = failure;
		return status >= 500 || status < 300 || status === 408;
	}
	return failure.kind === 'cancelled' || (failure.kind === 'connection' && failure.sent);
}

/** An answer is quoted up to this many characters: an HTML page helps nobody. */
const LONGEST_QUOTE = 500;

/**
 * Turns a failed request into the error that the user sees: the message says what happened, in the
 * words of Fluents.ai where there are any, the description says what to do next.
 */
export function toNodeError(
	node: INode,
	credential: FluentsCredential,
	failure: Failure,
	subject: Subject = {},
): NodeApiError {
	const { message, description } = explain(credential, failure, subject);
	const httpCode = failure.kind === 'answer' ? String(failure.status) : undefined;
	// From a plain object, since a NodeApiError made from another one ignores everything that is new.
	const error = new NodeApiError(node, {}, { message, description, httpCode });
	// n8n replaces any text in which it finds a name like EPERM (also inside of words) by its own.
	error.message = withoutSecrets(message, credential);
	error.description = withoutSecrets(description, credential);
	error.messages = [];
	if (leavesOpen(failure)) unclear.add(error);
	return error;
}

/** A value that the user has to correct; `[item N]` tells where, as n8n's own nodes do. */
export function parameterError(
	node: INode,
	displayName: string,
	problem: string,
	itemIndex: number,
	description?: string,
): NodeOperationError {
	return new NodeOperationError(node, `'${displayName}' ${problem} [item ${itemIndex}]`, {
		itemIndex,
		description,
	});
}

/**
 * Takes a refusal with one of these HTTP codes as an answer, where the caller knows what to do about it.
 *
 * @throws whatever else `request` throws.
 */
export async function orRefusal<T>(
	request: Promise<T>,
	codes: string[],
): Promise<{ value: T; refusal?: undefined } | { refusal: NodeApiError }> {
	return await request.then(
		(value) => ({ value }),
		(error: NodeApiError) => {
			if (codes.includes(error.httpCode ?? '')) return { refusal: error };
			throw error;
		},
	);
}

/** Whether the words of a refusal name this field or query parameter. */
export function namesField({ message }: NodeApiError, field: string): boolean {
	return new RegExp(`\\b${field}\\b`).test(message);
}

/**
 * Finds the API's own words in an answer. Forms seen: `message` or `detail` as text or list, `error`,
 * and plain text (API: C4).
 */
export function wordsOf(body: unknown): string {
	return quote(findWords(body).replace(/\s+/g, ' ').trim());
}

function findWords(body: unknown): string {
	if (typeof body === 'string') return /^\s*</.test(body) ? '' : body;
	if (Array.isArray(body)) return body.map(findWords).filter(Boolean).join('; ');
	if (body === null || typeof body !== 'object') return '';

	const { message, detail, error, msg, loc } = body as IDataObject;
	if (typeof msg === 'string') {
		const field = Array.isArray(loc) ? loc.filter((part) => part !== 'body').join('.') : '';
		return field ? `${field}: ${msg}` : msg;
	}
	return findWords(message) || findWords(detail) || findWords(error);
}

function quote(text: string): string {
	return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

function explain(
	credential: FluentsCredential,
	failure: Failure,
	{ object, ifUnclear }: Subject,
): { message: string; description: string } {
	const unclear = ifUnclear ? `It is not known whether Fluents.ai acted on it. ${ifUnclear}` : '';

	if (failure.kind === 'cancelled') {
		return { message: 'The execution was stopped', description: unclear };
	}
	if (failure.kind === 'local') {
		return { message: failure.reason, description: '' };
	}
	if (failure.kind === 'connection') {
		return {
			message: failure.reason,
			description: failure.sent && unclear ? unclear : reachability(credential),
		};
	}

	const { status, body, retryAfter } = failure;
	const said = wordsOf(body);
	const quoted = said ? `Fluents.ai said: ${said}` : '';
	const { environment } = credential;

	if (status === 401) {
		return {
			message: `Fluents.ai refused the API key of environment '${environment}'`,
			description: sentences(
				quoted,
				`Each environment has its own key. Copy the one of '${environment}' from Fluents.ai: Settings > Environments > API Key column (some accounts: Settings > API Keys), and put it into the credential that this node uses.`,
			),
		};
	}
	if (status === 403) {
		return {
			message: `The API key of environment '${environment}' does not have the right to do this`,
			description: sentences(
				quoted,
				'The key itself is known to Fluents.ai. Ask Fluents.ai support about its rights.',
			),
		};
	}
	if (status === 404) {
		return {
			message: object
				? `The ${object} does not exist in environment '${environment}'`
				: said ||
					`Fluents.ai found nothing at this address in environment '${environment}'`,
			description: sentences(
				object ? quoted : '',
				`An API key sees only its own environment, here '${environment}'. Check the ID, or choose the credential of the environment that it belongs to.`,
			),
		};
	}
	if (status === 429) {
		return {
			message: said || 'Fluents.ai takes no more requests for now',
			description: sentences(
				`A limit is reached${retryAfter === undefined ? '' : `, and Fluents.ai asks to wait ${Math.ceil(retryAfter / 1000)} seconds`}.`,
				"Run it again later, or slow down with the option 'Batching'.",
			),
		};
	}
	if (status >= 300 && status < 400) {
		return {
			message: 'Fluents.ai answered with a redirect, which is not followed',
			description: `The API key goes to the Base URL of the credential only (${credential.baseUrl}). Check it.`,
		};
	}
	if (status < 300) {
		return {
			message: 'The answer is not what the Fluents.ai API sends',
			description: sentences(
				unclear,
				`Check the Base URL of the credential (${credential.baseUrl}).`,
			),
		};
	}
	if (status >= 500) {
		return {
			message: said || `Fluents.ai could not handle the request (HTTP ${status})`,
			description:
				unclear ||
				'This lies on the side of Fluents.ai. Run it again later; if it stays, ask support@fluents.ai.',
		};
	}
	return {
		message: said || `Fluents.ai refused the request (HTTP ${status})`,
		description: `Fluents.ai did not accept the values (HTTP ${status}, environment '${environment}'). Correct what it names and run the node again.`,
	};
}

function reachability({ baseUrl }: FluentsCredential): string {
	return `Check that this n8n reaches ${new URL(baseUrl).origin}, and the Base URL of the credential.`;
}

function sentences(...parts: string[]): string {
	return parts
		.filter(Boolean)
		.map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
		.join(' ');
}

/** Fluents.ai may repeat what it was sent. */
function withoutSecrets(text: string, { apiKey }: FluentsCredential): string {
	return maskSecrets(text.replaceAll(apiKey, '********'));
}
