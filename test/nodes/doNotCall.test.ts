import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { dialled, numbers, placing, toItems } from '../support/callFixtures';
import { hintsOf, runNode, simulator } from '../support/harness';

const DAY = 24 * 3_600_000;
const ASKS = '+12125550110';
const TEST = '+12125550177';
const [ANNA, BEN] = numbers(2);

beforeEach(() => simulator.reset());

const leavingOut = (
	options: INodeParameters = {},
	changes: INodeParameters = {},
	operation: 'create' | 'createAndWait' = 'create',
) => placing(operation, { skipIfAsked: { period: {} }, ...options }, changes);

/** Adds a call that ended some days ago. */
const addCall = (to: string, daysAgo: number, fields: IDataObject = {}) => {
	const start = Date.now() - daysAgo * DAY;
	const times = { start_time: start, end_time: start + 30_000 };
	const result = { do_not_call_result: true };
	const added = { to_number: to, ...times, ...result, ...fields };
	return simulator.environment('default').addCalls(1, added)[0];
};

const skipped = ({ json }: Awaited<ReturnType<typeof runNode>>) =>
	json.map(({ skipped: reason }) => reason);

test.each(['create', 'createAndWait'] as const)(
	'%s skips who has asked in an earlier call, with the reason',
	async (operation) => {
		const detecting = { additionalFields: { doNotCallDetection: true } };
		const first = await runNode(placing('createAndWait', { pollInterval: 1 }, detecting), {
			items: toItems([ASKS, ANNA]),
		});
		expect(first.json.map(({ asked_not_to_be_called: asked }) => asked)).toEqual([true, false]);
		const { json, error, run } = await runNode(leavingOut({}, detecting, operation), {
			items: [{ to: ASKS, name: 'Carl' }, ...toItems([ANNA, BEN])],
		});
		expect(error).toBeUndefined();
		expect(json[0]).toEqual({
			to: ASKS,
			name: 'Carl',
			skipped: 'asked_not_to_be_called',
			asked_in_call: first.json[0].id,
			asked_at: expect.stringMatching(/^\d{4}-.*Z$/),
		});
		expect(json.slice(1).map(({ to_number: to }) => to)).toEqual([ANNA, BEN]);
		expect(dialled()).toEqual({ [ASKS]: 1, [ANNA]: 2, [BEN]: 1 });
		expect(hintsOf(run)).toEqual(
			expect.arrayContaining([expect.stringContaining('1 item: skipped, nobody was called')]),
		);
	},
);

test('without the option, they are called', async () => {
	addCall(ASKS, 1);
	expect(skipped(await runNode(placing('create'), { items: toItems([ASKS]) }))).toEqual([
		undefined,
	]);
});

test.each<[string, number, INodeParameters, boolean]>([
	['364 days ago', 364, {}, true],
	['366 days ago', 366, {}, false],
	['a week ago, within 8 days', 7, { days: 8 }, true],
	['a week ago, within 6 days', 7, { days: 6 }, false],
])('a request of %s counts as the period says', async (_when, daysAgo, period, counts) => {
	addCall(ANNA, daysAgo);
	const result = await runNode(leavingOut({ skipIfAsked: { period } }), {
		items: toItems([ANNA]),
	});
	expect(skipped(result)).toEqual([counts ? 'asked_not_to_be_called' : undefined]);
});

test.each([
	['true as text', 'true', true],
	['no', false, false],
	['nothing', null, false],
	['no as text', 'false', false],
])('a result that is %s', async (_what, result, counts) => {
	addCall(ANNA, 1, { do_not_call_result: result });
	expect(skipped(await runNode(leavingOut(), { items: toItems([ANNA]) }))).toEqual([
		counts ? 'asked_not_to_be_called' : undefined,
	]);
});

test('one older than others counts, and so does one of somebody who called', async () => {
	addCall(ANNA, 30);
	addCall(ANNA, 2, { do_not_call_result: false });
	const [line] = simulator.environment('default').numbers.values();
	addCall(String(line.number), 3, { is_outgoing: false, from_number: BEN });
	const result = await runNode(leavingOut(), { items: toItems([ANNA, BEN]) });
	expect(skipped(result)).toEqual(['asked_not_to_be_called', 'asked_not_to_be_called']);
});

describe('the list is read once for all items', () => {
	const reads = (operationId: string) =>
		simulator.requests.filter((request) => request.operationId === operationId).length;

	beforeEach(() => {
		for (let i = 0; i < 30; i++)
			addCall(`+1212555${3000 + i}`, 1, { do_not_call_result: null });
	});

	test.each([
		[true, 0],
		[false, 1],
	])('where it tells (%s), it needs %s calls one by one', async (tells, calls) => {
		simulator.switches.listDoNotCall = tells;
		simulator.switches.listContext = true;
		// Whom this process has not called.
		const people = numbers(20, tells ? 4000 : 4100);
		addCall(people[0], 1);
		const result = await runNode(leavingOut(), { items: toItems(people) });
		expect(skipped(result).filter(Boolean)).toEqual(['asked_not_to_be_called']);
		expect(reads('listCalls')).toBeLessThanOrEqual(2);
		expect(reads('getCall')).toBe(calls);
	});
});

test('nobody is called while it cannot be told', async () => {
	simulator.switches.listDoNotCall = false;
	addCall(ANNA, 1);
	simulator.faults.add({ operationId: 'getCall', status: 500, times: Infinity });
	const { error } = await runNode(leavingOut(), { items: toItems([ANNA]) });
	expect(error?.httpCode).toBe('500');
	simulator.faults.clear();
	simulator.faults.add({ operationId: 'listCalls', status: 500, times: Infinity });
	expect((await runNode(leavingOut(), { items: toItems([BEN]) })).error?.httpCode).toBe('500');
	expect(dialled()).toEqual({});
});

describe.each([
	['at once', true],
	['not before each call is read', false],
])('who asks while a run goes on is not called again, told by the list %s', (_how, tells) => {
	const detecting = { additionalFields: { doNotCallDetection: true } };
	beforeEach(() => {
		simulator.switches.listDoNotCall = tells;
		simulator.callSeconds = 20;
	});

	test('in a call of this run', async () => {
		const pacing = { limits: { maxConcurrentCalls: 1 } };
		const result = await runNode(leavingOut({ pacing, maxWait: 5 }, detecting), {
			items: toItems([ASKS, ASKS, ANNA]),
		});
		expect(skipped(result)).toEqual([undefined, 'asked_not_to_be_called', undefined]);
		expect(dialled()).toEqual({ [ASKS]: 1, [ANNA]: 1 });
	});

	test('in a call that the list does not show yet', async () => {
		const page = { page: 1, size: 100, has_more: false, total: 0, total_is_estimated: false };
		const body = { items: [], ...page };
		simulator.faults.add({ operationId: 'listCalls', status: 200, body, times: Infinity });
		const first = await runNode(placing('createAndWait', {}, detecting), {
			items: toItems([ASKS]),
		});
		expect(first.json[0].asked_not_to_be_called).toBe(true);
		const again = await runNode(leavingOut(), { items: toItems([ASKS]) });
		expect(skipped(again)).toEqual(['asked_not_to_be_called']);
	});

	test('in a call of somebody else, while the item waits for its turn', async () => {
		const items = toItems([ANNA, ...numbers(3, 5000), BEN]);
		const pacing = { limits: { callsPerMinute: 1 } };
		setTimeout(() => addCall(BEN, 0, { start_time: Date.now() }), 150_000);
		const result = await runNode(leavingOut({ pacing, maxWait: 60 }), { items });
		expect(result.error).toBeUndefined();
		expect(skipped(result).at(-1)).toBe('asked_not_to_be_called');
	});
});

test('a dry run tells so', async () => {
	const { id } = addCall(ANNA, 1);
	const { json } = await runNode(leavingOut({}, { calls: 'dryRun' }), {
		items: toItems([ANNA, BEN]),
	});
	expect(json.map(({ would_call: would }) => would)).toEqual([
		`The person has asked not to be called, in call '${id}'`,
		true,
	]);
});

test('what somebody says at a test number is said for the person whom it stands in for', async () => {
	addCall(TEST, 1, { context: { n8n_instead_of: ANNA } });
	const real = await runNode(leavingOut(), { items: toItems([ANNA, TEST]) });
	expect(skipped(real)).toEqual([undefined, undefined]);
	const test = await runNode(leavingOut({}, { calls: 'testNumber', testNumber: TEST }), {
		items: toItems([ANNA, BEN]),
	});
	expect(skipped(test)).toEqual(['asked_not_to_be_called', undefined]);
});

test.each<[INodeParameters, string]>([
	[
		{ days: '={{ $json.days }}' },
		"'Skip If Asked Not to Be Called: Within (Days)' gives nothing",
	],
	[{ days: 0 }, 'has to be a number of 1 or more, not 0'],
	[{ days: 'a year' }, "'Skip If Asked Not to Be Called: Within (Days)' is not a number"],
])('%j calls nobody', async (period, message) => {
	const { error, requests } = await runNode(leavingOut({ skipIfAsked: { period } }), {
		items: toItems([ANNA]),
	});
	expect(error?.message).toContain(message);
	expect(requests).toEqual([]);
});

test('an option that holds no period calls nobody', async () => {
	addCall(ANNA, 1);
	const { error } = await runNode(leavingOut({ skipIfAsked: {} }), { items: toItems([ANNA]) });
	expect(error?.message).toContain("'Skip If Asked Not to Be Called' is empty");
	expect(dialled()).toEqual({});
});
