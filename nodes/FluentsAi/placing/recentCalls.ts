import type { IDataObject } from 'n8n-workflow';

import { getPage } from '../../shared/api/pagination';
import { parseTime } from '../../shared/records/time';
import type { FluentsTransport } from '../../shared/api/transport';
import { calls } from '../../shared/records/call';

/**
 * Reads the calls that started at a time or later, and those that have no start time (yet).
 *
 * Where the latter stand in a sorted list is not known (API: null start time), but it is one of its
 * two ends, so both are read. The oldest come first: a call that starts meanwhile moves to the newest,
 * and would be missed the other way round.
 *
 * @param since milliseconds since 1970.
 * @param keep takes of a call what is wanted, at least its start time.
 * @returns the newest first, and whether these are all of them: false when there are more pages.
 */
export async function readRecentCalls(
	api: FluentsTransport,
	since: number,
	{
		mostPages = Infinity,
		keep = (call) => call,
	}: { mostPages?: number; keep?: (call: IDataObject) => IDataObject } = {},
): Promise<{ recent: IDataObject[]; isComplete: boolean }> {
	const isRecent = (call: IDataObject) => (startOf(call) ?? since) >= since;
	const read = async (end: Pick<End, 'newestFirst' | 'mostPages' | 'isPast'>) =>
		await readEnd(api, { ...end, keep });

	const oldest = await read({
		newestFirst: false,
		mostPages: Math.ceil(mostPages / 2),
		isPast: (call) => startOf(call) !== undefined,
	});
	if (oldest.reached === 'end') {
		return { recent: [...oldest.calls.values()].reverse().filter(isRecent), isComplete: true };
	}
	const newest = await read({
		newestFirst: true,
		mostPages: mostPages - oldest.pages,
		isPast: (call) => !isRecent(call),
	});
	const rest = [...oldest.calls].filter(([id]) => !newest.calls.has(id));
	return {
		recent: [...newest.calls.values(), ...rest.map(([, call]) => call)].filter(isRecent),
		isComplete:
			newest.reached === 'end' || (newest.reached === 'past' && oldest.reached === 'past'),
	};
}

/** One end of the sorted list, and how far it is read. */
interface End {
	newestFirst: boolean;
	mostPages: number;
	/** Whether what is wanted comes before this call. */
	isPast(call: IDataObject): boolean;
	keep(call: IDataObject): IDataObject;
}

async function readEnd(api: FluentsTransport, { newestFirst, mostPages, isPast, keep }: End) {
	const seen = new Map<string, IDataObject>();
	const query = { ...calls.sort, sort_desc: newestFirst };
	const after = (pages: number, reached: 'end' | 'past' | 'cut') => ({
		calls: seen,
		pages,
		reached,
	});
	for (let page = 1; page <= mostPages; page++) {
		const { items, hasMore } = await getPage(api, `${calls.path}/list`, query, page);
		const known = seen.size;
		for (const call of items) seen.set(String(call.id), keep(call));
		// A page with nothing new is the end as well, whatever the server says.
		if (!hasMore || (page > 1 && seen.size === known)) return after(page, 'end');
		if (items.some(isPast) && isSorted(items, newestFirst)) return after(page, 'past');
	}
	return after(mostPages, 'cut');
}

function isSorted(page: IDataObject[], newestFirst: boolean): boolean {
	const starts = page.map(startOf).filter((start) => start !== undefined);
	const inOrder = newestFirst ? [...starts].reverse() : starts;
	return inOrder.every((start, i) => i === 0 || start >= inOrder[i - 1]);
}

function startOf({ start_time: start }: IDataObject): number | undefined {
	return parseTime(start);
}
