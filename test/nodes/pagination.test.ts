import fc from 'fast-check';

import { hintsOf, runNode, simulator } from '../support/harness';

beforeEach(() => simulator.reset());

const environment = () => simulator.environment('default');
const getAll = { resource: 'call', operation: 'getAll', returnAll: true };

/** An environment with exactly so many calls, and their IDs from the newest to the oldest. */
function withCalls(count: number): string[] {
	const account = environment();
	account.calls.clear();
	account.addCalls(count);
	return [...account.calls.keys()].reverse();
}

describe('the total of a list may be anything', () => {
	const totals = {
		'as the server has it': undefined,
		'none at all': () => NaN,
		zero: () => 0,
		'too low': (count: number) => Math.floor(count / 3),
		'one too low': (count: number) => count - 1,
		'one too high': (count: number) => count + 1,
		'too high': (count: number) => 3 * count + 1000,
	};
	describe.each(Object.entries(totals))('%s', (_name, totalOf) => {
		test.each([0, 1, 99, 100, 101, 500, 1250])('%d calls', async (count) => {
			const ids = withCalls(count);
			simulator.totalOf = totalOf;
			const { json, error, requests } = await runNode(getAll);
			expect(error).toBeUndefined();
			expect(json.map(({ id }) => id)).toEqual(ids);
			const pages = Math.max(1, Math.ceil(count / 100));
			// A total that is too high makes it look beyond the end, once; each look costs one check.
			expect(requests.length).toBeLessThanOrEqual(pages + 20 + 6);
		});
	});
});

test('pages are read side by side, at most 20 at a time', async () => {
	withCalls(6000);
	// Longer than a busy machine needs to send the requests of a group.
	simulator.latencyMs = 250;
	const { json, requests } = await runNode(getAll);
	expect(json).toHaveLength(6000);
	expect(Math.max(...requests.map(({ open }) => open))).toBe(20);
	// 60 pages, and a few more, since each begins with the last record of the one before.
	expect(requests.length).toBeLessThanOrEqual(70);
});

test('no more is read than the limit needs', async () => {
	const ids = withCalls(6000);
	const { json, requests } = await runNode({ ...getAll, returnAll: false, limit: 250 });
	expect(json.map(({ id }) => id)).toEqual(ids.slice(0, 250));
	expect(requests.map(({ query }) => Number(query.page))).toEqual([1, 2, 3]);
});

/** Repeat a failure with the seed that it names. */
const seed = Number(process.env.PAGES_SEED ?? Date.now() % 1_000_000);

test(`calls that arrive meanwhile make it miss none (PAGES_SEED=${seed})`, async () => {
	const plans = fc.record({
		/** Milliseconds by which requests are late; each takes the next one. */
		delays: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 7, maxLength: 7 }),
		/** Before which requests calls arrive, and how many. */
		arrivals: fc.dictionary(fc.nat(30).map(String), fc.integer({ min: 1, max: 120 })),
		total: fc.constantFrom(
			undefined,
			() => 650,
			() => NaN,
		),
	});
	await fc.assert(
		fc.asyncProperty(plans, async ({ delays, arrivals, total }) => {
			simulator.reset();
			const ids = withCalls(650);
			const account = environment();
			simulator.totalOf = total;
			let requests = 0;
			let newest = Date.UTC(2026, 5, 1);
			// The first fault is asked about each request; this one hits none.
			simulator.faults.add({
				match: () => {
					for (let i = arrivals[requests] ?? 0; i > 0; i--) {
						account.addCalls(1, { start_time: (newest += 1000) });
					}
					requests++;
					return false;
				},
			});
			delays.forEach((delayMs, i) => {
				const match = () => requests % delays.length === i;
				simulator.faults.add({ delayMs, times: Infinity, match });
			});
			const { json, error } = await runNode(getAll);
			expect(error).toBeUndefined();
			const given = json.map(({ id }) => String(id));
			const found = new Set(given);
			expect(found.size).toBe(given.length);
			expect(ids.filter((id) => !found.has(id))).toEqual([]);
		}),
		{ seed, numRuns: 25 },
	);
}, 120_000);

test(`whatever comes and goes, what stays is given once (PAGES_SEED=${seed})`, async () => {
	const change = fc.record({
		/** Before which request, and where in the list. */
		at: fc.nat(40),
		where: fc.double({ min: 0, max: 1, noNaN: true }),
		count: fc.integer({ min: 1, max: 60 }),
		deletes: fc.boolean(),
	});
	const plans = fc.record({
		count: fc.integer({ min: 250, max: 1500 }),
		changes: fc.array(change, { minLength: 1, maxLength: 25 }),
		total: fc.constantFrom(
			undefined,
			() => NaN,
			() => 2500,
		),
	});
	await fc.assert(
		fc.asyncProperty(plans, async ({ count, changes, total }) => {
			simulator.reset();
			const staying = new Set(withCalls(count));
			simulator.totalOf = total;
			const account = environment();
			const { calls } = account;
			let requests = 0;
			simulator.onRequest = () => {
				for (const { where, count: many, deletes } of changes.filter(
					({ at }) => at === requests,
				)) {
					const ids = [...calls.keys()];
					const from = Math.floor(where * ids.length);
					for (const id of deletes ? ids.slice(from, from + many) : []) {
						calls.delete(id);
						staying.delete(id);
					}
					const start = Date.UTC(2020, 0, 1) + where * Date.UTC(2006, 0, 1);
					for (let i = 0; !deletes && i < many; i++) {
						account.addCalls(1, { start_time: start + i });
					}
				}
				requests++;
			};
			const { json, error } = await runNode(getAll);
			expect(error).toBeUndefined();
			const given = json.map(({ id }) => String(id));
			const found = new Set(given);
			expect(found.size).toBe(given.length);
			expect([...staying].filter((id) => !found.has(id))).toEqual([]);
		}),
		{ seed, numRuns: 25, endOnFailure: true },
	);
}, 120_000);

describe('a list that never ends is told', () => {
	const read = async (idOf: (place: number) => number, total?: number) => {
		let asked: Record<string, unknown> = {};
		simulator.faults.add({
			times: Infinity,
			match({ operationId, query }) {
				asked = query;
				return operationId === 'listCalls';
			},
			alter() {
				const [page, size] = [Number(asked.page), Number(asked.size)];
				const first = (page - 1) * size;
				const items = Array.from({ length: size }, (_, i) => ({
					id: `call-${idOf(first + i)}`,
				}));
				return { items, has_more: true, total };
			},
		});
		const { error, json } = await runNode(getAll);
		expect(json).toEqual([]);
		return error?.message;
	};

	test.each([
		['where each page has other records', (place: number) => place, undefined],
		['where it begins again and again', (place: number) => place % 250, -5],
	])('%s', async (_name, idOf, total) => {
		expect(await read(idOf, total)).toMatch(
			/^The list \/calls\/list goes on after 100\d{3} records, .* Set a limit/,
		);
	});
});

test('a list that gives the same page again and again ends, and says so', async () => {
	simulator.reset();
	const items = [{ id: 'call-1' }, { id: 'call-2' }];
	const alter = () => ({ items, has_more: true });
	simulator.faults.add({ operationId: 'listCalls', times: Infinity, alter });
	const { json, run } = await runNode(getAll);
	expect(json.map(({ id }) => id)).toEqual(['call-1', 'call-2']);
	expect(hintsOf(run).join()).toContain('the same page of the list again and again');
});
