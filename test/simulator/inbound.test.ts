import axios from 'axios';

import {
	startSimulator,
	type Environment,
	type Simulator,
	type StoredObject,
} from '../../simulator';
import { startReceiver, type Receiver } from '../support/receiver';

type Json = Record<string, unknown>;

const caller = '+12025550123';
const mainLine = '+14155550100';

let simulator: Simulator;
let receiver: Receiver;
let environment: Environment;
/** The inbound agent of the main line. */
let agent: StoredObject;

beforeAll(async () => {
	simulator = await startSimulator({ validateResponses: true, callSeconds: 0.05 });
});

beforeEach(async () => {
	receiver = await startReceiver();
	environment = simulator.environment('default');
	agent = environment.agents.get(String(environment.findNumber(mainLine)?.inbound_agent))!;
	agent.context_endpoint = `${receiver.url}/who`;
});

afterEach(async () => {
	simulator.reset();
	await receiver.close();
});

afterAll(async () => {
	await simulator.close();
});

const dialIn = async (from = caller, to = mainLine) => await simulator.dialIn({ from, to });

async function readCall(id: string) {
	const headers = { authorization: `Bearer ${simulator.keys.default}` };
	return (await axios.get(`${simulator.url}/calls`, { headers, params: { id } })).data;
}

/** Lets a call end, and reads it. */
async function ended(id: string) {
	await simulator.allDelivered();
	for (;;) {
		const call = await readCall(id);
		if (call.status === 'ended') return call;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

test('the agent looks up who is calling before it speaks', async () => {
	const variables = { name: 'Zoë', closing_time: 8, vip: true };
	receiver.answers.push({ body: variables, afterMs: 30 });
	const id = await dialIn();
	expect(receiver.received).toMatchObject([
		{
			...{ method: 'GET', path: '/who', query: { phone_number: '12025550123' }, text: '' },
			headers: { accept: 'application/json' },
		},
	]);
	expect(simulator.liveRequests).toEqual([
		{
			at: expect.any(Number),
			about: 'caller',
			environment: 'default',
			method: 'GET',
			url: `${receiver.url}/who?phone_number=12025550123`,
			headers: { accept: 'application/json' },
			attempts: 1,
			status: 200,
			milliseconds: expect.any(Number),
			answer: variables,
		},
	]);
	const call = await ended(id);
	expect(call).toMatchObject({
		...{ is_outgoing: false, from_number: caller, to_number: mainLine, context: variables },
		...{ agent_phone_number: mainLine, agent: { id: agent.id }, stage: 'picked_up' },
	});
	expect(call.transcript).toContain('BOT: Hello Zoë, thank you for calling.');
	expect(call.transcript).toContain('BOT: Yes, until 8.');
	expect(simulator.dialled.size).toBe(0);
});

test.each([
	['digits', 'ampersand', '?a=%2B&x=&phone_number=12025550123'],
	['digits', 'questionMark', '?a=%2B&x=?phone_number=12025550123'],
	['e164', 'ampersand', '?a=%2B&x=&phone_number=%2B12025550123'],
	['e164', 'questionMark', '?a=%2B&x=?phone_number=%2B12025550123'],
] as const)(
	'the number in %s goes to a URL with a query: %s',
	async (callerNumber, appendedQuery, query) => {
		Object.assign(simulator.switches, { callerNumber, appendedQuery });
		agent.context_endpoint = `${receiver.url}/who?a=%2B&x=`;
		await dialIn();
		expect(simulator.liveRequests).toMatchObject([
			{ url: `${receiver.url}/who${query}`, status: 200 },
		]);
	},
);

test.each<[string, Receiver['answers'][number]]>([
	['nothing', 200],
	['an error', { status: 500, body: { name: 'Ada' } }],
	['a text', { body: 'Ada' }],
	['a list', { body: ['Ada'] }],
	['an object that is not flat', { body: { name: 'Ada', order: { no: 7 } } }],
])('%s as an answer gives no variables', async (_, answer) => {
	receiver.answers.push(answer);
	const call = await ended(await dialIn());
	expect(call.context).toEqual({});
	expect(call.transcript).toContain('BOT: Hello there, thank you for calling.');
});

test('a lookup that fails leaves the call without variables', async () => {
	await receiver.close();
	const call = await ended(await dialIn());
	expect(simulator.liveRequests).toMatchObject([
		{ attempts: 3, error: expect.stringContaining('ECONNREFUSED') },
	]);
	expect([call.status, call.context]).toEqual(['ended', {}]);
	receiver = await startReceiver();
});

test('the endpoint of the prompt is asked where the agent has none; without one nobody is', async () => {
	agent.context_endpoint = null;
	const prompt = environment.prompts.get(String(agent.prompt))!;
	prompt.context_endpoint = `${receiver.url}/prompt`;
	await dialIn();
	expect(receiver.received.map(({ path }) => path)).toEqual(['/prompt']);
	prompt.context_endpoint = null;
	await dialIn();
	expect(receiver.received).toHaveLength(1);
});

test('events are sent, and the agent asks its action where the number says so', async () => {
	const events = await startReceiver();
	agent.webhook = environment.add('webhooks', {
		url: events.url,
		method: 'POST',
		subscriptions: ['event_phone_call_connected', 'event_action', 'event_phone_call_ended'],
	}).id;
	const [, action] = [...environment.actions.values()];
	action!.config = { ...(action!.config as Json), url: `${receiver.url}/order` };
	agent.actions = [action!.id];
	receiver.answers.push({ body: { name: 'Ada', order_number: '7' } });
	const call_id = await dialIn('+12025550106');
	await simulator.allDelivered();
	await events.close();
	expect(receiver.received.at(-1)).toMatchObject({
		path: '/order',
		body: { call_id, payload: { order_number: '7' } },
	});
	expect(events.received.map(({ body }) => body)).toMatchObject([
		{
			type: 'event_phone_call_connected',
			call_id,
			payload: { from_phone_number: '+12025550106', to_phone_number: mainLine },
		},
		{ type: 'event_action', payload: { parameters: { order_number: '7' } } },
		{ type: 'event_phone_call_ended' },
	]);
	expect((await ended(call_id)).transcript).toContain('Hello Ada, what can I do for you?');
});

test.each(['01', '02', '04', '07'])(
	'a caller whose number ends in %s is answered like any other when there is nothing to look up',
	async (ending) => {
		const call = await ended(await dialIn(`+120255501${ending}`));
		expect(call.stage_outcome).toBe('bot_disconnected');
		expect(call.transcript).toContain('thank you for calling');
	},
);

test('a number is answered in its own environment, if somebody is there', async () => {
	const id = await dialIn(caller, '+16285550100');
	expect(simulator.environment('staging').calls.has(id)).toBe(true);
	expect(simulator.liveRequests).toMatchObject([{ environment: 'staging' }]);
	const number = environment.findNumber(mainLine)!;
	for (const change of [{ active: false }, { outbound_only: true }, { inbound_agent: null }]) {
		const { active, outbound_only, inbound_agent } = number;
		Object.assign(number, change);
		await expect(dialIn()).rejects.toThrow(
			`${mainLine} is no active number with an inbound agent`,
		);
		Object.assign(number, { active, outbound_only, inbound_agent });
	}
	await expect(dialIn(caller, '+15005550000')).rejects.toThrow('is no active number');
});
