import type { INodeParameters } from 'n8n-workflow';

import type { StoredCall } from '../../simulator';
import {
	hintsOf,
	loadOptions,
	runNode,
	simulator,
	truth,
	type NodeRunOptions,
} from '../support/harness';

const minutes = (count: number) => new Date(Date.UTC(2026, 0, 5, 9, count)).toISOString();

/** The query of a list request: filters are ours alone. */
const SENT = ['page', 'size', 'sort_column', 'sort_desc'];

let calls: StoredCall[];

beforeEach(() => {
	simulator.reset();
	simulator.environment('default').calls.clear();
	// One each minute from 2026-01-05T09:00:00Z on.
	calls = simulator.environment('default').addCalls(250);
});

const getCalls = async (
	filters: INodeParameters,
	changes: INodeParameters = {},
	options?: NodeRunOptions,
) =>
	await runNode(
		{ resource: 'call', operation: 'getAll', returnAll: true, filters, ...changes },
		options,
	);

const sortBy = (column: string, direction: 'asc' | 'desc') => ({
	sort: { by: { column, direction } },
});

/** The numbers of the calls that came out, the order of which the sort decides. */
const indexes = ({ json }: Awaited<ReturnType<typeof runNode>>) =>
	json.map(({ id }) => calls.findIndex((call) => call.id === id));

const range = (from: number, to: number) =>
	Array.from({ length: Math.abs(to - from) }, (_, i) => (from < to ? from + i : from - 1 - i));

test('the simulator gives times in both forms', async () => {
	const { requests } = await getCalls({});
	expect(requests).toHaveLength(3);
	expect(simulator.switches.times).toBe(truth === 'a' ? 'epoch' : 'iso');
});

describe('a period', () => {
	test.each<[string, INodeParameters, number[], number]>([
		['from a time on, which is part of it', { startedAfter: minutes(240) }, range(250, 240), 1],
		['up to a time, which is not part of it', { startedBefore: minutes(5) }, range(5, 0), 3],
		[
			'between two times',
			{ startedAfter: minutes(120), startedBefore: minutes(130) },
			range(130, 120),
			3,
		],
		['without calls', { startedAfter: minutes(250) }, [], 1],
		[
			'of all calls',
			{ startedAfter: minutes(-1), startedBefore: minutes(999) },
			range(250, 0),
			3,
		],
		['that is left empty', { startedAfter: '', startedBefore: '' }, range(250, 0), 3],
	])('%s', async (_what, filters, expected, pages) => {
		const result = await getCalls(filters);
		expect(result.error).toBeUndefined();
		expect(indexes(result)).toEqual(expected);
		// The newest come first, so that reading ends with the first one that is too old.
		expect(result.requests).toHaveLength(pages);
		expect(result.requests[0].query).toMatchObject({ sort_column: 'start_time' });
		expect(result.items.every(({ pairedItem }) => (pairedItem as { item: 0 }).item === 0)).toBe(
			true,
		);
	});

	test.each<[string, INodeParameters, INodeParameters, number[], number]>([
		[
			'the oldest first',
			sortBy('start_time', 'asc'),
			{ startedAfter: minutes(10), startedBefore: minutes(20) },
			range(10, 20),
			1,
		],
		[
			'the oldest first, to the end',
			sortBy('start_time', 'asc'),
			{ startedAfter: minutes(240) },
			range(240, 250),
			3,
		],
		[
			'the newest first, as the user says',
			sortBy('start_time', 'desc'),
			{ startedAfter: minutes(240) },
			range(250, 240),
			1,
		],
		[
			'the oldest first, by a query parameter of the user',
			{ options: { customQuery: { parameters: [{ name: 'sort_desc', value: 'false' }] } } },
			{ startedAfter: minutes(240) },
			range(240, 250),
			3,
		],
		[
			'another order',
			sortBy('to_number', 'asc'),
			{ startedAfter: minutes(120), startedBefore: minutes(130) },
			range(120, 130),
			3,
		],
	])('in an order of the user: %s', async (_order, changes, filters, expected, pages) => {
		const result = await getCalls(filters, changes);
		expect(result.error).toBeUndefined();
		expect(indexes(result)).toEqual(expected);
		expect(result.requests).toHaveLength(pages);
	});

	test('gives as many as the limit says, of those that fit', async () => {
		const filters = { startedBefore: minutes(100) };
		const result = await getCalls(filters, { returnAll: false, limit: 3 });
		expect(indexes(result)).toEqual([99, 98, 97]);
		expect(result.requests).toHaveLength(3);
	});

	test('does not trust that the server sorts', async () => {
		simulator.quirks.sortIgnored = true;
		const result = await getCalls({ startedAfter: minutes(240) });
		expect(indexes(result).sort((a, b) => a - b)).toEqual(range(250, 240).reverse());
	});

	test('is its own for each item', async () => {
		const result = await getCalls(
			{ startedAfter: '={{ $json.since }}' },
			{},
			{
				items: [{ since: minutes(249) }, { since: minutes(248) }],
			},
		);
		expect(indexes(result)).toEqual([249, 249, 248]);
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 1].map((item) => ({ item })),
		);
	});
});

describe.each(['first', 'last'] as const)('calls that have not started, listed %s', (place) => {
	let waiting: StoredCall;

	beforeEach(() => {
		simulator.switches.nullStartTime = place;
		[waiting] = simulator.environment('default').addCalls(1, {
			status: 'not_started',
			start_time: null,
			end_time: null,
		});
		calls = [...calls, waiting];
	});

	test('are there without a period', async () => {
		expect(indexes(await getCalls({}))).toContain(250);
		expect(indexes(await getCalls({ status: ['not_started'] }))).toEqual([250]);
	});

	test('are in no period, and hide no call that is', async () => {
		const since = await getCalls({ startedAfter: minutes(248) });
		expect(indexes(since)).toEqual([249, 248]);
		const until = await getCalls({ startedBefore: minutes(2) }, sortBy('start_time', 'asc'));
		expect(indexes(until)).toEqual([0, 1]);
	});
});

describe('status', () => {
	beforeEach(() => {
		const statuses = ['error', 'in_progress', 'on_hold'];
		statuses.forEach((status, i) => Object.assign(calls[i * 100], { status }));
	});

	test.each<[string, INodeParameters['x'], number[]]>([
		['one', ['error'], [0]],
		['two', ['error', 'in_progress'], [100, 0]],
		['one that this package does not know', '={{ ["on_hold"] }}', [200]],
		['text with commas', '={{ "on_hold, error" }}', [200, 0]],
		['none, which is no condition', [], range(250, 0)],
	])('%s', async (_what, status, expected) => {
		const result = await getCalls({ status });
		expect(indexes(result)).toEqual(expected);
		expect(result.requests).toHaveLength(3);
		expect(result.requests[0].query).not.toHaveProperty('status');
	});

	test('and period', async () => {
		const result = await getCalls({
			status: ['in_progress', 'error'],
			startedAfter: minutes(90),
		});
		expect(indexes(result)).toEqual([100]);
		expect(result.requests).toHaveLength(3);
	});
});

describe('what the list tells', () => {
	test.each<[string, INodeParameters, number[]]>([
		['one outcome', { outcome: ['no_answer'] }, [50]],
		[
			'two outcomes, by their names',
			{ outcome: '={{ ["Voicemail", "no_answer"] }}' },
			[100, 50],
		],
		['incoming calls', { direction: 'inbound' }, [150]],
		['a number called', { toNumber: '+1 (415) 555-0199' }, [200]],
		['a number that called', { fromNumber: '+14155550188' }, [150]],
		['both at once', { direction: 'inbound', fromNumber: '+14155550189' }, []],
		['an outcome in a period', { outcome: ['answered'], startedBefore: minutes(3) }, [2, 1, 0]],
		['nothing', { outcome: [], toNumber: '', fromNumber: '', agents: [] }, range(250, 0)],
	])('%s', async (_what, filters, expected) => {
		Object.assign(calls[50], {
			stage_outcome: 'human_unanswered',
			human_detection_result: null,
		});
		Object.assign(calls[100], { human_detection_result: 'no_human' });
		Object.assign(calls[150], { is_outgoing: false, from_number: '+14155550188' });
		Object.assign(calls[200], { to_number: '+14155550199' });
		const result = await getCalls(filters);
		expect(result.error).toBeUndefined();
		expect(indexes(result)).toEqual(expected);
		for (const { query } of result.requests) expect(Object.keys(query).sort()).toEqual(SENT);
	});

	test('agents', async () => {
		const other = [...simulator.environment('default').agents.keys()][1];
		Object.assign(calls[7], { agent: other });
		expect(indexes(await getCalls({ agents: [other] }))).toEqual([7]);
		expect(await loadOptions('getAgents')).toContainEqual(
			expect.objectContaining({ value: other }),
		);
	});

	test.each([
		[{ outcome: '={{ ["lost"] }}' }, "'Outcome' "],
		[{ toNumber: '={{ "415 555 0199" }}' }, "'To Number' "],
		[{ direction: '={{ "sideways" }}' }, "'Direction' "],
	])('%j is refused before anything is sent', async (filters, label) => {
		const { error, requests } = await getCalls(filters);
		expect(error?.message).toContain(label);
		expect(requests).toEqual([]);
	});
});

describe('Max Pages', () => {
	const cut = "There are more calls than 'Max Pages' allows";

	test.each([
		[1, 1, true],
		[2, 2, true],
		[3, 3, false],
		[9, 3, false],
	])('%i lets %i pages be read', async (maxPages, pages, isCut) => {
		const { json, requests, run } = await getCalls(
			{ outcome: ['no_answer'] },
			{ options: { maxPages } },
		);
		expect(json).toEqual([]);
		expect(requests).toHaveLength(pages);
		expect(hintsOf(run).some((hint) => hint.startsWith(cut))).toBe(isCut);
	});

	test('is told once for all items, and not when the limit was reached before', async () => {
		const items = [{}, {}];
		const bounded = { options: { maxPages: 1 } };
		const all = await getCalls({ outcome: ['no_answer'] }, bounded, { items });
		expect(hintsOf(all.run)).toHaveLength(1);
		const few = await getCalls({ outcome: ['answered'] }, { ...bounded, returnAll: false });
		expect(few.json).toHaveLength(50);
		expect(hintsOf(few.run)).toEqual([]);
	});
});

describe('Read Each Call', () => {
	const options = { readEachCall: true };
	const found = { startedAfter: minutes(247) };

	test('gives answers, which lists do not have', async () => {
		calls[248].action_history = [
			{
				...{ action_id: 'a1', action_type: 'action_external', action_label: 'survey' },
				...{ timestamp: minutes(248), parameters: { rating: 5 } },
				result: { json: {}, http_status_code: 200, error: null },
			},
		];
		const listed = await getCalls(found);
		expect(listed.json.map(({ answers }) => answers)).toEqual([null, null, null]);
		const { json, requests } = await getCalls(found, { options });
		expect(json.map(({ answers }) => answers)).toEqual([{}, { survey: { rating: 5 } }, {}]);
		expect(requests.map(({ operationId }) => operationId)).toEqual([
			...['listCalls', 'getCall', 'getCall', 'getCall'],
		]);
		const raw = await getCalls(found, { options, simple: false });
		expect(raw.json[1].actions_used).toMatchObject([{ action: 'survey', status: 200 }]);
		expect(raw.json[1].answers).toEqual({ survey: { rating: 5 } });
	});

	test('keeps a call that is deleted meanwhile as the list had it', async () => {
		simulator.faults.add({ operationId: 'getCall', status: 404, times: 1 });
		const { json, error } = await getCalls(found, { options });
		expect(error).toBeUndefined();
		expect(json.map(({ answers }) => answers).sort()).toEqual([null, {}, {}].sort());
		expect(json).toHaveLength(3);
	});
});

describe('dates', () => {
	test.each([
		['without an offset, in the time zone of the workflow', '2026-01-05T07:08:00'],
		['with a space', '2026-01-05 07:08'],
		['with an offset, which wins', '2026-01-05T10:08:00+01:00'],
		['in UTC', '2026-01-05T09:08:00Z'],
		['from a DateTime', '={{ DateTime.fromISO("2026-01-05T10:08:00+01:00") }}'],
		['from a Date', '={{ new Date("2026-01-05T09:08:00Z") }}'],
		['from seconds', `={{ ${Date.UTC(2026, 0, 5, 9, 8) / 1000} }}`],
		['from milliseconds', `={{ ${Date.UTC(2026, 0, 5, 9, 8)} }}`],
	])('%s', async (_form, startedBefore) => {
		const result = await getCalls(
			{ startedBefore },
			{},
			{ timezone: 'Atlantic/South_Georgia' },
		);
		expect(result.error).toBeUndefined();
		expect(indexes(result)).toEqual(range(8, 0));
	});

	test('a day starts at midnight of the workflow', async () => {
		const options = { timezone: 'Asia/Tokyo' };
		// 2026-01-05T09:00Z is 18:00 in Tokyo; the last call is at 22:09.
		const day = { startedAfter: '2026-01-05', startedBefore: '2026-01-06' };
		expect((await getCalls(day, {}, options)).json).toHaveLength(250);
		const next = { startedAfter: '2026-01-06' };
		expect((await getCalls(next, {}, options)).json).toHaveLength(0);
		const eve = { timezone: 'Pacific/Kiritimati' };
		expect((await getCalls(next, {}, eve)).json).toHaveLength(190);
	});

	test.each([
		'yesterday',
		'hello 5',
		'2026-02-30',
		'2026-13-01',
		'2026-01-05T25:00',
		'5',
		'01/05/2026',
	])('%s is refused before anything is sent', async (date) => {
		const { error, requests } = await getCalls({ startedBefore: `={{ "${date}" }}` });
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toBe(
			`'Started Before' is not a date: '${date}'. Write it e.g. as 2026-01-31 or 2026-01-31T09:00:00 [item 0]`,
		);
		expect(requests).toEqual([]);
	});
});
