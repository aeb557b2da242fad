import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type * as Tools from '../../engine/tools';
import { dialled, numbers, placedAt, placing, toItems } from '../support/callFixtures';
import { credentialFor, engine, FLUENTS_AI, hintsOf, runNode, simulator } from '../support/harness';

/** n8n's own ways to run a node as a tool. From test/support/environment.ts. */
const { toolOf } = globalThis as unknown as typeof Tools;

const TEST = '+12125550177';
const [ANNA, BEN, CHLOE] = numbers(3);

beforeEach(() => simulator.reset());

const toTest = (
	options: INodeParameters = {},
	operation: 'create' | 'createAndWait' = 'create',
	changes: INodeParameters = {},
) => placing(operation, options, { calls: 'testNumber', testNumber: TEST, ...changes });

const bodies = () =>
	simulator.requests
		.filter(({ operationId, status = 500 }) => operationId === 'createCall' && status < 300)
		.map(({ body }) => body as IDataObject);

describe.each(['create', 'createAndWait'] as const)('%s', (operation) => {
	test('calls the test number in place of each person, one call after the other', async () => {
		simulator.callSeconds = 30;
		const { json, error, run } = await runNode(toTest({}, operation), {
			items: toItems([ANNA, BEN, CHLOE]),
		});
		expect(error).toBeUndefined();
		expect(json.map(({ to_number: to, instead_of: person }) => [to, person])).toEqual([
			[TEST, ANNA],
			[TEST, BEN],
			[TEST, CHLOE],
		]);
		expect(dialled()).toEqual({ [TEST]: 3 });
		expect(bodies().map(({ context }) => (context as IDataObject).n8n_instead_of)).toEqual([
			ANNA,
			BEN,
			CHLOE,
		]);
		const [first, second, third] = placedAt();
		expect(second - first).toBeGreaterThanOrEqual(30_000);
		expect(third - second).toBeGreaterThanOrEqual(30_000);
		expect(hintsOf(run)[0]).toContain('3 items: the test number was called instead');
	});

	test('calls it once per item with Retry On Fail, also when the answer was lost', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		const until = Date.now() + 6500;
		simulator.faults.add({
			operationId: 'listCalls',
			status: 500,
			times: Infinity,
			match: () => bodies().length > 0 && Date.now() < until,
		});
		const { json, error } = await runNode(toTest({}, operation), {
			items: toItems([ANNA, BEN]),
			settings: { retryOnFail: true, maxTries: 5, waitBetweenTries: 5000 },
		});
		expect(error).toBeUndefined();
		expect(json.map(({ instead_of: person }) => person)).toEqual([ANNA, BEN]);
		expect(dialled()).toEqual({ [TEST]: 2 });
	});
});

test('it waits for a call to the test number of another run, and not for a real one', async () => {
	simulator.callSeconds = 60;
	await runNode(toTest(), { items: toItems([ANNA]) });
	await runNode(placing('create'), { items: toItems([BEN]) });
	await runNode(toTest(), { items: toItems([CHLOE]) });
	const [first, real, second] = placedAt();
	expect(real - first).toBeLessThan(30_000);
	expect(second - first).toBeGreaterThanOrEqual(60_000);
	expect(dialled()).toEqual({ [TEST]: 2, [BEN]: 1 });
});

test.each([
	['at once', 0],
	['a minute late', 60_000],
])('executions at the same moment call it one after the other, listed %s', async (_when, late) => {
	simulator.callSeconds = 60;
	const page = { page: 1, size: 100, has_more: false, total: 0, total_is_estimated: false };
	simulator.faults.add({
		operationId: 'listCalls',
		status: 200,
		body: { items: [], ...page },
		times: Infinity,
		match: () => Date.now() - (placedAt().at(-1) ?? 0) < late,
	});
	const runs = [ANNA, BEN, CHLOE].map((to) => runNode(toTest(), { items: toItems([to]) }));
	for (const { error } of await Promise.all(runs)) expect(error).toBeUndefined();
	const [first, second, third] = placedAt();
	expect(second - first).toBeGreaterThanOrEqual(60_000);
	expect(third - second).toBeGreaterThanOrEqual(60_000);
	expect(dialled()).toEqual({ [TEST]: 3 });
});

test('an item fails when the test number is busy for longer than Max Wait', async () => {
	simulator.callSeconds = 600;
	const { error } = await runNode(toTest({ maxWait: 2 }), { items: toItems([ANNA, BEN]) });
	expect(error?.message).toBe(
		`The test number ${TEST} was not called instead of ${BEN}: another call to it was in progress for 2 minutes`,
	);
	expect(dialled()).toEqual({ [TEST]: 1 });
});

describe('calls of tests and real ones do not know of each other', () => {
	/** The person who has the test number. */
	const owner = toItems([TEST]);
	const byNumber = { skipDuplicates: 'sameNumber' };
	const isDuplicate = (json: IDataObject[]) => json.map(({ duplicate }) => duplicate === true);

	test.each([
		['by number', byNumber],
		['by key', { callKey: '={{ "order " + $json.to }}' }],
		['by both', { ...byNumber, callKey: '={{ "order " + $json.to }}' }],
	])('when they are looked for %s', async (_how, options) => {
		const test = async (to: string[]) =>
			isDuplicate((await runNode(toTest(options), { items: toItems(to) })).json);
		const real = async (to: string[]) =>
			isDuplicate((await runNode(placing('create', options), { items: toItems(to) })).json);
		expect(await test([ANNA, TEST])).toEqual([false, false]);
		expect(await real([ANNA, TEST])).toEqual([false, false]);
		expect(await test([ANNA, TEST, BEN])).toEqual([true, true, false]);
		expect(await real([ANNA, TEST, BEN])).toEqual([true, true, false]);
		expect(dialled()).toEqual({ [TEST]: 4, [ANNA]: 1, [BEN]: 1 });
	});

	test('within one run, where items differ in it', async () => {
		const { json } = await runNode(
			placing('create', byNumber, { calls: '={{ $json.calls }}', testNumber: TEST }),
			{
				items: [
					{ to: TEST, calls: 'testNumber' },
					{ to: TEST, calls: 'place' },
					{ to: ANNA, calls: 'testNumber' },
					{ to: ANNA, calls: 'testNumber' },
					{ to: TEST, calls: 'place' },
				],
			},
		);
		expect(isDuplicate(json)).toEqual([false, false, false, true, true]);
		expect(dialled()).toEqual({ [TEST]: 3 });
	});

	test('in the notes of an execution that is retried', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			status: 409,
			body: { message: 'Busy' },
			match: ({ body }) => String((body as IDataObject).to_number) === ANNA,
		});
		const items = [...owner, ...toItems([ANNA])];
		const calls = '={{ $json.to === "' + TEST + '" ? "testNumber" : "place" }}';
		const failed = await runNode(placing('create', {}, { calls, testNumber: TEST }), { items });
		expect(failed.error?.message).toContain('Busy');
		// As n8n does for a retry with the currently saved workflow.
		const real = placing('create');
		for (const { node } of failed.run.data.executionData?.nodeExecutionStack ?? []) {
			node.parameters = real;
		}
		const retried = await runNode(real, { items, retryOf: failed });
		expect(retried.error).toBeUndefined();
		expect(dialled()).toEqual({ [TEST]: 2, [ANNA]: 1 });
	});

	test('when those in progress are counted', async () => {
		simulator.callSeconds = 300;
		const pacing = { limits: { maxConcurrentCalls: 1, countAll: true } };
		await runNode(toTest(), { items: toItems([ANNA]) });
		const before = Date.now();
		await runNode(placing('create', { pacing }), { items: toItems([BEN]) });
		expect(Date.now() - before).toBeLessThan(60_000);
		const { error } = await runNode(placing('create', { pacing, maxWait: 1 }), {
			items: toItems([CHLOE]),
		});
		expect(error?.message).toMatch(/1 calls were in progress/);
	});

	test('when the answer to a real call was lost', async () => {
		const options = { callKey: 'order 1' };
		await runNode(toTest(options), { items: owner });
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', status: 500 });
		const { error } = await runNode(placing('create', options), { items: owner });
		expect(error?.message).toContain('It is not known whether the call');
		expect(dialled()).toEqual({ [TEST]: 1 });
	});

	test('a variable of the user makes no test of a real call', async () => {
		const stray = { n8n_instead_of: BEN };
		const { json } = await runNode(
			placing('create', byNumber, {
				specifyContext: 'json',
				contextJson: JSON.stringify(stray),
				additionalFields: { additionalBodyFields: JSON.stringify({ context: stray }) },
			}),
			{ items: toItems([ANNA]) },
		);
		expect(json).toHaveLength(1);
		expect(bodies()[0].context).not.toHaveProperty('n8n_instead_of');
		const again = await runNode(placing('create', byNumber), { items: toItems([ANNA]) });
		expect(isDuplicate(again.json)).toEqual([true]);
	});
});

test('nothing in the body leads to another number', async () => {
	const { json } = await runNode(
		toTest({ sendCallKey: false }, 'create', {
			additionalFields: {
				additionalBodyFields: JSON.stringify({ to_number: ANNA, context: {} }),
			},
		}),
		{ items: toItems([BEN]) },
	);
	expect(json).toMatchObject([{ to_number: TEST, instead_of: ANNA }]);
	expect(dialled()).toEqual({ [TEST]: 1 });
});

test('the numbers of people are checked as for real calls', async () => {
	const { error, requests } = await runNode(toTest(), { items: toItems([ANNA, '112']) });
	expect(error?.message).toContain("'To Number' is an emergency");
	expect(requests).toEqual([]);
});

test('the window is that of the person', async () => {
	const callingWindow = {
		window: {
			days: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
			opensAt: '00:00',
			closesAt: '24:00',
			timezone: 'number',
		},
	};
	const { json } = await runNode(toTest({ callingWindow }), { items: toItems(['+4930901820']) });
	expect(json).toMatchObject([
		{ to_number: TEST, instead_of: '+4930901820', time_zone: 'Europe/Berlin' },
	]);
});

test('a number of the test is read with the default country', async () => {
	const { json } = await runNode(
		toTest({ defaultCountry: 'US' }, 'create', { testNumber: '(212) 555-0177' }),
		{ items: toItems([ANNA]) },
	);
	expect(json).toMatchObject([{ to_number: TEST, instead_of: ANNA }]);
});

test.each(['agent', 'mcp'] as const)('as a tool (%s) it tells the model so', async (caller) => {
	const tool: INode = {
		id: 'tool',
		name: 'Call a Person',
		type: `${FLUENTS_AI}Tool`,
		typeVersion: 1,
		position: [0, 0],
		parameters: toTest({}, 'create', { toNumber: "={{ $fromAI('to') }}" }),
		credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
	};
	const ask = toolOf(engine, tool, { credentials: { fluentsAiApi: credentialFor() } }, caller);
	const person = caller === 'agent' ? '+12125551901' : '+12125551902';
	const [answer] = await ask({ to: person });
	expect(answer).toMatchObject({
		to_number: TEST,
		instead_of: person,
		note: expect.stringContaining(
			`This was a test: the test number ${TEST} was called instead of ${person}.`,
		),
	});
	const [again] = await ask({ to: person });
	expect(again).toMatchObject({ id: answer.id, duplicate: true, instead_of: person });
	const [other] = await ask({ to: person.replace('19', '29') });
	expect(other.duplicate).toBeUndefined();
	expect(dialled()).toEqual({ [TEST]: 2 });
});
