import type { IDataObject } from 'n8n-workflow';

import { LARGEST_PAGE } from './pageSize';
import type { FluentsTransport } from './transport';
import { plainText } from '../json';

/** The fewest records that a page is asked for to join the one before it. */
const SMALLEST_PAGE = 50;

/** Repetitions of a page in a row, after which the list is taken for an endless one. */
const MOST_REPEATS = 3;

/**
 * A list that goes on so many records behind its own `total` is taken for an endless one, and so is one that
 * is longer than any: n8n would run out of memory.
 */
const MOST_BEHIND_TOTAL = 100_000;
const LONGEST_LIST = 1_000_000;

/** Pages that are read side by side: so many at most, and so many for each one that was read before. */
const SIDE_BY_SIDE = 20;
const GROWTH = 4;

/** Records by which the reading first goes back where a page does not join what was read before. */
const FIRST_STEP_BACK = 8;

/** How often it goes back in one reading; then it takes what it gets. */
const MOST_STEPS_BACK = 50;

export interface Page {
	items: IDataObject[];
	hasMore: boolean;
	/** Records of the whole list, which may be a guess; NaN when the answer does not say. */
	total: number;
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
		total: parseFloat(plainText(answer.total)),
	};
}

/**
 * Yields the records of a list, page by page, as far as the caller reads on. Every record that is there
 * during the whole reading comes exactly once, also when others come and go.
 *
 * A page joins those before it when it holds a record of them: then nothing lies in between, since the
 * order does not change. So each page begins with the last record of the one before. One that joins
 * nothing, because records were deleted, is thrown away, and the reading goes back a bit, in the end to the
 * first page.
 *
 * `has_more` decides the end; `total`, which may be wrong, only tells how many pages are worth reading
 * side by side.
 *
 * @throws NodeApiError when the list never ends.
 * @param limit how many records the caller wants at most; it only sets the size of the pages, and how
 * many are read side by side.
 * @param maxPages how many pages are read at most.
 * @param onCut called when the list goes on behind what was read: behind so many pages, or with the same page again and again.
 */
export async function* eachRecord(
	api: FluentsTransport,
	path: string,
	query: IDataObject = {},
	{ limit = Infinity, maxPages = Infinity, onCut }: Bounds = {},
): AsyncGenerator<IDataObject> {
	const firstSize = Math.min(LARGEST_PAGE, limit);
	const read = async ({ page, size }: Span) => await getPage(api, path, query, page, size);
	const seen = new Set<unknown>();
	let before: Page | undefined;
	let end = 0;
	let pagesRead = 0;
	let pagesAsked = 0;
	let repeats = 0;
	let stepsBack = 0;
	let stepBack = FIRST_STEP_BACK;
	let longest = Infinity;

	for (;;) {
		if (end > longest) throw api.failed(endless(path, end));
		const wanted = Math.min(before?.total ?? 0, limit);
		if (pagesAsked >= maxPages) return onCut?.('maxPages');
		const atOnce = stepBack > FIRST_STEP_BACK ? 1 : Math.min(GROWTH * pagesRead, SIDE_BY_SIDE);
		const most = Math.min(atOnce, maxPages - pagesAsked);
		const spans = [spanFrom(end, firstSize)];
		for (let span = spans[0]; span.end < wanted && spans.length < most; spans.push(span)) {
			span = spanFrom(span.end, firstSize);
		}
		pagesAsked += spans.length;
		const pages = await Promise.all(spans.map(read));
		for (const [i, page] of pages.entries()) {
			const span = spans[i];
			if (!joins(page, span, seen) && stepsBack < MOST_STEPS_BACK) {
				stepsBack++;
				end = Math.max(0, end - stepBack);
				stepBack *= GROWTH;
				break;
			}
			for (const record of page.items) {
				if (record.id !== undefined && seen.has(record.id)) continue;
				seen.add(record.id);
				yield record;
			}
			repeats = before && hasSameRecords(before, page) ? repeats + 1 : 0;
			if (!page.hasMore || page.items.length === 0) return;
			if (repeats === MOST_REPEATS) return onCut?.('repeats');
			if (!before) longest = longestOf(page);
			before = page;
			end = span.end;
			pagesRead++;
			if (i === pages.length - 1) stepBack = FIRST_STEP_BACK;
		}
	}
}

/** How many records a list may have, by its first page. */
function longestOf({ total }: Page): number {
	return Math.min(LONGEST_LIST, MOST_BEHIND_TOTAL + Math.max(0, total || 0));
}

function endless(path: string, read: number): string {
	return `The list ${path} goes on after ${read} records, so it is taken for one that never ends. Set a limit, or narrow what you look for. If the list is not that long, contact support@fluents.ai.`;
}

export type Cut = 'maxPages' | 'repeats';

/** How far a list is read. */
interface Bounds {
	limit?: number;
	maxPages?: number;
	onCut?: (why: Cut) => void;
}

/** A part of a list that can be asked for as a page. */
interface Span {
	page: number;
	size: number;
	/** Index of the record that follows it. */
	end: number;
}

/**
 * The page that leads furthest of those that hold the last of the `read` records. Where a page of 100
 * would begin far before it, a slightly smaller one begins closer.
 *
 * @param firstSize of the first page.
 */
function spanFrom(read: number, firstSize: number): Span {
	const last = read - 1;
	if (last < 1) return { page: 1, size: firstSize, end: firstSize };
	let best: Span = { page: 1, size: 0, end: 0 };
	for (let size = LARGEST_PAGE; size >= SMALLEST_PAGE; size--) {
		const page = Math.floor(last / size) + 1;
		if (page * size > best.end) best = { page, size, end: page * size };
	}
	return best;
}

/** Whether nothing lies between what was read and this page. Records without an ID cannot tell. */
function joins({ items }: Page, { page }: Span, seen: Set<unknown>): boolean {
	return page === 1 || items.some(({ id }) => id === undefined || seen.has(id));
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
		...bounds
	}: {
		query: IDataObject;
		limit: number;
		choose?: (record: IDataObject) => Choice;
	} & Omit<Bounds, 'limit'>,
): Promise<IDataObject[]> {
	const records: IDataObject[] = [];
	// Of a list that is chosen from, it is not known how many records have to be read.
	const wanted = choose ? Infinity : limit;
	for await (const record of eachRecord(api, path, query, { ...bounds, limit: wanted })) {
		const choice = choose?.(record) ?? 'keep';
		if (choice === 'stop') break;
		if (choice === 'keep') records.push(record);
		if (records.length >= limit) break;
	}
	return records;
}
