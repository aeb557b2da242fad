import type { IDataObject } from 'n8n-workflow';

import type { FluentsTransport } from './transport';

/** The most records that the API gives in one page. */
export const LARGEST_PAGE = 100;

/** Repetitions of a page in a row, after which the list is taken for an endless one. */
const MOST_REPEATS = 3;

/** Pages that are read side by side: so many at most, and so many for each one that was read before. */
const SIDE_BY_SIDE = 20;
const GROWTH = 4;

/** Fewer than so many would take no less time side by side, since that is followed by a check. */
const FEWEST_SIDE_BY_SIDE = 3;

export interface Page {
	items: IDataObject[];
	hasMore: boolean;
	/** Records of the whole list, which may be a guess; NaN when the answer does not say. */
	total: number;
	isEstimated: boolean;
}

/** Reads one page, the first is number 1. */
export async function getPage(
	api: FluentsTransport,
	path: string,
	query: IDataObject,
	page: number,
	size = LARGEST_PAGE,
): Promise<Page> {
	const answer = await api.getPage(path, { ...query, page, size });
	return {
		items: answer.items,
		hasMore: answer.has_more,
		total: Number(answer.total ?? NaN),
		isEstimated: answer.total_is_estimated !== false,
	};
}

/**
 * Yields the records of a list, page by page, as far as the caller reads on.
 *
 * `has_more` decides the end; `total`, which may be wrong, only tells how many pages are worth reading
 * side by side. Each id is given once: when records arrive between two pages, others move on to the next
 * page and come a second time.
 *
 * Of pages that are read side by side, a later one may be the earlier one for the server, and a record that
 * moves on between the two is in neither. So the page before them is read once more. Where anything has
 * moved, they are read again one after the other, which misses nothing.
 *
 * @param limit how many records the caller wants at most; it only sets the size of the pages, and how
 * many are read side by side.
 */
export async function* eachRecord(
	api: FluentsTransport,
	path: string,
	query: IDataObject = {},
	limit = Infinity,
): AsyncGenerator<IDataObject> {
	const size = Math.min(LARGEST_PAGE, limit);
	const read = async (page: number) => await getPage(api, path, query, page, size);
	const seen = new Set<unknown>();
	let repeats = 0;
	let before: Page | undefined;
	/** Pages below this one are read one after the other. */
	let sideBySideFrom = 2;

	for (let next = 1; ;) {
		const left = Math.ceil(Math.min(before?.total ?? 0, limit) / size) - next + 1;
		const most = next < sideBySideFrom ? 1 : Math.min(GROWTH * (next - 1), SIDE_BY_SIDE);
		const worth = Math.min(left, most);
		const count = worth >= FEWEST_SIDE_BY_SIDE ? worth : 1;
		const pages = await Promise.all(Array.from({ length: count }, (_, i) => read(next + i)));
		if (before && count > 1 && hasMoved(before, await read(next - 1))) {
			sideBySideFrom = next + count;
			continue;
		}
		for (const page of pages) {
			for (const record of page.items) {
				if (record.id !== undefined && seen.has(record.id)) continue;
				seen.add(record.id);
				yield record;
			}
			repeats = before && hasSameRecords(before, page) ? repeats + 1 : 0;
			if (!page.hasMore || page.items.length === 0 || repeats === MOST_REPEATS) return;
			before = page;
		}
		next += count;
	}
}

/** Whether records have come or gone between two readings of the same page, as far as it shows. */
function hasMoved(before: Page, now: Page): boolean {
	const isCounted = !before.isEstimated && !now.isEstimated;
	return (isCounted && before.total !== now.total) || !hasSameRecords(before, now);
}

function hasSameRecords({ items }: Page, other: Page): boolean {
	return (
		items.length === other.items.length &&
		items.every(({ id }, i) => id !== undefined && id === other.items[i].id)
	);
}

/** What a caller does with a record: `stop` when no later one can be wanted. */
export type Choice = 'keep' | 'skip' | 'stop';

/** Reads the first `limit` records of a list that are wanted. */
export async function getRecords(
	api: FluentsTransport,
	path: string,
	{
		query,
		limit,
		choose,
	}: { query: IDataObject; limit: number; choose?: (record: IDataObject) => Choice },
): Promise<IDataObject[]> {
	const records: IDataObject[] = [];
	// Of a list that is chosen from, it is not known how many records have to be read.
	for await (const record of eachRecord(api, path, query, choose ? Infinity : limit)) {
		const choice = choose?.(record) ?? 'keep';
		if (choice === 'stop') break;
		if (choice === 'keep') records.push(record);
		if (records.length >= limit) break;
	}
	return records;
}
