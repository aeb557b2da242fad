import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { parse } from 'yaml';

import { startSimulator, type Simulator, type Switches } from '../../simulator';
import { operations } from '../../simulator/operations';
import { parseSwitch, truths, valuesOf } from '../../simulator/truths';
import { startReceiver, type Receiver } from '../support/receiver';

type Json = Record<string, unknown>;

const mainLine = '+14155550100';
const answered = '+12025550101';

let simulator: Simulator;
let api: AxiosInstance;

/** A client of one environment that never throws on a status and follows no redirect. */
function clientOf(of: Simulator, key = 'default'): AxiosInstance {
	return axios.create({
		baseURL: of.url,
		headers: { authorization: `Bearer ${of.keys[key]}` },
		validateStatus: () => true,
		maxRedirects: 0,
	});
}

beforeAll(async () => {
	simulator = await startSimulator({ validateResponses: true });
	api = clientOf(simulator);
});

afterEach(() => {
	simulator.reset();
	jest.restoreAllMocks();
});

afterAll(async () => {
	await simulator.close();
});

/** Moves the clock of the server, from which the state of calls follows. */
function passSeconds(seconds: number): void {
	const later = Date.now() + seconds * 1000;
	jest.restoreAllMocks();
	jest.spyOn(Date, 'now').mockReturnValue(later);
}

const firstId = (collection: 'agents' | 'calls' | 'prompts' | 'voices' | 'actions' | 'webhooks') =>
	[...simulator.environment('default')[collection].keys()][0] as string;

const get = async (url: string, params: Json = {}, config: AxiosRequestConfig = {}) =>
	await api.get(url, { params, ...config });
const post = async (url: string, body?: Json, params: Json = {}) =>
	await api.post(url, body, { params });

/** Places a call in the form that the current truth asks for. */
async function placeCall(to: string, more: Json = {}) {
	const id = firstId('agents');
	const full = simulator.switches.agentPayload === 'full';
	const response = await post('/calls/create', {
		from_number: mainLine,
		to_number: to,
		agent: full ? (await get('/agents', { id })).data : id,
		...(full && { agent_phone_number: mainLine, telephony_provider: { name: 'twilio' } }),
		...(full && { context: {}, telephony_params: {} }),
		...more,
	});
	if (response.status >= 300) throw new Error(JSON.stringify(response.data));
	return response.data;
}

const readCall = async (id: string) => (await get('/calls', { id })).data;

describe('keys and environments', () => {
	test.each([
		['no key', undefined],
		['an unknown key', 'Bearer sim_default_wrong'],
		['another scheme', 'Basic abc'],
	])('%s is answered with 401', async (_, authorization) => {
		const response = await axios.get(`${simulator.url}/agents/list`, {
			headers: { authorization },
			validateStatus: () => true,
		});
		expect(response.status).toBe(401);
		expect(response.data).toEqual({ message: 'Unauthorized', statusCode: 401 });
	});

	test('a key without rights is answered with 403', async () => {
		const response = await clientOf(simulator, 'noRights').get('/agents/list');
		expect(response.status).toBe(403);
		expect(response.data.message).toBe('Forbidden');
	});

	test('a key sees only the objects of its own environment', async () => {
		const staging = clientOf(simulator, 'staging');
		const own = await staging.get('/agents/list');
		expect(own.data.items).toHaveLength(3);
		const foreign = await staging.get('/agents', { params: { id: firstId('agents') } });
		expect(foreign.status).toBe(404);
		const number = await staging.get('/numbers', { params: { phone_number: mainLine } });
		expect(number.status).toBe(404);
	});

	test('the log names the environment and holds no key', async () => {
		await get('/agents/list', { page: 1 });
		await axios.get(`${simulator.url}/nowhere`, { validateStatus: () => true });
		expect(simulator.requests).toMatchObject([
			{
				method: 'GET',
				path: '/v1/agents/list',
				operationId: 'listAgents',
				query: { page: '1' },
				headers: { authorization: 'default' },
				status: 200,
				open: 1,
			},
			{ path: '/v1/nowhere', operationId: undefined, status: 404 },
		]);
		const keys = Object.values(simulator.keys);
		expect(keys.filter((key) => JSON.stringify(simulator.requests).includes(key))).toEqual([]);
	});

	test('seeds are the same in every run and no two environments share a number', async () => {
		const other = await startSimulator();
		const numbers = ['default', 'staging', 'production'].flatMap((name) => {
			expect([...other.environment(name).calls]).toEqual([
				...simulator.environment(name).calls,
			]);
			return [...other.environment(name).numbers.values()].map(({ number }) => number);
		});
		await other.close();
		expect(other.keys).toEqual(simulator.keys);
		expect(new Set(numbers).size).toBe(9);
	});
});

describe('lists', () => {
	test.each([
		[0, 1, 10, 0, false],
		[1, 1, 10, 1, false],
		[100, 1, 100, 100, false],
		[101, 1, 100, 100, true],
		[101, 2, 100, 1, false],
		[1000, 10, 100, 100, false],
		[1000, 11, 100, 0, false],
	])('of %i records, page %i of size %i', async (count, page, size, length, hasMore) => {
		const { agents } = simulator.environment('default');
		agents.clear();
		simulator.environment('default').addAgents(count);
		const { data } = await get('/agents/list', { page, size });
		expect(data).toMatchObject({ page, size, has_more: hasMore, total: count });
		expect(data.items.map(({ id }: { id: string }) => id)).toEqual(
			[...agents.keys()].slice((page - 1) * size, page * size),
		);
		expect(data.items).toHaveLength(length);
	});

	test('have ten items by default and at most one hundred', async () => {
		simulator.environment('default').addNumbers(20);
		expect((await get('/numbers/list')).data.items).toHaveLength(10);
		expect((await get('/numbers/list', { size: 101 })).status).toBe(400);
		expect((await get('/numbers/list', { page: 0 })).status).toBe(400);
	});

	test('are sorted by a column, records without a value last on descending', async () => {
		const environment = simulator.environment('default');
		environment.addCalls(2, { start_time: null });
		const starts = async (sort_desc: boolean) => {
			const query = { sort_column: 'start_time', sort_desc, filters: '' };
			const { data } = await get('/calls/list', query);
			return data.items.map(
				({ start_time: start }: { start_time: number | null }) => start,
			) as number[];
		};
		const descending = await starts(true);
		expect(descending.slice(-2)).toEqual([null, null]);
		const times = descending.slice(0, -2);
		expect(times).toHaveLength(3);
		expect(times).toEqual([...times].sort((a, b) => b - a));
		expect(await starts(false)).toEqual([...descending].reverse());
		expect((await get('/calls/list', { sort_column: 'typo' })).status).toBe(400);
	});
});

describe('calls', () => {
	// The clock stands still, so that a slow machine does not let a call go on by itself.
	beforeEach(() => passSeconds(0));

	const problems: Record<string, string[]> = {
		'04': ['The telephony provider refused the call'],
		'08': ['The line is busy'],
	};

	test.each([
		['01', 'ended', 'bot_disconnected', 'human', true],
		['02', 'ended', 'human_unanswered', null, false],
		['03', 'ended', 'bot_disconnected', 'no_human', true],
		['04', 'error', null, null, false],
		['05', 'ended', 'call_did_not_connect', null, false],
		['08', 'ended', 'call_did_not_connect', null, false],
		['09', 'ended', 'transfer_disconnected', 'human', true],
		['10', 'ended', 'bot_disconnected', 'human', true],
		['77', 'ended', 'bot_disconnected', 'human', true],
	])(
		'to a number that ends in %s go by their script',
		async (ending, status, outcome, detection, spoken) => {
			const { id, ...created } = await placeCall(`+120255501${ending}`, {
				context: { name: 'Ada' },
			});
			expect(created).toMatchObject({
				status: 'not_started',
				start_time: null,
				transcript: null,
			});
			passSeconds(3);
			expect(await readCall(id)).toMatchObject({ status: 'in_progress', end_time: null });
			passSeconds(3);
			const ended = await readCall(id);
			expect(ended).toMatchObject({
				status,
				stage_outcome: outcome,
				human_detection_result: detection,
				recording_available: false,
				errors: problems[ending] ?? [],
			});
			expect(Number(ended.end_time)).toBeGreaterThan(Number(ended.start_time));
			expect(Boolean(ended.transcript)).toBe(spoken);
			if (spoken)
				expect(ended.transcript).toMatch(
					/^\[00:0\d\.\d\d\] (BOT|HUMAN): .*(\n\[\d\d:\d\d\.\d\d\] (BOT|HUMAN): .*)+$/,
				);
			if (spoken) expect(ended.transcript).toContain('Hello Ada');
			passSeconds(1);
			expect((await readCall(id)).recording_available).toBe(spoken);
		},
	);

	test('are counted by the number called', async () => {
		await placeCall(answered);
		await placeCall(answered);
		await placeCall('+12025550102');
		expect([...simulator.dialled]).toEqual([
			[answered, 2],
			['+12025550102', 1],
		]);
	});

	test('can be ended while they run, but not twice', async () => {
		const { id } = await placeCall(answered);
		passSeconds(2);
		const { data } = await post('/calls/end', undefined, { id });
		expect(data).toMatchObject({ status: 'ended', stage_outcome: 'bot_disconnected' });
		expect(data.transcript.split('\n')).toHaveLength(3);
		expect((await post('/calls/end', undefined, { id })).status).toBe(400);
	});

	test('on_no_human_answer: hangup leaves no message on voicemail', async () => {
		const { id } = await placeCall('+12025550103', { on_no_human_answer: 'hangup' });
		passSeconds(10);
		expect((await readCall(id)).transcript).not.toContain('BOT:');
	});

	test.each([
		['hipaa_compliant', { hipaa_compliant: true }, false],
		['an agent that does not record', {}, true],
	])('%s leaves no recording', async (_, more, transcript) => {
		const agent = simulator.environment('default').agents.get(firstId('agents'));
		if (transcript) Object.assign(agent!, { enable_recording: false });
		const { id } = await placeCall(answered, more);
		passSeconds(10);
		const call = await readCall(id);
		expect(call.recording_available).toBe(false);
		expect(call.transcript !== null).toBe(transcript);
		expect((await get('/calls/recording', { id })).status).toBe(404);
	});

	test.each<[string, Json, number, string]>([
		['a number of another environment', { from_number: '+16285550100' }, 400, 'from_number'],
		['an inactive number', { from_number: '+14155550102' }, 400, 'from_number'],
		['a number that is not E.164', { to_number: '0202 555 0101' }, 400, 'to_number'],
		['an unknown agent', { agent: 'nobody' }, 404, 'nobody'],
		['no number to call', { to_number: undefined }, 400, 'to_number should not be empty'],
	])('are refused with %s', async (_, change, status, text) => {
		const body = {
			from_number: mainLine,
			to_number: answered,
			agent: firstId('agents'),
			...change,
		};
		const response = await post('/calls/create', body);
		expect(response.status).toBe(status);
		expect(response.data.message).toContain(text);
		expect(simulator.dialled.size).toBe(0);
	});

	test('take an inline agent and keep it with the call', async () => {
		const agent = {
			prompt: { content: 'Be brief.' },
			voice: { type: 'voice_eleven_labs', voice_id: 'x' },
		};
		const { id } = await placeCall(answered, { agent });
		expect((await readCall(id)).agent).toMatchObject(agent);
		expect(simulator.environment('default').agents.size).toBe(3);
	});
});

/** Lengths of the frames of an MP3 stream; throws where no frame begins. */
function mp3Frames(sound: Buffer): number[] {
	const bitrates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
	const sampleRates = [22050, 24000, 16000];
	const frames: number[] = [];
	for (let offset = 0; offset < sound.length; offset += frames.at(-1)!) {
		const [first = 0, second = 0, third = 0] = sound.subarray(offset, offset + 3);
		// Eleven bits of synchronisation, then MPEG version 2, layer III, without checksum.
		if (first !== 0xff || second !== 0xf3) throw new Error(`No frame at ${offset}`);
		const bitrate = bitrates[third >> 4] ?? NaN;
		const sampleRate = sampleRates[(third >> 2) & 3] ?? NaN;
		frames.push(Math.floor((72_000 * bitrate) / sampleRate) + ((third >> 1) & 1));
	}
	return frames;
}

describe('recordings', () => {
	let id: string;

	beforeEach(async () => {
		({ id } = await placeCall(answered));
		passSeconds(10);
	});

	test('are MP3 streams as long as the conversation', async () => {
		const { data, headers } = await get(
			'/calls/recording',
			{ id },
			{ responseType: 'arraybuffer' },
		);
		expect(headers['content-type']).toBe('audio/mpeg');
		expect(Number(headers['content-length'])).toBe(data.length);
		const seconds = mp3Frames(data).length * (576 / 16000);
		expect(seconds).toBeGreaterThan(33);
		expect(seconds).toBeLessThan(35);
	});

	test('can have any size without being in memory', async () => {
		simulator.recording.bytes = 400 * 1024 * 1024 + 1;
		const before = process.memoryUsage.rss();
		const { data } = await get('/calls/recording', { id }, { responseType: 'stream' });
		let size = 0;
		let peak = 0;
		for await (const chunk of data) {
			size += chunk.length;
			peak = Math.max(peak, process.memoryUsage.rss());
		}
		expect(size).toBe(simulator.recording.bytes);
		expect(peak - before).toBeLessThan(size / 2);
	});

	test('of a given size are whole frames repeated', async () => {
		simulator.recording.bytes = 144 * 3000;
		const { data } = await get('/calls/recording', { id }, { responseType: 'arraybuffer' });
		expect(mp3Frames(data)).toHaveLength(3000);
	});

	test('can be behind a redirect', async () => {
		simulator.recording.redirectTo = (call) => `https://storage.example.com/${call}.mp3`;
		const { status, headers } = await get('/calls/recording', { id });
		expect(status).toBe(302);
		expect(headers.location).toBe(`https://storage.example.com/${id}.mp3`);
	});

	test('can be cut off', async () => {
		simulator.faults.add({ operationId: 'getCallRecording', truncate: true });
		const { data, headers } = await get('/calls/recording', { id }, { responseType: 'stream' });
		let size = 0;
		const reading = async () => {
			for await (const chunk of data) size += chunk.length;
		};
		await expect(reading()).rejects.toThrow('aborted');
		expect(size).toBeGreaterThan(0);
		expect(size).toBeLessThan(Number(headers['content-length']));
	});
});

describe('faults', () => {
	const call = () => ({ from_number: mainLine, to_number: answered, agent: firstId('agents') });

	test('a status replaces the answer once, before the server acts', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			status: 503,
			headers: { 'retry-after': '7' },
		});
		const first = await post('/calls/create', call());
		expect(first.status).toBe(503);
		expect(first.headers['retry-after']).toBe('7');
		expect(first.data).toEqual({
			message: 'Service Unavailable',
			error: 'Service Unavailable',
			statusCode: 503,
		});
		expect(simulator.dialled.size).toBe(0);
		expect((await post('/calls/create', call())).status).toBe(201);
	});

	test('after: the server acts, then the answer is replaced', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			when: 'after',
			status: 500,
			body: 'Oops',
		});
		const response = await post('/calls/create', call());
		expect(response.status).toBe(500);
		expect(response.data).toBe('Oops');
		expect(response.headers['content-type']).toContain('text/plain');
		expect(simulator.dialled.get(answered)).toBe(1);
	});

	test.each([
		['before', 0],
		['after', 1],
	] as const)('a reset %s the server acts', async (when, dialled) => {
		simulator.faults.add({ when, reset: true });
		await expect(post('/calls/create', call())).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(simulator.dialled.get(answered) ?? 0).toBe(dialled);
		expect(simulator.requests[0]?.status).toBeUndefined();
	});

	test.each([
		['before', 0],
		['after', 1],
	] as const)('no answer, %s the server acts', async (when, dialled) => {
		simulator.faults.add({ when, hang: true });
		const request = api.post('/calls/create', call(), { timeout: 300 });
		await expect(request).rejects.toMatchObject({ code: 'ECONNABORTED' });
		expect(simulator.dialled.get(answered) ?? 0).toBe(dialled);
		expect((await get('/agents/list')).status).toBe(200);
	});

	test('a delay holds the answer back', async () => {
		simulator.faults.add({ delayMs: 120 });
		const start = performance.now();
		expect((await get('/agents/list')).status).toBe(200);
		expect(performance.now() - start).toBeGreaterThan(110);
	});

	test('match and times choose the requests', async () => {
		const match = ({ query }: { query: Json }) => query.page === '2';
		simulator.faults.add({ match, times: 2, status: 502 });
		const statuses = [];
		for (const page of [1, 2, 2, 2])
			statuses.push((await get('/agents/list', { page })).status);
		expect(statuses).toEqual([200, 502, 502, 200]);
		simulator.faults.add({ times: Infinity, status: 500 });
		expect((await get('/agents/list')).status).toBe(500);
		expect((await get('/voices/list')).status).toBe(500);
		simulator.faults.clear();
		expect((await get('/voices/list')).status).toBe(200);
	});

	test('latency applies to every request, and open requests are counted', async () => {
		simulator.latencyMs = 50;
		await Promise.all([1, 2, 3].map(async () => await get('/agents/list')));
		expect(simulator.requests.map(({ open }) => open)).toEqual([1, 2, 3]);
	});

	test.each(['seconds', 'date'] as const)(
		'the rate limit says in %s when to come back',
		async (form) => {
			simulator.rateLimit = { perSecond: 2, retryAfter: form };
			const responses = [];
			for (let index = 0; index < 3; index++) responses.push(await get('/agents/list'));
			expect(responses.map(({ status }) => status)).toEqual([200, 200, 429]);
			const header = String(responses[2]?.headers['retry-after']);
			const wait =
				form === 'seconds' ? Number(header) * 1000 : Date.parse(header) - Date.now();
			expect(wait).toBeGreaterThan(0);
			expect(wait).toBeLessThanOrEqual(2000);
			passSeconds(1.1);
			expect((await get('/agents/list')).status).toBe(200);
		},
	);

	test('closing ends connections that are left hanging', async () => {
		const other = await startSimulator();
		other.faults.add({ hang: true });
		const request = clientOf(other).get('/agents/list');
		const outcome = expect(request).rejects.toThrow();
		while (other.requests.length === 0) await new Promise((done) => setTimeout(done, 5));
		await other.close();
		await outcome;
	});
});

describe('strictness', () => {
	const prompt = { label: 'x', content: 'y', contnet: 'typo' };

	test('unknown fields and parameters are refused by default', async () => {
		const body = await post('/prompts/create', prompt);
		expect(body.status).toBe(400);
		expect(body.data.message).toBe('property contnet should not exist');
		const query = await get('/prompts/list', { pagee: 1 });
		expect(query.status).toBe(400);
		expect(query.data.message).toBe('property pagee should not exist');
	});

	test('and taken when strict is off', async () => {
		const lenient = await startSimulator({ strict: false });
		const client = clientOf(lenient);
		expect((await client.post('/prompts/create', prompt)).status).toBe(201);
		expect((await client.get('/prompts/list?pagee=1')).status).toBe(200);
		expect((await client.get('/prompts/list?sort_column=typo')).status).toBe(200);
		await lenient.close();
	});

	test('values of the wrong type and broken JSON are refused', async () => {
		expect((await post('/agents/create', { prompt: 5, voice: 'x', actions: [] })).status).toBe(
			400,
		);
		const broken = await api.post('/prompts/create', '{"label":', {
			headers: { 'content-type': 'application/json' },
		});
		expect(broken.status).toBe(400);
		expect(broken.data.message).toContain('Broken JSON');
	});

	test('references to objects that do not exist are refused', async () => {
		const voice = firstId('voices');
		const agent = { prompt: firstId('prompts'), voice, actions: ['nothing'] };
		expect((await post('/agents/create', agent)).status).toBe(404);
		expect(
			(await post('/agents/create', { ...agent, actions: [], voice: 'none' })).status,
		).toBe(404);
	});
});

describe('numbers', () => {
	test('can be bought once, by area code or number, and leave the list', async () => {
		const offered = await get('/numbers/available', { filters: '{}', limit: 3 });
		const [{ number }] = offered.data.items;
		expect(offered.data.items).toHaveLength(3);
		const bought = await post('/numbers/buy', {
			phone_number: number,
			inbound_agent: firstId('agents'),
		});
		expect(bought.data).toMatchObject({
			number,
			active: true,
			inbound_agent: firstId('agents'),
		});
		expect((await post('/numbers/buy', { phone_number: number })).status).toBe(400);
		expect((await post('/numbers/buy', { area_code: '707' })).data.number).toMatch(/^\+1707/);
		expect((await post('/numbers/buy', { area_code: '999' })).status).toBe(400);
		const left = await get('/numbers/available', { filters: '{}', limit: 100 });
		expect(left.data.items.map((item: { number: string }) => item.number)).not.toContain(
			number,
		);
	});

	test.each(['cancel', 'detach'])('%s takes the number out of the environment', async (verb) => {
		const { data } = await post(`/numbers/${verb}`, undefined, { phone_number: mainLine });
		expect(data).toMatchObject({ number: mainLine, active: false });
		expect((await get('/numbers', { phone_number: mainLine })).status).toBe(404);
	});
});

test('deleting an object removes what refers to it', async () => {
	const [, followUp] = [...simulator.environment('default').agents.values()];
	await api.delete('/webhooks/delete', { params: { id: firstId('webhooks') } });
	await api.delete('/actions/delete', { params: { id: firstId('actions') } });
	const { data } = await get('/agents', { id: followUp?.id });
	expect(data.webhook).toBeNull();
	expect(data.actions).toMatchObject([{ label: 'Look up order' }]);
	expect((await get('/webhooks', { id: firstId('webhooks') ?? 'gone' })).status).toBe(404);
});

test('the secret of an external action lives as long as the action', async () => {
	const config = {
		name: 'book',
		description: 'Books a slot',
		url: 'https://example.com/book',
		input_schema: { type: 'object', properties: {} },
		speak_on_send: true,
		speak_on_receive: false,
	};
	const created = await post('/actions/create', { type: 'action_external', config });
	const { id, config: kept } = created.data;
	expect(Buffer.from(kept.signature_secret, 'base64')).toHaveLength(32);
	const updated = await post(
		'/actions/update',
		{ config: { ...config, name: 'book_slot' } },
		{ id },
	);
	expect(updated.data.config).toMatchObject({
		name: 'book_slot',
		signature_secret: kept.signature_secret,
	});
});

test.each<[string, Json, string]>([
	[
		'/actions/create',
		{ type: 'action_transfer_call', config: {} },
		'config.phone_number should not be empty',
	],
	[
		'/actions/create',
		{
			type: 'action_dtmf',
			config: {},
			action_trigger: { type: 'action_trigger_phrase_based', config: {} },
		},
		'action_trigger.type must not be phrase based for action_dtmf',
	],
])('%s insists on what the type needs', async (url, body, message) => {
	const { status, data } = await post(url, body);
	expect([status, data.message]).toEqual([400, message]);
});

test('insists on nothing that no source requires', async () => {
	const { status } = await post('/account_connections/create', {
		credentials: { twilio_account_sid: 'AC' },
	});
	expect(status).toBe(201);
});

const description = parse(
	readFileSync(path.join(__dirname, '../..', 'docs', 'fluents.openapi.yaml'), 'utf8'),
) as { paths: Record<string, Record<string, { operationId: string }>> };
const operationIds = Object.values(description.paths)
	.flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
	.sort();

test('there is a handler for each operation of the description, and no other', () => {
	const handled = Object.keys(operations);
	expect(operationIds.length).toBeGreaterThanOrEqual(42);
	expect([
		...operationIds
			.filter((id) => !handled.includes(id))
			.map((id) => `${id}: no handler (simulator/operations/)`),
		...handled
			.filter((id) => !operationIds.includes(id))
			.map((id) => `${id}: not in the description (docs/fluents.openapi.yaml)`),
	]).toEqual([]);
});

/** Calls every operation at least once, in the form that the truth in force asks for. */
async function callEverything(): Promise<void> {
	const { switches } = simulator;
	const create = async (resource: string, body: Json): Promise<string> => {
		const { data } = await post(`/${resource}/create`, body);
		return data.id;
	};
	const use = async (resource: string, id: string, update: Json, deletable = true) => {
		await get(`/${resource}/list`, { size: 100 });
		await get(`/${resource}`, { id });
		await post(`/${resource}/update`, update, { id });
		if (deletable) await api.delete(`/${resource}/delete`, { params: { id } });
	};
	const spoken = switches.speakOn === 'text' ? 'One moment.' : true;
	const connection = await create('account_connections', {
		type: 'account_connection_openai',
		label: 'Models',
		credentials: { openai_api_key: 'fake' },
	});
	await use(
		'account_connections',
		connection,
		{ type: 'account_connection_openai', label: 'LLM', credentials: { openai_api_key: 'k' } },
		false,
	);
	const prompt = await create('prompts', { label: 'P', content: 'Be kind.' });
	const voice = await create('voices', { type: 'voice_azure', label: 'V', voice_name: 'x' });
	const config = {
		...{ name: 'n', description: 'd', url: 'https://example.com', input_schema: {} },
		...{ speak_on_send: spoken, speak_on_receive: spoken },
	};
	const action = await create('actions', { type: 'action_external', label: 'A', config });
	const webhook = await create('webhooks', {
		url: 'https://example.com',
		subscriptions: ['event_message'],
	});
	const agent = {
		...{ name: 'All', language: 'en', prompt, voice, actions: [action], webhook },
		openai_account_connection: connection,
	};
	const agentId = await create('agents', agent);
	await use('agents', agentId, { ...agent, name: 'Changed' });
	await use('prompts', prompt, { label: 'P2', content: 'Be brief.' });
	await use('voices', voice, { type: 'voice_azure', label: 'V2' });
	await use('actions', action, { type: 'action_external', config });
	await use('webhooks', webhook, {
		url: 'https://example.com',
		subscriptions: [],
		method: 'POST',
	});

	const key = (number: Json) =>
		switches.numberKey === 'id' ? { id: number.id } : { phone_number: number.number };
	const update = { label: 'L', description: 'D', outbound_only: true };
	const [telephony] = simulator.environment('default').accountConnections.keys();
	await get('/numbers/list');
	await get('/numbers', { phone_number: mainLine });
	await get('/numbers/available', { filters: '{}' });
	const { data: bought } = await post('/numbers/buy', { area_code: '510' });
	await post('/numbers/update', update, key(bought));
	await post('/numbers/cancel', undefined, key(bought));
	const { data: linked } = await post('/numbers/link', {
		phone_number: '+12015550123',
		telephony_account_connection: telephony,
	});
	await post('/numbers/detach', undefined, key(linked));

	const { id } = await placeCall(answered);
	await get('/calls/list');
	await post('/calls/end', undefined, { id: (await placeCall(answered)).id });
	passSeconds(10);
	await readCall(id);
	await get('/calls/recording', { id });
}

test.each(['a', 'b'] as const)(
	'all operations work and fit the description under truth %s',
	async (truth) => {
		const values = Object.entries(truths).map(([name, entry]) => [name, entry[truth]]);
		Object.assign(simulator.switches, Object.fromEntries(values));
		await callEverything();
		const failed = simulator.requests.filter(
			({ status }) => !(status! >= 200 && status! < 300),
		);
		expect(failed).toEqual([]);
		const called = [
			...new Set(simulator.requests.map(({ operationId }) => operationId)),
		].sort();
		expect(called).toEqual(operationIds);
	},
);

/** What a webhook of the environment, on the agent or not, gets of a call that nobody answers. */
async function receivedBy(webhook: Json, onAgent = true, query = '') {
	const receiver = await startReceiver();
	const subscriptions = ['event_phone_call_did_not_connect'];
	const { data } = await post('/webhooks/create', {
		url: `${receiver.url}/${query}`,
		subscriptions,
		...webhook,
	});
	if (onAgent) await post('/agents/update', { webhook: data.id }, { id: firstId('agents') });
	simulator.callSeconds = 0;
	await placeCall('+12025550102');
	await simulator.allDelivered();
	await receiver.close();
	return receiver.received;
}

/** An agent with an external action that asks a receiver with some answer. */
async function withAction(answer: Json) {
	const receiver = await startReceiver();
	receiver.answers.push({ body: answer });
	const environment = simulator.environment('default');
	const [action] = [...environment.actions.values()].slice(-1);
	action!.config = { ...(action!.config as Json), url: receiver.url };
	environment.agents.get(firstId('agents'))!.actions = [action!.id];
	return { receiver, action: action!.id };
}

/** What arrives when a live request is sent. */
async function askedWith(question: Json) {
	const { receiver, action } = await withAction({});
	await simulator.ask({ action, ...question });
	await receiver.close();
	return receiver.received[0]!;
}

/** What a call keeps of an answer to its question. */
async function historyOfAnswer(answer: Json) {
	const { receiver } = await withAction(answer);
	simulator.callSeconds = 0;
	const { id } = await placeCall('+12025550106');
	await simulator.allDelivered();
	await receiver.close();
	const [entry] = (await readCall(id)).action_history;
	return entry.result.json;
}

/** What webhooks get of a call whose agent uses an action once. */
async function eventsOfAnAction(subscriptions: string[]) {
	const { receiver } = await withAction({ success: true });
	const environment = simulator.environment('default');
	const events = await startReceiver();
	environment.agents.get(firstId('agents'))!.webhook = environment.add('webhooks', {
		...{ url: events.url, method: 'POST', subscriptions },
	}).id;
	simulator.callSeconds = 0;
	await placeCall('+12025550106');
	await simulator.allDelivered();
	await Promise.all([receiver.close(), events.close()]);
	return events.received.map(({ body }) => body!);
}

/** What the agent says after its question to a server that gives this answer. */
async function saidAfter(answer: Receiver['answers'][number], config: Json = {}) {
	const { receiver, action } = await withAction({});
	receiver.answers.splice(0, 1, answer);
	const stored = simulator.environment('default').actions.get(action)!;
	stored.config = { ...(stored.config as Json), ...config };
	simulator.callSeconds = 0;
	const { id } = await placeCall('+12025550106');
	await simulator.allDelivered();
	await receiver.close();
	const { transcript } = await readCall(id);
	return [...transcript.matchAll(/BOT: (.*)/g)].map(([, text]) => text).slice(2);
}

/** What somebody outside sees of each switch, under truth A, under truth B and with its further values. */
const probes: Record<
	keyof Switches,
	[() => Promise<unknown>, a: unknown, b: unknown, ...others: unknown[]]
> = {
	agentPayload: [
		async () => {
			const call = { from_number: mainLine, to_number: answered, agent: firstId('agents') };
			return (await post('/calls/create', call)).status;
		},
		201,
		400,
	],
	numberKey: [
		async () => (await post('/numbers/cancel', undefined, { phone_number: mainLine })).status,
		201,
		400,
	],
	numberKeyBoth: [
		async () => {
			const { id } = simulator.environment('default').findNumber(mainLine)!;
			return (await post('/numbers/detach', undefined, { phone_number: mainLine, id }))
				.status;
		},
		201,
		400,
	],
	successCode: [async () => (await post('/prompts/create', {})).status, 201, 200],
	errorBody: [
		async () => {
			const { status, data } = await post('/prompts/create', { typo: 1 });
			return [status, Object.keys(data)];
		},
		[400, ['message', 'error', 'statusCode']],
		[422, ['detail']],
	],
	nestMessage: [
		async () => (await post('/prompts/create', { typo: 1 })).data.message,
		'property typo should not exist',
		['property typo should not exist'],
	],
	times: [
		async () => [
			(await get('/calls/list')).data.items[0].start_time,
			(await readCall(firstId('calls'))).start_time,
		],
		[1767362400, '1767362400'],
		['2026-01-02T14:00:00.000Z', '2026-01-02T14:00:00.000Z'],
		[1767362400, 1767362400],
		['1767362400', '1767362400'],
	],
	speakOn: [
		async () => {
			const { data } = await get('/actions/list');
			return typeof data.items[1].config.speak_on_send;
		},
		'boolean',
		'string',
	],
	afterAnswer: [
		async () =>
			await saidAfter(
				{ body: { result: {}, agent_message: 'It is sent.' } },
				{ speak_on_receive: false },
			),
		['You are welcome, goodbye.'],
		['It is sent.', 'You are welcome, goodbye.'],
	],
	webhookMethod: [
		async () => (await receivedBy({ method: 'GET' })).map(({ method }) => method),
		['GET'],
		['POST'],
	],
	webhookActivation: [async () => (await receivedBy({}, false)).length, 0, 1],
	listReferences: [
		async () => typeof (await get('/agents/list')).data.items[0].voice,
		'object',
		'string',
	],
	actionsRequired: [
		async () => {
			const agent = { prompt: firstId('prompts'), voice: firstId('voices') };
			return (await post('/agents/create', agent)).status;
		},
		400,
		201,
	],
	deepgramKeywords: [
		async () => {
			const id = firstId('agents');
			return (await post('/agents/update', { deepgram_keywords: ['Ada'] }, { id })).status;
		},
		400,
		201,
	],
	openaiAccountConnection: [
		async () => {
			const [connection] = simulator.environment('default').accountConnections.keys();
			const body = { openai_account_connection: connection };
			const { data } = await post('/agents/update', body, { id: firstId('agents') });
			return typeof data.openai_account_connection;
		},
		'string',
		'object',
	],
	filtersRequired: [async () => (await get('/numbers/available')).status, 400, 200],
	telephonyProvider: [
		async () => (await readCall(firstId('calls'))).telephony_provider,
		'twilio',
		{ name: 'twilio' },
	],
	languages: [
		async () =>
			(await post('/agents/update', { language: 'zh' }, { id: firstId('agents') })).status,
		400,
		201,
	],
	updateBody: [
		async () => {
			const { data } = await post(
				'/prompts/update',
				{ label: 'x' },
				{ id: firstId('prompts') },
			);
			return data.message;
		},
		undefined,
		'content should not be empty',
	],
	voiceInput: [
		async () => {
			const voice = { type: 'voice_eleven_labs', voice_id: 'x' };
			const agent = { prompt: firstId('prompts'), voice, actions: [] };
			return (await post('/agents/create', agent)).status;
		},
		400,
		201,
	],
	eventCallKey: [
		async () => Object.keys((await receivedBy({}))[0]?.body ?? {}),
		['type', 'call_id', 'payload'],
		['type', 'conversation_id', 'payload'],
	],
	eventEnvelope: [
		async () => Object.keys((await receivedBy({}))[0]?.body ?? {}),
		['type', 'call_id', 'payload'],
		['event_type', 'call_id', 'telephony_status'],
		['event', 'data'],
		['id', 'status', 'telephony_status'],
	],
	numberForm: [
		async () => {
			const { data } = await get('/numbers', { phone_number: '14155550100' });
			return [data.number, (await get('/calls/list')).data.items[0].to_number];
		},
		[mainLine, '+12025550117'],
		['14155550100', '12025550117'],
	],
	appendedQuery: [
		async () => {
			const [first] = await receivedBy({ method: 'GET' }, true, '?secret=1');
			return first?.query.secret;
		},
		'1',
		'1?type=event_phone_call_did_not_connect',
		undefined,
	],
	brokenSchema: [
		async () => {
			const { receiver, action } = await withAction({});
			await receiver.close();
			const { config } = simulator.environment('default').actions.get(action)!;
			Object.assign(config as Json, { input_schema: { type: 'object' } });
			simulator.callSeconds = 0;
			const { id } = await placeCall(answered);
			const { status, error_message: message } = await readCall(id);
			return [status, message];
		},
		['error', 'Action look_up_order: input_schema is an object without properties'],
		['ended', null],
	],
	transcriptEvent: [
		async () => {
			const events = await eventsOfAnAction(['event_transcript']);
			return [
				...new Set(
					events.map(({ type, payload }) => `${type}: ${Object.keys(payload as Json)}`),
				),
			];
		},
		['event_transcript: transcript'],
		['event_transcript_complete: transcript'],
		['event_transcript: text,sender,timestamp'],
	],
	actionEvent: [
		async () => {
			const [event] = await eventsOfAnAction(['event_action']);
			const { action_config: config } = event!.payload as { action_config?: Json };
			return config?.signature_secret;
		},
		undefined,
		Buffer.from('default action secret').toString('base64'),
	],
	transcriptForm: [
		async () => {
			const { receiver } = await withAction({});
			simulator.callSeconds = 0;
			const { id } = await placeCall('+12025550106');
			await simulator.allDelivered();
			await receiver.close();
			const { transcript } = await readCall(id);
			return (transcript as string)
				.split('\n')
				.map((line) => line.replace(/\d\d/g, '00').replace(/(\w+): .*$/, '$1'));
		},
		[
			...['BOT', 'HUMAN', 'BOT', 'bot_action_start', 'bot_action_finish', 'BOT', 'HUMAN'],
			'BOT',
		].map((sender) => `[00:00.00] ${sender}`),
		['BOT', 'HUMAN', 'BOT', 'BOT', 'HUMAN', 'BOT'].map((sender) => `[00:00] ${sender}`),
	],
	signatureHeader: [
		async () => Object.keys((await askedWith({})).headers).filter((name) => /^x-/.test(name)),
		['x-vocode-signature'],
		['x-fluents-signature'],
	],
	signatureForm: [
		async () => {
			const { receiver, action } = await withAction({});
			await simulator.ask({ action, body: '{}' });
			await receiver.close();
			const secret = Buffer.from('default action secret');
			const hmac = (encoding: 'base64' | 'hex') =>
				createHmac('sha256', secret).update('{}').digest(encoding);
			return (receiver.received[0]!.headers['x-vocode-signature'] as string)
				.replace(hmac('base64'), '<base64>')
				.replace(hmac('hex'), '<hex>');
		},
		'<base64>',
		'<hex>',
		...['sha256=<base64>', 'sha256=<hex>', 'v1=<hex>'],
	],
	actionBody: [
		async () => (await askedWith({ callId: '1', parameters: { name: 'Zoë' } })).text,
		'{"call_id":"1","payload":{"name":"Zoë"}}',
		'{ "payload": { "name": "Zo\\u00eb" }, "call_id": "1" }',
	],
	actionAnswer: [async () => await historyOfAnswer({ success: true }), { success: true }, null],
	failedAnswer: [
		async () => await saidAfter({ body: 'Hello' }),
		['I am sorry, I cannot do that at the moment.', 'You are welcome, goodbye.'],
		[],
	],
	callerNumber: [
		async () => {
			const receiver = await startReceiver();
			const [agent] = [...simulator.environment('default').agents.values()].slice(-1);
			agent!.context_endpoint = receiver.url;
			await simulator.dialIn({ from: answered, to: mainLine });
			await receiver.close();
			return receiver.received.map(({ query }) => query.phone_number);
		},
		['12025550101'],
		['+12025550101'],
	],
	busyLine: [
		async () => {
			const { id } = await placeCall('+12025550108');
			passSeconds(60);
			return (await readCall(id)).errors;
		},
		['The line is busy'],
		[],
	],
	listContext: [async () => 'context' in (await get('/calls/list')).data.items[0], true, false],
	listDoNotCall: [
		async () => 'do_not_call_result' in (await get('/calls/list')).data.items[0],
		true,
		false,
	],
	newCallStartTime: [async () => (await placeCall(answered)).start_time === null, true, false],
	nullStartTime: [
		async () => {
			simulator.environment('default').addCalls(1, { start_time: null });
			const { data } = await get('/calls/list', {
				sort_column: 'start_time',
				sort_desc: true,
			});
			return data.items.findIndex(
				({ start_time: start }: { start_time: unknown }) => start === null,
			);
		},
		3,
		0,
	],
	concurrencyAnswer: [
		async () => {
			simulator.environment('default').maxConcurrentCalls = 0;
			const call = { from_number: mainLine, to_number: answered, agent: firstId('agents') };
			return (await post('/calls/create', call)).status;
		},
		429,
		400,
	],
	unauthorizedBody: [
		async () => (await clientOf(simulator, 'noRights').get('/agents/list')).data,
		{ message: 'Forbidden', statusCode: 403 },
		'',
	],
	deleteBody: [
		async () => {
			const { data } = await api.delete('/prompts/delete', {
				params: { id: firstId('prompts') },
			});
			return data === '' ? '' : data.label;
		},
		'Appointment reminder',
		'',
	],
	listTotal: [
		async () => {
			const { total, total_is_estimated } = (await get('/agents/list')).data;
			return [total, total_is_estimated];
		},
		[3, false],
		[20, true],
	],
};

describe('switches', () => {
	test.each(Object.entries(probes))('%s', async (name, [probe, ...expected]) => {
		const values = valuesOf(name as keyof Switches);
		expect(values).toHaveLength(expected.length);
		for (const [index, value] of values.entries()) {
			simulator.reset();
			Object.assign(simulator.switches, { [name]: value });
			expect([value, await probe()]).toEqual([value, expected[index]]);
		}
	});

	test('can be read from text', () => {
		expect(parseSwitch('successCode=200')).toEqual({ successCode: 200 });
		expect(parseSwitch('actionsRequired=false')).toEqual({ actionsRequired: false });
		expect(() => parseSwitch('time=iso')).toThrow(
			'Unknown switch "time". Switches: agentPayload',
		);
		expect(() => parseSwitch('times=today')).toThrow(
			'"times" is epoch or iso or number or text, not "today"',
		);
	});
});
