import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties, NodeApiError } from 'n8n-workflow';

import { isPassingLimit } from '../../shared/api/errors';
import { pauseUnlessStopped } from '../../shared/api/transport';
import { readOptions } from '../fields/options';
import type { Run } from '../operation';
import { createLookout, hasEnded } from '../watching/watcher';
import { readRecentCalls } from './recentCalls';

const MINUTE = 60_000;

/** Milliseconds between two looks whether there is room for one more call. */
const LOOK_INTERVAL = 2000;

/** Calls of others that are in progress have started within this many milliseconds. */
const LONGEST_CALL = 2 * 60 * MINUTE;

/** Pages of the newest calls that are counted at most. */
const MOST_PAGES = 5;

/** Milliseconds before the first and between later tries when Fluents.ai says that a limit is reached. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

export const pacingOption: INodeProperties = {
	displayName: 'Pacing',
	name: 'pacing',
	placeholder: 'Add Pacing',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { limits: {} },
	options: [
		{
			displayName: 'Pacing',
			name: 'limits',
			values: [
				{
					displayName: 'Calls per Minute',
					name: 'callsPerMinute',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description:
						'How many calls this run places per minute, evenly spread. 0 is as fast as they are taken.',
				},
				{
					displayName: 'Calls at the Same Time',
					name: 'maxConcurrentCalls',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description:
						'How many calls are in progress at most. The next one is placed when one of them has ended. 0 is no limit.',
				},
				{
					displayName: 'Count All Calls Of The Environment',
					name: 'countAll',
					type: 'boolean',
					default: false,
					description:
						'Whether calls of others count as in progress too, such as those of other workflows, instead of those of this run only',
				},
			],
		},
	],
};

interface Pacing {
	/** Milliseconds between two calls. */
	interval: number;
	maxConcurrentCalls: number;
	countAll: boolean;
}

/** Pacing holds for the whole run: n8n evaluates it for the first item. */
function readPacing(context: IExecuteFunctions): Pacing {
	const { limits = {} } = (readOptions(context, 0).pacing ?? {}) as { limits?: IDataObject };
	const positive = (value: unknown) => (Number(value) > 0 ? Number(value) : Infinity);
	return {
		interval: MINUTE / positive(limits.callsPerMinute),
		maxConcurrentCalls: Math.max(1, Math.floor(positive(limits.maxConcurrentCalls))),
		countAll: limits.countAll === true,
	};
}

/** Whether Fluents.ai refused a call because too many are in progress or asked for. */
export const isLimit = isPassingLimit;

/** For `Run.shared`: lets a run place its calls no faster than its option Pacing allows. */
export function createPacer(run: Run) {
	const { interval, maxConcurrentCalls, countAll } = readPacing(run.context);
	const { look, untilNextLook } = run.shared(createLookout);
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
	const countOthers = async () => {
		const since = Date.now() - LONGEST_CALL;
		const { recent } = await readRecentCalls(run.api, since, MOST_PAGES);
		return recent.filter((call) => !hasEnded(call) && !inProgress.has(String(call.id))).length;
	};
	const waitForRoom = async (maxWait: number) => {
		const deadline = Date.now() + maxWait;
		for (;;) {
			if (inProgress.size < maxConcurrentCalls && !countAll) return;
			const count = (await countOwn()) + (countAll ? await countOthers() : 0);
			if (count < maxConcurrentCalls) return;
			const left = deadline - Date.now();
			if (left <= 0) throw noRoomError(run, count, maxWait);
			if (await untilNextLook(LOOK_INTERVAL, left)) run.signal.throwIfAborted();
		}
	};

	return {
		/** Waits until the next call may be placed. */
		async admit(maxWait: number): Promise<void> {
			if (maxConcurrentCalls < Infinity) await waitForRoom(maxWait);
			await pause(next - Date.now());
			next = Date.now() + interval;
		},

		/**
		 * Places a call, again as long as Fluents.ai says that a limit is reached.
		 *
		 * @param maxWait milliseconds.
		 * @throws NodeApiError of the last try.
		 */
		async withinLimits<T>(
			maxWait: number,
			place: () => Promise<T | { limit: NodeApiError }>,
		): Promise<T> {
			const deadline = Date.now() + maxWait;
			for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
				await this.admit(maxWait);
				const outcome = await place();
				if (!isRefusal(outcome)) return outcome;
				const left = deadline - Date.now();
				const asked = run.api.heldUntil - Date.now();
				if (asked > left) throw outcome.limit;
				if (left <= 0) throw limitError(outcome.limit, maxWait);
				await pause(Math.min(Math.max(wait, asked), left));
			}
		},

		/** Counts a call that was placed. */
		count: (id: string) => inProgress.add(id),
	};
}

function isRefusal<T>(outcome: T | { limit: NodeApiError }): outcome is { limit: NodeApiError } {
	return typeof outcome === 'object' && outcome !== null && 'limit' in outcome;
}

function limitError(error: NodeApiError, maxWait: number): NodeApiError {
	error.description = `Fluents.ai says that a limit is reached, still after ${maxWait / MINUTE} minutes, so this call was not placed. Run it again later, raise the option 'Max Wait', or place fewer calls with the option 'Pacing'.`;
	return error;
}

function noRoomError({ context }: Run, count: number, maxWait: number) {
	return new NodeOperationError(
		context.getNode(),
		`The call was not placed: ${count} calls were in progress for ${maxWait / MINUTE} minutes`,
		{
			description:
				"The option 'Pacing' allows no more at the same time. Run the items that are left later, or raise 'Max Wait' or 'Calls at the Same Time'.",
		},
	);
}
