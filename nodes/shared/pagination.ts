import type { IDataObject } from 'n8n-workflow';

import type { FluentsTransport } from './transport';

/** The most records that the API gives in one page. */
export const LARGEST_PAGE = 100;

/** Pages in a row without a new record, after which the list is taken for an endless one. */
const MOST_STALE_PAGES = 3;

export interface Page {
	items: IDataObject[];
	hasMore: boolean;
}

/** Reads one page, the first is number 1. */
export async function getPage(
	api: FluentsTransport,
	path: string,
	query: IDataObject,
	page: number,
	size = LARGEST_PAGE,
): Promise<Page> {
	const answer = await api.get(path, { ...query, page, size });
	return { items: itemsOf(answer), hasMore: answer.has_more === true };
}

/** The records of a page; an unknown envelope counts as an empty one. */
export function itemsOf({ items }: IDataObject): IDataObject[] {
	return Array.isArray(items) ? (items as IDataObject[]) : [];
}

/**
 * Yields the records of a list, page by page, as far as the caller reads on.
 *
 * `has_more` decides the end (`total` may be an estimate). Each id is given once: when records arrive
 * between two pages, others move on to the next page and come a second time.
 *
 * @param limit how many records the caller wants at most; it only sets the size of the pages.
 */
export async function* eachRecord(
	api: FluentsTransport,
	path: string,
	query: IDataObject = {},
	limit = Infinity,
): AsyncGenerator<IDataObject> {
	const size = Math.min(LARGEST_PAGE, limit);
	const seen = new Set<unknown>();
	let stalePages = 0;

	for (let page = 1; ; page++) {
		const { items, hasMore } = await getPage(api, path, query, page, size);
		const fresh = items.filter(({ id }) => id === undefined || !seen.has(id));
		for (const record of fresh) {
			seen.add(record.id);
			yield record;
		}
		stalePages = fresh.length === 0 ? stalePages + 1 : 0;
		if (!hasMore || items.length === 0 || stalePages === MOST_STALE_PAGES) return;
	}
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
