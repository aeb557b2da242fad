import type { INodeProperties, NodeApiError } from 'n8n-workflow';

import { operationError, reworded } from '../../shared/api/errors';
import { pauseUnlessStopped } from '../../shared/api/transport';
import type { ItemReader } from '../../shared/parameters/reader';
import { optionsOf } from '../fields/options';
import type { Run } from '../operation';
import { hasEnded, type Watcher } from '../watching/watcher';
import type { Addressee } from './addressee';
import type { Ledger } from './ledger';
import { lineTo, type Line } from './sharedInProcess';
import {
	callsPerMinuteField,
	maxConcurrentCallsField,
	countAllField,
	pacingOption,
} from './fields';

const MINUTE = 60_000;

/** Milliseconds between two looks whether there is room for one more call. */
const LOOK_INTERVAL = 2000;

/** Milliseconds before the first and between later tries when Fluents.ai says that a limit is reached. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

export interface Pacing {
	/** Milliseconds between two calls. */
	interval: number;
	maxConcurrentCalls: number;
	countAll: boolean;
}

/**
 * No limits where the option was not added.
 *
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readPacing(from: ItemReader): Pacing {
	const guards = { guards: true };
	const pacing = optionsOf(from).entry(pacingOption, guards);
	const limit = (field: INodeProperties) => pacing?.number(field, guards) || Infinity;
	return {
		interval: MINUTE / limit(callsPerMinuteField),
		maxConcurrentCalls: limit(maxConcurrentCallsField),
		countAll: pacing?.boolean(countAllField) ?? false,
	};
}

/** A test number takes one call after the other. */
export function forTests(pacing: Pacing): Pacing {
	return { ...pacing, maxConcurrentCalls: 1, countAll: true };
}

/** Fluents.ai placed nothing, because a limit was reached. */
export interface Limited {
	kind: 'limited';
	error: NodeApiError;
}

/** What limits a call. */
interface Limits extends Addressee {
	pacing: Pacing;
	/** Milliseconds to wait at most, each time. */
	maxWait: number;
}

/** Lets a run place its calls no faster than the option Pacing allows. */
export interface Pacer {
	/**
	 * Places a call when there is room for it, and again as long as Fluents.ai says that a limit is
	 * reached.
	 *
	 * @throws NodeApiError of the last try; NodeOperationError when there was no room.
	 */
	withinLimits<T extends { kind: string }>(
		limits: Limits,
		place: () => Promise<T | Limited>,
	): Promise<T>;
	/** Counts a call as in progress. */
	count(id: string, addressee: Addressee): void;
}

/** For real calls, which may be placed at the same time. */
const ANY_LINE: Line = {
	take: () => true,
	leave: () => {},
	lastCall: () => undefined,
	called: () => {},
};

function lineOf({ api }: Run, { toNumber, insteadOf }: Addressee): Line {
	return insteadOf === undefined ? ANY_LINE : lineTo(api.credential, toNumber);
}

export function createPacer(run: Run, { look, untilNextLook }: Watcher, ledger: Ledger): Pacer {
	const inProgress = new Set<string>();
	let next = 0;

	const pause = async (milliseconds: number) => {
		if (await pauseUnlessStopped(milliseconds, run.signal)) run.signal.throwIfAborted();
	};
	const countOwn = async () => {
		const looks = [...inProgress].map(async (id) => ({ id, call: await look(id) }));
		for (const { id, call } of await Promise.all(looks)) {
			if (call && hasEnded(call)) inProgress.delete(id);
		}
		return inProgress.size;
	};
	/** The last call of another execution to the same test number. */
	const countLast = async (line: Line) => {
		const id = line.lastCall();
		const call = id === undefined || inProgress.has(id) ? undefined : await look(id);
		return call && !hasEnded(call) ? 1 : 0;
	};
	const countAround = async (limits: Limits, line: Line) => {
		const count = (await countOwn()) + (await countLast(line));
		return limits.pacing.countAll ? count + (await ledger.countOthers(limits)) : count;
	};
	const waitForRoom = async (limits: Limits, line: Line) => {
		const { maxWait } = limits;
		const { maxConcurrentCalls, countAll } = limits.pacing;
		const deadline = Date.now() + maxWait;
		for (;;) {
			if (inProgress.size < maxConcurrentCalls && !countAll) return;
			const count = line.take() ? await countAround(limits, line) : maxConcurrentCalls;
			if (count < maxConcurrentCalls) return;
			line.leave();
			const left = deadline - Date.now();
			if (left <= 0) throw noRoomError(run, count, limits);
			if (await untilNextLook(LOOK_INTERVAL, left)) run.signal.throwIfAborted();
		}
	};
	/** Waits until the next call may be placed. */
	const admit = async (limits: Limits, line: Line) => {
		const { pacing } = limits;
		if (pacing.maxConcurrentCalls < Infinity) await waitForRoom(limits, line);
		await pause(next - Date.now());
		next = Date.now() + pacing.interval;
	};
	/** Other executions look whether there is room when the call was placed, not in between. */
	const placeInTurn = async <T>(limits: Limits, place: () => Promise<T>) => {
		const line = lineOf(run, limits);
		try {
			await admit(limits, line);
			return await place();
		} finally {
			line.leave();
		}
	};

	return {
		async withinLimits(limits, place) {
			const { maxWait } = limits;
			const deadline = Date.now() + maxWait;
			for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
				const outcome = await placeInTurn(limits, place);
				if (!isLimited(outcome)) return outcome;
				const { error } = outcome;
				const left = deadline - Date.now();
				const asked = run.api.heldFor;
				if (asked > left) throw error;
				if (left <= 0) throw limitError(error, maxWait);
				await pause(Math.min(Math.max(wait, asked), left));
			}
		},
		count(id, addressee) {
			inProgress.add(id);
			lineOf(run, addressee).called(id);
		},
	};
}

function isLimited<T extends { kind: string }>(outcome: T | Limited): outcome is Limited {
	return outcome.kind === 'limited';
}

function limitError(error: NodeApiError, maxWait: number): NodeApiError {
	const description = `Fluents.ai says that a limit is reached, still after ${maxWait / MINUTE} minutes, so this call was not placed. Run it again later, raise the option 'Max Wait', or place fewer calls with the option 'Pacing'.`;
	return reworded(error, { description });
}

function noRoomError({ context }: Run, count: number, { toNumber, insteadOf, maxWait }: Limits) {
	const minutes = maxWait / MINUTE;
	if (insteadOf !== undefined) {
		return operationError(
			context.getNode(),
			`The test number ${toNumber} was not called instead of ${insteadOf}: another call to it was in progress for ${minutes} minutes`,
			{
				description:
					"A test number takes one call after the other. End the other call, or raise the option 'Max Wait'.",
			},
		);
	}
	return operationError(
		context.getNode(),
		`The call was not placed: ${count} calls were in progress for ${minutes} minutes`,
		{
			description:
				"The option 'Pacing' allows no more at the same time. Run the items that are left later, or raise 'Max Wait' or 'Calls at Once'.",
		},
	);
}
