import type { IDataObject, NodeApiError } from 'n8n-workflow';

import { isUnclear } from '../../shared/api/errors';
import type { Run } from '../operation';
import { attemptsOf, type Attempt } from './callKey';
import { isOpen, OUTSIDE, waitForWindow } from './callingWindow';
import { createSearch, findPlaced, unconfirmedError } from './findCall';
import { createEarlierCalls, findDuplicate } from './duplicates';
import { readPlaced } from '../watching/watcher';
import { createPacer, isLimit } from './pacing';
import { dial, type CallRequest } from './request';

/** How often an item is dialled at most with the option Retry Unconfirmed Calls. */
const MOST_DIALS = 3;

/** What became of an item: a call, which may be an earlier one, or nothing, for a reason. */
export type Placement = { call: IDataObject; duplicate?: true } | { skipped: string };

/** What came of an item's turn to dial. */
type Turn =
	| Placement
	/** The answer was lost; the call, or undefined if the item is to be dialled again. */
	| { search: Promise<IDataObject | undefined> }
	/** Nobody was called. */
	| { limit: NodeApiError }
	| { again: true };

/**
 * Places the call of an item once. Calls of one run are placed one after the other.
 *
 * An attempt is noted in the execution before its request leaves. When n8n runs the node again, the
 * attempt is found there, and its call is fetched or searched for instead of being placed anew.
 *
 * @throws NodeApiError, or NodeOperationError, e.g. when it stays open whether the call was placed.
 */
export async function placeOnce(
	run: Run,
	request: CallRequest,
	itemIndex: number,
): Promise<Placement> {
	const noted = attemptsOf(run.context, itemIndex).find();
	const attempt = noted?.toNumber === request.toNumber ? noted : undefined;
	if (attempt?.callId !== undefined) {
		remember(run, attempt, attempt.callId);
		return { call: await readPlaced(run.api, attempt.callId, attempt.toNumber) };
	}
	if (attempt) {
		const searchNoted = async () => await search(run, request, attempt, 1);
		const goesOn = run.context.continueOnFail();
		const call = await (goesOn ? searchNoted() : run.inTurn(searchNoted));
		if (call) return { call };
	}

	for (let dials = 1; ; dials++) {
		if (!(await waitForWindow(run, request.window, request.maxWait))) {
			return { skipped: OUTSIDE };
		}
		const turn = await run.inTurn(async () => await takeTurn(run, request, itemIndex, dials));
		if ('call' in turn || 'skipped' in turn) return turn;
		const call = 'search' in turn ? await turn.search : undefined;
		if (call) return { call };
	}
}

async function takeTurn(
	run: Run,
	request: CallRequest,
	itemIndex: number,
	dials: number,
): Promise<Turn> {
	const duplicate = await findDuplicate(run, request);
	if (duplicate) return { call: duplicate, duplicate: true };
	const pacer = run.shared(createPacer);
	const turn = await pacer.withinLimits(
		request.maxWait,
		async () => await attemptOnce(run, request, itemIndex, dials),
	);
	// An item whose outcome is open holds the others back, unless the user lets them go on.
	if ('search' in turn && !run.context.continueOnFail()) await turn.search;
	return turn;
}

/** Sends the request of an item whose turn it is, unless its window has closed meanwhile. */
async function attemptOnce(
	run: Run,
	request: CallRequest,
	itemIndex: number,
	dials: number,
): Promise<Turn> {
	const { window, key, toNumber, webhook } = request;
	const at = Date.now();
	if (window && !isOpen(window, at)) return { again: true };

	const attempts = attemptsOf(run.context, itemIndex);
	const attempt = { key: key.key, toNumber, at, webhookUrl: webhook?.url };
	attempts.note(attempt);
	return await dial(run, request).then(
		(call): Turn => {
			remember(run, attempt, String(call.id));
			run.note(`call '${String(call.id)}' to ${toNumber} placed`);
			return { call };
		},
		(error: NodeApiError): Turn => {
			if (isUnclear(error)) {
				const doubt = { ...attempt, doubt: error.message };
				attempts.note(doubt);
				return { search: search(run, request, doubt, dials, error) };
			}
			attempts.forget();
			if (isLimit(error)) return { limit: error };
			throw error;
		},
	);
}

/**
 * Searches for the call of an attempt whose answer was lost.
 *
 * @returns undefined when there is none and the user wants to dial again.
 * @throws NodeOperationError when it stays open, or the user does not want that.
 */
function search(
	run: Run,
	request: CallRequest,
	attempt: Attempt,
	dials: number,
	lost?: NodeApiError,
): Promise<IDataObject | undefined> {
	const searching = findPlaced(run, request, attempt).then((finding) => {
		if ('call' in finding) {
			const id = String(finding.call.id);
			remember(run, attempt, id);
			run.note(`call '${id}' to ${request.toNumber} placed`);
			return finding.call;
		}
		const isAbsent = finding.verdict === 'absent';
		if (isAbsent && request.retryUnconfirmed && dials < MOST_DIALS) return undefined;
		run.note(`call to ${request.toNumber} perhaps placed`);
		throw unconfirmedError(run, request, attempt, finding, lost);
	});
	const id = searching.then((call) => (call ? String(call.id) : undefined));
	// Another item with the same key or number waits for it; without one, nobody does.
	id.catch(() => {});
	run.shared(createEarlierCalls).ofRun.push({ ...attempt, id });
	return searching;
}

/** Notes an item's call in the execution and for the other items of the run. */
function remember(run: Run, attempt: Attempt, id: string): void {
	attempt.callId = id;
	run.shared(createSearch).placed.add(id);
	run.shared(createEarlierCalls).ofRun.push({ ...attempt, id });
	run.shared(createPacer).count(id);
}
