import type { IDataObject } from 'n8n-workflow';

import { byId, runNode, search, simulator, truth } from '../support/harness';
import { plainAgent } from '../support/callFixtures';

beforeEach(() => simulator.reset());

const callIds = () => [...simulator.environment('default').calls.keys()];

describe('get', () => {
	const get = (id: string, changes: IDataObject = {}) => ({
		resource: 'call',
		operation: 'get',
		callId: byId(id),
		...changes,
	});

	test('gives times as ISO 8601 and the duration, whatever form they arrive in', async () => {
		const { json } = await runNode(get('={{ $json.id }}'), {
			items: callIds().map((id) => ({ id })),
		});
		expect(json).toHaveLength(3);
		for (const call of json) {
			const { outcome_reason: _reason, ...fields } = call;
			expect(Object.keys(fields)).toHaveLength(11);
			expect(call.start_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
			expect(call.duration_seconds).toEqual(expect.any(Number));
			expect(call.agent_id).toMatch(/^[0-9a-f-]{36}$/);
		}
	});

	test('raw output keeps all fields, masks secrets, and shows them when asked', async () => {
		const [id] = callIds();
		const raw = await runNode(get(id, { simple: false }));
		expect(Object.keys(raw.json[0]).length).toBeGreaterThan(20);
		const secrets = await runNode(
			get(id, { simple: false, options: { includeSecrets: true } }),
		);

		const agents = [raw, secrets].map(({ json }) => json[0].agent as IDataObject);
		const keys = agents.map(({ voice }) => (voice as IDataObject).api_key);
		expect(keys).toEqual(['********', expect.stringMatching(/^fake_eleven_labs_/)]);
		expect(JSON.stringify(raw.json)).not.toContain('fake_eleven_labs_');
	});

	test('keeps fields that this package does not know, and never gives a field named error', async () => {
		const [id] = callIds();
		simulator.faults.add({
			operationId: 'getCall',
			status: 200,
			body: { id, status: 'ended', error: 'no line', brand_new: { deep: [1] } },
		});
		const { json } = await runNode(get(id, { simple: false }));
		expect(json[0]).toMatchObject({ error_info: 'no line', brand_new: { deep: [1] } });
		expect(json[0]).not.toHaveProperty('error');
	});

	test('a failed call tells why, also when only the list of errors does', async () => {
		const [id] = callIds();
		simulator.faults.add({
			operationId: 'getCall',
			status: 200,
			body: { id, status: 'error', error_message: null, errors: ['No route', 'Gave up'] },
		});
		const { json } = await runNode(get(id));
		expect(json[0]).toMatchObject({
			outcome: 'failed',
			outcome_reason: 'No route; Gave up',
			answers: null,
		});
	});

	test('an unknown status is passed through', async () => {
		const [id] = callIds();
		const body = { id, status: 'on_hold', stage: 'parked' };
		simulator.faults.add({ operationId: 'getCall', status: 200, body });
		const { json } = await runNode(get(id, { simple: false }));
		expect(json[0]).toMatchObject({ outcome: 'unknown', status: 'on_hold', stage: 'parked' });
	});

	test('1,000 items keep their order and links, with at most 200 requests open', async () => {
		simulator.environment('default').addCalls(1000);
		simulator.latencyMs = 5;
		const ids = callIds().slice(3);
		const { items, requests } = await runNode(get('={{ $json.id }}'), {
			items: ids.map((id) => ({ id })),
		});
		expect(items.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual(
			ids.map((id, item) => [id, { item }]),
		);
		const open = Math.max(...requests.map((request) => request.open));
		expect(open).toBeLessThanOrEqual(200);
		expect(open).toBeGreaterThan(25);
	});
});

describe('get many', () => {
	const getAll = (changes: IDataObject) => ({
		resource: 'call',
		operation: 'getAll',
		...changes,
	});
	const pages = (requests: Array<{ query: Record<string, unknown> }>) =>
		requests.map(({ query }) => [Number(query.page), Number(query.size)]);

	test.each([
		[0, [[1, 100]]],
		[1, [[1, 100]]],
		[100, [[1, 100]]],
		// Pages overlap, so that a record that is deleted meanwhile hides no other.
		[
			101,
			[
				[1, 100],
				[2, 99],
			],
		],
		[
			200,
			[
				[1, 100],
				[2, 99],
				[3, 98],
			],
		],
	])('all of %d calls', async (count, expected) => {
		const environment = simulator.environment('default');
		environment.calls.clear();
		environment.addCalls(count);
		const { json, requests } = await runNode(getAll({ returnAll: true }));
		expect(new Set(json.map(({ id }) => id))).toEqual(new Set(callIds()));
		expect(json).toHaveLength(count);
		expect(pages(requests)).toEqual(expected);
	});

	test.each([
		[1, [[1, 1]]],
		[50, [[1, 50]]],
		[100, [[1, 100]]],
		[
			150,
			[
				[1, 100],
				[2, 99],
			],
		],
	])('the first %d of many', async (limit, expected) => {
		simulator.environment('default').addCalls(300);
		const { json, requests } = await runNode(getAll({ limit }));
		expect(json).toHaveLength(limit);
		expect(pages(requests)).toEqual(expected);
	});

	test('the newest first', async () => {
		simulator.environment('default').addCalls(30);
		const { json, requests } = await runNode(getAll({ returnAll: true }));
		expect(requests[0].query).toMatchObject({ sort_column: 'start_time' });
		const times = json.map((call) => String(call.start_time));
		expect(times).toEqual([...times].sort().reverse());
	});

	test('a call that arrives between two pages doubles and hides none', async () => {
		const environment = simulator.environment('default');
		environment.addCalls(250);
		const before = callIds();
		simulator.faults.add({
			operationId: 'listCalls',
			match: ({ query }) => {
				if (String(query.page) === '2')
					environment.addCalls(1, { start_time: Date.now() + 1e9 });
				return false;
			},
		});
		const { json } = await runNode(getAll({ returnAll: true }));
		const ids = json.map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids).toEqual(expect.arrayContaining(before));
	});

	test('a server that repeats a page for ever does not hold the workflow for ever', async () => {
		const items = [{ id: 'a', status: 'ended' }];
		const body = {
			items,
			page: 1,
			size: 100,
			has_more: true,
			total: 1,
			total_is_estimated: false,
		};
		simulator.faults.add({ operationId: 'listCalls', status: 200, body, times: Infinity });
		const { json, requests } = await runNode(getAll({ returnAll: true }));
		expect(json).toHaveLength(1);
		expect(requests.length).toBeLessThan(10);
	});

	test.each([['={{ 0 }}'], ['={{ -5 }}'], ['={{ "many" }}'], ['={{ 1.5 }}']])(
		'a limit of %s is refused',
		async (limit) => {
			const { error, requests } = await runNode(getAll({ limit }));
			expect(error?.message).toMatch(
				/^'Limit' (has to be a whole number of 1 or more, not \S+|is not a number: 'many') \[item 0\]$/,
			);
			expect(requests).toEqual([]);
		},
	);
});

describe('end', () => {
	const end = (id: string) => ({ resource: 'call', operation: 'end', callId: byId(id) });

	test('hangs up a call that is in progress', async () => {
		simulator.callSeconds = 60;
		const from = [...simulator.environment('default').numbers.values()].find((n) => n.active);
		const placed = await runNode({
			resource: 'call',
			operation: 'create',
			agentId: byId(plainAgent().id),
			fromNumber: { __rl: true, mode: 'number', value: String(from?.number) },
			toNumber: '+12125550101',
		});
		const id = String(placed.json[0].id);
		const { json, requests, error } = await runNode(end(id));
		expect(error).toBeUndefined();
		expect(requests.map(({ method, path, query }) => [method, path, query])).toEqual([
			['POST', '/v1/calls/end', { id }],
		]);
		expect(json[0].id).toBe(id);
		expect(simulator.environment('default').calls.get(id)?.status).toBe('ended');
	});

	test('says what Fluents.ai says about a call that has ended', async () => {
		const { error } = await runNode(end(callIds()[0]));
		expect(error?.httpCode).toBe('400');
		expect(error?.message).toMatch(/ended/);
		expect(error?.description).toContain('HTTP 400');
	});

	test('a lost answer says how to find out', async () => {
		simulator.faults.add({ operationId: 'endCall', reset: true });
		const { error, requests } = await runNode(end(callIds()[0]));
		expect(error?.description).toContain('Check with Get whether the call has ended');
		expect(requests).toHaveLength(1);
	});
});

describe('the list of calls in the editor', () => {
	test('shows number, time, outcome, and which calls have a recording', async () => {
		const stored = simulator.environment('default').calls;
		const { results } = await search('searchCalls');
		expect(results).toHaveLength(3);
		for (const { name, value } of results) {
			const has = stored.get(String(value))?.recording_available === true;
			expect(name).toMatch(
				/^\+\d+ - \d{4}-\d\d-\d\d \d\d:\d\d UTC - [a-z ]+( - recording)?$/,
			);
			expect([name, name.endsWith(' - recording')]).toEqual([name, has]);
		}
		expect(results.some(({ name }) => name.includes(' - answered'))).toBe(true);
	});
});

describe('the list of agents in the editor', () => {
	const ids = () => [...simulator.environment('default').agents.keys()];

	test('shows names, page by page', async () => {
		simulator.environment('default').addAgents(220);
		const first = await search('searchAgents');
		expect(first.results).toHaveLength(100);
		const second = await search('searchAgents', '', String(first.paginationToken));
		const third = await search('searchAgents', '', String(second.paginationToken));
		expect(third.paginationToken).toBeUndefined();
		const values = [first, second, third].flatMap(({ results }) =>
			results.map(({ value }) => value),
		);
		expect(new Set(values)).toEqual(new Set(ids()));
		expect(first.results[0].name).toBe('Appointment Reminder');
	});

	test('finds what is typed on all pages, in any case', async () => {
		const environment = simulator.environment('default');
		environment.addAgents(450);
		const last = ids().at(-1)!;
		environment.agents.get(last)!.name = 'Zebra Hotline';
		const { results, paginationToken } = await search('searchAgents', ' zebra ');
		expect(results).toEqual([{ name: 'Zebra Hotline', value: last }]);
		expect(paginationToken).toBeUndefined();
	});

	test('finds an agent by its ID', async () => {
		simulator.environment('default').addAgents(120);
		const last = ids().at(-1)!;
		const { results } = await search('searchAgents', ` ${last.toUpperCase()} `);
		expect(results.map(({ value }) => value)).toEqual([last]);
	});

	test('tells agents of the same name apart', async () => {
		const environment = simulator.environment('default');
		environment.addAgents(2);
		const [one, other] = ids().slice(-2);
		for (const id of [one, other]) environment.agents.get(id)!.name = 'Zebra Hotline';
		const { results } = await search('searchAgents', 'zebra');
		expect(results).toEqual([
			{ name: `Zebra Hotline - ${one}`, value: one },
			{ name: `Zebra Hotline - ${other}`, value: other },
		]);
	});

	test('reads a very long list in parts', async () => {
		const environment = simulator.environment('default');
		environment.addAgents(1200);
		const last = ids().at(-1)!;
		environment.agents.get(last)!.name = 'Zebra Hotline';
		const first = await search('searchAgents', 'zebra');
		expect(first).toEqual({ results: [], paginationToken: '11' });
		const second = await search('searchAgents', 'zebra', '11');
		expect(second.results).toEqual([{ name: 'Zebra Hotline', value: last }]);
	});

	test('says so when the key is refused', async () => {
		const credential = { environment: 'staging', apiKey: 'wrong', baseUrl: simulator.url };
		await expect(search('searchAgents', '', undefined, credential)).rejects.toThrow(
			"Fluents.ai refused the API key of environment 'staging'",
		);
	});
});

test('list items and single objects give the same simplified agent', async () => {
	const [id] = simulator.environment('default').agents.keys();
	const one = await runNode({ resource: 'agent', operation: 'get', agentId: byId(id) });
	const many = await runNode({ resource: 'agent', operation: 'getAll', returnAll: true });
	expect(many.json.find((agent) => agent.id === id)).toEqual(one.json[0]);
	expect(one.json[0].prompt_id).toEqual(expect.any(String));
	expect(simulator.switches.listReferences).toBe(truth === 'a' ? 'objects' : 'ids');
});
