import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INode } from 'n8n-workflow';

import type { FluentsCredential } from './credential';
import { finishedText, foreignText } from '../foreignText';
import { DEEPEST as DEEPEST_JSON, isTooDeep } from '../json';

/** HTTP codes of an answer that stays the same until somebody changes the credential. */
const KEY_REFUSED = ['401', '403'];

/** What became of a request that did not succeed. */
export type Failure =
	/** `retryAfter`: milliseconds for which the server wants to be left alone. */
	| {
			kind: 'answer';
			status: number;
			contentType?: string;
			body: unknown;
			retryAfter?: number;
	  }
	/** `sent`: whether the server may have received the request, and acted on it. */
	| { kind: 'connection'; reason: string; sent: boolean }
	/** The server that a redirect of a file led to did not give it. */
	| { kind: 'storage'; host: string; status: number }
	/** n8n itself refused to send the request, or could not store the answer, or the list has no end. */
	| { kind: 'local'; reason: string }
	| { kind: 'cancelled' };

/** What the user needs to know about the request to understand its failure. */
export interface Subject {
	/** The object that the request is about, e.g. "call '550e...'". */
	object?: string;
	/** For requests that change something: what to check when it is not known whether they did. */
	ifUnclear?: string;
}

/** A failed request, in the user's words. */
export class FluentsApiError extends NodeApiError {
	/** n8n and workflows know errors of an API by this name. */
	override name = 'NodeApiError';

	/**
	 * Whether it is open if the server acted on the request. It says nothing about a request that only
	 * reads.
	 */
	readonly isUnclear: boolean;

	/** What happened, without what may have come of it. */
	readonly reason: string;

	/** The API's own words, maybe none. */
	readonly said: string;

	/** @param secrets such as the API key, which the answer may have repeated. */
	constructor(
		node: INode,
		{ reason, said, doubt, advice, httpCode, isUnclear }: Explained,
		secrets: readonly string[] = [],
	) {
		const what = finishedText(reason, secrets);
		const message = doubt ? `${sentences(what)} ${doubt}` : what;
		const description = finishedText(advice, secrets);
		// From a plain object, since a NodeApiError made from another one ignores everything that is new.
		super(node, {}, { message, description, httpCode });
		this.description = description;
		this.messages = [];
		this.reason = what;
		this.said = said;
		this.isUnclear = isUnclear;
	}
}

interface Explained {
	reason: string;
	said: string;
	/** That it is not known what came of the request, in a sentence; empty when it is. */
	doubt: string;
	/** What to do next. */
	advice: string;
	httpCode?: string;
	isUnclear: boolean;
}

/**
 * Whether, after this error of a request that changes something, it is open if the server did. n8n wraps
 * errors in others, so their causes are asked as well.
 */
export function isUnclear(error: unknown): boolean {
	if (error instanceof FluentsApiError) return error.isUnclear;
	return error instanceof Error && error.cause !== undefined && isUnclear(error.cause);
}

/**
 * Turns a failed request into the error that the user sees: the message says what happened, in the
 * words of Fluents.ai where there are any, the description says what to do next.
 *
 * @param sent secrets in the request, which the answer may repeat.
 */
export function toNodeError(
	node: INode,
	credential: FluentsCredential,
	failure: Failure,
	subject: Subject = {},
	sent: readonly string[] = [],
): FluentsApiError {
	const httpCode = failure.kind === 'answer' ? String(failure.status) : undefined;
	const secrets = [credential.apiKey, ...sent];
	const explained = { ...explain(credential, failure, subject, secrets), httpCode };
	return new FluentsApiError(node, explained, secrets);
}

/**
 * An error of this node in the user's words, which n8n passes on as they are.
 *
 * @param message may quote text from outside; cut that with `shown` or `foreignText` if it can be long.
 */
export function operationError(
	node: INode,
	message: string,
	{ description, itemIndex }: { description?: string; itemIndex?: number } = {},
): NodeOperationError {
	return new NodeOperationError(node, finishedText(message), {
		description: description && finishedText(description),
		itemIndex,
	});
}

/** Gives an error other words, made harmless as those of a new one. */
export function reworded<E extends NodeApiError | NodeOperationError>(
	error: E,
	{ message = error.message, description = error.description }: ErrorTexts,
	secrets: readonly string[] = [],
): E {
	error.message = finishedText(message, secrets);
	error.description = description && finishedText(description, secrets);
	return error;
}

/** A message for somebody who has one item, or sees which one is meant. */
export function withoutItem(message: string): string {
	return message.replace(/ \[item \d+\]/, '');
}

interface ErrorTexts {
	message?: string;
	description?: string | null;
}

/** An exception from elsewhere, e.g. of an expression: its own words, made harmless, and as its cause. */
export function exceptionError(node: INode, caught: unknown): NodeOperationError {
	const cause = caught instanceof Error ? caught : new Error(String(caught));
	const error = new NodeOperationError(node, cause);
	// Set afterwards, since the constructor replaces a message in which it finds such a word.
	error.message = foreignText(cause.message);
	error.description &&= foreignText(error.description);
	error.messages = [];
	return error;
}

/**
 * Takes an error with one of these HTTP codes as an answer, where the caller knows what to do about it.
 *
 * @throws whatever else `request` throws.
 */
export async function catchStatus<T>(
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

/**
 * Takes `fallback` for what could not be read this time.
 *
 * @throws NodeApiError when the key is refused (401, 403), which will not pass.
 */
export async function withFallback<T, F>(request: Promise<T>, fallback: F): Promise<T | F> {
	return await request.catch((error: NodeApiError): F => {
		if (KEY_REFUSED.includes(error.httpCode ?? '')) throw error;
		return fallback;
	});
}

/** What a refusal says when calls in progress have to end first. */
const CALLS_IN_PROGRESS =
	/concurren|simultaneous|calls? (are |is )?(already )?(in progress|active|ongoing|running)|(active|ongoing|running|open|parallel) calls?/i;

/**
 * Whether a limit was met that passes by itself: too many requests (429), or a refusal (4xx) whose words
 * speak of calls in progress (API: createCall). Quotas, billing (402) and limits of fields do not pass.
 */
export function isPassingLimit({ httpCode, message }: NodeApiError): boolean {
	if (httpCode === '429') return true;
	return /^4(?!0[123])/.test(httpCode ?? '') && CALLS_IN_PROGRESS.test(message);
}

/** Whether the words of a refusal name this field or query parameter. */
export function namesField({ message }: NodeApiError, field: string): boolean {
	return new RegExp(`\\b${field}\\b`).test(message);
}

/** What an answer that was not expected means. `said` holds the API's own words, maybe none. */
interface Explanation {
	/** What happened. */
	message(answer: ExplainedAnswer): string;
	/** What to do next. */
	advice(answer: ExplainedAnswer): string;
	/** Whether the server may have acted on the request all the same. */
	leavesOpen?: true;
}

interface ExplainedAnswer extends Subject {
	status: number;
	said: string;
	/** What kind of answer it is, for one that makes no sense. */
	looks: string;
	retryAfter?: number;
	credential: FluentsCredential;
}

/** Also of statuses that do not exist. */
const SERVER_FAULT: Explanation = {
	message: ({ said, status }) =>
		said || `Fluents.ai could not handle the request (HTTP ${status})`,
	advice: ({ ifUnclear }) =>
		ifUnclear
			? ''
			: 'The cause is at Fluents.ai. Run it again later. If this persists, contact support@fluents.ai.',
	leavesOpen: true,
};

const REDIRECT: Explanation = {
	message: () => 'Fluents.ai answered with a redirect, which is not followed',
	advice: ({ credential: { baseUrl } }) =>
		`The API key goes to the Base URL of the credential only (${baseUrl}). Check it.`,
};

/** By status, or else by its first digit. */
const EXPLANATIONS: Record<string, Explanation | undefined> = {
	// 400 and 422 name wrong values, 409 a conflict with what is there.
	'4xx': {
		message: ({ said, status }) => said || `Fluents.ai refused the request (HTTP ${status})`,
		advice: ({ status, credential: { environment } }) =>
			`Fluents.ai did not accept the values (HTTP ${status}, environment '${environment}'). Correct what it names and run the node again.`,
	},
	401: {
		message: ({ credential: { environment } }) =>
			`Fluents.ai refused the API key of environment '${environment}'`,
		advice: ({ said, credential: { environment } }) =>
			sentences(
				quoted(said),
				`Each environment has its own key. Copy the one of '${environment}' from Fluents.ai: Settings > Environments > API Key column (some accounts: Settings > API Keys), and put it into the credential that this node uses.`,
			),
	},
	402: {
		message: ({ said }) => said || 'Fluents.ai requires a payment (HTTP 402)',
		advice: () =>
			'The plan or the balance of the Fluents.ai account does not cover this. Check its billing, then run the node again.',
	},
	403: {
		message: ({ credential: { environment } }) =>
			`The API key of environment '${environment}' is not allowed to do this`,
		advice: ({ said }) =>
			sentences(
				quoted(said),
				'The key itself is known to Fluents.ai. Ask Fluents.ai support about its permissions.',
			),
	},
	404: {
		message: ({ object, said, credential: { environment } }) => {
			if (said && (!object || namesAnother(object, said))) return said;
			return object
				? `The ${object} does not exist in environment '${environment}'`
				: `Fluents.ai found nothing at this address in environment '${environment}'`;
		},
		advice: ({ object, said, credential: { environment } }) =>
			sentences(
				object && !namesAnother(object, said) ? quoted(said) : '',
				`An API key sees only its own environment, here '${environment}'. Check the ID, or choose the credential of the environment that it belongs to.`,
			),
	},
	408: {
		message: ({ said }) => said || 'Fluents.ai did not get the request in time (HTTP 408)',
		advice: () => 'Run it again later.',
		leavesOpen: true,
	},
	429: {
		message: ({ said }) => said || 'Fluents.ai accepts no more requests for now',
		advice: ({ retryAfter }) =>
			sentences(
				`A limit is reached${retryAfter === undefined ? '' : `, and Fluents.ai asks to wait ${Math.ceil(retryAfter / 1000)} seconds`}.`,
				"Run it again later or with fewer items, or slow down with the option 'Batching' where there is one.",
			),
	},
	'2xx': {
		message: () => 'The answer is not what the Fluents.ai API sends',
		advice: ({ looks, credential: { baseUrl } }) =>
			`It is ${looks}. Check the Base URL of the credential (${baseUrl}).`,
		leavesOpen: true,
	},
	// These ask to send the same to another address, so nothing was done. Others may follow what was done.
	301: REDIRECT,
	307: REDIRECT,
	308: REDIRECT,
	'3xx': { ...REDIRECT, leavesOpen: true },
	'5xx': SERVER_FAULT,
};

function explanationOf(status: number): Explanation {
	return EXPLANATIONS[status] ?? EXPLANATIONS[`${Math.floor(status / 100)}xx`] ?? SERVER_FAULT;
}

function explain(
	credential: FluentsCredential,
	failure: Failure,
	{ object, ifUnclear }: Subject,
	secrets: readonly string[],
): Omit<Explained, 'httpCode'> {
	const doubt = ifUnclear ? 'It is not known whether Fluents.ai acted on it' : '';
	const plain = { said: '', doubt: '', advice: '', isUnclear: false };
	const open = { ...plain, doubt, advice: ifUnclear ?? '', isUnclear: true };
	switch (failure.kind) {
		case 'storage': {
			const { host, status } = failure;
			return {
				...plain,
				reason: `The storage at ${foreignText(host)}, to which Fluents.ai led, did not give the file (HTTP ${status})`,
				advice: 'Its links hold for a short time only. Run the node again. If this persists, contact support@fluents.ai.',
			};
		}
		case 'local':
			return { ...plain, reason: failure.reason };
		case 'cancelled':
			return { ...open, reason: 'The execution was stopped' };
		case 'connection': {
			const { reason, sent } = failure;
			const advice = reachability(credential);
			return sent
				? { ...open, reason, advice: ifUnclear ?? advice }
				: { ...plain, reason, advice };
		}
		case 'answer': {
			const { status, body, retryAfter } = failure;
			const { message, advice, leavesOpen } = explanationOf(status);
			const said = foreignText(wordsOf(body), secrets);
			const named = object && foreignText(object);
			const looks = appearance(failure, secrets);
			const answer = {
				object: named,
				ifUnclear,
				status,
				said,
				looks,
				retryAfter,
				credential,
			};
			return {
				...(leavesOpen ? open : plain),
				reason: message(answer),
				said,
				advice: sentences(leavesOpen ? (ifUnclear ?? '') : '', advice(answer)),
			};
		}
	}
}

/** What a refusal can be about, as the API names it. */
const KINDS =
	/\b(account connection|action|agent|call|number|prompt|recording|voice|webhook)s?\b/gi;

/** Whether the API's words name an object of another kind than the one that the request is about. */
function namesAnother(object: string, said: string): boolean {
	return [...said.matchAll(KINDS)].some(
		([, kind]) => !object.toLowerCase().includes(kind.toLowerCase()),
	);
}

function reachability({ baseUrl }: FluentsCredential): string {
	return `Check that this n8n reaches ${new URL(baseUrl).origin}, and the Base URL of the credential.`;
}

/** Of a text that is no answer of the API, and of its fields, so much is shown. */
const FIRST_WORDS = 80;
const FIRST_FIELDS = 10;

/** Tells a person what came in the place of an answer: its kind, its status, how it begins. */
function appearance(
	{ status, contentType, body }: Extract<Failure, { kind: 'answer' }>,
	secrets: readonly string[],
): string {
	const type = contentType ? ` of type ${foreignText(contentType, secrets, FIRST_WORDS)}` : '';
	const about = `${type} with HTTP ${status}`;
	if ((body ?? '') === '') return `empty${about}`;
	if (typeof body !== 'object' || body === null) {
		return `text${about} that begins "${foreignText(body, secrets, FIRST_WORDS)}"`;
	}
	if (isTooDeep(body)) return `JSON${about} that nests more than ${DEEPEST_JSON} deep`;
	if (Array.isArray(body)) return `a list${about}`;
	const fields = Object.keys(body as IDataObject).slice(0, FIRST_FIELDS);
	const names = foreignText(fields.join(', '), secrets, FIRST_WORDS);
	return `an object${about}, ${names ? `with the fields ${names}` : 'without fields'}`;
}

/** Objects inside of each other, and entries of a list, in which words are looked for. */
const DEEPEST = 5;
const LONGEST_LIST = 20;

/**
 * Finds the API's own words in an answer. Forms seen (API: C4): `message` or `detail` as text or list,
 * `error`, and plain text.
 */
function wordsOf(body: unknown, depth = 0): string {
	const within = (value: unknown) => wordsOf(value, depth + 1);
	if (typeof body === 'string') return /^\s*</.test(body) ? '' : body;
	if (body === null || typeof body !== 'object' || depth > DEEPEST) return '';
	if (Array.isArray(body)) {
		return body.slice(0, LONGEST_LIST).map(within).filter(Boolean).join('; ');
	}
	const { message, detail, error, msg, loc } = body as IDataObject;
	if (typeof msg === 'string') {
		const field = Array.isArray(loc) ? loc.filter((part) => part !== 'body').join('.') : '';
		return field ? `${field}: ${msg}` : msg;
	}
	return within(message) || within(detail) || within(error);
}

function quoted(said: string): string {
	return said && `Fluents.ai said: ${said}`;
}

/** Joins texts, each with an end; empty ones are left out. */
export function sentences(...parts: string[]): string {
	return parts
		.filter(Boolean)
		.map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
		.join(' ');
}
