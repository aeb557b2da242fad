import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { parseCredential } from '../../nodes/shared/api/credential';
import { checkLive, type LiveReport } from '../../scripts/check-live/check';
import { readOnlyClient } from '../../scripts/check-live/client';
import { loadApi } from '../../simulator/api';
import { startSimulator, type Simulator } from '../../simulator';
import { switchesFor, truths, type SwitchName, type Switches } from '../../simulator/truths';
import { program, root } from '../support/program';

const names = Object.keys(truths) as SwitchName[];

/** Facts about writes, delivered events and live requests: no reading can show them. */
const hidden: SwitchName[] = [
	'agentPayload',
	'numberKey',
	'numberKeyBoth',
	'successCode',
	'webhookMethod',
	'webhookActivation',
	'actionsRequired',
	'updateBody',
	'voiceInput',
	'eventCallKey',
	'eventEnvelope',
	'afterAnswer',
	'appendedQuery',
	'brokenSchema',
	'transcriptEvent',
	'actionEvent',
	'signatureHeader',
	'signatureForm',
	'actionBody',
	'actionAnswer',
	'failedAnswer',
	'callerNumber',
	'busyLine',
	'concurrencyAnswer',
	'deleteBody',
];
const readable = names.filter((name) => !hidden.includes(name));

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator();
});

beforeEach(() => {
	simulator.reset();
});

afterAll(async () => {
	await simulator.close();
});

const environment = () => simulator.environment('default');

/** Puts the switches, and the objects whose form depends on one that only shows when they are there. */
function arrange(switches: Switches): void {
	Object.assign(simulator.switches, switches);
	const [connection] = environment().accountConnections.keys();
	const [agent] = environment().agents.values();
	Object.assign(agent, {
		openai_account_connection: connection,
		deepgram_keywords: switches.deepgramKeywords === 'array' ? ['Fluents'] : { Fluents: 2 },
		language: switches.languages === 'free' ? 'zh' : 'en',
	});
	environment().addCalls(1, {
		status: 'not_started',
		start_time: switches.newCallStartTime === 'set' ? Date.now() : null,
	});
	environment().addCalls(1, { status: 'error', start_time: null, end_time: null });
}

const check = async () =>
	await checkLive(
		parseCredential({ apiKey: simulator.keys.default, baseUrl: simulator.url }),
		() => {},
	);

const verdicts = ({ findings }: LiveReport) =>
	Object.fromEntries(findings.map(({ name, verdict }) => [name, verdict]));

/** What the switches have to look like in the report. */
function expected(switches: Switches): Record<string, string> {
	const verdict = (name: SwitchName) => {
		const isVisible =
			readable.includes(name) &&
			// One of the eleven languages proves nothing, and other errors have no message.
			!(name === 'languages' && switches.languages === 'enum') &&
			!(name === 'nestMessage' && switches.errorBody === 'fastapi');
		if (!isVisible) return 'not seen';
		return switches[name] === truths[name].a ? 'confirmed' : 'contradicted';
	};
	return Object.fromEntries(names.map((name) => [name, verdict(name)]));
}

const other = (which: 'a' | 'b') => (which === 'a' ? 'b' : 'a');

describe.each(['a', 'b'] as const)('under truth %s', (which) => {
	test('reports exactly the switches, and that every answer fits', async () => {
		arrange(switchesFor(which));
		const report = await check();
		expect(verdicts(report)).toEqual(expected(switchesFor(which)));
		expect(report.faults).toEqual([]);
	});

	test.each(readable)('sees that %s alone is the other way', async (name) => {
		const switches = switchesFor(which, { [name]: truths[name][other(which)] });
		arrange(switches);
		expect(verdicts(await check())).toEqual(expected(switches));
	});

	test('sends nothing but GET, to every operation that reads', async () => {
		arrange(switchesFor(which));
		const { requests } = await check();
		expect(simulator.requests).toHaveLength(requests);
		expect(new Set(simulator.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
		expect(simulator.dialled.size).toBe(0);
		const read = (await loadApi(false))
			.getOperations()
			.filter(({ method }) => method === 'get')
			.map(({ operationId }) => operationId);
		const sent = new Set(simulator.requests.map(({ operationId }) => operationId));
		expect([...sent].sort()).toEqual(read.sort());
	});
});

test('says what was expected and what was seen, and where', async () => {
	arrange(switchesFor('a', { times: 'iso' }));
	const { findings } = await check();
	expect(findings.find(({ name }) => name === 'times')?.detail).toMatch(
		/^expected epoch, seen iso \(listCalls start_time, .*\): truth B$/,
	);
});

test('reports times in milliseconds, which neither truth knows', async () => {
	simulator.faults.add({
		operationId: 'getCall',
		times: 99,
		status: 200,
		body: { id: 'a', status: 'ended', start_time: 1_767_362_400_000 },
	});
	const finding = (await check()).findings.find(({ name }) => name === 'times');
	expect(finding?.verdict).toBe('contradicted');
	expect(finding?.detail).toContain('milliseconds (getCall start_time)');
});

test('reports an answer that does not fit, with path and difference and without its contents', async () => {
	const [voice] = environment().voices.values();
	Object.assign(voice, { label: 4711 });
	const { faults } = await check();
	expect(faults).toContain('listVoices: /items/*/label must be string,null, is number');
	expect(faults).toContain('getVoice: /label must be string,null, is number');
	expect(faults).toContain(
		'listAgents: /items/*/voice/label must be string,null, is number (3 times)',
	);
	expect(JSON.stringify(faults)).not.toContain('4711');
});

test.each([
	[{ status: 200, body: '' }, 'listVoices: body must be JSON, is empty'],
	[{ status: 200, body: '<p>Hello</p>' }, 'listVoices: body must be object, is string'],
	[{ status: 500 }, 'listVoices (list): status must be 2XX, is 500'],
	[
		{ status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
		'listVoices (list): status must be 2XX, is 302',
	],
])('reports the answer %j', async (answer, fault) => {
	simulator.faults.add({ operationId: 'listVoices', ...answer });
	expect((await check()).faults).toContain(fault);
});

test('reports a recording that is no MP3', async () => {
	simulator.faults.add({ operationId: 'getCallRecording', status: 200, body: 'RIFF' });
	expect((await check()).faults).toEqual([
		'getCallRecording: content-type must be audio/mpeg, is text/plain; charset=utf-8',
		'getCallRecording: body must be MP3, begins otherwise',
	]);
});

test('reads only the start of a recording', async () => {
	simulator.recording.bytes = 2_000_000_000;
	const start = Date.now();
	expect((await check()).faults).toEqual([]);
	expect(Date.now() - start).toBeLessThan(5_000);
});

test('tells fields and values that the description does not know', async () => {
	const [voice] = environment().voices.values();
	Object.assign(voice, { type: 'voice_cartesia', emotion: 'calm' });
	const { news } = await check();
	expect(news).toContain('listVoices/items/*/emotion: unknown field, string');
	expect(news).toContain('listVoices/items/*/type: unknown value "voice_cartesia"');
	expect(JSON.stringify(news)).not.toContain('calm');
});

test.each(['post', 'put', 'patch', 'delete', 'head'] as const)(
	'has a client that cannot %s',
	async (method) => {
		const client = readOnlyClient({ baseURL: simulator.url });
		await expect(client.request({ method, url: '/calls/create' })).rejects.toThrow(
			'Only reading',
		);
		await expect(client.get('/agents/list', { data: {} })).rejects.toThrow('Only reading');
		expect(simulator.requests).toEqual([]);
	},
);

describe('the command', () => {
	/** Runs it as a user does. */
	async function run(env: Record<string, string>) {
		const child = spawn(...program('scripts/check-live/main.ts'), {
			cwd: root,
			env: {
				...process.env,
				FLUENTS_API_KEY: '',
				FLUENTS_BASE_URL: simulator.url,
				...env,
			},
		});
		let output = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk) => (output += String(chunk)));
		}
		const [code] = (await once(child, 'close')) as [number];
		return { code, output };
	}

	test('ends with 0 when all fits, and prints no key', async () => {
		const key = simulator.keys.default;
		// An answer that holds the key, in what is quoted from it.
		Object.assign([...environment().voices.values()][0], { type: `voice_${key}` });
		const { code, output } = await run({ FLUENTS_API_KEY: key });
		expect(output).toMatch(/confirmed +C5 +times +epoch/);
		expect(output).toContain('unknown value "voice_********"');
		expect(output).not.toContain(key);
		expect(code).toBe(0);
	});

	test('ends with 1 when an answer does not fit', async () => {
		Object.assign([...environment().voices.values()][0], { label: 4711 });
		const { code, output } = await run({ FLUENTS_API_KEY: simulator.keys.default });
		expect(output).toContain('getVoice: /label must be string,null, is number');
		expect(code).toBe(1);
	});

	test.each([
		[{}, 'Set FLUENTS_API_KEY'],
		[{ FLUENTS_API_KEY: 'secret-of-mine' }, 'refused the key (HTTP 401)'],
		[
			{ FLUENTS_API_KEY: 'secret-of-mine', FLUENTS_BASE_URL: 'http://api.example.com' },
			'must start with https://',
		],
		[
			{ FLUENTS_API_KEY: 'secret-of-mine', FLUENTS_BASE_URL: 'http://127.0.0.1:9' },
			'No answer: ',
		],
	])('given %j, says what is missing and ends with 1', async (env, message) => {
		const { code, output } = await run(env);
		expect(output).toContain(message);
		expect(output).not.toContain('secret-of-mine');
		expect(code).toBe(1);
	});
});
