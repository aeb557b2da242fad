import type { AxiosRequestConfig } from 'axios';
import { sleep } from 'n8n-workflow';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import { credentialFor, engine, simulator, truth } from '../support/harness';
import {
	addressOf,
	environment,
	outputs,
	placeCall,
	secretOf,
	seededAgents,
	send,
	startServer,
	trigger,
	webhooksTo,
	workflowOf,
} from '../support/triggerHarness';

const ALL_EVENTS = [
	'event_action',
	'event_error',
	'event_human_detection',
	'event_message',
	'event_phone_call_connected',
	'event_phone_call_did_not_connect',
	'event_phone_call_ended',
	'event_recording',
	'event_transcript',
];

let server: TriggerServer;
let agent: string, otherAgent: string;

beforeEach(async () => {
	[agent, , otherAgent] = seededAgents();
	server = await startServer();
});

async function published(
	parameters: INodeParameters = {},
): Promise<{ workflow: SavedWorkflow; node: INode }> {
	const node = trigger({ callsOf: 'environment', events: ALL_EVENTS, ...parameters });
	const workflow = workflowOf(node);
	await server.activate(workflow);
	return { workflow, node };
}

/** Sends an event to the first trigger; gives the status of the answer. */
async function deliver(data: unknown, config: AxiosRequestConfig = {}): Promise<number> {
	const [webhook] = webhooksTo(server);
	const { status } = await send(String(webhook.url), data, { method: 'POST', ...config });
	await server.settled();
	return status;
}

const ended = (callId: string, payload: IDataObject = {}) => ({
	type: 'event_phone_call_ended',
	call_id: callId,
	payload,
});

/** A call that is over. */
const pastCall = (fields: IDataObject = {}) =>
	environment().addCalls(1, { agent, ...fields })[0].id;

/** What the API shows of a call in the first seconds after its end. */
const untold = {
	stage: 'created',
	stage_outcome: null,
	human_detection_result: null,
	end_time: null,
};

const received = () => outputs(server.executions);

describe('an event', () => {
	test('of any kind starts the workflow, with one shape of output', async () => {
		await published({ callsOf: 'agents', agents: [agent], call: 'simplified' });
		for (const ending of ['01', '02', '03', '04', '05']) {
			await placeCall(server, agent, { to: `+120255501${ending}` });
		}
		const [webhook] = webhooksTo(server);
		const sent = simulator.deliveries.filter(({ webhookId }) => webhookId === webhook.id);
		const { transcriptEvent } = simulator.switches;
		expect([...new Set(sent.map(({ event }) => event))].sort()).toEqual(
			ALL_EVENTS.map((event) => (event === 'event_transcript' ? transcriptEvent : event)),
		);

		const sentFields = sent.map(({ event, callId, body }) => {
			const { payload, event_type: _type, conversation_id: _call, ...rest } = body;
			return { event, callId, payload: truth === 'a' ? payload : rest };
		});
		const gotFields = received().map(({ event, call_id: callId, payload }) => ({
			event,
			callId,
			payload,
		}));
		expect(gotFields).toHaveLength(sentFields.length);
		expect(gotFields).toEqual(expect.arrayContaining(sentFields));
		const shapes = received().map((json) => Object.keys(json).join());
		expect([...new Set(shapes)]).toEqual([
			'event,call_id,environment,received_at,confirmed,unconfirmed_reason,payload,call',
		]);
		for (const {
			confirmed,
			environment: name,
			received_at,
			call,
			call_id: callId,
		} of received()) {
			expect({ confirmed, name }).toEqual({ confirmed: true, name: 'default' });
			expect(received_at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
			expect(call).toMatchObject({ id: callId, agent_id: agent });
		}
	});

	test('that was not chosen starts nothing, one with a name of its own does', async () => {
		await published({ events: ['event_transcript'], options: { otherEvents: 'event_sms' } });
		expect(await deliver(ended('1'))).toBe(200);
		expect(received()).toEqual([]);
		await deliver({ type: 'event_sms', call_id: '1', payload: { text: 'Hello' } });
		await deliver({ type: 'event_of_tomorrow', call_id: '1' });
		expect(received().map(({ event }) => event)).toEqual(['event_sms', 'event_of_tomorrow']);
	});

	test.each([
		['call_id', { call_id: 'abc' }],
		['conversation_id', { conversation_id: 'abc' }],
		['callId', { callId: 'abc' }],
		['payload.call_id', { payload: { call_id: 'abc' } }],
		['call.id', { call: { id: 'abc' } }],
	])('names its call as %s', async (_name, fields) => {
		await published();
		await deliver({ type: 'event_phone_call_ended', ...fields });
		expect(received()).toMatchObject([{ event: 'event_phone_call_ended', call_id: 'abc' }]);
	});

	test.each(['type', 'event', 'event_type'])('names itself as %s', async (field) => {
		await published();
		await deliver({ [field]: 'event_transcript', call_id: 'abc', transcript: 'Hello' });
		expect(received()).toMatchObject([
			{ event: 'event_transcript', call_id: 'abc', payload: { transcript: 'Hello' } },
		]);
	});

	test.each<[string, IDataObject]>([
		['inside of data', { event: 'event_error', data: { call_id: 'abc', text: 'No' } }],
		['as its status', { id: 'abc', status: 'event_error', text: 'No' }],
		['beside all else', { event_type: 'event_error', conversation_id: 'abc', text: 'No' }],
	])('may come in the form of a relative: %s', async (_what, body) => {
		await published();
		await deliver(body);
		expect(received()).toMatchObject([
			{ event: 'event_error', call_id: 'abc', payload: { text: 'No' } },
		]);
	});

	test('with the whole transcript counts as transcript', async () => {
		const body = { type: 'event_transcript_complete', call_id: 'abc', payload: {} };
		const { workflow } = await published({ events: ['event_phone_call_ended'] });
		await deliver(body);
		expect(received()).toEqual([]);
		await server.deactivate(workflow.id);
		await published({ events: ['event_transcript'] });
		await deliver(body);
		expect(received()).toMatchObject([{ event: 'event_transcript_complete' }]);
	});

	test.each([
		['nothing', {}],
		['no name', { call_id: 'abc', what: { ever: [1, null] } }],
		['a number as name', { type: 5, payload: 'text' }],
	])('of an unknown shape starts the workflow with all of it: %s', async (_what, body) => {
		await published();
		expect(await deliver(body)).toBe(200);
		expect(received()).toMatchObject([{ event: 'unknown', payload: body }]);
	});

	test('goes to each of two workflows', async () => {
		const first = await published();
		const second = await published();
		const callId = pastCall();
		for (const { node } of [first, second]) {
			await send(addressOf(server, node), ended(callId));
		}
		await server.settled();
		expect(server.executions.map(({ workflowId }) => workflowId)).toEqual([
			first.workflow.id,
			second.workflow.id,
		]);
	});

	test('in the editor starts the workflow once; what is not wanted is waited past', async () => {
		const node = trigger({ callsOf: 'environment', filters: { direction: 'inbound' } });
		const workflow = workflowOf(node);
		const incoming = pastCall({ is_outgoing: false });
		await server.listen(workflow);
		const url = addressOf(server, node, 'webhook-test');
		for (const body of [
			{ type: 'event_transcript', call_id: incoming },
			ended(pastCall({ is_outgoing: true })),
			ended(incoming),
		]) {
			expect(await send(url, body)).toMatchObject({ status: 200 });
			await server.settled();
		}
		expect(await send(url, ended(incoming))).toMatchObject({ status: 404 });
		expect(server.executions.map(({ mode }) => mode)).toEqual(['manual']);
		expect(webhooksTo(server)).toEqual([]);
	});
});

describe('a request that is none of ours', () => {
	const forgeries: Record<string, (address: URL, secret: string) => string> = {
		'without a secret': ({ origin, pathname }) => `${origin}${pathname}`,
		'with an empty one': ({ origin, pathname }) => `${origin}${pathname}?n8n_secret=`,
		'with another one': ({ origin, pathname }) =>
			`${origin}${pathname}?n8n_secret=${'0'.repeat(64)}`,
		'with a longer one': ({ href }) => `${href}0`,
		'with a shorter one': ({ href }) => href.slice(0, -1),
		'with one in capitals': ({ origin, pathname }, secret) =>
			`${origin}${pathname}?n8n_secret=${secret.toUpperCase()}A`,
		'with two': ({ href }, secret) => `${href.replace(secret, '1'.repeat(64))}&n8n_secret=2`,
		'with a list': ({ origin, pathname }, secret) =>
			`${origin}${pathname}?n8n_secret[]=${secret}`,
		'with it under another name': ({ origin, pathname }, secret) =>
			`${origin}${pathname}?secret=${secret}`,
	};

	test.each(Object.entries(forgeries))(
		'%s gets 401, and nothing happens',
		async (_how, forge) => {
			const { node } = await published({ call: 'simplified' });
			const secret = secretOf(server, node);
			const url = forge(new URL(addressOf(server, node)), secret);
			const { length } = simulator.requests;
			for (const body of [ended(pastCall()), undefined]) {
				const { status, data } = await send(url, body);
				expect(status).toBe(401);
				expect(JSON.stringify(data)).not.toContain(secret);
			}
			await server.settled();
			expect(server.executions).toEqual([]);
			expect(simulator.requests).toHaveLength(length);
		},
	);

	test('costs one look at the API together, while nothing is stored', async () => {
		const workflow = workflowOf(trigger({ agents: [agent] }));
		const match = ({ operationId }: { operationId?: string }) => {
			if (operationId === 'createWebhook') server.kill();
			return false;
		};
		simulator.faults.add({ match });
		await expect(server.activate(workflow)).rejects.toThrow('n8n was killed');
		simulator.faults.clear();
		const { webhookId } = workflow.nodes[0];
		const url = `${server.url}webhook/${webhookId}/webhook?n8n_secret=`;
		const { length } = simulator.requests;
		const forgeries = Array.from({ length: 50 }, (_, n) => String(n).padStart(64, '0'));
		await Promise.all(
			[...forgeries, 'short', ''].map(async (secret) => {
				expect(await send(`${url}${secret}`, ended('1'))).toMatchObject({ status: 401 });
			}),
		);
		expect(simulator.requests.length - length).toBeLessThanOrEqual(5);
	});

	test('costs no look at the API when it is no secret of any trigger', async () => {
		const workflow = workflowOf(trigger({ agents: [agent] }));
		const match = ({ operationId }: { operationId?: string }) => {
			if (operationId === 'createWebhook') server.kill();
			return false;
		};
		simulator.faults.add({ match });
		await expect(server.activate(workflow)).rejects.toThrow('n8n was killed');
		const { webhookId } = workflow.nodes[0];
		const url = `${server.url}webhook/${webhookId}/webhook?n8n_secret=`;
		const { length } = simulator.requests;
		for (const secret of ['', 'short', 'x'.repeat(64), '0'.repeat(65), '%00', "'--"]) {
			expect(await send(`${url}${secret}`, ended('1'))).toMatchObject({ status: 401 });
		}
		expect(simulator.requests).toHaveLength(length);
	});

	test('with the secret of another trigger gets 401', async () => {
		const { node: first } = await published();
		const { node: second } = await published();
		const [one, other] = [first, second].map((node) => secretOf(server, node));
		expect(one).not.toBe(other);
		const url = addressOf(server, first).replace(one, other);
		expect(await send(url, ended('1'))).toMatchObject({ status: 401 });
		expect(server.executions).toEqual([]);
	});

	test.each([
		['an array', '[{"type":"event_phone_call_ended"}]', 400],
		['a text', '"event_phone_call_ended"', 400],
		['a number', '1', 400],
		['null', 'null', 400],
		['nothing', '', 400],
		['broken JSON', '{"type":', 422],
		['JSON that is too deep', `{"payload":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400],
		['too much', JSON.stringify({ text: 'x'.repeat(17 * 1024 * 1024) }), 500],
	])('but has %s in its body starts nothing', async (_what, data, status) => {
		await published();
		const headers = { 'content-type': 'application/json' };
		expect(await deliver(data, { headers, transformRequest: [] })).toBe(status);
		expect(server.executions).toEqual([]);
	});
});

describe('JSON is read', () => {
	test.each([
		'application/json; charset=utf-8',
		'application/vnd.fluents+json',
		'text/plain',
		'application/x-www-form-urlencoded',
		'application/octet-stream',
		'',
	])('under the content type "%s"', async (type) => {
		await published();
		const data = JSON.stringify(ended('abc', { text: 'äöü & = + %41 "quoted"' }));
		expect(
			await deliver(Buffer.from(data), {
				headers: { 'content-type': type },
				transformRequest: [],
			}),
		).toBe(200);
		expect(received()).toMatchObject([
			{ event: 'event_phone_call_ended', payload: { text: 'äöü & = + %41 "quoted"' } },
		]);
	});

	test('from a form, where it is one', async () => {
		await published();
		await deliver('event=event_transcript&call_id=abc&transcript=Good+day', {
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
		});
		expect(received()).toMatchObject([
			{ event: 'event_transcript', call_id: 'abc', payload: { transcript: 'Good day' } },
		]);
	});

	test.each(['ampersand', 'questionMark'] as const)(
		'from the query of a GET that is appended by %s',
		async (appendedQuery) => {
			await published({ callsOf: 'agents', agents: [agent] });
			const [webhook] = webhooksTo(server);
			webhook.method = 'GET';
			Object.assign(simulator.switches, { webhookMethod: 'asStored', appendedQuery });
			const callId = await placeCall(server, agent);
			const sent = simulator.deliveries.filter(({ webhookId }) => webhookId === webhook.id);
			expect(sent.map(({ method, status }) => [method, status])).toEqual(
				sent.map(() => ['GET', 200]),
			);
			expect(sent.length).toBeGreaterThan(5);
			expect(received().map(({ event, call_id: id }) => [event, id])).toEqual(
				expect.arrayContaining(sent.map(({ event }) => [event, callId])),
			);
			expect(received()).toHaveLength(sent.length);
			const ending = received().find(({ event }) => event === 'event_phone_call_ended');
			const minutes = { conversation_minutes: 34 / 60 };
			if (truth === 'a') expect(ending?.payload).toEqual(minutes);
			else expect(ending?.payload).toEqual({ conversation_minutes: String(34 / 60) });
		},
	);
});

describe('a repeat', () => {
	test('starts nothing, however its fields are ordered', async () => {
		await published();
		const [one, two, three] = [
			'{"type":"event_error","call_id":"abc","payload":{"a":1,"b":{"c":2,"d":[3,4]}}}',
			'{"payload":{"b":{"d":[3,4],"c":2},"a":1},"call_id":"abc","type":"event_error"}',
			'{"type":"event_error","call_id":"abc","payload":{"a":1,"b":{"c":2,"d":[4,3]}}}',
		];
		for (const body of [one, one, two]) expect(await deliver(JSON.parse(body))).toBe(200);
		expect(received()).toHaveLength(1);
		await deliver(JSON.parse(three));
		await deliver({ ...JSON.parse(one), call_id: 'abd' });
		await deliver({ ...JSON.parse(one), type: 'event_transcript' });
		expect(received()).toHaveLength(4);
	});

	test.each(['event_message', 'event_action'])(
		'%s without an ID or a time is none: the same may be said three times',
		async (type) => {
			await published();
			const yes = { type, call_id: 'abc', payload: { text: 'Yes.', sender: 'human' } };
			for (let count = 0; count < 3; count += 1) await deliver(yes);
			expect(received()).toHaveLength(3);
			for (const mark of [{ id: '1' }, { timestamp: 12.5 }]) {
				const marked = { ...yes, payload: { ...yes.payload, ...mark } };
				for (let count = 0; count < 3; count += 1) await deliver(marked);
			}
			expect(received()).toHaveLength(5);
		},
	);

	test('of what the simulator sent starts nothing', async () => {
		const events = ['event_phone_call_ended', 'event_transcript', 'event_recording'];
		await published({ callsOf: 'agents', agents: [agent], events });
		simulator.deliveryFault = () => 'twice';
		await placeCall(server, agent);
		const [webhook] = webhooksTo(server);
		const sent = simulator.deliveries.filter(({ webhookId }) => webhookId === webhook.id);
		expect(received()).toHaveLength(sent.length / 2);
		await simulator.redeliver(simulator.deliveries.indexOf(sent[0]));
		await server.settled();
		expect(received()).toHaveLength(sent.length / 2);
	});

	test('may be let through', async () => {
		await published({ options: { allowRepeats: true } });
		await deliver(ended('abc'));
		await deliver(ended('abc'));
		expect(received()).toHaveLength(2);
	});

	test('is none after a filter has let nothing through', async () => {
		await published({ filters: { outcome: ['answered'] } });
		const callId = pastCall(untold);
		await deliver(ended(callId));
		expect(received()).toEqual([]);
	});
});

describe('filters', () => {
	const outgoing = { is_outgoing: true, stage_outcome: 'bot_disconnected' };
	const incoming = { is_outgoing: false, stage_outcome: 'human_disconnected' };
	const unanswered = { stage_outcome: 'human_unanswered', human_detection_result: null };

	test.each<[string, INodeParameters, IDataObject, IDataObject]>([
		['outgoing calls', { direction: 'outbound' }, outgoing, incoming],
		['incoming calls', { direction: 'inbound' }, incoming, outgoing],
		['outcomes', { outcome: ['voicemail', 'no_answer'] }, unanswered, outgoing],
		[
			'the value of a context variable',
			{ contextName: 'campaign', contextValue: 'spring' },
			{ context: { campaign: 'spring' } },
			{ context: { campaign: 'autumn' } },
		],
		[
			'the value of a context variable, which may be missing',
			{ contextName: 'campaign', contextValue: 'spring' },
			{ context: { campaign: 'spring' } },
			{ context: {} },
		],
		[
			'a context variable',
			{ contextName: 'campaign' },
			{ context: { campaign: 'any' } },
			{ context: { other: 'any' } },
		],
	])('let only %s through', async (_what, filters, wanted, unwanted) => {
		await published({ filters });
		const [yes, no] = [pastCall(wanted), pastCall(unwanted)];
		for (const callId of [no, yes]) expect(await deliver(ended(callId))).toBe(200);
		expect(received().map(({ call_id }) => call_id)).toEqual([yes]);
	});

	test.each([3000, 14_000])(
		'wait for an outcome that the API shows %i ms after the event',
		async (milliseconds) => {
			await published({ filters: { outcome: ['answered'] } });
			const callId = pastCall({ ...untold, status: 'in_progress' });
			const call = environment().calls.get(callId)!;
			const delivered = deliver(ended(callId));
			await sleep(milliseconds);
			expect(received()).toEqual([]);
			Object.assign(call, { status: 'ended', stage_outcome: 'bot_disconnected' });
			expect(await delivered).toBe(200);
			expect(received()).toMatchObject([{ call_id: callId, confirmed: true }]);
		},
	);

	test('tell the log of an event whose call got no outcome, and let it come again', async () => {
		await published({ filters: { outcome: ['answered'] } });
		const callId = pastCall({ ...untold, status: 'in_progress' });
		const call = environment().calls.get(callId)!;
		await deliver(ended(callId));
		expect(received()).toEqual([]);
		expect(server.log.join()).toContain(`call ${callId}: Its call has no outcome`);
		Object.assign(call, { status: 'ended', stage_outcome: 'bot_disconnected' });
		await deliver(ended(callId));
		expect(received()).toMatchObject([{ call_id: callId }]);
	});

	test('wait for nothing that cannot change', async () => {
		await published({ filters: { outcome: ['answered'], direction: 'outbound' } });
		const { length } = simulator.requests;
		await deliver(ended(pastCall(unanswered)));
		await deliver({ type: 'event_error', call_id: pastCall(untold) });
		expect(received()).toEqual([]);
		expect(simulator.requests).toHaveLength(length + 2);
	});

	test('let only calls of the chosen agents through, whoever sends the event', async () => {
		await published({ callsOf: 'agents', agents: [agent] });
		const [yes, no] = [pastCall(), pastCall({ agent: otherAgent })];
		for (const callId of [no, yes]) await deliver(ended(callId));
		expect(received().map(({ call_id }) => call_id)).toEqual([yes]);
	});

	test('let only calls of the filtered agents through', async () => {
		await published({ filters: { agents: [otherAgent] } });
		const [no, yes] = [pastCall(), pastCall({ agent: otherAgent })];
		for (const callId of [no, yes]) await deliver(ended(callId));
		expect(received().map(({ call_id }) => call_id)).toEqual([yes]);
	});

	test('take the agent from the event where it tells it, and read nothing then', async () => {
		await published({ callsOf: 'agents', agents: [agent] });
		const { length } = simulator.requests;
		await deliver(ended('one', { agent_id: agent }));
		await deliver({ ...ended('two'), agent: { id: otherAgent } });
		expect(received().map(({ call_id }) => call_id)).toEqual(['one']);
		expect(simulator.requests).toHaveLength(length);
	});

	test('read a call once for all of its events', async () => {
		await published({ callsOf: 'agents', agents: [agent] });
		const callId = pastCall();
		await deliver(ended(callId));
		const { length } = simulator.requests;
		await deliver({ ...ended(callId), type: 'event_transcript' });
		expect(received()).toHaveLength(2);
		expect(simulator.requests).toHaveLength(length);
	});
});

describe('the call', () => {
	test('is included simplified or raw, without secrets', async () => {
		const callId = pastCall({ context: { campaign: 'spring' } });
		await published({ call: 'raw' });
		await deliver(ended(callId));
		const [{ call }] = received() as Array<{ call: IDataObject }>;
		expect(call).toMatchObject({ id: callId, context: { campaign: 'spring' } });
		expect(JSON.stringify(call)).not.toContain('fake_eleven_labs');
	});

	test('is not read without need', async () => {
		await published();
		const { length } = simulator.requests;
		await deliver(ended(pastCall()));
		expect(simulator.requests).toHaveLength(length);
		expect(received()).toMatchObject([
			{ confirmed: false, unconfirmed_reason: "The option 'Confirm With API' is off" },
		]);
	});

	test('is read after the answer has gone out', async () => {
		await published({ call: 'simplified' });
		simulator.faults.add({ operationId: 'getCall', delayMs: 500 });
		const [webhook] = webhooksTo(server);
		const { status } = await send(String(webhook.url), ended(pastCall()));
		expect({ status, started: server.executions.length }).toEqual({ status: 200, started: 0 });
		await server.settled();
		expect(received()).toMatchObject([{ confirmed: true }]);
	});

	test('is read again when Fluents.ai is busy', async () => {
		await published({ options: { confirm: true } });
		simulator.faults.add({ operationId: 'getCall', status: 503, times: 2 });
		await deliver(ended(pastCall()));
		expect(received()).toMatchObject([{ confirmed: true, unconfirmed_reason: null }]);
	});

	test.each<[string, () => string | null, RegExp]>([
		['does not exist', () => '00000000-0000-4000-8000-000000000000', /not (found|exist)/i],
		['is not named', () => null, /does not name its call/],
		[
			'may not be read',
			() => {
				const fluentsAiApi = credentialFor('default', { apiKey: 'sim_revoked_key' });
				server.credentials = { fluentsAiApi };
				return pastCall();
			},
			/key/i,
		],
		[
			'cannot be read',
			() => {
				simulator.faults.add({ operationId: 'getCall', status: 500, times: Infinity });
				return pastCall();
			},
			/500|internal/i,
		],
	])('that %s: the workflow starts and is told why, or does not', async (_why, call, reason) => {
		await published({ call: 'simplified' });
		const callId = call();
		const body = { type: 'event_phone_call_ended', ...(callId && { call_id: callId }) };
		expect(await deliver(body)).toBe(200);
		expect(received()).toEqual([
			expect.objectContaining({
				call_id: callId,
				confirmed: false,
				unconfirmed_reason: expect.stringMatching(reason),
				call: null,
			}),
		]);
		expect(JSON.stringify(received())).not.toContain('sim_revoked_key');
	});

	test('is waited for when the API does not have it yet', async () => {
		await published({ call: 'simplified', options: { ifUnconfirmed: 'drop' } });
		const callId = pastCall();
		const { calls } = environment();
		const call = calls.get(callId)!;
		calls.delete(callId);
		const delivered = deliver(ended(callId));
		await sleep(2500);
		expect(received()).toEqual([]);
		calls.set(callId, call);
		expect(await delivered).toBe(200);
		expect(received()).toMatchObject([{ call_id: callId, confirmed: true }]);
	});

	test('that cannot be read may keep the workflow from starting, until it can', async () => {
		await published({ call: 'simplified', options: { ifUnconfirmed: 'drop' } });
		simulator.faults.add({ operationId: 'getCall', status: 500 });
		const callId = pastCall();
		expect(await deliver(ended(callId))).toBe(200);
		expect(received()).toEqual([]);
		expect(server.log.join()).toContain('ignored event_phone_call_ended');
		await deliver(ended(callId));
		expect(received()).toMatchObject([{ call_id: callId, confirmed: true }]);
	});

	test('gives transcript turns, or the event does', async () => {
		await published({ options: { transcriptTurns: true } });
		await deliver(ended(pastCall()));
		const transcript = '[00:01] BOT: Hello.\n[00:03] HUMAN: Hello you.';
		const event = { type: 'event_transcript', payload: { transcript } };
		await deliver({ ...event, call_id: '00000000-0000-4000-8000-000000000000' });
		expect(received().map(({ transcript_turns }) => transcript_turns)).toMatchObject([
			[{ speaker: 'bot' }, { speaker: 'human' }],
			[
				{ speaker: 'bot', text: 'Hello.' },
				{ speaker: 'human', text: 'Hello you.' },
			],
		]);
	});
});

describe('the recording', () => {
	const options = { downloadRecording: true, binaryPropertyName: 'audio' };

	test('comes with its event as a file', async () => {
		await published({
			callsOf: 'agents',
			agents: [agent],
			events: ['event_recording'],
			options,
		});
		simulator.recording.bytes = 200_000;
		const callId = await placeCall(server, agent);
		const [{ items }] = server.executions;
		expect(items[0].binary?.audio).toMatchObject({
			fileName: `call-${callId}.mp3`,
			mimeType: 'audio/mpeg',
		});
		let bytes = 0;
		for await (const chunk of await engine.readBinary(items[0], 'audio')) {
			bytes += (chunk as Buffer).length;
		}
		expect(bytes).toBe(200_000);
	});

	test('comes with no other event', async () => {
		await published({ options });
		const { length } = simulator.requests;
		await deliver(ended(pastCall({ recording_available: true })));
		expect(server.executions[0].items[0].binary).toBeUndefined();
		expect(simulator.requests).toHaveLength(length);
	});

	test('that is not there yet does not keep the workflow from starting', async () => {
		await published({ options });
		await deliver({ type: 'event_recording', call_id: pastCall() });
		expect(received()).toMatchObject([
			{
				event: 'event_recording',
				recording_problem: expect.stringContaining('no recording'),
			},
		]);
	});
});

describe('500 deliveries at once', () => {
	test('start 500 executions, each repeat none, and leave what is stored alone', async () => {
		const { workflow } = await published();
		const before = server.staticDataOf(workflow.id);
		const [{ url }] = webhooksTo(server);
		const events = Array.from({ length: 500 }, (_, index) => ended(`call ${index}`));
		const answers = await Promise.all(
			[...events, ...events].map(async (event) => await send(String(url), event)),
		);
		await server.settled();
		expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
		const ids = received().map(({ call_id }) => call_id);
		expect(ids).toHaveLength(500);
		expect(new Set(ids).size).toBe(500);
		expect(server.staticDataOf(workflow.id)).toEqual(before);
	});

	test('are all answered while their calls are read', async () => {
		await published({ call: 'simplified', filters: { agents: [otherAgent] } });
		const wanted = environment().addCalls(250, { agent: otherAgent });
		const calls = [...wanted, ...environment().addCalls(250, { agent })];
		const [{ url }] = webhooksTo(server);
		await Promise.all(calls.map(async ({ id }) => await send(String(url), ended(id))));
		await server.settled();
		expect(
			received()
				.map(({ call_id }) => call_id)
				.sort(),
		).toEqual(wanted.map(({ id }) => id).sort());
		expect(received().filter(({ confirmed }) => confirmed)).toHaveLength(250);
	});
});

describe('the secret', () => {
	test('is in no output, also when the event repeats the address', async () => {
		const { node } = await published({ call: 'raw' });
		const url = addressOf(server, node);
		const secret = secretOf(server, node);
		environment().agents.get(agent)!.webhook = webhooksTo(server)[0].id;
		await deliver(ended(pastCall(), { webhook: { url }, text: `Sent to ${url}.` }));
		await deliver({ strange: url, list: [{ url }] });
		await deliver({
			n8n_secret: secret,
			html: url.replace('?', '?a=1&amp;'),
			json: JSON.stringify({ url: url.replace('=', '\\u003d') }),
			[secret]: secret.toUpperCase(),
		});
		expect(received()).toHaveLength(3);
		expect(JSON.stringify(received()).toLowerCase()).not.toContain(secret);
		const told = JSON.stringify([received(), server.log]);
		expect(told).toContain('n8n_secret=********');
		expect(told).not.toContain(secret);
	});

	test('works at once when n8n was killed before it could store it', async () => {
		const workflow = workflowOf(trigger({ agents: [agent] }));
		simulator.faults.add({
			match: ({ operationId }) => {
				if (operationId === 'updateAgent') server.kill();
				return false;
			},
		});
		await expect(server.activate(workflow)).rejects.toThrow('n8n was killed');
		simulator.faults.clear();
		const [{ url }] = webhooksTo(server);
		expect(await send(`${String(url)}0`, ended('abc'))).toMatchObject({ status: 401 });
		await placeCall(server, agent);
		expect(received()).toMatchObject([{ event: 'event_phone_call_ended' }]);
	});
});
