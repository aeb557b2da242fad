import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import { canonical } from '../../shared/canonical';
import { Memory } from '../../shared/memory';
import type { ItemReader } from '../../shared/parameters/reader';
import { optionsOf } from '../fields/options';
import type { Run } from '../operation';
import { isTool } from '../tool';
import { readMaxWait } from '../watching/untilEnded';
import type { Addressee } from './addressee';
import type { Attempt, Attempts } from './attempts';
import { madeAt } from './callKey';
import { callsOf } from './sharedInRun';
import { inTurn, nameOf } from './sharedInProcess';
import { digitsOf } from '../../shared/phoneNumbers/parse';
import { repeatWindowOption } from './fields';

const MINUTE = 60_000;

const DAY = 24 * 60 * MINUTE;

/** Milliseconds by which the clocks of n8n and Fluents.ai may differ. */
const CLOCK_SKEW = 2 * MINUTE;

/** By what a request of a tool is known that was made before. */
export interface RepeatRule {
	/** How the keys of all same requests begin. It depends on nothing but what is asked for. */
	prefix: string;
	/** Milliseconds. */
	window: number;
}

/**
 * @returns undefined where no rule holds: in a workflow, and with a Repeat Window of 0.
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readRepeatRule(
	from: ItemReader,
	request: Addressee & { agent: unknown; fromNumber: string; context: IDataObject },
): RepeatRule | undefined {
	const { context, itemIndex } = from;
	if (!isTool(context)) return undefined;
	const minutes = optionsOf(from).number(repeatWindowOption);
	if (minutes === 0) return undefined;
	const asked = canonical([
		context.getNodeParameter('operation', itemIndex),
		withoutSpelling(request.agent),
		digitsOf(request.fromNumber),
		digitsOf(request.toNumber),
		withoutSpelling(request.context),
		...(request.insteadOf === undefined ? [] : [digitsOf(request.insteadOf)]),
	]);
	return {
		prefix: `n8n-tool-${hash(asked)}`,
		window: minutes * MINUTE + longestAnswer(from),
	};
}

/**
 * A value without what models write in one way or another. One that asks again may leave out what it left
 * empty before, and spaces, capitals, the order of fields and the zeros of decimals come and go.
 */
function withoutSpelling(value: unknown): unknown {
	if (value === null || value === undefined) return '';
	if (Array.isArray(value)) return value.map(withoutSpelling);
	if (typeof value === 'object') {
		return Object.entries(value)
			.map(([name, inner]) => [withoutSpelling(name), withoutSpelling(inner)])
			.filter(([, inner]) => inner !== '')
			.map((entry) => canonical(entry))
			.sort();
	}
	const text = String(value).normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
	return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}

/** Milliseconds until whoever asked has an answer: an operation that waits gives it after Max Wait. */
function longestAnswer(from: ItemReader): number {
	const { context, itemIndex } = from;
	const isWaiting = context.getNodeParameter('operation', itemIndex) === 'createAndWait';
	return isWaiting ? readMaxWait(from) : 0;
}

/** The last of the same requests of tools to this process, by name. */
const lastAttempts = new Memory<Attempt>(10_000, DAY);

/**
 * Places a call after all same requests that are under way in this process.
 *
 * @param attempts the notes about this request.
 * @param place gets the notes about the last same request within Repeat Window.
 */
export async function afterSameRequests<T>(
	{ api, signal }: Run,
	{ prefix, window }: RepeatRule,
	attempts: Attempts,
	place: (earlier: Attempts) => Promise<T>,
): Promise<T> {
	const name = nameOf(api.credential, 'request', prefix);
	const note = <N extends Attempt>(attempt: N): N => {
		lastAttempts.set(name, attempt);
		return attempt;
	};
	const find = () => {
		const last = lastAttempts.get(name);
		return last && last.at > Date.now() - window ? last : undefined;
	};
	return await inTurn([name], async () => {
		signal.throwIfAborted();
		try {
			return await place({ find, note });
		} finally {
			const own = attempts.find();
			if (own && own.state !== 'refused' && own.state !== 'unsent') note(own);
		}
	});
}

/**
 * Looks for the call of the same request among those of Fluents.ai: of another process, or before n8n
 * was started again.
 *
 * @param own the key of an attempt that this request has made itself.
 */
export async function findRepeat(
	run: Run,
	toNumber: string,
	{ prefix, window }: RepeatRule,
	own?: string,
): Promise<{ call: IDataObject; at: number } | undefined> {
	const { ledger } = callsOf(run);
	const since = Date.now() - window;
	const earlier = await ledger.earlier(since - CLOCK_SKEW);
	for (const call of earlier.toNumber(toNumber)) {
		const key = (await ledger.keyOf(call)) ?? '';
		const at = madeAt(key) ?? 0;
		if (key.startsWith(`${prefix}-`) && key !== own && at > since) return { call, at };
	}
	return undefined;
}

/** What a language model is told about a request that it has made before. */
export function repeatNote(at: number): string {
	const minutes = Math.floor((Date.now() - at) / MINUTE);
	const ago =
		minutes < 1 ? 'less than a minute' : minutes === 1 ? '1 minute' : `${minutes} minutes`;
	return `The same call was placed ${ago} ago, so this person was not called again. This is that call.`;
}

function hash(text: string): string {
	return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
