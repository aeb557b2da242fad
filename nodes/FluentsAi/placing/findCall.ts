import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { FluentsApiError } from '../../shared/api/errors';
import { pauseUnlessStopped } from '../../shared/api/transport';
import { readRunOptions } from '../fields/options';
import { ItemReader } from '../../shared/parameters/reader';
import type { Run } from '../operation';
import { readIfPossible } from '../watching/watcher';
import type { SentAttempt } from './attempts';
import { carriedKey } from './callKey';
import { callsOf } from './callsOf';
import { digitsOf } from '../../shared/phoneNumbers/parse';

export const retryUnconfirmedOption: INodeProperties = {
	displayName: 'Retry Unconfirmed Calls',
	name: 'retryUnconfirmed',
	type: 'boolean',
	default: false,
	description:
		'Whether to dial again when the answer to a call was lost and, after a while, the call is not among those of Fluents.ai. If the first one comes after all, the person is called twice.',
};

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

/**
 * Finds out whether an attempt whose answer was lost has placed its call, by its key among the newest
 * calls. List items may lack the key (API: list context), so each that fits by its
 * numbers is read.
 */
export async function findCall(
	run: Run,
	{ fromNumber }: { fromNumber: string },
	{ key, toNumber, at }: SentAttempt,
): Promise<Finding> {
	const { ledger } = callsOf(run);
	const settled =
		Date.now() + settlingTime(readRunOptions(new ItemReader(run.context, 0)).timeout);
	const foreign = new Set<string>();

	for (let pause = 1000; ; pause *= 2) {
		const { recent, isComplete } = await ledger.newest(at - CLOCK_SKEW);
		const fitting = recent.filter(
			({ id, to_number: to, from_number: from }) =>
				digitsOf(to) === digitsOf(toNumber) &&
				digitsOf(from) === digitsOf(fromNumber) &&
				!ledger.isOfRun(String(id)) &&
				!foreign.has(String(id)),
		);
		let doubtful: string | undefined;
		for (const listed of fitting) {
			const id = String(listed.id);
			const isForeign = ![key, null, undefined].includes(carriedKey(listed));
			const call = isForeign ? listed : ((await readIfPossible(run.api, id)) ?? listed);
			const carried = carriedKey(call);
			if (carried === key) return { kind: 'found', call };
			if (carried) foreign.add(id);
			else doubtful = id;
		}
		const left = settled - Date.now();
		if (left <= 0) return notFound(toNumber, doubtful, isComplete);
		if (await pauseUnlessStopped(Math.min(pause, left), run.cancelled)) {
			return { kind: 'unknown', reason: 'The execution was stopped before that was clear' };
		}
	}
}

function notFound(toNumber: string, doubtful: string | undefined, isComplete: boolean): Finding {
	if (doubtful !== undefined) {
		const reason = `Call '${doubtful}' between the same numbers may be it, but carries no key by which to tell`;
		return { kind: 'unknown', reason };
	}
	return isComplete
		? { kind: 'absent', reason: `Fluents.ai has no new call to ${toNumber} with its key` }
		: { kind: 'unknown', reason: 'The newest calls could not all be looked through' };
}

/** The error of an item of which it stays open whether its call was placed. */
export function unconfirmedError(
	{ context }: Run,
	{ toNumber, key, dials, doubt = 'The answer was lost', httpCode }: SentAttempt,
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
