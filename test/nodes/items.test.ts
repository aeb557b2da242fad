import type { INode, INodeParameters } from 'n8n-workflow';

import { byId, byNumber, credentialFor, runNode, simulator } from '../support/harness';
import { plainAgent } from '../support/callFixtures';

beforeEach(() => simulator.reset());

const agentIds = () => [...simulator.environment('default').agents.keys()];
const getAgent: INodeParameters = {
	resource: 'agent',
	operation: 'get',
	agentId: byId('={{ $json.id }}'),
};
const MISSING = '550e8400-e29b-41d4-a716-446655440000';

const placeCall = (): INodeParameters => ({
	resource: 'call',
	operation: 'create',
	agentId: byId(plainAgent().id),
	fromNumber: byNumber(
		String(
			[...simulator.environment('default').numbers.values()].find((n) => n.active)?.number,
		),
	),
	toNumber: '={{ $json.to }}',
});

describe('without input', () => {
	test('nothing is sent', async () => {
		const { requests, error } = await runNode(getAgent, { items: [] });
		expect(error).toBeUndefined();
		expect(requests).toEqual([]);
	});
});

describe('Continue On Fail', () => {
	const settings: Partial<INode> = { onError: 'continueRegularOutput' };

	test('gives an item that failed as error and details, in its place, with its link', async () => {
		const [first, second] = agentIds();
		const items = [{ id: first }, { id: MISSING }, { id: second }, { id: '' }];
		const { items: outputs, error } = await runNode(getAgent, { items, settings });
		expect(error).toBeUndefined();
		expect(outputs.map(({ pairedItem }) => pairedItem)).toEqual(
			items.map((_, item) => ({ item })),
		);
		expect(outputs[0].json.id).toBe(first);
		expect(outputs[1].json).toEqual({
			error: `The agent '${MISSING}' does not exist in environment 'default'`,
			details: { httpCode: '404', description: expect.stringContaining('Check the ID') },
		});
		expect(outputs[2].json.id).toBe(second);
		expect(outputs[3].json).toEqual({
			error: "'Agent' is empty [item 3]",
			details: { httpCode: null, description: expect.stringContaining('Choose an entry') },
		});
	});

	test('holds for a credential that cannot be used as well', async () => {
		const { items: outputs, requests } = await runNode(getAgent, {
			items: [{ id: MISSING }, { id: MISSING }],
			settings,
			credential: credentialFor('default', { apiKey: 'two words' }),
		});
		expect(outputs).toHaveLength(2);
		expect(outputs[1].json.error).toContain("The 'API Key' of the Fluents.ai credential");
		expect(requests).toEqual([]);
	});

	test('places the calls that can be placed', async () => {
		const { json } = await runNode(placeCall(), {
			items: [{ to: '+12125550101' }, { to: 'nobody' }, { to: '+12125550102' }],
			settings,
		});
		expect(json.map(({ error, to_number: to }) => error ?? to)).toEqual([
			'+12125550101',
			expect.stringContaining("'To Number' is not a phone number: 'nobody'"),
			'+12125550102',
		]);
		expect([...simulator.dialled.values()]).toEqual([1, 1]);
	});
});

test('Continue (using error output) sends what failed there, and only that', async () => {
	const [first] = agentIds();
	const { items, errorItems } = await runNode(getAgent, {
		items: [{ id: MISSING }, { id: first }],
		settings: { onError: 'continueErrorOutput' },
	});
	expect(items).toMatchObject([{ json: { id: first }, pairedItem: { item: 1 } }]);
	expect(errorItems).toHaveLength(1);
	expect(errorItems[0].json.error).toContain(`The agent '${MISSING}' does not exist`);
	expect(errorItems[0].pairedItem).toEqual({ item: 0 });
});

describe('Retry On Fail', () => {
	const settings: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

	test('runs the node again when it failed', async () => {
		const [id] = agentIds();
		simulator.faults.add({ operationId: 'getAgent', status: 500 });
		const { error, json } = await runNode(getAgent, { items: [{ id }], settings });
		expect(error).toBeUndefined();
		expect(json[0].id).toBe(id);
	});

	test('with Continue On Fail, runs again only when the first item failed', async () => {
		const [id] = agentIds();
		const both = { ...settings, onError: 'continueRegularOutput' } as const;
		const first = await runNode(getAgent, { items: [{ id: MISSING }, { id }], settings: both });
		expect(first.requests).toHaveLength(6);
		expect(first.json[1].id).toBe(id);

		const second = await runNode(getAgent, {
			items: [{ id }, { id: MISSING }],
			settings: both,
		});
		expect(second.requests).toHaveLength(2);
	});

	test('does not run a node again whose answer holds a field named error', async () => {
		const [id] = agentIds();
		const body = { id, error: 'not one of n8n' };
		simulator.faults.add({ operationId: 'getAgent', status: 200, body, times: Infinity });
		const { json, requests } = await runNode(
			{ ...getAgent, simple: false },
			{ items: [{ id }], settings },
		);
		expect(json[0].error_info).toBe('not one of n8n');
		expect(requests).toHaveLength(1);
	});
});

describe('Batching', () => {
	const batching = (batchSize: number, batchInterval: number) => ({
		options: { batching: { batch: { batchSize, batchInterval } } },
	});

	test('handles so many items at once, and pauses between batches', async () => {
		simulator.latencyMs = 20;
		const items = Array.from({ length: 7 }, () => ({ id: agentIds()[0] }));
		const { requests, items: outputs } = await runNode(
			{ ...getAgent, ...batching(3, 300) },
			{ items },
		);
		expect(outputs).toHaveLength(7);
		const at = requests.map((request) => request.at - requests[0].at);
		expect(Math.max(...requests.map(({ open }) => open))).toBe(3);
		expect(at[2]).toBeLessThan(250);
		expect(at[3]).toBeGreaterThanOrEqual(300);
		expect(at[6]).toBeGreaterThanOrEqual(600);
	});

	test('is not for what changes something, which goes one after the other', async () => {
		simulator.latencyMs = 20;
		const items = agentIds().map((id) => ({ id }));
		expect(items.length).toBeGreaterThan(1);
		const { requests, error } = await runNode(
			{
				...getAgent,
				operation: 'update',
				updateFields: { label: 'New' },
				...batching(50, 60_000),
			},
			{ items },
		);
		expect(error).toBeUndefined();
		expect(Math.max(...requests.map(({ open }) => open))).toBe(1);
		expect(requests.at(-1)!.at - requests[0].at).toBeLessThan(60_000);
	});

	test('lets calls be placed side by side when the user asks for it', async () => {
		simulator.latencyMs = 30;
		const items = Array.from({ length: 4 }, (_, i) => ({ to: `+1212555010${i}` }));
		const { requests, json } = await runNode({ ...placeCall(), ...batching(2, 0) }, { items });
		expect(json.map(({ to_number: to }) => to)).toEqual(items.map(({ to }) => to));
		expect(Math.max(...requests.map(({ open }) => open))).toBeLessThanOrEqual(2);
		expect([...simulator.dialled.values()]).toEqual([1, 1, 1, 1]);
	});
});

describe('many reads', () => {
	const many = (count: number) => Array.from({ length: count }, () => ({ id: agentIds()[0] }));
	const mostOpen = () => Math.max(...simulator.requests.map(({ open }) => open));

	test('of five executions at once have 200 open together', async () => {
		simulator.latencyMs = 300;
		const runs = Array.from(
			{ length: 5 },
			async () => await runNode(getAgent, { items: many(200) }),
		);
		for (const { json } of await Promise.all(runs)) expect(json).toHaveLength(200);
		expect(mostOpen()).toBeLessThanOrEqual(200);
		expect(mostOpen()).toBeGreaterThan(100);
	});

	test('have their expressions evaluated while the first ones wait for their answers', async () => {
		simulator.latencyMs = 1000;
		const { requests, json } = await runNode(
			{ ...getAgent, agentId: byId('={{ String($now.toMillis()) }}') },
			{ items: many(300), settings: { onError: 'continueRegularOutput' } },
		);
		expect(json).toHaveLength(300);
		const evaluatedAt = requests.map(({ query }) => Number(query.id));
		expect(evaluatedAt).toEqual(evaluatedAt.toSorted((a, b) => a - b));
		expect(evaluatedAt.at(-1)! - requests[0].at).toBeLessThan(1000);
		expect(requests.at(-1)!.at - requests[0].at).toBeGreaterThan(2000);
	});

	test('end at once when the execution is stopped with 200 open, and no more are sent', async () => {
		simulator.latencyMs = 800;
		let stoppedAt = 0;
		const onStart = (stop: () => void) => {
			simulator.onRequest = () => {
				if (stoppedAt > 0 || mostOpen() < 200) return;
				stoppedAt = Date.now();
				stop();
			};
		};
		await runNode(getAgent, { items: many(2000), onStart }).catch(() => undefined);
		expect(Date.now() - stoppedAt).toBeLessThan(700);
		const sent = simulator.requests.length;
		await new Promise((resolve) => setTimeout(resolve, 900));
		expect(simulator.requests).toHaveLength(sent);
	});
});

describe('Required Environment', () => {
	const requires = (requiredEnvironment: string) => ({ options: { requiredEnvironment } });

	test.each([['default'], [' Default '], ['']])('%p lets a node of default run', async (name) => {
		const { error } = await runNode(
			{ ...getAgent, ...requires(name) },
			{ items: [{ id: agentIds()[0] }] },
		);
		expect(error).toBeUndefined();
	});

	test('stops the node before anything is sent', async () => {
		const { error, requests } = await runNode(
			{ ...placeCall(), ...requires('staging') },
			{ items: [{ to: '+12125550101' }], credential: credentialFor('production') },
		);
		expect(error?.message).toBe(
			"This node requires the Fluents.ai environment 'staging', but its credential is for 'production' [item 0]",
		);
		expect(error?.description).toContain('Nothing was sent.');
		expect(requests).toEqual([]);
	});

	test('stops it for all items when one requires another environment', async () => {
		const { requests, error } = await runNode(
			{ ...placeCall(), ...requires('={{ $json.env }}') },
			{
				items: [
					{ to: '+12125550101', env: 'default' },
					{ to: '+12125550102', env: 'staging' },
				],
			},
		);
		expect(error?.context.itemIndex).toBe(1);
		expect(requests).toEqual([]);
	});
});

test('each environment sees its own objects only', async () => {
	for (const environment of ['default', 'staging', 'production']) {
		const { json } = await runNode(
			{ resource: 'agent', operation: 'getAll', returnAll: true },
			{ credential: credentialFor(environment) },
		);
		expect(json.map(({ id }) => id)).toEqual([
			...simulator.environment(environment).agents.keys(),
		]);
	}
});
