import { createHash } from 'crypto';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { createLimiter, type Limiter } from '../../shared/api/limiter';
import { canonical } from '../../shared/canonical';
import { Memory } from '../../shared/memory';
import type { ItemReader } from '../../shared/parameters/reader';
import { optionsOf } from '../fields/options';
import type { Run } from '../operation';
import { isTool } from '../tool';
import { readMaxWait } from '../watching/untilEnded';
import type { Attempt, Attempts } from './attempts';
import { madeAt } from './callKey';
import { callsOf } from './callsOf';
import { digitsOf } from '../../shared/phoneNumbers/parse';

const MINUTE = 60_000;

const DAY = 24 * 60 * MINUTE;

/** Milliseconds by which the clocks of n8n and Fluents.ai may differ. */
const CLOCK_SKEW = 2 * MINUTE;

export const repeatWindowOption: INodeProperties = {
	displayName: 'Repeat Window (Minutes)',
	name: 'repeatWindow',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 10,
	displayOptions: { show: { '@tool': [true] } },
	description:
		'For how long the same request of a tool is a repeat: same operation, number, From Number, agent and context. A repeat gives the earlier call, marked as duplicate, and nobody is called again. With Create and Wait, Max Wait is added. 0 turns this off.',
};

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
	request: { agentId: string; fromNumber: string; toNumber: string; context: IDataObject },
): RepeatRule | undefined {
	const { context, itemIndex } = from;
	if (!isTool(context)) return undefined;
	const minutes = optionsOf(from).number(repeatWindowOption);
	if (minutes === 0) return undefined;
	const asked = canonical([
		context.getNodeParameter('operation', itemIndex),
		request.agentId,
		digitsOf(request.fromNumber),
		digitsOf(request.toNumber),
		withoutSpelling(request.context),
	]);
	return {
		prefix: `n8n-tool-${hash(asked)}`,
		window: minutes * MINUTE + longestAnswer(from),
	};
}

/**
 * Variables as they are told apart. A model that asks again may leave out what it left empty before, and
 * spaces and line breaks come and go.
 */
function withoutSpelling(variables: IDataObject): IDataObject {
	const entries = Object.entries(variables).map(([name, value]) => [name.trim(), plain(value)]);
	return Object.fromEntries(entries.filter(([, value]) => value !== '')) as IDataObject;
}

/** Additional fields of a request may hold variables that are no texts. */
function plain(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	return value.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** Milliseconds until whoever asked has an answer: an operation that waits gives it after Max Wait. */
function longestAnswer(from: ItemReader): number {
	const { context, itemIndex } = from;
	const isWaiting = context.getNodeParameter('operation', itemIndex) === 'createAndWait';
	return isWaiting ? readMaxWait(from) : 0;
}

/** What this process knows about the same requests of tools. */
interface Known {
	oneAtATime: Limiter;
	attempt?: Attempt;
}

const knownRequests = new Memory<Known>(10_000, DAY);

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
	const { baseUrl, apiKey } = api.credential;
	const id = hash(canonical([baseUrl, apiKey, prefix]));
	const known = knownRequests.get(id) ?? { oneAtATime: createLimiter(1) };
	knownRequests.set(id, known);
	const earlier: Attempts = {
		find: () =>
			known.attempt && known.attempt.at > Date.now() - window ? known.attempt : undefined,
		note: (attempt) => (known.attempt = attempt) && attempt,
	};
	return await known.oneAtATime(async () => {
		signal.throwIfAborted();
		try {
			return await place(earlier);
		} finally {
			const own = attempts.find();
			if (own && own.state !== 'refused') known.attempt = own;
		}
	});
}

/**
 * Looks for the call of the same request among those of Fluents.ai: of another process, or before n8n
 * was started again.
 */
export async function findRepeat(
	run: Run,
	toNumber: string,
	{ prefix, window }: RepeatRule,
): Promise<{ call: IDataObject; at: number } | undefined> {
	const { ledger } = callsOf(run);
	const since = Date.now() - window;
	const earlier = await ledger.earlier(since - CLOCK_SKEW);
	for (const call of earlier.toNumber(toNumber)) {
		const key = (await ledger.keyOf(call)) ?? '';
		const at = madeAt(key) ?? 0;
		if (key.startsWith(`${prefix}-`) && at > since) return { call, at };
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
