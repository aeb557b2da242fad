import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { withFallback } from '../../shared/api/errors';
import { canonical } from '../../shared/canonical';
import { Memory } from '../../shared/memory';
import { calls } from '../../shared/records/call';
import { readOne } from '../../shared/records/collection';
import { parseTime } from '../../shared/records/time';
import type { Run } from '../operation';
import { isTool } from '../tool';
import { createCollector, hasEnded } from '../watching/watcher';
import { addresseeName, isOfSameRealm, keyName, type Addressee } from './addressee';
import { carriedKey, madeAt } from './callKey';
import { digitsOf, sameNumber } from '../../shared/phoneNumbers/parse';
import {
	createCallIndex,
	Lists,
	withEntry,
	type CallIndex,
	type Entry,
	type PlacedCall,
} from './callIndex';
import { callsOfProcess, REMEMBERED } from './sharedInProcess';
import { readRecentCalls } from './recentCalls';

const HOUR = 3_600_000;

/** A call that does not start within this many milliseconds will not any more. */
const LONGEST_QUEUE = 2 * HOUR;

/** Pages of the newest calls that are read at most to find one, or to count those in progress. */
const MOST_PAGES = 5;

/**
 * For how long a reading of the list holds, in milliseconds: shorter than this process remembers what
 * others have placed since, and long enough for lists that lag.
 */
const READING_HOLDS = REMEMBERED / 2;

/** When this process saw a call first that has not started. Fluents.ai does not tell when it was made. */
const firstSeen = new Memory<number>(10_000, 2 * LONGEST_QUEUE);

/** Calls as Fluents.ai lists them: each may be one of a test. */
export interface ListedCalls {
	/** To the same number. */
	toNumber(number: string): IDataObject[];
	withKey(key: string): IDataObject[];
}

/** What is known about calls: those of the run, and those that Fluents.ai had before. */
export interface Ledger {
	/** The calls that this run has placed or looks for. */
	ofRun: CallIndex<Entry>;
	/**
	 * The calls that this execution has placed, in earlier rounds of a loop and by other nodes too. The
	 * list may show them late.
	 */
	ofExecution: CallIndex<PlacedCall>;
	/** The calls that any execution of this process has placed lately, or looks for. */
	ofProcess: CallIndex<Entry>;
	enter(entry: Entry): void;
	/** Whether the call is known to belong to an item of this run. */
	isOfRun(id: string): boolean;
	/**
	 * The calls that have reached somebody since a time, or still may. One reading of the list serves all
	 * items of some minutes.
	 *
	 * @param since milliseconds since 1970; a little later than what was read is fine as well.
	 */
	earlier(since: number): Promise<ListedCalls>;
	/** The key of a call that the list may give without it. */
	keyOf(call: IDataObject): Promise<string | null | undefined>;
	/**
	 * The newest calls, for all items that ask in the same moment.
	 *
	 * @param since milliseconds since 1970.
	 */
	newest(since: number): Promise<{ recent: IDataObject[]; isComplete: boolean }>;
	/**
	 * How many calls of others are in progress: real ones, or, for a call of a test, those of tests to its
	 * number.
	 */
	countOthers(addressee: Addressee): Promise<number>;
}

export function createLedger({ api, context }: Run): Ledger {
	const { environment } = api.credential;
	const placed = placedBy(context);
	const addressed = (to: Addressee) => canonical([environment, addresseeName(to)]);
	const keyed = (key: string, to: Addressee) => canonical([environment, 'key', keyName(key, to)]);
	const entries = createCallIndex<Entry>();
	const ofProcess = callsOfProcess(api.credential);
	const ids = new Set<string>();
	const variables = new Map<string, Promise<IDataObject>>();
	let reading: { at: number; since: number; index: Promise<ListedCalls> } | undefined;

	/** The call, at least with the variables that lists may leave out. */
	const withVariables = async (call: IDataObject): Promise<IDataObject> => {
		if ((carriedKey(call) ?? null) !== null) return call;
		const id = String(call.id);
		const read =
			variables.get(id) ??
			readOne(api, calls, id).then(({ context: own }) => ({ ...call, context: own }));
		variables.set(id, read);
		read.catch(() => variables.delete(id));
		return await read;
	};

	const readEarlier = async (since: number) => {
		const { recent } = await readRecentCalls(api, since);
		return indexListed(recent.filter(countsAsCalled));
	};
	return {
		ofRun: entries,
		ofExecution: {
			to: (addressee) => placed.find(addressed(addressee)),
			withKey: (key, addressee) => placed.find(keyed(key, addressee)),
		},
		ofProcess,
		enter(entry) {
			entries.add(entry);
			ofProcess.enter(entry);
			const { id, key } = entry;
			if (typeof id !== 'string') return;
			ids.add(id);
			placed.enter([addressed(entry), keyed(key, entry)], { ...entry, id });
		},
		isOfRun: (id) => ids.has(id),
		async earlier(since) {
			const at = Date.now();
			if (!reading || since < reading.since || at - reading.at > READING_HOLDS) {
				const index = readEarlier(since);
				reading = { at, since, index };
				index.catch(() => (reading = undefined));
			}
			return await reading.index;
		},
		async keyOf(call) {
			return carriedKey(call) ?? carriedKey(await withVariables(call));
		},
		newest: createCollector(
			async (since: number[]) =>
				await withFallback(
					readRecentCalls(api, Math.min(...since), { mostPages: MOST_PAGES }),
					{
						recent: [],
						isComplete: false,
					},
				),
		),
		async countOthers(addressee) {
			const { recent } = await readRecentCalls(api, Date.now() - 2 * HOUR, {
				mostPages: MOST_PAGES,
			});
			const open = recent.filter(
				(call) => !hasEnded(call) && countsAsCalled(call) && !ids.has(String(call.id)),
			);
			const isTest = addressee.insteadOf !== undefined;
			const near = isTest
				? open.filter(({ to_number: to }) => sameNumber(to, addressee.toNumber))
				: open;
			const known = near.map(async (call) => await withFallback(withVariables(call), call));
			return (await Promise.all(known)).filter((call) => isOfSameRealm(call, addressee))
				.length;
		},
	};
}

/**
 * Whether a call has reached somebody, or still may. One that has not started is about to, for two
 * hours; one that ended without having started has reached nobody.
 */
export function countsAsCalled(call: IDataObject): boolean {
	if (parseTime(call.start_time) !== undefined) return true;
	return !hasEnded(call) && Date.now() - seenSince(call) < LONGEST_QUEUE;
}

/** Whether a call of this execution has reached somebody, or still may: over without having started, it has not. */
export function mayReach(call: IDataObject): boolean {
	return !hasEnded(call) || countsAsCalled(call);
}

/** The time from which on a call is known: when its key was made, or when it was seen first. */
function seenSince(call: IDataObject): number {
	const made = madeAt(carriedKey(call) ?? '');
	if (made !== undefined) return made;
	const id = String(call.id);
	const seen = firstSeen.get(id) ?? Date.now();
	firstSeen.set(id, seen);
	return seen;
}

/** Calls as Fluents.ai lists them, to be looked up by number or by key. */
export function indexListed(all: IDataObject[]): ListedCalls {
	const byNumber = new Lists<IDataObject>();
	const byKey = new Lists<IDataObject>();
	for (const call of all) {
		byNumber.add(digitsOf(call.to_number), call);
		byKey.add(carriedKey(call) ?? undefined, call);
	}
	return {
		toNumber: (number) => byNumber.get(digitsOf(number)),
		withKey: (key) => byKey.get(key),
	};
}

/**
 * What n8n keeps for all nodes of the execution. A tool has no execution of its own: there, the repeat
 * rule holds.
 */
function placedBy(context: IExecuteFunctions) {
	if (isTool(context)) return { find: () => [], enter: () => {} };
	const flow = context.getContext('flow') as { fluentsAiCalls?: Record<string, PlacedCall[]> };
	const find = (name: string): PlacedCall[] => flow.fluentsAiCalls?.[name] ?? [];
	return {
		find,
		enter(names: string[], call: PlacedCall): void {
			flow.fluentsAiCalls ??= {};
			for (const name of names) flow.fluentsAiCalls[name] = withEntry(find(name), call);
		},
	};
}
