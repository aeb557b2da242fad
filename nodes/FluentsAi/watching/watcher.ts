import { sleep } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { withFallback } from '../../shared/api/errors';
import { LARGEST_PAGE } from '../../shared/api/pageSize';
import { getRecords } from '../../shared/api/pagination';
import { plainText } from '../../shared/json';
import { pauseUnlessStopped, type FluentsTransport } from '../../shared/api/transport';
import type { Run } from '../operation';
import { readOne } from '../../shared/records/collection';
import { calls } from '../../shared/records/call';

/** Final states; any other, also one that Fluents.ai may add, is waited for. */
const ENDED = new Set(['ended', 'error']);

/** Milliseconds in which what several items ask for counts as one. */
const COLLECTING_TIME = 20;

/** From so many calls on, a page of the list is read instead of each call. */
const FEWEST_FOR_LIST = 3;

export function hasEnded({ status }: IDataObject): boolean {
	return ENDED.has(plainText(status));
}

/** @returns undefined when it could not be read this time, which may pass. */
export async function readIfPossible(api: FluentsTransport, id: string) {
	return await withFallback(readOne(api, calls, id), undefined);
}

/** A call that was placed to a number, at least its ID when it cannot be read now. */
export async function readPlaced(api: FluentsTransport, id: string, toNumber: string) {
	return (await readIfPossible(api, id)) ?? { id, to_number: toNumber };
}

/** Lets all that is asked for in the same moment be answered together. */
export function createCollector<Q, R>(
	answer: (questions: Q[]) => Promise<R>,
): (question: Q) => Promise<R> {
	let collecting: { questions: Q[]; result: Promise<R> } | undefined;

	const collect = async (questions: Q[]) => {
		await sleep(COLLECTING_TIME);
		collecting = undefined;
		return await answer(questions);
	};
	return async (question) => {
		if (!collecting) {
			const questions: Q[] = [];
			collecting = { questions, result: collect(questions) };
		}
		collecting.questions.push(question);
		return await collecting.result;
	};
}

/** Looks at the calls of all items of a run. */
export interface Watcher {
	/** @returns the call, complete if it has ended; undefined when it could not be read this time. */
	look(id: string): Promise<IDataObject | undefined>;
	/**
	 * Pauses until the next look is due, at the same moment for all items, so that their calls can be
	 * looked at with the same request.
	 *
	 * @param longest milliseconds after which it is due in any case.
	 * @returns whether the run was stopped meanwhile.
	 */
	untilNextLook(interval: number, longest: number): Promise<boolean>;
}

const ofRuns = new WeakMap<Run, Watcher>();

/** The one watcher of a run: what all its items ask for goes together. */
export function watcherOf(run: Run): Watcher {
	const known = ofRuns.get(run);
	if (known) return known;
	const watcher = createWatcher(run);
	ofRuns.set(run, watcher);
	return watcher;
}

function createWatcher({ api, signal }: Run): Watcher {
	const started = Date.now();
	const readCollected = createCollector(async (ids: string[]) => await readTogether(api, ids));
	return {
		look: async (id) => (await readCollected(id)).get(id),
		async untilNextLook(interval, longest) {
			const untilDue = interval - ((Date.now() - started) % interval);
			return await pauseUnlessStopped(Math.min(untilDue, longest), signal);
		},
	};
}

/**
 * Reads calls with as few requests as possible: the newest ones of the list where that is cheaper, and
 * by itself each that the list does not have, or has as ended. What cannot be read is left out.
 */
async function readTogether(
	api: FluentsTransport,
	asked: string[],
): Promise<Map<string, IDataObject>> {
	const ids = [...new Set(asked)];
	const found = new Map<string, IDataObject>();
	const pages = Math.ceil(ids.length / LARGEST_PAGE);
	if (ids.length >= FEWEST_FOR_LIST) {
		const limit = pages * LARGEST_PAGE;
		const newest = getRecords(api, `${calls.path}/list`, { query: { ...calls.sort }, limit });
		for (const call of await withFallback(newest, [])) {
			found.set(String(call.id), call);
		}
	}
	const rest = ids.filter((id) => {
		const listed = found.get(id);
		return !listed || hasEnded(listed);
	});
	const read = await Promise.all(rest.map(async (id) => await readIfPossible(api, id)));
	for (const call of read) if (call) found.set(String(call.id), call);
	return found;
}
