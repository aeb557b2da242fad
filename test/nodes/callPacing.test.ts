import type { INode, INodeParameters } from 'n8n-workflow';

import { runNode, simulator } from '../support/harness';
import { dialled, numbers, placeFirst, placedAt, placing, toItems } from '../support/callFixtures';

beforeAll(placeFirst);

beforeEach(() => {
	simulator.reset();
	// One request for each call, so that the log shows the pace.
	simulator.switches.agentPayload = 'id';
});

const goesOn: Partial<INode> = { onError: 'continueRegularOutput' };
const pacing = (limits: INodeParameters) => ({ pacing: { limits } });

/** The most calls in progress at the same time, by the simulator's own record. */
function mostAtOnce(): number {
	const calls = [...simulator.environment('default').calls.values()].filter(({ to_number: to }) =>
		simulator.dialled.has(to),
	);
	const length = simulator.callSeconds * 1000;
	const starts = calls.map(({ start_time: start }) => Number(start));
	return Math.max(
		...starts.map((at) => starts.filter((other) => other <= at && at < other + length).length),
	);
}

test('Calls per Minute spreads the calls evenly', async () => {
	const { error } = await runNode(placing('create', pacing({ callsPerMinute: 150 })), {
		items: toItems(numbers(6)),
	});
	expect(error).toBeUndefined();
	const times = placedAt();
	expect(times).toHaveLength(6);
	for (const [i, time] of times.slice(1).entries()) {
		// A request may take a moment longer to arrive than the next one, on a busy machine some 0.1 s.
		expect(time - times[i]).toBeGreaterThanOrEqual(200);
	}
	expect(times[5] - times[0]).toBeLessThan(2 * 5 * 400);
});

test('text is taken for the number that it says', async () => {
	const limits = { callsPerMinute: '={{ "150" }}', countAll: '={{ "false" }}' };
	await runNode(placing('create', pacing(limits)), { items: toItems(numbers(2)) });
	const [first, second] = placedAt();
	expect(second - first).toBeGreaterThanOrEqual(200);
});

test.each<[INodeParameters, string]>([
	[
		pacing({ callsPerMinute: '={{ "ten" }}' }),
		"'Pacing: Calls per Minute' is not a number: 'ten' [item 0]",
	],
	[
		pacing({ callsPerMinute: '={{ $json.pace }}' }),
		"'Pacing: Calls per Minute' gives nothing [item 0]",
	],
	[
		pacing({ maxConcurrentCalls: 0.5 }),
		"'Pacing: Calls at Once' has to be a whole number of 0 or more, not 0.5 [item 0]",
	],
])('%j is refused before anybody is called', async (options, message) => {
	const { error, requests } = await runNode(placing('create', options), {
		items: toItems(numbers(2)),
	});
	expect(error?.message).toBe(message);
	expect(requests).toEqual([]);
});

test.each(['create', 'createAndWait'] as const)(
	'Calls at Once: %s places the next call when one has ended',
	async (operation) => {
		const all = numbers(7);
		const options = { ...pacing({ maxConcurrentCalls: 3 }), pollInterval: 1 };
		const { json, error } = await runNode(placing(operation, options), { items: toItems(all) });
		expect(error).toBeUndefined();
		expect(json.map(({ to_number: to }) => to)).toEqual(all);
		expect(dialled()).toEqual(Object.fromEntries(all.map((number) => [number, 1])));
		expect(mostAtOnce()).toBe(3);
	},
);

test('an item fails when there is no room within Max Wait, and nobody is called', async () => {
	simulator.callSeconds = 60;
	const [first, second] = numbers(2);
	const { json } = await runNode(
		placing('create', { ...pacing({ maxConcurrentCalls: 1 }), maxWait: 0.02 }),
		{ items: toItems([first, second]), settings: goesOn },
	);
	expect(json[1].error).toBe(
		'The call was not placed: 1 calls were in progress for 0.02 minutes',
	);
	expect(dialled()).toEqual({ [first]: 1 });
});

test('calls of others count with Count All Calls', async () => {
	const [other, own] = numbers(2);
	await runNode(placing('create'), { items: toItems([other]) });
	const [begin] = placedAt();
	await runNode(placing('create', pacing({ maxConcurrentCalls: 1, countAll: true })), {
		items: toItems([own]),
	});
	expect(placedAt()[1] - begin).toBeGreaterThanOrEqual(1000);
	expect(dialled()).toEqual({ [other]: 1, [own]: 1 });
});

test.each([
	['two hours old', 2.1, true],
	['about to start', 0.1, false],
])('a call of others that has not started and is %s leaves room: %s', async (_age, hours, room) => {
	simulator.switches.listContext = true;
	const made = Math.floor(Date.now() - hours * 3_600_000).toString(36);
	simulator.environment('default').addCalls(1, {
		start_time: null,
		end_time: null,
		status: 'not_started',
		context: { n8n_call_key: `n8n-w-1-n-0-0-00000000-${made}` },
	});
	const [own] = numbers(1);
	const limits = pacing({ maxConcurrentCalls: 1, countAll: true });
	const { error } = await runNode(placing('create', { ...limits, maxWait: 0.02 }), {
		items: toItems([own]),
	});
	if (room) expect(error).toBeUndefined();
	else expect(error?.message).toContain('1 calls were in progress');
	expect(dialled()).toEqual(room ? { [own]: 1 } : {});
});

test.each([
	[402, 'Billing Limits Exceeded'],
	[400, 'context exceeds the limit of 10 variables'],
])('%i %s is no limit that passes: the item fails at once', async (status, message) => {
	simulator.faults.add({
		operationId: 'createCall',
		status,
		body: { message },
		times: Infinity,
	});
	const started = Date.now();
	const { error, requests } = await runNode(placing('create'), { items: toItems(numbers(1)) });
	expect(error?.message).toContain(message);
	expect(Date.now() - started).toBeLessThan(60_000);
	const sent = requests.filter(({ operationId }) => operationId === 'createCall');
	// A 400 may mean that the agent has to be sent in full.
	expect(sent).toHaveLength(status === 400 ? 2 : 1);
	expect(dialled()).toEqual({});
});

describe('a limit of the environment', () => {
	test('is waited out, whatever it is answered with', async () => {
		simulator.environment('default').maxConcurrentCalls = 2;
		const all = numbers(5);
		const { json, error } = await runNode(placing('create'), { items: toItems(all) });
		expect(error).toBeUndefined();
		expect(json.map(({ to_number: to }) => to)).toEqual(all);
		expect(dialled()).toEqual(Object.fromEntries(all.map((number) => [number, 1])));
		expect(mostAtOnce()).toBeLessThanOrEqual(2);
	});

	test('fails clearly when Max Wait is over', async () => {
		simulator.environment('default').maxConcurrentCalls = 0;
		const { error } = await runNode(placing('create', { maxWait: 0.03 }), {
			items: toItems(numbers(1)),
		});
		expect(error?.message).toMatch(/concurrent calls of this environment is reached/);
		expect(error?.description).toContain(
			'still after 0.03 minutes, so this call was not placed',
		);
		expect(dialled()).toEqual({});
	});

	test('that asks to wait is obeyed', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			status: 429,
			headers: { 'retry-after': '2' },
		});
		const { error, requests } = await runNode(placing('create'), {
			items: toItems(numbers(1)),
		});
		expect(error).toBeUndefined();
		const [, first, second] = requests.map(({ at }) => at);
		expect(second - first).toBeGreaterThanOrEqual(1990);
	});

	test('that asks to wait longer than Max Wait fails at once', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			status: 429,
			headers: { 'retry-after': '3600' },
		});
		const { error, requests } = await runNode(placing('create'), {
			items: toItems(numbers(1)),
		});
		expect(error?.description).toContain('asks to wait 3600 seconds');
		expect(requests.map(({ operationId }) => operationId)).toEqual(['getAgent', 'createCall']);
	});

	test('does not keep the execution from being stopped', async () => {
		simulator.environment('default').maxConcurrentCalls = 0;
		const started = Date.now();
		await runNode(placing('create'), {
			items: toItems(numbers(2)),
			onStart: (stop) => setTimeout(stop, 500),
		}).catch(() => undefined);
		expect(Date.now() - started).toBeLessThan(3000);
		const asked = simulator.requests.length;
		await new Promise((resolve) => setTimeout(resolve, 2500));
		expect(simulator.requests).toHaveLength(asked);
	});
});
