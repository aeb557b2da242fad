import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INodeProperties, NodeApiError } from 'n8n-workflow';

import { withFallback } from '../../shared/api/errors';
import { pauseUnlessStopped } from '../../shared/api/transport';
import { readRunOptions } from '../fields/options';
import type { Run } from '../operation';
import { keyOf, type Attempt } from './callKey';
import { createCollector, readIfPossible } from '../watching/watcher';
import { readRecentCalls } from './recentCalls';

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

/** Pages of the newest calls that one look reads at most. */
const MOST_PAGES = 5;

/** Milliseconds after which a call is there if it ever will be, by how long one answer may take. */
const settlingTime = (timeout = 30_000) => Math.min(Math.max(timeout / 2, 5_000), 30_000);

export type Finding =
	| { call: IDataObject }
	/** `absent`: Fluents.ai has no such call. `unknown`: that cannot be told, for this reason. */
	| { verdict: 'absent' | 'unknown'; reason: string };

/**
 * Finds out whether an attempt whose answer was lost has placed its call, by its key among the newest
 * calls. List items may lack the key (API: list context), so each that fits by its numbers is read.
 */
export async function findPlaced(
	run: Run,
	{ fromNumber, toNumber }: { fromNumber: string; toNumber: string },
	{ key, at }: Attempt,
): Promise<Finding> {
	const { placed, readRecent } = run.shared(createSearch);
	const settled = Date.now() + settlingTime(readRunOptions(run.context).timeout);
	const foreign = new Set<string>();

	for (let pause = 1000; ; pause *= 2) {
		const { recent, isComplete } = await readRecent(at - CLOCK_SKEW);
		const fitting = recent.filter(
			({ id, to_number: to, from_number: from }) =>
				to === toNumber &&
				from === fromNumber &&
				!placed.has(String(id)) &&
				!foreign.has(String(id)),
		);
		let doubtful: string | undefined;
		for (const listed of fitting) {
			const id = String(listed.id);
			const isForeign = ![key, null, undefined].includes(keyOf(listed));
			const call = isForeign ? listed : ((await readIfPossible(run.api, id)) ?? listed);
			const carried = keyOf(call);
			if (carried === key) return { call };
			if (carried) foreign.add(id);
			else doubtful = id;
		}
		const left = settled - Date.now();
		if (left <= 0) return notFound(toNumber, doubtful, isComplete);
		if (await pauseUnlessStopped(Math.min(pause, left), run.cancelled)) {
			return {
				verdict: 'unknown',
				reason: 'The execution was stopped before that was clear',
			};
		}
	}
}

function notFound(toNumber: string, doubtful: string | undefined, isComplete: boolean): Finding {
	if (doubtful !== undefined) {
		return {
			verdict: 'unknown',
			reason: `Call '${doubtful}' between the same numbers may be it, but carries no key by which to tell`,
		};
	}
	return isComplete
		? { verdict: 'absent', reason: `Fluents.ai has no new call to ${toNumber} with its key` }
		: { verdict: 'unknown', reason: 'The newest calls could not all be looked through' };
}

/** For `Run.shared`: what the searches of all items of a run have in common. */
export function createSearch({ api }: Run) {
	return {
		/** IDs of the calls that are known to belong to items of this run. */
		placed: new Set<string>(),
		readRecent: createCollector(
			async (since: number[]) =>
				await withFallback(readRecentCalls(api, Math.min(...since), MOST_PAGES), {
					recent: [],
					isComplete: false,
				}),
		),
	};
}

/**
 * The error of an item of which it stays open whether its call was placed.
 *
 * @param lost the error that stands in the place of the answer, unless that was in an earlier run.
 */
export function unconfirmedError(
	{ context }: Run,
	{ toNumber }: { toNumber: string },
	{ key, doubt = 'The answer was lost.' }: Attempt,
	finding: Extract<Finding, { verdict: string }>,
	lost?: NodeApiError,
): NodeApiError | NodeOperationError {
	const retry =
		finding.verdict === 'absent'
			? " With the option 'Retry Unconfirmed Calls', the node dials again in this case."
			: '';
	const message = `It is not known whether the call to ${toNumber} was placed: ${doubt}`;
	const description = `${finding.reason}. The node does not dial again. Look at the call history of Fluents.ai for a call to ${toNumber} (n8n_call_key: ${key}) before you run this again: the person may have been called.${retry}`;
	return lost
		? Object.assign(lost, { message, description })
		: new NodeOperationError(context.getNode(), message, { description });
}
