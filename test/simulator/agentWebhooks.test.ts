import axios from 'axios';

import { startSimulator, type Environment, type Simulator } from '../../simulator';

type Json = Record<string, unknown>;

/** What the triggers rely on when they set webhooks on agents and put back what was there. */
describe.each(['a', 'b'] as const)('webhooks on agents under truth %s', (truth) => {
	let simulator: Simulator;
	let environment: Environment;
	let agent: string;

	beforeAll(async () => {
		simulator = await startSimulator({ truth, validateResponses: true });
	});

	beforeEach(() => {
		simulator.reset();
		environment = simulator.environment('default');
		agent = [...environment.agents.keys()][0]!;
	});

	afterAll(async () => {
		await simulator.close();
	});

	async function call(method: string, url: string, params: Json, data?: Json) {
		const headers = { authorization: `Bearer ${simulator.keys.default}` };
		const validateStatus = () => true;
		const { url: baseURL } = simulator;
		return await axios.request({ baseURL, method, url, params, data, headers, validateStatus });
	}

	const read = async (id: string) => (await call('get', '/agents', { id })).data;

	/** Sets the webhook of an agent with that field alone, or with all that it was read with. */
	async function attach(webhook: unknown, form: 'partial' | 'full', id = agent) {
		const { id: _id, user_id: _user, ...whole } = await read(id);
		const body = { ...(form === 'full' && whole), webhook };
		return await call('post', '/agents/update', { id }, body);
	}

	async function create(more: Json = {}): Promise<string> {
		const body = { subscriptions: ['event_message'], url: 'https://n8n.example.com/hook' };
		return (await call('post', '/webhooks/create', {}, { ...body, ...more })).data.id;
	}

	test('the whole agent with another webhook, or with none, is taken', async () => {
		const before = await read(agent);
		const id = await create();
		expect((await attach(id, 'full')).status).toBeLessThan(300);
		expect(await read(agent)).toEqual({ ...before, webhook: expect.objectContaining({ id }) });
		expect((await attach(null, 'full')).status).toBeLessThan(300);
		expect(await read(agent)).toEqual(before);
	});

	test(`the webhook alone is ${truth === 'a' ? 'taken' : 'refused, for what else is missing'}`, async () => {
		const id = await create();
		const { status, data } = await attach(id, 'partial');
		if (truth === 'b') {
			const missing = data.detail.map(({ loc }: { loc: string[] }) => loc[1]);
			expect(status).toBe(422);
			expect(missing).toEqual(['name', 'language', 'prompt', 'actions', 'voice']);
			return;
		}
		expect([status, data.webhook.id]).toEqual([201, id]);
		expect((await attach(null, 'partial')).data.webhook).toBeNull();
	});

	test('a list shows it as whole webhook or as id', async () => {
		const webhook = await create();
		await attach(webhook, 'full');
		const { data } = await call('get', '/agents/list', { size: 100 });
		const shown = data.items.find(({ id }: { id: string }) => id === agent).webhook;
		expect(shown).toEqual(truth === 'a' ? expect.objectContaining({ id: webhook }) : webhook);
	});

	test('a deleted webhook is on no agent any more; other webhooks stay', async () => {
		const [, other] = [...environment.agents.values()];
		const kept = other!.webhook;
		const id = await create();
		await attach(id, 'full');
		expect((await call('delete', '/webhooks/delete', { id })).status).toBe(200);
		expect((await call('delete', '/webhooks/delete', { id })).status).toBe(404);
		expect((await read(agent)).webhook).toBeNull();
		expect(other!.webhook).toBe(kept);
	});

	test('an agent cannot get a webhook that is gone or of another environment', async () => {
		const gone = await create();
		await call('delete', '/webhooks/delete', { id: gone });
		const [foreign] = simulator.environment('staging').webhooks.keys();
		for (const id of [gone, foreign]) expect((await attach(id, 'full')).status).toBe(404);
		expect((await read(agent)).webhook).toBeNull();
	});

	test('an agent that was deleted is not found, whatever webhook it had', async () => {
		const id = await create();
		await attach(id, 'full');
		await call('delete', '/agents/delete', { id: agent });
		expect((await call('get', '/agents', { id: agent })).status).toBe(404);
		const update = { name: 'A', language: 'en', prompt: 'p', actions: [], voice: 'v' };
		const { status } = await call('post', '/agents/update', { id: agent }, update);
		expect(status).toBe(404);
		expect(environment.webhooks.has(id)).toBe(true);
	});

	test('webhooks may share a URL, and keep label and description to the letter', async () => {
		const description = 'Set by n8n: "Ümläute"\n{"previous":{"a":null}}  ';
		const ids = [await create({ description }), await create({ description })];
		const update = { url: 'https://x.example.com/?a=1&b=%20', method: 'GET', label: ' n8n: ' };
		const [id] = ids;
		await call(
			'post',
			'/webhooks/update',
			{ id },
			{ ...update, subscriptions: [], description },
		);
		const { data } = await call('get', '/webhooks/list', { size: 100 });
		const shown = data.items.filter((item: Json) => ids.includes(String(item.id)));
		expect(shown).toMatchObject([
			{ ...update, subscriptions: [], description },
			{ url: 'https://n8n.example.com/hook', description },
		]);
	});
});
