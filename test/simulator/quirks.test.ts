import axios, { type AxiosInstance } from 'axios';

import {
	type Alteration,
	type Environment,
	type Simulator,
	type StoredObject,
} from '../../simulator';
import { withAskingAgent } from '../support/askingAgent';
import type { Receiver } from '../support/receiver';

type Json = Record<string, unknown>;

const mainLine = '+14155550100';
const answered = '+12025550101';
const asksOnce = '+12025550106';

let simulator: Simulator;
let api: AxiosInstance;
let receiver: Receiver;
let environment: Environment;
let agent: StoredObject;
let action: StoredObject;

withAskingAgent({}, '', (there) => {
	({ simulator, receiver, environment, agent, action } = there);
	api = axios.create({
		baseURL: simulator.url,
		headers: { authorization: `Bearer ${simulator.keys.default}` },
		validateStatus: () => true,
		maxRedirects: 0,
	});
});

const get = async (path: string, params: Json = {}) => await api.get(path, { params });
const post = async (path: string, body?: Json, params: Json = {}) =>
	await api.post(path, body, { params });

async function placeCall(to = answered, more: Json = {}) {
	const call = { from_number: mainLine, to_number: to, agent: agent.id, ...more };
	return (await post('/calls/create', call)).data;
}

const readCall = async (id: string) => (await get('/calls', { id })).data;

/** Places a call, lets it end, and reads it. */
async function finishedCall(to?: string, more?: Json) {
	const { id } = await placeCall(to, more);
	await simulator.allDelivered();
	for (;;) {
		const call = await readCall(id);
		if (['ended', 'error'].includes(call.status) && call.recording_available) return call;
		if (call.status === 'error') return call;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

const spoken = ({ transcript }: { transcript: string }) =>
	[...transcript.matchAll(/BOT: (.*)$/gm)].map(([, text]) => text);

describe('what is kept', () => {
	test('descriptions are cut, when created and when updated', async () => {
		simulator.quirks.descriptionLength = 255;
		const webhook = { url: 'https://example.com', subscriptions: [] };
		const { data } = await post('/webhooks/create', {
			...webhook,
			description: 'x'.repeat(300),
		});
		expect(data.description).toHaveLength(255);
		const updated = await post(
			'/webhooks/update',
			{ description: 'y'.repeat(256) },
			{ id: data.id },
		);
		expect(updated.data.description).toBe('y'.repeat(255));
	});

	test('URLs of webhooks, actions and context endpoints are rewritten', async () => {
		simulator.quirks.storedUrl = (url) => url.split('?')[0]!;
		const { data: webhook } = await post('/webhooks/create', {
			...{ url: 'https://example.com/hook?secret=1', subscriptions: [] },
		});
		const { config } = action as unknown as { config: Json };
		const { data: updated } = await post(
			'/actions/update',
			{ config: { ...config, url: 'https://example.com/ask?secret=1' } },
			{ id: action.id },
		);
		const { data: changed } = await post(
			'/agents/update',
			{ context_endpoint: 'https://example.com/who?secret=1' },
			{ id: agent.id },
		);
		expect([webhook.url, updated.config.url, changed.context_endpoint]).toEqual([
			'https://example.com/hook',
			'https://example.com/ask',
			'https://example.com/who',
		]);
	});
});

describe('what answers show', () => {
	test('secrets are masked wherever they are, but kept', async () => {
		simulator.quirks.secretsMasked = true;
		const single = (await get('/actions', { id: action.id })).data;
		const nested = (await get('/agents', { id: agent.id })).data.actions[1];
		const listed = (await get('/actions/list')).data.items[1];
		expect([single, nested, listed].map(({ config }) => config.signature_secret)).toEqual(
			Array(3).fill('********'),
		);
		await post('/actions/update', { config: single.config }, { id: action.id });
		expect((action.config as Json).signature_secret).not.toContain('*');
	});

	test('lists leave fields out', async () => {
		simulator.quirks.listsWithout = ['description', 'context_endpoint'];
		const [item] = (await get('/agents/list')).data.items;
		expect(Object.keys(item)).not.toContain('description');
		expect(Object.keys(item)).not.toContain('context_endpoint');
		expect((await get('/agents', { id: item.id })).data.description).toBe(
			'Calls the day before',
		);
	});

	test('lists ignore sort_column', async () => {
		simulator.quirks.sortIgnored = true;
		const query = { sort_column: 'start_time', sort_desc: true };
		const { items } = (await get('/calls/list', query)).data;
		expect(items.map(({ id }: Json) => id)).toEqual([...environment.calls.keys()]);
	});

	test('a list changes while it is read', async () => {
		environment.addCalls(250);
		const [first] = environment.calls.keys();
		simulator.onRequest = ({ query }) => {
			if (query.page === '2') environment.calls.delete(first!);
		};
		const page = async (number: number) =>
			(await get('/calls/list', { page: number, size: 100 })).data.items as Json[];
		const before = [...environment.calls.keys()];
		const read = [...(await page(1)), ...(await page(2)), ...(await page(3))];
		expect(before.filter((id) => !read.some((call) => call.id === id))).toEqual([before[100]]);
	});

	test.each<[Alteration, unknown]>([
		['empty', ''],
		['inData', { data: expect.objectContaining({ items: expect.any(Array) }) }],
		['inList', [expect.objectContaining({ items: expect.any(Array) })]],
		['emptyList', []],
		['emptyObject', {}],
		['null', null],
		['itemsInData', expect.objectContaining({ data: expect.any(Array), has_more: false })],
		['bareItems', expect.any(Array)],
		['withoutHasMore', expect.not.objectContaining({ has_more: false })],
		['withoutItems', expect.not.objectContaining({ items: expect.any(Array) })],
		['nullId', expect.objectContaining({ id: null })],
	])('a fault alters an answer: %s', async (alter, body) => {
		simulator.faults.add({ operationId: 'listAgents', alter });
		const { status, data } = await get('/agents/list');
		expect([status, data]).toEqual([200, body]);
		expect((await get('/agents/list')).data).toMatchObject({ has_more: false, total: 3 });
	});

	test('an altered answer of createCall still means that it dialed', async () => {
		simulator.faults.add({ operationId: 'createCall', alter: 'empty' });
		const call = { from_number: mainLine, to_number: answered, agent: agent.id };
		const { status, data } = await post('/calls/create', call);
		expect([status, data, simulator.dialled.get(answered)]).toEqual([201, '', 1]);
		simulator.faults.add({ operationId: 'getCall', alter: (body) => [body, body] });
		const [id] = [...environment.calls.keys()].slice(-1);
		expect(await readCall(id!)).toHaveLength(2);
	});
});

describe('calls', () => {
	test('are still in progress for the API when their events are sent', async () => {
		simulator.quirks.callLagMs = 1000;
		agent.webhook = environment.add('webhooks', {
			...{ url: receiver.url, method: 'POST', subscriptions: ['event_phone_call_ended'] },
		}).id;
		const { id } = await placeCall();
		await simulator.allDelivered();
		expect(receiver.received).toHaveLength(1);
		expect((await readCall(id)).status).not.toBe('ended');
		for (;;) {
			const { status } = await readCall(id);
			if (status === 'ended') break;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	});

	test('send each question twice', async () => {
		simulator.quirks.questionRepeatedAfterMs = 20;
		receiver.answers.push(
			{ body: { result: {}, agent_message: 'First.' } },
			{ body: { result: {}, agent_message: 'Second.' } },
		);
		const call = await finishedCall(asksOnce);
		expect(receiver.received).toHaveLength(2);
		expect(receiver.received[0]!.text).toBe(receiver.received[1]!.text);
		expect(spoken(call)).toContain('First.');
		expect(call.action_history).toHaveLength(1);
	});

	test.each<[string, Receiver['answers'][number]]>([
		['a time-out', 'never'],
		['a redirect', 'https://example.com'],
		['no JSON', { body: '<html>' }],
	])('are silent to their end after %s, if the agent never gets over it', async (_, answer) => {
		simulator.switches.failedAnswer = 'mutes';
		simulator.quirks.answerTimeoutMs = 50;
		receiver.answers.push(answer);
		const call = await finishedCall(asksOnce);
		expect(spoken(call)).toEqual([
			'Hello there, what can I do for you?',
			'One moment, please.',
		]);
		expect(call.transcript).toContain('HUMAN: Thank you, that is all.');
	});

	test('take the first of two actions with one name (C27)', async () => {
		const { config } = action as unknown as { config: Json };
		const twin = environment.add('actions', {
			type: 'action_external',
			config: { ...config, url: `${receiver.url}/second` },
		});
		agent.actions = [action.id, twin.id];
		await finishedCall('+12025550107');
		expect(receiver.received.map(({ path }) => path)).toEqual(['/', '/']);
	});

	test.each<[string, Json, string | null]>([
		['an unknown type', { properties: { a: { type: 'strin' } } }, 'input_schema.a'],
		['required inside a field', { properties: { a: { required: true } } }, 'input_schema.a'],
		['an object without properties', { type: 'object' }, 'input_schema'],
		['the field user_message', { properties: { user_message: {} } }, 'user_message'],
		[
			'a type in a list',
			{ properties: { a: { items: { type: 'x' } } } },
			'input_schema.a.items',
		],
		[
			'nothing wrong',
			{ type: 'object', properties: { a: { type: ['string', 'null'] } } },
			null,
		],
	])('fail where an action has %s in its schema (C26)', async (_, schema, place) => {
		(action.config as Json).input_schema = schema;
		const { status, error_message: message } = await finishedCall();
		expect(status).toBe(place === null ? 'ended' : 'error');
		if (place !== null) expect(message).toContain(place);
		expect(simulator.liveRequests).toEqual([]);
	});

	test('to and from numbers without a plus sign are placed', async () => {
		const call = await placeCall('12025550101', { from_number: '14155550100' });
		expect(call).toMatchObject({ to_number: answered, from_number: mainLine });
		expect([...simulator.dialled]).toEqual([[answered, 1]]);
	});

	test('have the whole agent that was sent along, and use its actions', async () => {
		const { id: voice } = [...environment.voices.values()][1]!;
		const sent = {
			prompt: { content: 'Be brief.' },
			voice,
			actions: [{ type: 'action_external', config: { ...(action.config as Json) } }],
		};
		const { agent: whole } = await placeCall(asksOnce, { agent: sent });
		const id = expect.stringMatching(/^[\da-f-]{36}$/);
		const owned = { id, user_id: environment.userId };
		expect(whole).toMatchObject({
			...owned,
			language: 'en',
			prompt: { ...owned, content: 'Be brief.' },
			voice: { id: voice, label: 'Clear German' },
			actions: [{ ...owned, config: { signature_secret: expect.any(String) } }],
		});
		await simulator.allDelivered();
		expect(receiver.received).toHaveLength(1);
	});

	test('have a voice where the agent that was sent along has none', async () => {
		const { agent: whole } = await placeCall(answered, { agent: { prompt: { content: 'x' } } });
		expect(whole.voice).toMatchObject({ label: 'Warm English' });
	});
});

describe('recordings', () => {
	let id: string;

	beforeEach(async () => {
		({ id } = await finishedCall());
	});

	const read = async (params: Json = { id }) =>
		await api.get('/calls/recording', { params, responseType: 'arraybuffer', timeout: 300 });

	test('stall in the middle', async () => {
		simulator.recording.stallAfter = 5000;
		const { data } = await api.get('/calls/recording', {
			params: { id },
			responseType: 'stream',
		});
		let size = 0;
		data.on('data', (chunk: Buffer) => (size += chunk.length));
		const ended = jest.fn();
		data.on('end', ended).on('error', ended);
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect([size, ended.mock.calls]).toEqual([5000, []]);
		data.destroy();
	});

	test.each<[string, Json, string, string]>([
		['a page', { body: '<html>', contentType: 'text/html' }, 'text/html', '<html>'],
		[
			'JSON',
			{ body: { ok: 1 }, contentType: 'application/json' },
			'application/json',
			'{"ok":1}',
		],
		['nothing', { body: '' }, 'audio/mpeg', ''],
		[
			'another format',
			{ body: Buffer.from('RIFF'), contentType: 'audio/wav' },
			'audio/wav',
			'RIFF',
		],
	])('are %s instead, with 200', async (_, settings, contentType, text) => {
		Object.assign(simulator.recording, settings);
		const { status, headers, data } = await read();
		expect([status, headers['content-type'], String(data)]).toEqual([200, contentType, text]);
	});

	test('are not there for a while after the call says so', async () => {
		simulator.recording.missingForMs = 60_000;
		expect((await read()).status).toBe(404);
		simulator.recording.missingForMs = 0;
		expect((await read()).status).toBe(200);
	});

	test('are in a storage at another origin, which may refuse', async () => {
		simulator.recording.storage = {};
		const { status, headers } = await read();
		expect(status).toBe(302);
		expect(new URL(headers.location as string).hostname).toBe('localhost');
		const address = (headers.location as string).replace('localhost', '127.0.0.1');
		const stored = await axios.get(address, { responseType: 'arraybuffer' });
		expect(stored.headers['content-type']).toBe('audio/mpeg');
		expect(stored.data.length).toBeGreaterThan(1000);
		simulator.recording.storage = { status: 403 };
		const refused = await axios.get(address, { validateStatus: () => true });
		expect([refused.status, refused.data]).toEqual([
			403,
			expect.stringContaining('AccessDenied'),
		]);
		expect(simulator.requests.at(-1)).toMatchObject({ operationId: undefined, status: 403 });
		expect(simulator.requests.at(-1)!.headers).not.toHaveProperty('authorization');
	});
});

test('a reset takes all of it back', () => {
	Object.assign(simulator.quirks, { sortIgnored: true });
	Object.assign(simulator.recording, { body: '' });
	simulator.onRequest = () => {};
	simulator.reset();
	expect([simulator.quirks, simulator.recording, simulator.onRequest]).toEqual([
		{},
		{},
		undefined,
	]);
});
