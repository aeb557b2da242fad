import { createHash } from 'crypto';

import { sleep } from 'n8n-workflow';

import type { FluentsCredential } from './credential';

export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

/** Lets at most `size` tasks run at the same time; the others wait in the order they came in. */
export function createLimiter(size: number): Limiter {
	let running = 0;
	const waiting: Array<() => void> = [];

	return async (task) => {
		if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
		else running++;
		try {
			return await task();
		} finally {
			const next = waiting.shift();
			// The place is handed over, so that a newcomer cannot take it in between.
			if (next) next();
			else running--;
		}
	};
}

/** Tasks that start in one turn of the event loop. */
const STARTS_PER_TURN = 2;

/**
 * Lets few tasks start at the same moment; the others follow a moment later.
 *
 * Node.js connects to a server when all is done that is due. Where many answers arrive together and
 * each is followed by a new request, the first of these would wait until the last answer is handled.
 *
 * @param ended lets all go on when it fires; they look at it themselves.
 */
export function createStagger(ended: AbortSignal): () => Promise<void> {
	const waiting: Array<() => void> = [];
	let started = 0;
	const endTurn = async () => {
		await sleep(0);
		const next = waiting.splice(0, ended.aborted ? Infinity : STARTS_PER_TURN);
		started = next.length;
		if (started > 0) void endTurn();
		for (const start of next) start();
	};

	return async () => {
		if (ended.aborted) return;
		if (started === STARTS_PER_TURN) {
			return await new Promise((resolve) => waiting.push(resolve));
		}
		if (++started === 1) void endTurn();
	};
}

/** Tells environments apart: the start of the hash of base URL and key, which says nothing about the key. */
export function keyHashOf({ baseUrl, apiKey }: FluentsCredential): string {
	return createHash('sha256').update(`${baseUrl} ${apiKey}`).digest('hex').slice(0, 12);
}

/**
 * A limiter for each environment, so that one that is slow holds up itself only.
 *
 * @returns the one of a credential.
 */
export function createLimiters(size: number): (credential: FluentsCredential) => Limiter {
	const limiters = new Map<string, Limiter>();
	return (credential) => {
		const key = keyHashOf(credential);
		const limiter = limiters.get(key) ?? createLimiter(size);
		limiters.set(key, limiter);
		return limiter;
	};
}
