import type { IDataObject } from 'n8n-workflow';

import { FluentsApiError, withFallback } from '../../shared/api/errors';
import { pauseUnlessStopped } from '../../shared/api/transport';
import { readTimeout } from '../fields/options';
import { ItemReader } from '../../shared/parameters/reader';
import type { Run } from '../operation';
import { readIfPossible } from '../watching/watcher';
import { isFor } from './addressee';
import type { Attempt, RefusedAttempt, SentAttempt } from './attempts';
import { carriedKey } from './callKey';
import { callsOf } from './sharedInRun';
import { mayReach } from './ledger';
import { readRecentCalls } from './recentCalls';
import { digitsOf } from '../../shared/phoneNumbers/parse';

/** Milliseconds by which the clocks of n8n and Fluents.ai may differ. */
const CLOCK_SKEW = 120_000;

/** How often an item is dialed at most with the option Retry Unconfirmed Calls, over all tries. */
export const MOST_DIALS = 3;

/** Milliseconds after which a call is there if it ever will be, by how long one answer may take. */
const settlingTime = (timeout = 30_000) => Math.min(Math.max(timeout / 2, 5_000), 30_000);

export type Finding =
	| { kind: 'found'; call: IDataObject }
	/** Fluents.ai has no such call, as `reason` says. */
	| { kind: 'absent'; reason: string }
	/** It cannot be told whether there is one, for this reason. */
	| { kind: 'unknown'; reason: string };

/** The numbers between which a call is. */
interface Numbers {
	fromNumber: string;
}

/**
 * Finds out whether an attempt whose answer was lost has placed its call, by its key among the newest
 * calls.
 */
export async function findCall(run: Run, numbers: Numbers, attempt: SentAttempt): Promise<Finding> {
	const { ledger } = callsOf(run);
	const settled = Date.now() + settlingTime(readTimeout(new ItemReader(run.context, 0)));
	const foreign = new Set<string>();

	for (let pause = 1000; ; pause *= 2) {
		const { recent, isComplete } = await ledger.newest(attempt.at - CLOCK_SKEW);
		const { call, keyless } = await searchAmong(run, recent, numbers, attempt, foreign);
		if (call) return { kind: 'found', call };
		const left = settled - Date.now();
		if (left <= 0) return notFound(attempt.toNumber, keyless.at(-1), isComplete);
		if (await pauseUnlessStopped(Math.min(pause, left), run.cancelled)) {
			return { kind: 'unknown', reason: 'The execution was stopped before that was clear' };
		}
	}
}

/**
 * Finds out whether an attempt that was refused has placed its call all the same, by one look: a
 * refusal is true, unless a call with its key shows that it is not.
 */
export async function findRefused(
	run: Run,
	numbers: Numbers,
	attempt: RefusedAttempt,
): Promise<Finding> {
	const newest = readRecentCalls(run.api, attempt.at - CLOCK_SKEW);
	const { recent, isComplete } = await withFallback(newest, { recent: [], isComplete: false });
	const { call, keyless } = await searchAmong(run, recent, numbers, attempt, new Set());
	// A server may keep a call that it could not place.
	if (call && mayReach(call)) return { kind: 'found', call };
	const unread = keyless.find((one) => carriedKey(one) === undefined);
	return notFound(attempt.toNumber, unread, isComplete);
}

/**
 * Searches for the call of an attempt. List items may lack the key (API: list context), so each that fits
 * by its numbers is read.
 *
 * @param foreign IDs of calls that are known to be others; more are added.
 * @returns the call, and else those that fit but show no key.
 */
async function searchAmong(
	run: Run,
	recent: IDataObject[],
	{ fromNumber }: Numbers,
	attempt: Attempt,
	foreign: Set<string>,
): Promise<{ call?: IDataObject; keyless: IDataObject[] }> {
	const { key, toNumber } = attempt;
	const { ledger } = callsOf(run);
	const fitting = recent.filter(
		({ id, to_number: to, from_number: from }) =>
			digitsOf(to) === digitsOf(toNumber) &&
			digitsOf(from) === digitsOf(fromNumber) &&
			!ledger.isOfRun(String(id)) &&
			!foreign.has(String(id)),
	);
	const keyless: IDataObject[] = [];
	for (const listed of fitting) {
		const id = String(listed.id);
		const isForeign = ![key, null, undefined].includes(carriedKey(listed));
		const call = isForeign ? listed : ((await readIfPossible(run.api, id)) ?? listed);
		const carried = carriedKey(call);
		if (carried === key && isFor(call, attempt)) return { call, keyless };
		if (carried) foreign.add(id);
		else keyless.push(call);
	}
	return { keyless };
}

function notFound(
	toNumber: string,
	doubtful: IDataObject | undefined,
	isComplete: boolean,
): Finding {
	if (doubtful) {
		const reason = `Call '${String(doubtful.id)}' between the same numbers may be it, but carries no key that would tell`;
		return { kind: 'unknown', reason };
	}
	return isComplete
		? { kind: 'absent', reason: `Fluents.ai has no new call to ${toNumber} with its key` }
		: { kind: 'unknown', reason: 'The newest calls could not all be looked through' };
}

/** The error of an item of which it stays open whether its call was placed. */
export function unconfirmedError(
	{ context }: Run,
	{ toNumber, key, dials, doubt = 'The answer was lost', httpCode }: SentAttempt | RefusedAttempt,
	finding: Exclude<Finding, { kind: 'found' }>,
): FluentsApiError {
	const isAbsent = finding.kind === 'absent';
	const retry = !isAbsent
		? ''
		: dials < MOST_DIALS
			? " With the option 'Retry Unconfirmed Calls', the node dials again in this case."
			: ` It was dialed ${dials} times.`;
	const description = `${finding.reason}. Look at the call history of Fluents.ai for a call to ${toNumber} (n8n_call_key: ${key}) before you run this again.${retry}`;
	// The most important is in the message: it is all that the language model of an agent gets.
	return new FluentsApiError(context.getNode(), {
		reason: `It is not known whether the call to ${toNumber} was placed: ${doubt}`,
		said: '',
		doubt: 'The person may have been called, so the node does not dial again.',
		advice: description,
		httpCode,
		isUnclear: true,
	});
}
