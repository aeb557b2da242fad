import axios from 'axios';

import { startSimulator, type Environment, type Simulator } from '../../simulator';
import { startReceiver, type Receiver } from '../support/receiver';

type Json = Record<string, unknown>;

const answered = '+12025550101';
const mainLines: Record<string, string> = { default: '+14155550100', staging: '+16285550100' };

const connected = 'event_phone_call_connected';
const detected = 'event_human_detection';
const message = 'event_message';
const ended = 'event_phone_call_ended';
const notConnected = 'event_phone_call_did_not_connect';
const allEvents = [
	...[connected, detected, message, 'event_action', ended, notConnected],
	...['event_transcript', 'event_recording', 'event_error'],
];
const eventsOfAnswered = [
	...[connected, detected, ...Array<string>(7).fill(message)],
	...['event_action', ended, 'event_transcript', 'event_recording'],
];

let simulator: Simulator;
let receiver: Receiver;
/** All receivers of the current test. */
let receivers: Receiver[] = [];

beforeAll(async () => {
	simulator = await startSimulator({ validateResponses: true, callSeconds: 0.05 });
});

beforeEach(async () => {
	receiver = await another();
});

afterEach(async () => {
	simulator.reset();
	await Promise.all(receivers.map(async ({ close }) => await close()));
	receivers = [];
});

afterAll(async () => {
	await simulator.close();
});

/** Starts one more receiver, which the end of the test closes. */
async function another(host?: string): Promise<Receiver> {
	const started = await startReceiver(host);
	receivers.push(started);
	return started;
}

async function post(path: string, body?: Json, params: Json = {}, environment = 'default') {
	const headers = { authorization: `Bearer ${simulator.keys[environment]}` };
	const { data } = await axios.post(`${simulator.url}${path}`, body, { headers, params });
	return data;
}

/** The agent that every environment starts with; it can end calls, and has no webhook. */
const agentOf = (environment: Environment) => [...environment.agents.values()][0]!;

/** Adds a webhook with the receiver's URL, and sets it on the agent that calls are placed with. */
function addWebhook(fields: Json = {}, environment = 'default', attach = true): string {
	const stored = simulator.environment(environment);
	const { id } = stored.add('webhooks', {
		...{ url: `${receiver.url}/hook`, method: 'POST', subscriptions: allEvents },
		...fields,
	});
	if (attach) agentOf(stored).webhook = id;
	return id;
}

async function placeCall(to = answered, more: Json = {}, environment = 'default'): Promise<string> {
	const call = { from_number: mainLines[environment], to_number: to, ...more };
	const agent = agentOf(simulator.environment(environment)).id;
	return (await post('/calls/create', { agent, ...call }, {}, environment)).id;
}

const types = () => receiver.received.map(({ body }) => body?.type);
const outcomes = () =>
	simulator.deliveries.map(({ event, status, error }) => [event, status ?? error]);

async function until(receives: () => boolean, from = receiver): Promise<void> {
	while (!receives()) await from.change();
}

describe('events of a call', () => {
	test('an answered call is told from its connection to its recording, each event once, in order', async () => {
		const webhookId = addWebhook();
		const before = Date.now();
		const call_id = await placeCall(answered, { context: { name: 'Ada' } });
		await simulator.allDelivered();

		expect(types()).toEqual(eventsOfAnswered);
		const payloads = receiver.received.map(({ body }) => body?.payload);
		expect(payloads.slice(0, 4)).toEqual([
			{ to_phone_number: answered, from_phone_number: '+14155550100' },
			{ result: 'human' },
			{ sender: 'bot', text: 'Hello Ada, I am calling about your appointment.' },
			{ sender: 'human', text: 'Oh yes, hello. When was that again?' },
		]);
		const environment = simulator.environment('default');
		const call = environment.calls.get(call_id);
		expect(payloads.slice(-4)).toEqual([
			{
				action_id: [...environment.actions.keys()][0],
				action_type: 'action_end_conversation',
				action_label: 'Say goodbye',
			},
			{ conversation_minutes: 34 / 60 },
			{ transcript: call?.transcript },
			{ recording_url: `${simulator.url}/calls/recording?id=${call_id}` },
		]);
		expect(receiver.received[0]).toMatchObject({
			method: 'POST',
			path: '/hook',
			query: {},
			headers: { 'content-type': 'application/json' },
			body: { type: connected, call_id, payload: payloads[0] },
		});
		expect(simulator.deliveries[0]).toEqual({
			at: expect.any(Number),
			environment: 'default',
			webhookId,
			event: connected,
			callId: call_id,
			url: `${receiver.url}/hook`,
			method: 'POST',
			body: receiver.received[0]?.body,
			status: 200,
		});
		expect(outcomes()).toEqual(eventsOfAnswered.map((type) => [type, 200]));
		const times = simulator.deliveries.map(({ at }) => at - before);
		expect(times).toEqual([...times].sort((a, b) => a - b));
		expect(times[0]).toBeGreaterThanOrEqual(5);
		expect(times.at(-1)).toBeGreaterThanOrEqual(55);
	});

	test.each<[string, Json, string[], Json]>([
		['02', {}, [notConnected], { telephony_status: 'no-answer' }],
		['05', {}, [notConnected], { telephony_status: 'failed' }],
		['08', {}, [notConnected], { telephony_status: 'busy' }],
		['04', {}, ['event_error'], { message: 'The telephony provider refused the call' }],
		[
			'03',
			{ hipaa_compliant: true },
			[connected, detected, ended],
			{ conversation_minutes: 20 / 60 },
		],
		[
			'03',
			{ on_no_human_answer: 'hangup' },
			[connected, detected, message, ended, 'event_transcript', 'event_recording'],
			{ recording_url: expect.any(String) },
		],
	])('a number ending in %s with %j has its own', async (ending, more, events, last) => {
		addWebhook();
		await placeCall(`+120255501${ending}`, more);
		await simulator.allDelivered();
		expect(types()).toEqual(events);
		expect(receiver.received.at(-1)?.body?.payload).toEqual(last);
	});

	test('an agent that does not record, and none that acts, leave those events out', async () => {
		addWebhook();
		const agent = agentOf(simulator.environment('default'));
		Object.assign(agent, { enable_recording: false, actions: [] });
		await placeCall();
		await simulator.allDelivered();
		const left = (type: string) => !['event_action', 'event_recording'].includes(type);
		expect(types()).toEqual(eventsOfAnswered.filter(left));
	});

	test('a call that is ended goes on with its end, not with what would have been said', async () => {
		addWebhook();
		simulator.callSeconds = 600;
		const id = await placeCall();
		const { progress } = simulator.environment('default').calls.get(id)!;
		// Ten seconds into a conversation of 34: two turns were said.
		progress!.createdAt -= (10 / 34) * 600_000;
		await post('/calls/end', undefined, { id });
		await until(() => types().includes('event_transcript'));
		const told = [connected, detected, message, message, ended, 'event_transcript'];
		expect(types()).toEqual(told);
	});

	test('a call that is ended while it rings did not connect', async () => {
		addWebhook();
		simulator.callSeconds = 600;
		const id = await placeCall();
		await post('/calls/end', undefined, { id });
		await simulator.allDelivered();
		expect(types()).toEqual([notConnected]);
		expect(receiver.received[0]?.body?.payload).toEqual({ telephony_status: 'canceled' });
	});
});

describe('webhooks', () => {
	test('get what they subscribe to', async () => {
		addWebhook({ subscriptions: ['event_transcript', connected] });
		await placeCall();
		await simulator.allDelivered();
		expect(types()).toEqual([connected, 'event_transcript']);
		expect(simulator.deliveries).toHaveLength(2);
	});

	test('get the events of their own environment only', async () => {
		simulator.switches.webhookActivation = 'environment';
		addWebhook({ url: `${receiver.url}/default` });
		addWebhook({ url: `${receiver.url}/staging` }, 'staging');
		const calls = {
			'/default': await placeCall(),
			'/staging': await placeCall(answered, {}, 'staging'),
		};
		await simulator.allDelivered();
		expect(receiver.received).toHaveLength(2 * eventsOfAnswered.length);
		for (const { path, body } of receiver.received) {
			expect(body?.call_id).toBe(calls[path as keyof typeof calls]);
		}
		const own = simulator.deliveries.filter(({ status }) => status === 200);
		expect(new Set(own.map(({ environment, url }) => [environment, url].join()))).toEqual(
			new Set(['default', 'staging'].map((name) => `${name},${receiver.url}/${name}`)),
		);
	});

	test.each([
		['agent', ['/own']],
		['environment', ['/other', '/own']],
	] as const)('webhookActivation %s chooses which get an event', async (activation, paths) => {
		simulator.switches.webhookActivation = activation;
		addWebhook({ url: `${receiver.url}/own` });
		addWebhook({ url: `${receiver.url}/other` }, 'default', false);
		await placeCall();
		await simulator.allDelivered();
		expect([...new Set(receiver.received.map(({ path }) => path))].sort()).toEqual(paths);
		for (const path of paths) {
			const got = receiver.received.filter((request) => request.path === path);
			expect(got.map(({ body }) => body?.type)).toEqual(eventsOfAnswered);
		}
	});

	test('are found in a full agent that is sent along', async () => {
		simulator.switches.agentPayload = 'full';
		addWebhook();
		const headers = { authorization: `Bearer ${simulator.keys.default}` };
		const { id } = agentOf(simulator.environment('default'));
		const params = { id };
		const { data: agent } = await axios.get(`${simulator.url}/agents`, { headers, params });
		await placeCall('+12025550102', {
			...{ agent, agent_phone_number: '+14155550100', context: {}, telephony_params: {} },
			telephony_provider: { name: 'twilio' },
		});
		await simulator.allDelivered();
		expect(types()).toEqual([notConnected]);
	});

	test.each([
		['agent', 1],
		['environment', 0],
	] as const)(
		'one that exists only in the agent of the call, with webhookActivation %s',
		async (activation, count) => {
			Object.assign(simulator.switches, { webhookActivation: activation });
			const environment = simulator.environment('default');
			const { id, prompt, voice } = agentOf(environment);
			const { size } = environment.webhooks;
			const webhook = { url: receiver.url, method: 'POST', subscriptions: [notConnected] };
			await placeCall('+12025550102', { agent: { id, prompt, voice, webhook } });
			await simulator.allDelivered();
			expect(receiver.received).toHaveLength(count);
			expect(environment.webhooks.size).toBe(size);
			expect(agentOf(environment).webhook ?? null).toBeNull();
		},
	);

	test('none of them is asked about a call that was placed without one', async () => {
		await placeCall();
		addWebhook();
		await simulator.allDelivered();
		expect(simulator.deliveries).toEqual([]);
	});

	test('that were deleted or changed during a call count as they are now', async () => {
		simulator.callSeconds = 600;
		const id = addWebhook();
		const call = await placeCall();
		await post('/webhooks/update', { url: `${receiver.url}/new` }, { id });
		await post('/calls/end', undefined, { id: call });
		await simulator.allDelivered();
		expect(receiver.received.map(({ path }) => path)).toEqual(['/new']);

		const other = await placeCall();
		simulator.environment('default').webhooks.delete(id);
		await post('/calls/end', undefined, { id: other });
		await simulator.allDelivered();
		expect(receiver.received).toHaveLength(1);
	});
});

describe('form of an event', () => {
	test.each([
		['typed', 'call_id'],
		['typed', 'conversation_id'],
		['flat', 'call_id'],
		['flat', 'conversation_id'],
	] as const)('%s with %s', async (eventEnvelope, eventCallKey) => {
		Object.assign(simulator.switches, { eventEnvelope, eventCallKey });
		addWebhook({ subscriptions: [detected] });
		const call = { [eventCallKey]: await placeCall() };
		await simulator.allDelivered();
		expect(receiver.received.map(({ body }) => body)).toEqual([
			eventEnvelope === 'typed'
				? { type: detected, ...call, payload: { result: 'human' } }
				: { event_type: detected, ...call, result: 'human' },
		]);
	});

	test.each(['asStored', 'post'] as const)(
		'webhookMethod %s decides about GET; a query that the URL has is kept',
		async (webhookMethod) => {
			simulator.switches.webhookMethod = webhookMethod;
			const url = `${receiver.url}/hook?token=a%2Bb&x=`;
			addWebhook({ url, method: 'GET', subscriptions: [detected] });
			const call_id = await placeCall();
			await simulator.allDelivered();
			const own = { token: 'a+b', x: '' };
			const payload = { result: 'human' };
			expect(receiver.received).toMatchObject([
				webhookMethod === 'post'
					? { method: 'POST', query: own, body: { type: detected, call_id, payload } }
					: {
							method: 'GET',
							query: {
								...own,
								type: detected,
								call_id,
								payload: JSON.stringify(payload),
							},
							body: undefined,
						},
			]);
			expect(simulator.deliveries).toMatchObject([
				{
					url,
					method: webhookMethod === 'post' ? 'POST' : 'GET',
					body: { type: detected, call_id, payload },
				},
			]);
		},
	);
});

describe('what can go wrong', () => {
	test('any answer is recorded and nothing is tried twice', async () => {
		addWebhook({ subscriptions: [connected, detected, ended] });
		receiver.answers.push(500, 404);
		await placeCall();
		await simulator.allDelivered();
		expect(types()).toEqual([connected, detected, ended]);
		expect(outcomes()).toEqual([
			[connected, 500],
			[detected, 404],
			[ended, 200],
		]);
	});

	test('a redirect is not followed', async () => {
		addWebhook({ subscriptions: [ended] });
		receiver.answers.push(`${receiver.url}/elsewhere`);
		await placeCall();
		await simulator.allDelivered();
		expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
		expect(outcomes()).toEqual([[ended, 302]]);
	});

	test('a proxy of the environment is not asked', async () => {
		const proxy = await another();
		const { env } = process;
		process.env = { ...env, http_proxy: proxy.url, no_proxy: '' };
		addWebhook({ subscriptions: [ended] });
		const call = { to_number: answered, from_number: mainLines.default };
		const agent = agentOf(simulator.environment('default')).id;
		const headers = { authorization: `Bearer ${simulator.keys.default}` };
		const url = `${simulator.url}/calls/create`;
		await axios.post(url, { ...call, agent }, { headers, proxy: false });
		await simulator.allDelivered();
		process.env = env;
		expect([types(), proxy.received]).toEqual([[ended], []]);
	});

	test.each(['127.0.0.1', 'localhost'])('an unreachable %s is recorded', async (host) => {
		const gone = await startReceiver();
		await gone.close();
		const { port } = new URL(gone.url);
		addWebhook({ url: `http://${host}:${port}`, subscriptions: [ended] });
		await placeCall();
		await simulator.allDelivered();
		expect(outcomes()).toEqual([[ended, expect.stringContaining('ECONNREFUSED')]]);
	});

	test.each([
		['https://default.example.com/call-log', 'default.example.com'],
		['http://127.0.0.1.example.com', '127.0.0.1.example.com'],
		['http://localhost.example.com', 'localhost.example.com'],
		['http://localhost@203.0.113.7', '203.0.113.7'],
		['http://10.0.0.1', '10.0.0.1'],
		['http://0.0.0.0', '0.0.0.0'],
	])('%s is another computer, so nothing is sent there', async (url, host) => {
		addWebhook({ url, subscriptions: [ended] });
		await placeCall();
		await simulator.allDelivered();
		const refusal = `Not sent: ${host} is not this computer (--deliver-anywhere)`;
		expect(outcomes()).toEqual([[ended, refusal]]);
	});

	test('a URL that is none is recorded', async () => {
		addWebhook({ url: 'n8n', subscriptions: [ended] });
		await placeCall();
		await simulator.allDelivered();
		expect(outcomes()).toEqual([[ended, 'Invalid URL']]);
	});

	test('a receiver that never answers holds up no other', async () => {
		simulator.switches.webhookActivation = 'environment';
		addWebhook({ url: `${receiver.url}/slow` });
		const other = await another();
		addWebhook({ url: other.url });
		receiver.answers.push('never');
		await placeCall();
		await until(() => other.received.length === eventsOfAnswered.length, other);
		await until(() => receiver.received.length === 1);
	});

	test('faults skip or repeat a delivery; a skipped one can come late', async () => {
		addWebhook({ subscriptions: [connected, detected, ended] });
		simulator.deliveryFault = ({ event }) =>
			({ [connected]: 'skip' as const, [detected]: 'twice' as const })[event];
		const call_id = await placeCall();
		await simulator.allDelivered();
		expect(types()).toEqual([detected, detected, ended]);
		expect(outcomes()[0]).toEqual([connected, 'Skipped by a fault']);

		const late = await simulator.redeliver(0);
		expect(late).toMatchObject({ event: connected, callId: call_id, status: 200 });
		expect(late.error).toBeUndefined();
		expect(simulator.deliveries[0]?.error).toBe('Skipped by a fault');
		expect(simulator.deliveries.at(-1)).toBe(late);
		expect(receiver.received.at(-1)?.body).toEqual(simulator.deliveries[0]?.body);
		await expect(simulator.redeliver(99)).rejects.toThrow('There is no delivery 99');
	});
});

test('a hundred calls at once have all their events told exactly once, in order', async () => {
	addWebhook();
	const calls = await Promise.all(Array.from({ length: 100 }, async () => await placeCall()));
	await simulator.allDelivered();
	expect(receiver.received).toHaveLength(100 * eventsOfAnswered.length);
	for (const call of calls) {
		const own = receiver.received.filter(({ body }) => body?.call_id === call);
		expect(own.map(({ body }) => body?.type)).toEqual(eventsOfAnswered);
	}
}, 120_000);

test('the log has a line for each delivery', async () => {
	const lines: string[] = [];
	const logged = await startSimulator({ callSeconds: 0, log: (line) => lines.push(line) });
	const environment = logged.environment('default');
	const agent = agentOf(environment);
	const seeded = [...environment.webhooks.values()][0];
	agent.webhook = seeded?.id;
	const headers = { authorization: `Bearer ${logged.keys.default}` };
	const call = { from_number: mainLines.default, to_number: answered, agent: agent.id };
	const { data } = await axios.post(`${logged.url}/calls/create`, call, { headers });
	await logged.allDelivered();
	await logged.close();
	const why = 'Not sent: default.example.com is not this computer (--deliver-anywhere)';
	const start = '> POST https://default.example.com/call-log [default]';
	const told = lines.filter((line) => line.startsWith('>'));
	expect(told.map((line) => line.replace(/\d+ ms$/, 'n ms'))).toEqual([
		`${start} ${ended} of call ${data.id}: ${why}, n ms`,
		`${start} event_transcript of call ${data.id}: ${why}, n ms`,
	]);
});

test('deliverAnywhere lets events go to other addresses', async () => {
	const anywhere = await another('0.0.0.0');
	const open = await startSimulator({ callSeconds: 0, deliverAnywhere: true });
	const environment = open.environment('default');
	const agent = agentOf(environment);
	const fields = { url: anywhere.url, method: 'POST', subscriptions: [ended] };
	agent.webhook = environment.add('webhooks', fields).id;
	const headers = { authorization: `Bearer ${open.keys.default}` };
	const call = { from_number: mainLines.default, to_number: answered, agent: agent.id };
	await axios.post(`${open.url}/calls/create`, call, { headers });
	await open.allDelivered();
	expect(anywhere.received).toMatchObject([{ body: { type: ended } }]);
	await open.close();
});

describe('nothing is sent any more', () => {
	/** One call that waits for its next event, and one whose first event is not answered. */
	async function leaveOpen(): Promise<void> {
		addWebhook();
		simulator.callSeconds = 600;
		await placeCall();
		simulator.callSeconds = 0;
		receiver.answers.push('never');
		await placeCall();
		await until(() => receiver.received.length === 1);
	}

	test('after a reset, and calls placed then are told as usual', async () => {
		await leaveOpen();
		const [open] = simulator.deliveries;
		const sending = simulator.allDelivered();
		simulator.reset();
		await sending;
		await until(() => receiver.open() === 0);
		expect(open?.error).toBe('canceled');
		expect(simulator.deliveries).toEqual([]);

		addWebhook({ subscriptions: [ended] });
		await placeCall();
		await simulator.allDelivered();
		expect(types()).toEqual([connected, ended]);
	});

	test('after the simulator is closed', async () => {
		await leaveOpen();
		await simulator.close();
		await simulator.allDelivered();
		await until(() => receiver.open() === 0);
		expect((await simulator.redeliver(0)).error).toBe('canceled');
		expect(receiver.received).toHaveLength(1);
		simulator = await startSimulator({ validateResponses: true, callSeconds: 0.05 });
	});
});
