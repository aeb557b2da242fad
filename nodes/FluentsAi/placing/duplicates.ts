import type { IDataObject } from 'n8n-workflow';

import { catchStatus, operationError, withFallback } from '../../shared/api/errors';
import { foreignText } from '../../shared/foreignText';
import type { ItemReader } from '../../shared/parameters/reader';
import { shown } from '../../shared/shown';
import { calls } from '../../shared/records/call';
import { readOne } from '../../shared/records/collection';
import type { FluentsTransport } from '../../shared/api/transport';
import { parseTime } from '../../shared/records/time';
import { optionsOf } from '../fields/options';
import type { Run } from '../operation';
import { readIfPossible, readPlaced } from '../watching/watcher';
import {
	carriedInsteadOf,
	isFor,
	isOfSameRealm,
	mayBeFor,
	personOf,
	type Addressee,
} from './addressee';
import { carriedKey, type CallKey } from './callKey';
import type { CallIndex, Entry } from './callIndex';
import { callsOf } from './sharedInRun';
import { mayReach } from './ledger';
import { sameNumber, withPlus } from '../../shared/phoneNumbers/parse';
import { skipDuplicatesOption, lookBackOption } from './fields';

const HOUR = 3_600_000;

/** Milliseconds in which a server may not know a call yet that it has placed. */
const UNTIL_READABLE = 60_000;

export interface DuplicateOptions {
	byKey: boolean;
	byNumber: boolean;
	/** Milliseconds. */
	lookBack: number;
}

/** @throws NodeOperationError that names the parameter and the item. */
export function readDuplicateOptions(from: ItemReader, hasOwnKey: boolean): DuplicateOptions {
	const options = optionsOf(from);
	return {
		byKey: hasOwnKey,
		byNumber: options.choice(skipDuplicatesOption, { guards: true }) === 'sameNumber',
		lookBack: options.number(lookBackOption) * HOUR,
	};
}

interface Wanted extends Addressee {
	key: CallKey;
	duplicates: DuplicateOptions;
}

/**
 * Looks for a call with the same key or number, among those of this run and those that Fluents.ai had
 * before it.
 *
 * @throws NodeOperationError when the key was used for another number, and when the calls to the same
 * number do not tell their keys.
 */
export async function findDuplicate(run: Run, wanted: Wanted): Promise<IDataObject | undefined> {
	const { byKey, byNumber, lookBack } = wanted.duplicates;
	if (!byKey && !byNumber) return undefined;
	for (const entry of sameIn(callsOf(run).ledger.ofRun, wanted)) {
		const id = await entry.id;
		if (id === undefined) continue;
		checkPerson(run, wanted, personOf(entry));
		const call = await readPlaced(run.api, id, entry.toNumber);
		if (mayReach(call)) return call;
	}

	const known = await findKnown(run, wanted);
	return known ?? (await findListed(run, wanted, Date.now() - lookBack));
}

/** Among the calls that Fluents.ai lists. */
async function findListed(
	run: Run,
	wanted: Wanted,
	since: number,
): Promise<IDataObject | undefined> {
	const { ledger } = callsOf(run);
	const { duplicates, key } = wanted;
	const earlier = await ledger.earlier(since);
	const isRecent = ({ start_time: start }: IDataObject) => (parseTime(start) ?? since) >= since;
	const toSame = earlier
		.toNumber(wanted.toNumber)
		.filter((call) => isRecent(call) && mayBeFor(call, wanted));
	if (duplicates.byNumber) {
		for (const listed of toSame) {
			const call = await inFull(run, listed);
			if (isFor(call, wanted)) return call;
		}
	}
	if (!duplicates.byKey) return undefined;

	const [sameKey] = earlier
		.withKey(key.key)
		.filter((call) => isRecent(call) && isOfSameRealm(call, wanted));
	if (sameKey) {
		const insteadOf = carriedInsteadOf(sameKey) ?? undefined;
		checkPerson(run, wanted, personOf({ toNumber: withPlus(sameKey.to_number), insteadOf }));
		return await inFull(run, sameKey);
	}
	for (const listed of toSame) {
		const carried = await ledger.keyOf(listed);
		if (carried === undefined) throw keyNotTold(run, listed);
		if (carried !== key.key) continue;
		const call = await inFull(run, listed);
		if (isFor(call, wanted)) return call;
	}
	return undefined;
}

/**
 * Looks for such a call among those that this execution, or another one of this process, has placed or
 * looks for: also before Fluents.ai lists it.
 *
 * @throws NodeOperationError when the key was used for another number, or it stays open whether a call
 * was placed.
 */
async function findKnown(run: Run, wanted: Wanted): Promise<IDataObject | undefined> {
	const { ofExecution, ofProcess } = callsOf(run).ledger;
	const since = Date.now() - wanted.duplicates.lookBack;
	const recentIn = <T extends { at: number }>(index: CallIndex<T>) =>
		sameIn(index, wanted).filter(({ at }) => at >= since);
	const known = [
		...recentIn(ofExecution).map((entry) => ({ entry, read: readPlaced })),
		...recentIn(ofProcess).map((entry) => ({ entry, read: readKept(entry) })),
	];
	for (const { entry, read } of known) {
		const id = await entry.id;
		const call = id === undefined ? undefined : await read(run.api, id, entry.toNumber);
		if (!call || !mayReach(call)) continue;
		checkPerson(run, wanted, personOf(entry));
		return call;
	}
	return undefined;
}

/** The calls with the same key or for the same person, as far as the user wants them to be found. */
function sameIn<T>(index: CallIndex<T>, wanted: Wanted): T[] {
	const { byKey, byNumber } = wanted.duplicates;
	return [
		...(byKey ? index.withKey(wanted.key.key, wanted) : []),
		...(byNumber ? index.to(wanted) : []),
	];
}

/** Reads a call of another execution, unless Fluents.ai does not have it any more, or has another one. */
function readKept(entry: Entry) {
	return async (api: FluentsTransport, id: string, toNumber: string) => {
		const unread: IDataObject = { id, to_number: toNumber };
		const read = await withFallback(catchStatus(readOne(api, calls, id), ['404']), {
			value: unread,
			refusal: undefined,
		});
		const isNew = Date.now() - entry.at < UNTIL_READABLE;
		if (read.refusal) return isNew ? unread : undefined;
		const { value: call } = read;
		const isIt = [entry.key, null, undefined].includes(carriedKey(call));
		const isToSame = sameNumber(call.to_number, toNumber) && mayBeFor(call, entry);
		return isIt && isToSame ? call : undefined;
	};
}

/** @throws NodeOperationError when a key was used for another person. */
export function checkPerson(run: Run, wanted: Wanted, used: string): void {
	if (!sameNumber(used, personOf(wanted))) throw keyOfAnother(run, wanted, used);
}

async function inFull({ api }: Run, call: IDataObject): Promise<IDataObject> {
	return (await readIfPossible(api, String(call.id))) ?? call;
}

function keyOfAnother({ context }: Run, wanted: Wanted, used: string) {
	const person = personOf(wanted);
	return operationError(
		context.getNode(),
		`Nobody was called: the Call Key ${shown(wanted.key.key)} was used for a call to ${foreignText(used)}, so it cannot be used for ${person}`,
		{
			description:
				'A Call Key belongs to one phone number. Make it from a value that differs from person to person, and check that no item lacks that value.',
		},
	);
}

function keyNotTold({ context }: Run, { id, to_number: to }: IDataObject) {
	return operationError(
		context.getNode(),
		`Fluents.ai does not tell the key of call ${shown(id)} to ${foreignText(withPlus(to))}`,
		{
			description:
				"So it cannot be told whether this item was called already, and nobody was called. Use 'Same Number' for the option 'Skip If Already Called', and no Call Key of your own.",
		},
	);
}
