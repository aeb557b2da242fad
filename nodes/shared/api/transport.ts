import { sleep } from 'n8n-workflow';
import type {
	ICredentialsDecrypted,
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	IWebhookFunctions,
} from 'n8n-workflow';

import { limiterFor, type AdaptiveLimiter, type Leave, type Verdict } from './adaptiveLimiter';
import { decode, type Expected, type PageAnswer } from './answers';
import { audioType } from './audio';
import { CREDENTIAL_NAME, type FluentsCredential } from './credential';
import { toNodeError, type Failure, type FluentsApiError, type Subject } from './errors';
import { foreignText } from '../foreignText';
import { createLimiter } from './limiter';
import { secretsOf } from '../masking';
import { isRedirectAllowed } from './redirect';
import { isGatewayFault, isRateLimit, nextStep, parseRetryAfter, type Effect } from './retry';
import { steadyNow } from '../steadyNow';

/** The contexts of n8n that talk to Fluents.ai. */
export type FluentsContext =
	IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions | IWebhookFunctions;

interface FluentsRequest extends Subject {
	method: IHttpRequestMethods;
	/** Below the base URL, e.g. `/calls/list`. */
	path: string;
	query?: IDataObject;
	body?: IDataObject;
	/** Whether the caller itself waits when a limit is reached (429). */
	throwLimits?: boolean;
}

/** A stream as n8n takes it for binary data. */
type BinaryStream = Exclude<
	Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0],
	Buffer | Uint8Array
>;

type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export interface Download {
	stream: BinaryStream;
	/** Of sound, e.g. `audio/mpeg`. */
	type: string;
}

export interface TransportOptions {
	/** Milliseconds to wait for an answer to one request. */
	timeout?: number;
	/** One request, with everything that is tried again, takes at most this many milliseconds. */
	retryBudget?: number;
}

const DEFAULT_TIMEOUT = 30_000;

const DEFAULT_RETRY_BUDGET = 60_000;

/**
 * A request that is refused while others are answered gets its time anew until so many times it are over. Tries do
 * not count: with a limit per minute that asks for no pause, there are five in seconds.
 */
const MOST_OUTRUN = 5;

/** Files that are read at the same time. */
const OPEN_FILES = 20;

/** Faults before the request left: the server cannot have acted on it. */
const NEVER_SENT = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
]);

/**
 * The only place that knows HTTP: base URL, authentication, time-outs, retries, error translation.
 *
 * One instance serves one run of a node: it holds the credential (n8n decrypts it anew for each
 * request otherwise, which takes longer than the request) and makes all requests of the run wait
 * when Fluents.ai asks for it. Reads share their limiter with other runs.
 */
export class FluentsTransport {
	private readonly files = createLimiter(OPEN_FILES);

	/** When Fluents.ai last answered a request of this run with anything but a limit or a fault; at first, when it began. */
	private answeredAt = steadyNow();

	/** Since and until when Fluents.ai wants nothing to be sent (429), and its answer. */
	private hold: { since: number; until: number; failure: Failure } | undefined;

	constructor(
		private readonly context: FluentsContext,
		readonly credential: FluentsCredential,
		private readonly decrypted: ICredentialsDecrypted,
		private readonly options: TransportOptions = {},
	) {}

	/** For how many milliseconds from now Fluents.ai wants nothing to be sent; negative when it does not. */
	get heldFor(): number {
		return (this.hold?.until ?? -Infinity) - steadyNow();
	}

	/** An error about answers of which each is right, but not all together. */
	failed(reason: string): FluentsApiError {
		return this.errorOf({ kind: 'local', reason }, {});
	}

	/**
	 * Reads one object.
	 *
	 * @throws NodeApiError in the user's words.
	 */
	async get(path: string, query: IDataObject, subject: Subject = {}): Promise<IDataObject> {
		return await this.requestJson('read', 'object', { ...subject, method: 'GET', path, query });
	}

	/**
	 * Reads a page of a list.
	 *
	 * @throws NodeApiError in the user's words.
	 */
	async getPage(
		path: string,
		query: IDataObject,
		expected: 'page' | 'numbersOnSale' = 'page',
	): Promise<PageAnswer> {
		const answer = await this.requestJson('read', expected, { method: 'GET', path, query });
		return answer as PageAnswer;
	}

	/**
	 * Sends a request that changes something. It is sent again only when it is certain that the server
	 * did not act on it, and it is not torn off when the execution is stopped.
	 *
	 * @param effect `repeatable` for a change that may be made twice: it is sent again like a read.
	 * @throws NodeApiError in the user's words.
	 */
	async post(
		path: string,
		request: { query?: IDataObject; body?: IDataObject; throwLimits?: boolean } & Subject,
		effect: Effect = 'write',
	): Promise<IDataObject> {
		return await this.requestJson(effect, 'object', { ...request, method: 'POST', path });
	}

	/** As `post`. Some answers are empty, and come back as an empty object. */
	async delete(
		path: string,
		query: IDataObject,
		subject: Subject = {},
		effect: Effect = 'write',
	): Promise<IDataObject> {
		const request: FluentsRequest = { ...subject, method: 'DELETE', path, query };
		return await this.requestJson(effect, 'nothing', request);
	}

	/**
	 * Sends a request that this package knows nothing of; what is not a GET is taken for a change.
	 *
	 * @returns the JSON of the answer, null when it is empty.
	 * @throws NodeApiError in the user's words.
	 */
	async request(
		method: 'get' | 'post' | 'delete',
		path: string,
		request: { query?: IDataObject; body?: IDataObject } & Subject,
	): Promise<unknown> {
		const { answer } = await this.requestJson(method === 'get' ? 'read' : 'write', 'anything', {
			...request,
			method: method.toUpperCase() as IHttpRequestMethods,
			path,
		});
		return answer;
	}

	/**
	 * Reads a file with sound and hands its stream to `store`, which is called again when the connection
	 * breaks half-way. One redirect is followed; the key goes along only to the origin of the base URL. A
	 * download ends when no byte comes for as long as an answer may take.
	 *
	 * @throws NodeApiError in the user's words.
	 */
	async download<T>(
		path: string,
		query: IDataObject,
		subject: Subject,
		store: (file: Download) => Promise<T>,
	): Promise<T> {
		const request: FluentsRequest = { ...subject, method: 'GET', path, query };
		const tryOnce = async (): Promise<Outcome<T>> => {
			const { response, storage } = await this.sendForFile(request);
			const stream = response.body as BinaryStream;
			const guard = this.endWhenStalled(stream);
			try {
				const start = await readStart(stream);
				const { 'content-type': contentType } = lowerCase(response.headers);
				const type =
					response.statusCode === 200 ? audioType(contentType, start) : undefined;
				if (type) {
					const stored = store({ stream, type });
					return { ok: true, value: await Promise.race([stored, guard.stalled]) };
				}
				stream.destroy();
				return { ok: false, failure: noFile(response, start, storage) };
			} catch (error) {
				const failure: Failure = stream.errored
					? this.connectionFailure(stream.errored)
					: this.localFailure(error);
				return { ok: false, failure };
			} finally {
				guard.end();
			}
		};
		return await this.files(async () => await this.withRetries('read', request, tryOnce));
	}

	/** Ends a stream that brings nothing for the time that an answer may take. */
	private endWhenStalled(stream: BinaryStream): { stalled: Promise<never>; end(): void } {
		const timeout = this.options.timeout ?? DEFAULT_TIMEOUT;
		const ended = new AbortController();
		let latest = steadyNow();
		// Unlike `on`, this does not make the stream flow.
		stream.prependListener('data', () => (latest = steadyNow()));
		const stalled = new Promise<never>((_, reject) => {
			const watch = async () => {
				for (let left = timeout; left > 0; left = latest + timeout - steadyNow()) {
					if (await pauseUnlessStopped(left, ended.signal)) return;
				}
				const error = Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' });
				stream.destroy(error);
				reject(error);
			};
			void watch();
		});
		// Whoever stores the stream may not notice; whoever waits for its first bytes does.
		stalled.catch(() => {});
		return { stalled, end: () => ended.abort() };
	}

	private async requestJson(
		effect: Effect,
		expected: Expected,
		request: FluentsRequest,
	): Promise<IDataObject> {
		return await this.withRetries(effect, request, async () => {
			const response = await this.send(effect, this.optionsOf(request));
			const { body } = response;
			const asked = request.query?.id;
			const value = isSuccess(response) ? decode(expected, body, asked) : undefined;
			return value ? { ok: true, value } : { ok: false, failure: answerOf(response, body) };
		});
	}

	private optionsOf({ method, path, query, body }: FluentsRequest): IHttpRequestOptions {
		return {
			method,
			url: `${this.credential.baseUrl}${path}`,
			qs: query,
			body,
			json: true,
			timeout: this.options.timeout ?? DEFAULT_TIMEOUT,
			returnFullResponse: true,
			// Statuses are looked at here: n8n's own errors for them leave out what the API said.
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		};
	}

	private async send(
		effect: Effect,
		options: IHttpRequestOptions,
	): Promise<IN8nHttpFullResponse> {
		const { helpers, logger } = this.context;
		const getNode = () => this.context.getNode();
		// n8n's helper tears a request off when the execution is stopped, if the context can tell it so.
		const context = effect === 'read' ? this.context : { helpers, logger, getNode };
		return (await helpers.httpRequestWithAuthentication.call(
			context as IExecuteFunctions,
			CREDENTIAL_NAME,
			options,
			{ credentialsDecrypted: this.decrypted },
		)) as IN8nHttpFullResponse;
	}

	/** `storage`: the host that a redirect led to, where it is not that of the API. */
	private async sendForFile(
		request: FluentsRequest,
	): Promise<{ response: IN8nHttpFullResponse; storage?: string }> {
		const options: IHttpRequestOptions = {
			...this.optionsOf(request),
			json: false,
			encoding: 'stream',
		};
		const response = await this.send('read', options);
		const location = lowerCase(response.headers).location;
		const isRedirect = response.statusCode >= 300 && response.statusCode < 400;
		if (!isRedirect || !location || !URL.canParse(location, options.url)) return { response };

		const target = new URL(location, options.url);
		const api = new URL(this.credential.baseUrl);
		if (!isRedirectAllowed(target, api)) return { response };
		(response.body as BinaryStream).destroy();

		const redirected = { ...options, url: target.href, qs: undefined };
		if (target.origin === api.origin) return { response: await this.send('read', redirected) };
		const abortSignal = this.signal();
		const stored = await this.context.helpers.httpRequest({ ...redirected, abortSignal });
		return { response: stored as IN8nHttpFullResponse, storage: target.host };
	}

	/** Repeats `attempt` as far as that is safe and within the budget. */
	private async withRetries<T>(
		effect: Effect,
		request: FluentsRequest,
		attempt: () => Promise<Outcome<T>>,
	): Promise<T> {
		const budget = this.options.retryBudget ?? DEFAULT_RETRY_BUDGET;
		let deadline = steadyNow() + budget;
		let before = -Infinity;
		let first = Infinity;
		for (let tries = 1; ; tries++) {
			const leave = await this.enter(effect, request, { deadline, isAgain: tries > 1 });
			const sent = steadyNow();
			first = Math.min(first, sent);
			// Other requests that go first take none of its time.
			if (tries === 1) deadline = sent + budget;
			const outcome = await this.settle(attempt);
			const verdict = verdictOf(outcome);
			leave?.(verdict);
			const now = steadyNow();
			if (verdict.kind === 'answered') this.answeredAt = now;
			if (outcome.ok) return outcome.value;

			const { failure } = outcome;
			// What was refused has used up no time: a limit per minute asks for a minute, and for one more where
			// others have taken what it allows.
			const answeredAt = Math.max(this.answeredAt, this.limiter().answeredAt);
			const isStuck = now - answeredAt >= budget;
			const isInTime = now - first < MOST_OUTRUN * budget;
			const isOutrun = isInTime && (!isStuck || answeredAt >= before);
			if (verdict.kind === 'limit' && isOutrun) deadline = now + budget;
			before = sent;
			const timeLeft = deadline - now;
			const callerWaits = request.throwLimits;
			const step = nextStep({ effect, failure, tries, timeLeft, callerWaits });
			switch (step.kind) {
				case 'repeat':
					await this.pause(step.after, request);
					break;
				case 'hold':
					this.holdBack({ sent, now }, step.for, failure);
					break;
				case 'giveUp':
					if (step.hold !== undefined) {
						this.holdBack({ sent, now }, step.hold, failure);
						// Those that wait in vain give up as well, not one after the other.
						if (isStuck || step.hold > budget) this.limiter().sendBack(this);
					}
					throw this.errorOf(failure, request);
			}
		}
	}

	/**
	 * Waits until a request may be sent.
	 *
	 * @returns how to leave its place among the reads; a change needs none.
	 */
	private async enter(
		effect: Effect,
		request: FluentsRequest,
		{ deadline, isAgain }: { deadline: number; isAgain: boolean },
	): Promise<Leave | undefined> {
		for (;;) {
			await this.waitOut(deadline, request);
			if (effect !== 'read') return undefined;
			const leave = await this.limiter().enter(this, this.signal(), isAgain);
			if (leave) return leave;
			if (this.signal()?.aborted) throw this.errorOf({ kind: 'cancelled' }, request);
		}
	}

	private limiter(): AdaptiveLimiter {
		return limiterFor(this.credential.baseUrl, this.credential.apiKey);
	}

	private async settle<T>(attempt: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
		try {
			return await attempt();
		} catch (error) {
			return { ok: false, failure: this.connectionFailure(error) };
		}
	}

	/** Notes for how long Fluents.ai wants nothing, as it answered now to a request that was sent then. */
	private holdBack(
		{ sent, now }: { sent: number; now: number },
		delay: number,
		failure: Failure,
	): void {
		// What was on its way when the hold began asks for the same one once more.
		const since = this.hold && sent <= this.hold.since ? this.hold.since : now;
		const until = Math.max(since + delay, this.hold?.until ?? 0);
		this.hold = { since, until, failure };
	}

	/** Holds every request of the run back while Fluents.ai wants none. */
	private async waitOut(deadline: number, request: FluentsRequest): Promise<void> {
		while (this.hold && this.hold.until > steadyNow()) {
			if (this.hold.until > deadline) throw this.errorOf(this.hold.failure, request);
			await this.pause(this.hold.until - steadyNow(), request);
		}
	}

	private async pause(milliseconds: number, request: FluentsRequest): Promise<void> {
		const stopped = await pauseUnlessStopped(milliseconds, this.signal());
		if (stopped) throw this.errorOf({ kind: 'cancelled' }, request);
	}

	private signal(): AbortSignal | undefined {
		return cancelSignal(this.context);
	}

	private connectionFailure(error: unknown): Failure {
		const { code, message } = originOf(error);
		// Without a code it is no fault of the connection: n8n refused to send the request, and says why.
		if (code === '') return this.localFailure(error);
		if (code === 'ERR_CANCELED' || this.signal()?.aborted) return { kind: 'cancelled' };
		if (NEVER_SENT.has(code)) {
			return { kind: 'connection', sent: false, reason: 'Fluents.ai could not be reached' };
		}
		const timedOut = /^(ECONNABORTED|ETIMEDOUT)$/.test(code) && /timeout|timed/i.test(message);
		const seconds = (this.options.timeout ?? DEFAULT_TIMEOUT) / 1000;
		return {
			kind: 'connection',
			sent: true,
			reason: timedOut
				? `Fluents.ai did not answer within ${seconds} seconds`
				: 'The connection to Fluents.ai broke before the answer was complete',
		};
	}

	private localFailure(error: unknown): Failure {
		const { message } = originOf(error);
		return { kind: 'local', reason: foreignText(message, [this.credential.apiKey]) };
	}

	private errorOf(failure: Failure, { body, ...subject }: Subject & { body?: IDataObject }) {
		const { credential } = this;
		return toNodeError(this.context.getNode(), credential, failure, subject, secretsOf(body));
	}
}

/** The signal that tells that the user stopped the execution; older versions of n8n have none. */
export function cancelSignal(context: FluentsContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

/** A pause looks at least so often, in milliseconds, whether it goes on: n8n's sleep has no end before its time. */
const LONGEST_SLEEP = 1000;

/** @returns whether the signal fired before the time was over; then the pause ends at once. */
export async function pauseUnlessStopped(
	milliseconds: number,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	let onAbort = () => {};
	const aborted = new Promise<void>((resolve) => {
		onAbort = resolve;
		signal?.addEventListener('abort', onAbort, { once: true });
	});
	const end = steadyNow() + milliseconds;
	for (let left = milliseconds; left > 0 && !signal?.aborted; left = end - steadyNow()) {
		await Promise.race([sleep(Math.min(left, LONGEST_SLEEP)), aborted]);
	}
	signal?.removeEventListener('abort', onAbort);
	return signal?.aborted === true;
}

function isSuccess({ statusCode }: IN8nHttpFullResponse): boolean {
	return statusCode >= 200 && statusCode < 300;
}

function verdictOf(outcome: Outcome<unknown>): Verdict {
	if (outcome.ok) return { kind: 'answered' };
	const { failure } = outcome;
	if (failure.kind === 'connection' || isGatewayFault(failure)) return { kind: 'fault' };
	if (failure.kind !== 'answer') return { kind: 'nothing' };
	if (isRateLimit(failure)) return { kind: 'limit', pause: failure.retryAfter ?? 0 };
	return { kind: 'answered' };
}

function answerOf({ statusCode, headers }: IN8nHttpFullResponse, body: unknown): Failure {
	const { 'retry-after': retryAfter, 'content-type': contentType } = lowerCase(headers);
	return {
		kind: 'answer',
		status: statusCode,
		contentType,
		body,
		retryAfter: parseRetryAfter(retryAfter),
	};
}

/** n8n wraps what the HTTP client threw, which holds the key: only these two texts leave here. */
function originOf(error: unknown): { code: string; message: string } {
	let origin = error as { code?: unknown; message?: unknown; cause?: unknown } | undefined;
	while (origin?.cause && typeof origin.code !== 'string') origin = origin.cause as typeof origin;
	return { code: String(origin?.code ?? ''), message: String(origin?.message ?? '') };
}

function lowerCase(headers: IDataObject): Record<string, string | undefined> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
	);
}

/** @param start of the body; short answers are in it as a whole. */
function noFile(response: IN8nHttpFullResponse, start: Buffer, storage?: string): Failure {
	const { statusCode: status } = response;
	return storage !== undefined && status >= 400
		? { kind: 'storage', host: storage, status }
		: answerOf(response, parseJson(start.toString()));
}

/** Reads the first bytes of a stream, and leaves them in it. */
async function readStart(stream: BinaryStream): Promise<Buffer> {
	let start: Buffer = Buffer.alloc(0);
	await new Promise<void>((resolve) => {
		const end = () => resolve();
		for (const event of ['end', 'close', 'error']) stream.once(event, end);
		stream.once('data', (chunk: Buffer) => {
			start = chunk;
			stream.pause();
			// At once, before a short stream takes itself for read.
			stream.unshift(chunk);
			resolve();
		});
		if (stream.destroyed || stream.readableEnded) resolve();
	});
	if (stream.errored) throw stream.errored;
	// As if nobody had paused it: a stream that is paused gives nothing to who listens to its data, as n8n does
	// when it keeps files in a database or in memory.
	(stream as { readableFlowing: boolean | null }).readableFlowing = null;
	return start;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}
