import type { IDataObject } from 'n8n-workflow';

import type { Run } from '../operation';
import { readIfPossible, readPlaced } from '../watching/watcher';
import { addresseeName } from './addressee';
import { attemptsOf, hasDialed, type Attempt, type Attempts, type SentAttempt } from './attempts';
import { isOpen, waitForWindow } from './callingWindow';
import { callsOf, pacerOf } from './sharedInRun';
import { takeSlot } from './callsOfTools';
import { dial, wantsOtherForm } from './dial';
import type { Asked } from './doNotCall';
import { findDuplicate } from './duplicates';
import { findCall, findRefused, MOST_DIALS, unconfirmedError } from './findCall';
import { mayReach } from './ledger';
import { callNames, inTurn } from './sharedInProcess';
import type { Limited } from './pacing';
import { afterSameRequests, findRepeat, repeatNote, type RepeatRule } from './repeats';
import type { CallRequest } from './request';

/** What became of an item. */
export type Placement =
	| { kind: 'called'; call: IDataObject }
	/** Nobody was called, since there is an earlier call. `note` tells a language model why. */
	| { kind: 'earlier'; call: IDataObject; note?: string }
	/** Nobody was called: the calling window opens at this time (milliseconds since 1970). */
	| { kind: 'outside'; opensAt: number }
	/** Nobody was called: the window is never open in all zones in which the number may lie. */
	| { kind: 'noCommonHour' }
	/** Nobody was called: the person has asked not to be. */
	| { kind: 'asked'; asked: Asked };

type Called = Extract<Placement, { kind: 'called' }>;

/** Nobody was called so far, or nobody is known of, and the call is placed now. */
interface Due {
	kind: 'due';
	/** Under which key. */
	key: string;
	/** How many requests were sent before that may have dialed. */
	dials: number;
}

/** What came of an item's turn to dial. */
type Turn =
	| Exclude<Placement, { kind: 'outside' | 'noCommonHour' }>
	/** The answer was lost. */
	| { kind: 'lost'; search: Promise<Called | Due> }
	/** The calling window has closed while the item waited for its turn. */
	| { kind: 'closed' };

/**
 * Places the call of an item once. Calls of one run are placed one after the other.
 *
 * An attempt is noted before its request leaves. When n8n runs the node again, the attempt is found
 * there, and its call is fetched or searched for instead of being placed anew. A tool may be asked anew
 * for the same as well, which the repeat rule notices.
 *
 * @throws NodeApiError, or NodeOperationError, e.g. when it stays open whether the call was placed.
 */
export async function placeOnce(
	run: Run,
	request: CallRequest,
	itemIndex: number,
): Promise<Placement> {
	const attempts = attemptsOf(run.context, itemIndex);
	const { repeats } = request;
	if (!repeats) return await resumeOrPlace(run, request, attempts);
	return await afterSameRequests(run, repeats, attempts, async (earlier) =>
		// Otherwise somebody else may have asked for it meanwhile.
		hasDialed(attempts.find())
			? await resumeOrPlace(run, request, attempts)
			: await placeUnlessRepeat(run, request, repeats, attempts, earlier),
	);
}

async function resumeOrPlace(
	run: Run,
	request: CallRequest,
	attempts: Attempts,
): Promise<Placement> {
	const resumed = await resume(run, request, attempts);
	return resumed.kind === 'called' ? resumed : await place(run, request, attempts, resumed);
}

async function placeUnlessRepeat(
	run: Run,
	request: CallRequest,
	rule: RepeatRule,
	attempts: Attempts,
	earlier: Attempts,
): Promise<Placement> {
	const resumed = await resume(run, request, earlier);
	const attempt = earlier.find();
	if (resumed.kind === 'called' && attempt) {
		const { call } = resumed;
		if (mayReach(call)) {
			return { kind: 'earlier', call, note: repeatNote(attempt.at) };
		}
	}
	const own = attempts.find();
	const listed = await findRepeat(run, request.toNumber, rule, own?.key);
	if (listed) {
		const call = (await readIfPossible(run.api, String(listed.call.id))) ?? listed.call;
		return { kind: 'earlier', call, note: repeatNote(listed.at) };
	}
	if (own) return await resumeOrPlace(run, request, attempts);
	const due = resumed.kind === 'due' ? resumed : dueAnew(request);
	return await place(run, request, attempts, due);
}

const dueAnew = ({ key: { key } }: CallRequest): Due => ({ kind: 'due', key, dials: 0 });

/** Goes on with what is noted about an earlier try. */
async function resume(run: Run, request: CallRequest, attempts: Attempts): Promise<Called | Due> {
	const attempt = notedFor(request, attempts);
	if (!attempt) return dueAnew(request);
	switch (attempt.state) {
		case 'done':
		case 'found': {
			const { callId, toNumber } = attempt;
			enter(run, attempt, callId);
			return { kind: 'called', call: await readPlaced(run.api, callId, toNumber) };
		}
		case 'unsent':
		case 'refused': {
			// Under the key that it may have been placed with, unless the user has changed that.
			const { key, isOwn } = request.key;
			return { kind: 'due', key: isOwn ? key : attempt.key, dials: attempt.dials };
		}
		case 'sent': {
			const searchNoted = async () => await search(run, request, attempts, attempt);
			const goesOn = run.context.continueOnFail();
			return await (goesOn ? searchNoted() : run.oneAtATime(searchNoted));
		}
	}
}

async function place(
	run: Run,
	request: CallRequest,
	attempts: Attempts,
	due: Due,
): Promise<Placement> {
	for (let next = due; ;) {
		const wall = await waitForWindow(run, request.window, request.maxWait);
		if (wall.kind !== 'open') return wall;
		const turn = await run.oneAtATime(async () => await takeTurn(run, request, attempts, next));
		switch (turn.kind) {
			case 'called':
			case 'earlier':
			case 'asked':
				return turn;
			case 'lost': {
				const searched = await turn.search;
				if (searched.kind === 'called') return searched;
				next = searched;
				break;
			}
			case 'closed':
		}
	}
}

async function takeTurn(
	run: Run,
	request: CallRequest,
	attempts: Attempts,
	due: Due,
): Promise<Turn> {
	const known = await whyNot(run, request);
	if (known) return known;
	const turn = await pacerOf(run, request).withinLimits<Turn>(
		request,
		async () =>
			await inTurn(namesOf(run, request, due), async () => {
				run.signal.throwIfAborted();
				// Others may have called, or the person may have asked, while there was no room.
				const other = await whyNot(run, request);
				if (other) return other;
				return await attempt(run, request, attempts, due);
			}),
	);
	// An item whose outcome is open holds the others back, unless the user lets them go on.
	if (turn.kind === 'lost' && !run.context.continueOnFail()) await turn.search;
	return turn;
}

/** What stands against a call to the person, as far as it is known now. */
async function whyNot(run: Run, request: CallRequest): Promise<Turn | undefined> {
	const asked = await findAsked(run, request);
	if (asked) return { kind: 'asked', asked };
	const duplicate = await findDuplicate(run, request);
	return duplicate && { kind: 'earlier', call: duplicate };
}

/** The call in which the person asked not to be called again, if that counts. */
export async function findAsked(run: Run, request: CallRequest): Promise<Asked | undefined> {
	const { doNotCall: period } = request;
	if (period === undefined) return undefined;
	return await callsOf(run).doNotCall.find(request, Date.now() - period);
}

/** By what other executions of this process may ask for the same call. */
function namesOf({ api }: Run, request: CallRequest, { key }: Due): string[] {
	return callNames(api.credential, key, request);
}

/** Sends the request of an item whose turn it is, unless its window has closed by now. */
async function attempt(
	run: Run,
	request: CallRequest,
	attempts: Attempts,
	{ key, dials }: Due,
): Promise<Turn | Limited> {
	const { window, toNumber, insteadOf, webhook } = request;
	const at = Date.now();
	if (window && !isOpen(window, at)) return { kind: 'closed' };

	const noted = { key, toNumber, insteadOf, at, webhookUrl: webhook?.url };
	const sent: SentAttempt = { ...noted, state: 'sent', dials: dials + 1 };
	const slot = await takeSlot(run, request);
	const keyed = { ...request, key: { ...request.key, key }, slot };
	let before: Attempt | undefined;
	const dialing = dial(run, keyed, {
		async beforeSending() {
			before = notedFor(request, attempts);
			const earlier = await callOfRefused(run, request, attempts);
			if (!earlier) attempts.note(sent);
			return earlier;
		},
		afterRefusal({ reason: doubt, httpCode }) {
			if (httpCode) attempts.note({ ...noted, dials, state: 'refused', doubt, httpCode });
			// What was refused before may still turn up as a call, and is looked for then.
			else
				attempts.note(
					before?.state === 'refused' ? before : { ...noted, dials, state: 'unsent' },
				);
		},
	});
	const dialed = await dialing.catch((error: Error) => {
		slot?.free();
		throw error;
	});
	if (dialed.kind !== 'called' && dialed.kind !== 'lost') slot?.free();
	switch (dialed.kind) {
		case 'called': {
			const callId = String(dialed.call.id);
			enter(run, attempts.note({ ...sent, state: 'done', callId }), callId);
			run.note(`call '${callId}' to ${toNumber} placed`);
			return dialed;
		}
		case 'found':
			return { kind: 'called', call: dialed.call };
		case 'lost': {
			const { doubt, httpCode } = dialed;
			const open = attempts.note({ ...sent, doubt, httpCode });
			return { kind: 'lost', search: search(run, request, attempts, open) };
		}
		case 'limited':
			return dialed;
		case 'refused':
			throw dialed.error;
	}
}

/** The attempt that is noted, unless it was for somebody else, or the one was a test and the other not. */
function notedFor(request: CallRequest, attempts: Attempts): Attempt | undefined {
	const attempt = attempts.find();
	return attempt && addresseeName(attempt) === addresseeName(request) ? attempt : undefined;
}

/**
 * The call of an attempt that Fluents.ai has refused although it has dialed. So before the next request
 * leaves, it is looked for.
 *
 * @throws NodeApiError when that cannot be told.
 */
async function callOfRefused(
	run: Run,
	request: CallRequest,
	attempts: Attempts,
): Promise<IDataObject | undefined> {
	const refused = notedFor(request, attempts);
	if (refused?.state !== 'refused') return undefined;
	const finding = await findRefused(run, request, refused);
	switch (finding.kind) {
		case 'found':
			noteFound(run, attempts, refused, finding.call);
			return finding.call;
		case 'absent':
			return undefined;
		case 'unknown':
			// Where the API wants the agent in another form, it says so for every call.
			if (wantsOtherForm(refused)) return undefined;
			throw unconfirmedError(run, refused, finding);
	}
}

/** Notes that the call of an attempt was found. */
function noteFound(
	run: Run,
	attempts: Attempts,
	{ key, toNumber, insteadOf, at, dials, webhookUrl }: Attempt,
	call: IDataObject,
): void {
	const callId = String(call.id);
	const noted = { key, toNumber, insteadOf, at, dials, webhookUrl };
	const found = { ...noted, state: 'found', callId } as const;
	enter(run, attempts.note(found), callId);
	run.note(`call '${callId}' to ${toNumber} placed`);
}

/**
 * Searches for the call of an attempt whose answer was lost.
 *
 * @returns `due` when there is none and the user wants to dial again.
 * @throws NodeOperationError when it stays open, or the user does not want that.
 */
function search(
	run: Run,
	request: CallRequest,
	attempts: Attempts,
	open: SentAttempt,
): Promise<Called | Due> {
	const { toNumber, insteadOf, key, at, dials } = open;
	const searching = findCall(run, request, open).then((finding): Called | Due => {
		if (finding.kind === 'found') {
			noteFound(run, attempts, open, finding.call);
			return { kind: 'called', call: finding.call };
		}
		if (finding.kind === 'absent' && request.retryUnconfirmed && dials < MOST_DIALS) {
			return { kind: 'due', key, dials };
		}
		run.note(`call to ${toNumber} perhaps placed`);
		throw unconfirmedError(run, open, finding);
	});
	const id = searching.then((found) =>
		found.kind === 'called' ? String(found.call.id) : undefined,
	);
	// Another item with the same key or number waits for it; without one, nobody does.
	id.catch(() => {});
	callsOf(run).ledger.enter({ key, toNumber, insteadOf, at, id });
	return searching;
}

/** Tells the other items of the run about an item's call. */
function enter(run: Run, attempt: Attempt, id: string): void {
	const { key, toNumber, insteadOf, at } = attempt;
	callsOf(run).ledger.enter({ key, toNumber, insteadOf, at, id });
	pacerOf(run, attempt).count(id, attempt);
}
