import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { parameterError } from '../../shared/api/errors';
import { parseTime } from '../../shared/records/time';
import { readOptions } from '../fields/options';
import type { Run } from '../operation';
import { readOne } from '../../shared/records/collection';
import { keyOf, type CallKey } from './callKey';
import { calls } from '../../shared/records/call';
import { hasEnded, readIfPossible, readPlaced } from '../watching/watcher';
import { readRecentCalls } from './recentCalls';

const HOUR = 3_600_000;

export const duplicateOptions: INodeProperties[] = [
	{
		displayName: 'Skip If Already Called',
		name: 'skipDuplicates',
		type: 'options',
		options: [
			{ name: 'No', value: 'none', description: 'Only a Call Key of your own is looked for' },
			{ name: 'Same Key', value: 'sameKey' },
			{ name: 'Same Number', value: 'sameNumber' },
		],
		default: 'none',
		description:
			'Whether an item whose call key or number was called within Look Back dials nothing and gives that call, marked as duplicate. Two executions at the same moment do not know of each other.',
	},
	{
		displayName: 'Look Back (Hours)',
		name: 'lookBack',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 24,
		description: 'How old an earlier call with the same key or number may be, in hours',
	},
];

export interface DuplicateOptions {
	byKey: boolean;
	byNumber: boolean;
	/** Milliseconds. */
	lookBack: number;
}

/** @throws NodeOperationError that names the parameter and the item. */
export function readDuplicateOptions(
	context: IExecuteFunctions,
	itemIndex: number,
	hasOwnKey: boolean,
): DuplicateOptions {
	const { skipDuplicates, lookBack = 24 } = readOptions(context, itemIndex);
	if (!(Number(lookBack) >= 0)) {
		const problem = 'has to be 0 or more';
		throw parameterError(context.getNode(), 'Look Back (Hours)', problem, itemIndex);
	}
	return {
		byKey: hasOwnKey || skipDuplicates === 'sameKey',
		byNumber: skipDuplicates === 'sameNumber',
		lookBack: Number(lookBack) * HOUR,
	};
}

/**
 * Looks for a call with the same key or number, among those of this run and those that Fluents.ai had
 * before it. One reading of the list serves all items.
 *
 * @throws NodeOperationError when the calls to the same number do not tell their keys.
 */
export async function findDuplicate(
	run: Run,
	{
		toNumber,
		key: { key },
		duplicates: { byKey, byNumber, lookBack },
	}: { toNumber: string; key: CallKey; duplicates: DuplicateOptions },
): Promise<IDataObject | undefined> {
	if (!byKey && !byNumber) return undefined;
	const earlier = run.shared(createEarlierCalls);
	for (const call of earlier.ofRun) {
		const fits = (byKey && call.key === key) || (byNumber && call.toNumber === toNumber);
		const id = fits ? await call.id : undefined;
		if (id !== undefined) return await readPlaced(run.api, id, call.toNumber);
	}
	const since = Date.now() - lookBack;
	for (const call of await earlier.read(since)) {
		if ((parseTime(call.start_time) ?? since) < since) continue;
		const isSameNumber = call.to_number === toNumber;
		// Over without having started, it has reached nobody.
		const countsByNumber = parseTime(call.start_time) !== undefined || !hasEnded(call);
		if (byNumber && isSameNumber && countsByNumber) return await inFull(run, call);
		if (!byKey) continue;
		const carried =
			keyOf(call) ?? (isSameNumber ? await earlier.readKey(String(call.id)) : undefined);
		if (carried === undefined && isSameNumber) throw keyNotTold(run, call);
		if (carried === key) return await inFull(run, call);
	}
	return undefined;
}

async function inFull({ api }: Run, call: IDataObject): Promise<IDataObject> {
	return (await readIfPossible(api, String(call.id))) ?? call;
}

function keyNotTold({ context }: Run, { id, to_number: to }: IDataObject) {
	return new NodeOperationError(
		context.getNode(),
		`Fluents.ai does not tell the key of call '${String(id)}' to ${String(to)}`,
		{
			description:
				"So it cannot be told whether this item was called already, and nobody was called. Use 'Same Number' for the option 'Skip If Already Called', and no Call Key of your own.",
		},
	);
}

/** For `Run.shared`: the calls before this run, read once, and those that the run has placed itself. */
export function createEarlierCalls({ api }: Run) {
	let reading: { since: number; calls: Promise<IDataObject[]> } | undefined;
	const keys = new Map<string, string | null | undefined>();
	return {
		/** An ID may still be searched for; it is undefined when nobody was called. */
		ofRun: [] as Array<{
			key: string;
			toNumber: string;
			id: string | Promise<string | undefined>;
		}>,
		/** @param since milliseconds since 1970; a little later than what was read is fine as well. */
		async read(since: number): Promise<IDataObject[]> {
			if (!reading || since < reading.since) {
				const all = readRecentCalls(api, since).then(({ recent }) => recent);
				reading = { since, calls: all };
				all.catch(() => (reading = undefined));
			}
			return await reading.calls;
		},
		/** The key of a call that the list gives without it. */
		async readKey(id: string): Promise<string | null | undefined> {
			if (!keys.has(id)) keys.set(id, keyOf(await readOne(api, calls, id)));
			return keys.get(id);
		},
	};
}
