import type { IDataObject } from 'n8n-workflow';

import { getPage } from '../../shared/api/pagination';
import { parseTime } from '../../shared/records/time';
import type { FluentsTransport } from '../../shared/api/transport';
import { calls } from '../../shared/records/call';

/**
 * Reads the calls that started at a time or later, and those that have no start time (yet).
 *
 * Where the latter stand in a sorted list is not known (API: null start time), but it is one of its
 * two ends, so both are read.
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
	const seen = new Map<string, IDataObject>();
	let pages = 0;
	const readUntil = async (newestFirst: boolean, isPast: (call: IDataObject) => boolean) => {
		const query = { ...calls.sort, sort_desc: newestFirst };
		for (let page = 1; pages < mostPages; page++) {
			pages++;
			const { items, hasMore } = await getPage(api, `${calls.path}/list`, query, page);
			const known = seen.size;
			for (const call of items) seen.set(String(call.id), keep(call));
			// A page with nothing new is the end as well, whatever the server says.
			if (!hasMore || (page > 1 && seen.size === known)) return 'end';
			if (items.some(isPast)) return 'past';
		}
		return 'cut';
	};
	const startOf = ({ start_time: start }: IDataObject) => parseTime(start);

	let reached = await readUntil(true, (call) => (startOf(call) ?? since) < since);
	if (reached === 'past') {
		reached = await readUntil(false, (call) => startOf(call) !== undefined);
	}
	return {
		recent: [...seen.values()].filter((call) => (startOf(call) ?? since) >= since),
		isComplete: reached !== 'cut',
	};
}
