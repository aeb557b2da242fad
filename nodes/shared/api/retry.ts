import type { Failure } from './errors';

/**
 * Whether a request may be sent again when its answer is missing: one that only reads may, and a
 * `repeatable` change, which has the same effect when it is made twice; any other change may not.
 */
export type Effect = 'read' | 'repeatable' | 'write';

/** What to do after a request has failed. All times are milliseconds. */
export type NextStep =
	/** Send it again after this time. */
	| { kind: 'repeat'; after: number }
	/** Send nothing of this run for this time, then send it again. */
	| { kind: 'hold'; for: number }
	/** Report the failure. `hold`: for how long the other requests of the run wait. */
	| { kind: 'giveUp'; hold?: number };

export interface FailedTry {
	effect: Effect;
	failure: Failure;
	/** Tries so far, the failed one included. */
	tries: number;
	/** Milliseconds until the request has used up its time. */
	timeLeft: number;
	/** Whether the caller itself waits when a limit is reached (429). */
	callerWaits?: boolean;
}

/** Tries of a read that meets faults. For rate limits only the time counts. */
const MOST_TRIES = 5;

const FIRST_BACKOFF = 400;
const LONGEST_BACKOFF = 10_000;

/** A longer Retry-After is not believed. */
const DAY = 24 * 60 * 60_000;

/** Answers of a gateway that could not reach the API, or could not wait for it. */
const GATEWAY_FAULTS = [502, 503, 504];

/**
 * Decides what follows a failed try.
 *
 * The server may ask for a pause (`Retry-After`). It gets at least the backoff, so that a pause of 0 never
 * makes a loop; when it asks for more than the time left, the request is given up at once.
 *
 * @param random as `Math.random`.
 */
export function nextStep(
	{ effect, failure, tries, timeLeft, callerWaits = false }: FailedTry,
	random = Math.random,
): NextStep {
	const asked = failure.kind === 'answer' ? failure.retryAfter : undefined;
	const delay = Math.max(asked ?? 0, backoff(tries, random));
	if (isRateLimit(failure)) {
		if (callerWaits) return { kind: 'giveUp', ...(asked !== undefined && { hold: delay }) };
		return delay > timeLeft ? { kind: 'giveUp', hold: delay } : { kind: 'hold', for: delay };
	}
	const again = isSafeToRepeat(effect, failure) && tries < MOST_TRIES && delay <= timeLeft;
	return again ? { kind: 'repeat', after: delay } : { kind: 'giveUp' };
}

/**
 * Reads a `Retry-After` header, which holds seconds or a date.
 *
 * @returns milliseconds from now, not negative; undefined for what is no such time, or more than a day.
 */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
	if (header === undefined) return undefined;
	const isSeconds = /^\d+(\.\d+)?$/.test(header);
	const isDate = /^[a-z]{3,9},? .*\d/i.test(header);
	if (!isSeconds && !isDate) return undefined;
	const delay = isSeconds ? Number(header) * 1000 : Math.max(0, Date.parse(header) - now);
	return delay <= DAY ? delay : undefined;
}

/** A pause that doubles with each try; the jitter keeps requests that failed together apart. */
function backoff(tries: number, random: () => number): number {
	return Math.min(FIRST_BACKOFF * 2 ** (tries - 1), LONGEST_BACKOFF) * (0.5 + random() / 2);
}

/** Whether Fluents.ai wants fewer requests. */
export function isRateLimit(failure: Failure): boolean {
	return failure.kind === 'answer' && failure.status === 429;
}

/** Whether a gateway could not reach what it stands before, or could not wait for it. */
export function isGatewayFault(failure: Failure): boolean {
	const hasStatus = failure.kind === 'answer' || failure.kind === 'storage';
	return hasStatus && GATEWAY_FAULTS.includes(failure.status);
}

function isSafeToRepeat(effect: Effect, failure: Failure): boolean {
	if (failure.kind === 'connection') return effect !== 'write' || !failure.sent;
	return effect !== 'write' && isGatewayFault(failure);
}
