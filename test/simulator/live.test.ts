import { createHmac } from 'node:crypto';

import axios from 'axios';

import {
	startSimulator,
	type Environment,
	type Simulator,
	type StoredObject,
} from '../../simulator';
import { withAskingAgent } from '../support/askingAgent';
import { startReceiver, type Receiver } from '../support/receiver';

type Json = Record<string, unknown>;

const asksOnce = '+12025550106';
const asksTwice = '+12025550107';
const apology = 'I am sorry, I cannot do that at the moment.';
const askAgain = 'I am sorry, something about that was not right. Could you tell me again?';

let simulator: Simulator;
let receiver: Receiver;
let environment: Environment;
let agent: StoredObject;
let action: StoredObject;

withAskingAgent({ validateResponses: true }, '/ask?secret=1', (there) => {
	({ simulator, receiver, environment, agent, action } = there);
});

function configure(changes: Json): void {
	action.config = { ...(action.config as Json), ...changes };
}

const configOf = ({ config }: StoredObject) => config as Json & { signature_secret: string };

async function post(path: string, body?: Json, params: Json = {}) {
	const headers = { authorization: `Bearer ${simulator.keys.default}` };
	return (await axios.post(`${simulator.url}${path}`, body, { headers, params })).data;
}

async function placeCall(to: string, more: Json = {}): Promise<string> {
	const call = { from_number: '+14155550100', to_number: to, agent: agent.id, ...more };
	return (await post('/calls/create', call)).id;
}

async function readCall(id: string) {
	const headers = { authorization: `Bearer ${simulator.keys.default}` };
	return (await axios.get(`${simulator.url}/calls`, { headers, params: { id } })).data;
}

/** Places a call, lets it end, and reads it. */
async function finishedCall(to: string, more: Json = {}) {
	return await ended(await placeCall(to, more));
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

/** What the agent says, without the times. */
const spoken = ({ transcript }: { transcript: string }) =>
	[...transcript.matchAll(/BOT: (.*)$/gm)].map(([, text]) => text);

const until = async (happens: () => boolean) => {
	while (!happens()) await receiver.change();
};

const sign = (text: string, secret: string, encoding: 'base64' | 'hex' = 'base64') =>
	createHmac('sha256', Buffer.from(secret, 'base64')).update(Buffer.from(text)).digest(encoding);

/** Whether each request that arrived carries the signature of its raw body. */
const isSigned = () =>
	receiver.received.map(
		({ headers, text }) =>
			headers[simulator.switches.signatureHeader] ===
			sign(text, configOf(action).signature_secret),
	);

describe('a call whose agent asks', () => {
	test('sends one signed request, speaks the answer and keeps it', async () => {
		const found = { state: 'on its way', day: 'Friday' };
		receiver.answers.push({ body: { result: found, agent_message: 'It comes on Friday.' } });
		const call = await finishedCall(asksOnce, { context: { name: 'Zoë', order_number: '7' } });

		expect(receiver.received).toHaveLength(1);
		expect(receiver.received[0]).toMatchObject({
			...{ method: 'POST', path: '/ask', query: { secret: '1' } },
			body: { call_id: call.id, payload: { order_number: '7' } },
			headers: { accept: 'application/json', 'content-type': 'application/json' },
		});
		expect(isSigned()).toEqual([true]);
		expect(spoken(call)).toEqual([
			'Hello Zoë, what can I do for you?',
			'One moment, please.',
			'It comes on Friday.',
			'You are welcome, goodbye.',
		]);
		expect(call.action_history).toEqual([
			{
				event_type: 'action_completed',
				timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/),
				action_id: action.id,
				action_type: 'action_external',
				action_label: 'Look up order',
				parameters: { order_number: '7' },
				result: { json: found, http_status_code: 200, error: null },
			},
		]);
		expect(call).toMatchObject({ status: 'ended', stage_outcome: 'bot_disconnected' });
		const { headers, text } = receiver.received[0]!;
		const name = 'x-vocode-signature';
		expect(simulator.liveRequests).toEqual([
			{
				at: expect.any(Number),
				about: 'action',
				environment: 'default',
				callId: call.id,
				actionId: action.id,
				method: 'POST',
				url: `${receiver.url}/ask?secret=1`,
				headers: expect.objectContaining({ [name]: headers[name] }),
				body: text,
				attempts: 1,
				status: 200,
				milliseconds: expect.any(Number),
				answer: { result: found, agent_message: 'It comes on Friday.' },
			},
		]);
	});

	test('twice: the second question and what is said use what the first has found', async () => {
		const properties = {
			day: { type: 'string' },
			guests: { type: 'integer' },
			window: { type: 'boolean' },
			area: { enum: ['inside', 'outside'] },
			note: { type: 'string' },
			contact: { type: 'object', properties: { name: { type: 'string' } } },
		};
		configure({ input_schema: { type: 'object', properties }, speak_on_receive: false });
		receiver.answers.push({ body: { day: 'Monday', table: 4 } });
		const call = await finishedCall(asksTwice, {
			context: { name: 'Ada', day: 'Sunday', guests: '2', window: 'false' },
		});
		const asked = receiver.received.map(({ body }) => body?.payload);
		const rest = {
			...{ guests: 2, window: false, area: 'inside', note: 'some note' },
			contact: { name: 'Ada' },
		};
		expect(asked).toEqual([
			{ day: 'Sunday', ...rest },
			{ day: 'Monday', ...rest },
		]);
		expect(isSigned()).toEqual([true, true]);
		const results = call.action_history.map(({ result }: Json) => result);
		expect(results).toMatchObject([
			{ json: { day: 'Monday', table: 4 }, error: null },
			{ json: null, http_status_code: 200, error: 'The answer is not a JSON object' },
		]);
		expect(spoken(call).slice(1)).toEqual([
			...['One moment, please.', 'One moment, please.', apology],
			'You are welcome, goodbye.',
		]);
	});

	test('tells webhooks what happens, in order', async () => {
		const events = await startReceiver();
		agent.webhook = environment.add('webhooks', {
			url: events.url,
			method: 'POST',
			subscriptions: ['event_message', 'event_action', 'event_phone_call_ended'],
		}).id;
		configure({ speak_on_send: 'Let me look.', speak_on_receive: 'Here it is.' });
		simulator.scriptOf = () => ({
			turns: [{ at: 1, speaker: 'HUMAN', text: 'Hello?' }],
			asks: [{ at: 2 }],
			seconds: 5,
		});
		receiver.answers.push({ body: { result: { state: 'sent' } }, afterMs: 50 });
		await placeCall(asksOnce);
		await simulator.allDelivered();
		await events.close();
		const [asked] = receiver.received;
		expect(events.received.map(({ body }) => [body?.type, body?.payload])).toEqual([
			['event_message', { sender: 'human', text: 'Hello?' }],
			['event_message', { sender: 'bot', text: 'Let me look.' }],
			[
				'event_action',
				{
					action_id: action.id,
					action_type: 'action_external',
					action_label: 'Look up order',
					parameters: asked?.body?.payload,
					result: { json: { state: 'sent' }, http_status_code: 200, error: null },
				},
			],
			['event_message', { sender: 'bot', text: 'Here it is.' }],
			['event_message', { sender: 'bot', text: 'I have found this. state: sent.' }],
			['event_phone_call_ended', { conversation_minutes: expect.any(Number) }],
		]);
	});

	test('stands still while it waits, and the wait counts as part of the conversation', async () => {
		receiver.answers.push('never');
		const id = await placeCall(asksOnce);
		await until(() => receiver.received.length === 1);
		await new Promise((resolve) => setTimeout(resolve, 1100));
		const waiting = await readCall(id);
		expect(waiting).toMatchObject({
			status: 'in_progress',
			end_time: null,
			action_history: [],
		});
		expect(waiting.transcript).toMatch(
			/\[00:11\.00\] BOT: One moment, please\.\n\[00:11\.00\] bot_action_start: look_up_order \{.*\}$/,
		);

		await receiver.close();
		const { transcript, start_time: start, end_time: end } = await ended(id);
		const second = (words: string) =>
			Number(new RegExp(`00:(\\d\\d)\\.\\d\\d\\] \\w+: ${words}`).exec(transcript)?.[1]);
		const answered = second('I am sorry');
		expect(answered).toBeGreaterThanOrEqual(11 + 1);
		expect([4, 5, 6]).toContain(second('Thank you, that is all') - answered);
		expect(Number(end) - Number(start)).toBeGreaterThan(24 + 1);
	});

	test('that is ended meanwhile neither says nor keeps the answer, and asks no more', async () => {
		receiver.answers.push({ body: { result: {}, agent_message: 'Too late.' }, afterMs: 1000 });
		const id = await placeCall(asksTwice);
		await until(() => receiver.received.length === 1);
		await post('/calls/end', undefined, { id });
		await simulator.allDelivered();
		expect(simulator.liveRequests).toMatchObject([{ status: 200 }]);
		const call = await readCall(id);
		expect(call).toMatchObject({ status: 'ended', action_history: [] });
		expect(spoken(call).at(-1)).toBe('One moment, please.');
	});

	test('goes as its script says; actions are chosen by name, and texts take variables', async () => {
		const other = environment.add('actions', {
			type: 'action_external',
			label: 'Book',
			config: { ...configOf(action), name: 'book', url: `${receiver.url}/book` },
		});
		agent.actions = [...(agent.actions as string[]), other.id];
		simulator.scriptOf = ({ to_number: to }) => ({
			seconds: 9,
			turns: [{ at: 6, speaker: 'HUMAN', text: `{slot|None} for ${to}, please.` }],
			asks: [
				{
					at: 2,
					action: 'look_up_order',
					parameters: { wish: '{wish|any day}', count: 2 },
				},
				{ at: 7, action: 'book', parameters: { slot: '{slot|none}' } },
			],
		});
		receiver.answers.push({ body: { result: { slot: 'Monday at nine' } } });
		const call = await finishedCall('+12025550199', { context: { wish: 'Monday' } });
		expect(receiver.received.map(({ path, body }) => [path, body?.payload])).toEqual([
			['/ask', { wish: 'Monday', count: 2 }],
			['/book', { slot: 'Monday at nine' }],
		]);
		expect(call.transcript).toContain('HUMAN: Monday at nine for +12025550199, please.');
	});

	test('takes external actions in turn', async () => {
		const config = { ...configOf(action), name: 'other', url: `${receiver.url}/other` };
		const other = environment.add('actions', { type: 'action_external', config });
		agent.actions = [action.id, other.id];
		await finishedCall(asksTwice);
		expect(receiver.received.map(({ path }) => path)).toEqual(['/ask', '/other']);
	});

	test('asks nothing without an external action, not even one that is gone by then', async () => {
		const [reminder] = environment.agents.keys();
		const plain = await finishedCall(asksTwice, { agent: reminder });
		expect(plain.transcript).toContain('I am calling about your appointment');

		simulator.callSeconds = 1;
		const id = await placeCall(asksOnce);
		environment.actions.delete(action.id);
		const call = await ended(id);
		expect(spoken(call)).toEqual([
			'Hello there, what can I do for you?',
			'You are welcome, goodbye.',
		]);
		expect([call.action_history, simulator.liveRequests]).toEqual([[], []]);
	});

	test('a person who does not answer is asked nothing', async () => {
		simulator.scriptOf = () => ({ asks: [{ at: 1 }] });
		await finishedCall('+12025550102');
		expect(simulator.liveRequests).toEqual([]);
	});

	test('fifty at once: each asks once and gets its own answer', async () => {
		receiver.answers.push(
			...Array.from({ length: 50 }, (_, index) => ({
				body: { result: {}, agent_message: `Answer ${index}.` },
				afterMs: 30,
			})),
		);
		const ids = await Promise.all(
			Array.from({ length: 50 }, async () => await placeCall(asksOnce)),
		);
		await simulator.allDelivered();
		expect(receiver.received.map(({ body }) => body?.call_id).sort()).toEqual(ids.sort());
		for (const { callId, answer } of simulator.liveRequests) {
			const { agent_message: message } = answer as Json;
			expect(spoken(await ended(callId!))).toContain(message);
		}
	});
});

test('under truth B as a whole, with the agent sent along', async () => {
	const other = await startSimulator({ truth: 'b', validateResponses: true, callSeconds: 0.05 });
	const api = axios.create({
		baseURL: other.url,
		headers: { authorization: `Bearer ${other.keys.default}` },
	});
	const config = { ...configOf(action), speak_on_send: 'Let me see.', speak_on_receive: '' };
	const { signature_secret: _secret, ...input } = config as Json;
	const { data: own } = await api.post('/actions/create', {
		type: 'action_external',
		config: input,
	});
	const { id: agentId } = [...other.environment('default').agents.values()][0]!;
	other.environment('default').agents.get(agentId)!.actions = [own.id];
	receiver.answers.push({ body: { result: { state: 'sent' }, agent_message: 'It is sent.' } });
	const { data: whole } = await api.get('/agents', { params: { id: agentId } });
	const { data: placed } = await api.post('/calls/create', {
		...{ from_number: '+14155550100', agent_phone_number: '+14155550100' },
		...{ to_number: asksOnce, agent: whole, telephony_provider: { name: 'twilio' } },
		...{ context: {}, telephony_params: {} },
	});
	await other.allDelivered();
	const { data: call } = await api.get('/calls', { params: { id: placed.id } });
	await other.close();
	expect(spoken(call).slice(1, 3)).toEqual(['Let me see.', 'It is sent.']);
	expect(call.action_history).toMatchObject([
		{ action_id: own.id, result: { json: { state: 'sent' }, error: null } },
	]);
	const [{ text, headers }] = receiver.received as [Receiver['received'][number]];
	expect(text).toMatch(/^\{ "payload": \{.*\}, "conversation_id": ".*" \}$/);
	expect(headers['x-fluents-signature']).toBe(sign(text, own.config.signature_secret, 'hex'));
});

describe('answers', () => {
	test.each<[string, Receiver['answers'][number], string, Json]>([
		['401', 401, apology, { http_status_code: 401, error: 'HTTP status 401' }],
		['403', 403, apology, { http_status_code: 403, error: 'HTTP status 403' }],
		['404', 404, askAgain, { http_status_code: 404, error: 'HTTP status 404' }],
		[
			'422 with a body',
			{ status: 422, body: { agent_message: 'Hm.' } },
			askAgain,
			{ http_status_code: 422, json: null },
		],
		['500', 500, apology, { http_status_code: 500, error: 'HTTP status 500' }],
		[
			'a redirect',
			'https://example.com',
			apology,
			{ http_status_code: 302, error: 'HTTP status 302' },
		],
		['nothing', 200, apology, { error: 'The answer is not a JSON object' }],
		['a text', { body: 'Hello' }, apology, { error: 'The answer is not a JSON object' }],
		['a list', { body: [1] }, apology, { error: 'The answer is not a JSON object' }],
	])('%s is an error whatever the truth', async (_, answer, said, result) => {
		receiver.answers.push(answer, answer);
		for (const actionAnswer of ['any', 'wrapped'] as const) {
			simulator.switches.actionAnswer = actionAnswer;
			const call = await finishedCall(asksOnce);
			expect(spoken(call).slice(1)).toEqual([
				...['One moment, please.', said, 'You are welcome, goodbye.'],
			]);
			expect(call.action_history).toMatchObject([{ result: { json: null, ...result } }]);
		}
		expect(receiver.received).toHaveLength(2);
	});

	const noResult = 'The answer has no object "result"';
	test.each<[Json, string, Json, string]>([
		[{ success: true }, 'I have found this. success: true.', { success: true }, noResult],
		[{ result: 'sent' }, 'I have found this. result: sent.', { result: 'sent' }, noResult],
		[{}, 'That is done.', {}, noResult],
		[
			{ result: {}, agent_message: null },
			'That is done.',
			{},
			'"agent_message" of the answer is not a text',
		],
	])('%j is an error for the ancestor only', async (body, said, json, error) => {
		receiver.answers.push({ body }, { body });
		const any = await finishedCall(asksOnce);
		expect(spoken(any)[2]).toBe(said);
		expect(any.action_history).toMatchObject([{ result: { json, error: null } }]);
		simulator.switches.actionAnswer = 'wrapped';
		const wrapped = await finishedCall(asksOnce);
		expect(spoken(wrapped)[2]).toBe(apology);
		expect(wrapped.action_history).toMatchObject([{ result: { json: null, error } }]);
	});

	test.each<[unknown, unknown, Json, string[]]>([
		[true, true, {}, ['One moment, please.', 'I have found this. order no: 7.']],
		[true, true, { agent_message: 'It is sent.' }, ['One moment, please.', 'It is sent.']],
		[false, false, {}, []],
		[false, false, { agent_message: 'It is sent.' }, []],
		['Let me see.', 'Found it.', {}, ['Let me see.', 'Found it.', expect.any(String)]],
		[
			'Let me see.',
			'Found it.',
			{ agent_message: 'Sent.' },
			['Let me see.', 'Found it.', 'Sent.'],
		],
		['', '', { agent_message: '' }, []],
	])('speak_on_send %j and speak_on_receive %j with %j', async (send, receive, more, said) => {
		configure({ speak_on_send: send, speak_on_receive: receive });
		receiver.answers.push({ body: { result: { order_no: 7 }, ...more } });
		const call = await finishedCall(asksOnce);
		expect(spoken(call).slice(1, -1)).toEqual(said);
	});

	test('one that does not come within ten seconds is given up', async () => {
		receiver.answers.push('never');
		const call = await finishedCall(asksOnce);
		const { milliseconds, attempts, error } = simulator.liveRequests[0]!;
		expect([attempts, error]).toEqual([1, 'timeout of 10000ms exceeded']);
		expect(milliseconds).toBeGreaterThanOrEqual(9_900);
		expect(milliseconds).toBeLessThan(15_000);
		expect(spoken(call)[2]).toBe(apology);
		expect(call.action_history).toMatchObject([
			{ result: { json: null, http_status_code: null, error } },
		]);
	});

	test('nobody there: it is tried twice more to connect', async () => {
		await receiver.close();
		const call = await finishedCall(asksOnce);
		expect(simulator.liveRequests).toMatchObject([
			{ attempts: 3, error: expect.stringContaining('ECONNREFUSED') },
		]);
		expect(spoken(call)[2]).toBe(apology);
	});

	test('what was sent is not sent again when the connection breaks', async () => {
		receiver.answers.push('never');
		const id = await placeCall(asksOnce);
		await until(() => receiver.received.length === 1);
		await receiver.close();
		expect(spoken(await ended(id))[2]).toBe(apology);
		expect(simulator.liveRequests).toMatchObject([{ attempts: 1, error: 'socket hang up' }]);
	});

	test('another computer is not asked', async () => {
		configure({ url: 'https://n8n.example.com/webhook' });
		await finishedCall(asksOnce);
		const error = 'Not sent: n8n.example.com is not this computer (--deliver-anywhere)';
		expect(simulator.liveRequests).toMatchObject([{ attempts: 1, error }]);
	});
});

describe('form of a request', () => {
	test('spaced, escaped and in another order: the signature is that of the bytes', async () => {
		simulator.switches.actionBody = 'spaced';
		const order_number = 'Nº 7\n"東京" 🚲  ';
		const { id } = await finishedCall(asksOnce, { context: { order_number } });
		const [{ text, body } = { text: '', body: {} }] = receiver.received;
		expect(text).toBe(
			'{ "payload": { "order_number": "N\\u00ba 7\\n\\"\\u6771\\u4eac\\" \\ud83d\\udeb2  " }, ' +
				`"call_id": "${id}" }`,
		);
		expect(body).toEqual({ call_id: id, payload: { order_number } });
		expect(isSigned()).toEqual([true]);
		// Written again by somebody who thinks that it does not matter, it would not fit.
		expect(JSON.stringify(body)).not.toBe(text);
	});

	test('compact, with text as it is, and the call under its other name', async () => {
		simulator.switches.eventCallKey = 'conversation_id';
		const { id } = await finishedCall(asksOnce, { context: { order_number: 'Nº 7' } });
		expect(receiver.received[0]?.text).toBe(
			`{"conversation_id":"${id}","payload":{"order_number":"Nº 7"}}`,
		);
		expect(isSigned()).toEqual([true]);
	});

	test('the header of the signature has another name', async () => {
		simulator.switches.signatureHeader = 'x-fluents-signature';
		await finishedCall(asksOnce);
		expect(isSigned()).toEqual([true]);
		expect(receiver.received[0]?.headers).not.toHaveProperty('x-vocode-signature');
	});
});

describe('a request by hand', () => {
	test.each([
		['valid', [true]],
		['forged', [false]],
		['replayed', [false]],
		['none', [false]],
	] as const)('with a signature that is %s', async (signature, fits) => {
		receiver.answers.push({ body: { result: { state: 'sent' } } });
		const request = await simulator.ask({ action: action.id, signature });
		expect(request).toMatchObject({ status: 200, answer: { result: { state: 'sent' } } });
		expect(isSigned()).toEqual(fits);
		const sent = receiver.received[0]?.headers['x-vocode-signature'];
		expect(typeof sent).toBe(signature === 'none' ? 'undefined' : 'string');
		expect(simulator.liveRequests).toEqual([request]);
		expect(simulator.environment('default').calls.size).toBe(3);
	});

	test('asks for the newest call and by the schema, or as it is told', async () => {
		await simulator.ask({ action: action.id });
		await simulator.ask({ action: action.id, callId: 'unknown', parameters: { count: 5 } });
		await simulator.ask({ action: action.id, body: '[ "ü" ]', url: `${receiver.url}/x` });
		expect(receiver.received).toMatchObject([
			{
				body: {
					call_id: [...environment.calls.keys()].at(-1),
					payload: { order_number: 'some order number' },
				},
			},
			{ body: { call_id: 'unknown', payload: { count: 5 } } },
			{ path: '/x', text: '[ "ü" ]' },
		]);
		expect(isSigned()).toEqual([true, true, true]);
	});

	test('needs an external action of the environment', async () => {
		const [hangUp] = environment.actions.keys();
		for (const id of ['gone', hangUp!]) {
			await expect(simulator.ask({ action: id })).rejects.toThrow(
				`Environment "default" has no external action ${id}`,
			);
		}
		await expect(simulator.ask({ action: action.id, environment: 'staging' })).rejects.toThrow(
			'Environment "staging" has no external action',
		);
	});
});

test('the log has a line for each request, without its secret', async () => {
	const lines: string[] = [];
	const logged = await startSimulator({ log: (line) => lines.push(line) });
	const [, own] = [...logged.environment('default').actions.values()];
	own!.config = { ...configOf(own!), url: `${receiver.url}/ask` };
	const { callId } = await logged.ask({ action: own!.id });
	await logged.close();
	expect(lines.map((line) => line.replace(/\d+ ms$/, 'n ms'))).toEqual([
		`? POST ${receiver.url}/ask [default] during call ${callId}: 200, n ms`,
	]);
});

describe('nothing is asked any more', () => {
	test.each(['reset', 'close'] as const)('after %s', async (verb) => {
		const own = await startSimulator({ callSeconds: 0.05 });
		const stored = own.environment('default');
		const asking = [...stored.agents.values()][1]!;
		Object.assign(asking, { webhook: null });
		const [, asked] = [...stored.actions.values()];
		asked!.config = { ...configOf(asked!), url: `${receiver.url}/ask` };
		receiver.answers.push('never');
		const headers = { authorization: `Bearer ${own.keys.default}` };
		const call = { from_number: '+14155550100', to_number: asksTwice, agent: asking.id };
		await axios.post(`${own.url}/calls/create`, call, { headers });
		await until(() => receiver.received.length === 1);
		const sending = own.allDelivered();
		await own[verb]();
		await sending;
		await until(() => receiver.open() === 0);
		expect(receiver.received).toHaveLength(1);
		if (verb === 'reset') expect(own.liveRequests).toEqual([]);
		await own.close();
	});
});
