import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { ItemReader } from '../../nodes/shared/parameters/reader';
import { readMaxWait } from '../../nodes/FluentsAi/watching/untilEnded';
import { plainAgent } from '../support/callFixtures';
import { byId, byNumber, credentialFor, hintsOf, runNode, simulator } from '../support/harness';

let agentId: string;
let fromNumber: string;

beforeEach(() => {
	simulator.reset();
	const { numbers } = simulator.environment('default');
	agentId = plainAgent().id;
	fromNumber = String([...numbers.values()].find(({ active }) => active)?.number);
});

const createAndWait = (
	options: INodeParameters = {},
	toNumber = '={{ $json.to }}',
): INodeParameters => ({
	resource: 'call',
	operation: 'createAndWait',
	agentId: byId(agentId),
	fromNumber: byNumber(fromNumber),
	toNumber,
	options: { pollInterval: 1, ...options },
});

const hasEnded = ({ outcome }: IDataObject) => outcome !== 'in_progress';

test('gives the outcome of each call, all waited for at the same time', async () => {
	simulator.callSeconds = 60;
	const started = Date.now();
	const { json, items, error } = await runNode(createAndWait(), {
		items: ['01', '02', '03', '04', '05', '08', '09'].map((end) => ({
			to: `+121255501${end}`,
		})),
	});
	expect(error).toBeUndefined();
	expect(json.map(({ outcome, answered_by: by }) => [outcome, by])).toEqual([
		['answered', 'human'],
		['no_answer', null],
		['voicemail', 'machine'],
		['failed', null],
		['not_connected', null],
		[simulator.switches.busyLine === 'told' ? 'busy' : 'not_connected', null],
		['transferred', 'human'],
	]);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(json.map((_, item) => ({ item })));
	expect(json[0]).toMatchObject({
		duration_seconds: 34,
		transcript: expect.stringContaining('BOT: Hello there'),
		start_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
	});
	expect(json.map(({ outcome_reason: reason }) => reason)).toEqual([
		...[undefined, undefined, undefined, 'The telephony provider refused the call', null],
		simulator.switches.busyLine === 'told' ? undefined : null,
		undefined,
	]);
	expect(json.every(({ asked_not_to_be_called: asked }) => asked === null)).toBe(true);
	expect(json[0]).not.toHaveProperty('timed_out');
	// Seven calls of a minute each: in turn they would take seven.
	expect(Date.now() - started).toBeLessThan(3 * 60_000);
	expect([...simulator.dialled.values()].reduce((sum, count) => sum + count, 0)).toBe(7);
});

test('calls are placed one after the other, looks begin with 50 at once', async () => {
	simulator.latencyMs = 10;
	const { json, requests } = await runNode(createAndWait(), {
		items: Array.from({ length: 80 }, (_, i) => ({ to: `+1212555${1000 + i}` })),
	});
	expect(json.map(({ to_number: to }) => to)).toEqual(
		Array.from({ length: 80 }, (_, i) => `+1212555${1000 + i}`),
	);
	const created = requests.filter(({ operationId }) => operationId === 'createCall');
	for (const [i, request] of created.slice(1).entries()) {
		expect(request.at).toBeGreaterThanOrEqual(created[i].at + 10);
	}
	expect(Math.max(...requests.map(({ open }) => open))).toBeLessThanOrEqual(51);
});

test('with Items per Batch, so many calls are in progress at the same time', async () => {
	const { error } = await runNode(
		createAndWait({ batching: { batch: { batchSize: 2, batchInterval: 0 } } }),
		{ items: Array.from({ length: 4 }, (_, i) => ({ to: `+1212555${1000 + i}` })) },
	);
	expect(error).toBeUndefined();
	const placed = simulator.requests.filter(
		({ operationId, status }) => operationId === 'createCall' && (status ?? 500) < 300,
	);
	expect(placed).toHaveLength(4);
	// The third call waits for the first two, each of which takes a second.
	expect(placed[1].at - placed[0].at).toBeLessThan(800);
	expect(placed[2].at - placed[1].at).toBeGreaterThanOrEqual(900);
});

describe('when Max Wait is over', () => {
	beforeEach(() => {
		simulator.callSeconds = 60;
	});

	test('the latest state comes out, marked', async () => {
		const { json, error } = await runNode(createAndWait({ maxWait: 0.02 }, '+12125550101'));
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ id: expect.any(String), timed_out: true });
		expect(json[0].outcome).toBe('in_progress');
	});

	test('the item fails if the user wants that, and the call goes on', async () => {
		const { error } = await runNode(
			createAndWait({ maxWait: 0.02, onTimeout: 'fail' }, '+12125550101'),
		);
		expect(error?.message).toMatch(/^Call '[0-9a-f-]{36}' has not ended within 1 second/);
		expect(error?.description).toContain('The call itself goes on.');
		expect(error?.description).toContain('Placing it again would call the person again.');
		expect(simulator.dialled.get('+12125550101')).toBe(1);
	});

	test('zero is one look at most', async () => {
		const { json } = await runNode(createAndWait({ maxWait: 0 }, '+12125550101'));
		expect(json[0].timed_out).toBe(true);
	});
});

describe('looks at many calls', () => {
	test('read one page of the list instead of each call', async () => {
		simulator.switches.newCallStartTime = 'set';
		simulator.switches.agentPayload = 'id';
		simulator.callSeconds = 4;
		const items = Array.from({ length: 30 }, (_, i) => ({ to: `+1212555${1010 + i}` }));
		const { json, requests } = await runNode(createAndWait(), { items });
		expect(json.every(hasEnded)).toBe(true);
		const count = (operation: string) =>
			requests.filter(({ operationId }) => operationId === operation).length;
		expect(count('createCall')).toBe(30);
		// One by one it would be 30 for each of at least four looks; so it is one when it has ended.
		expect(count('getCall')).toBeLessThanOrEqual(60);
		expect(count('listCalls')).toBeGreaterThanOrEqual(3);
	});

	test('read those by themselves that are not on that page', async () => {
		simulator.switches.newCallStartTime = 'null';
		simulator.switches.nullStartTime = 'last';
		simulator.environment('default').addCalls(200);
		const items = Array.from({ length: 4 }, (_, i) => ({ to: `+1212555${1000 + i}` }));
		const { json } = await runNode(createAndWait(), { items });
		expect(json.map(({ to_number: to }) => to)).toEqual(items.map(({ to }) => to));
		expect(json.every(hasEnded)).toBe(true);
	});

	test('survive a list that cannot be read', async () => {
		simulator.faults.add({ operationId: 'listCalls', status: 500, times: Infinity });
		const items = Array.from({ length: 4 }, (_, i) => ({ to: `+1212555${1000 + i}` }));
		const { json, error } = await runNode(createAndWait(), { items });
		expect(error).toBeUndefined();
		expect(json.every(hasEnded)).toBe(true);
	});
});

describe('Wait', () => {
	const wait = (changes: INodeParameters = {}): INodeParameters => ({
		resource: 'call',
		operation: 'wait',
		callId: byId('={{ $json.id }}'),
		options: { pollInterval: 1, ...changes },
	});
	const place = async (...numbers: string[]) => {
		const operation = { ...createAndWait(), operation: 'create', options: {} };
		return (await runNode(operation, { items: numbers.map((to) => ({ to })) })).json;
	};

	test('waits for calls that were placed before', async () => {
		const placed = await place('+12125550101', '+12125550102', '+12125550103');
		const { items, requests, error } = await runNode(wait(), { items: placed });
		expect(error).toBeUndefined();
		const outcomes = ['answered', 'no_answer', 'voicemail'];
		expect(items.map(({ json, pairedItem }) => [json.id, json.outcome, pairedItem])).toEqual(
			placed.map(({ id }, item) => [id, outcomes[item], { item }]),
		);
		expect(requests.every(({ method }) => method === 'GET')).toBe(true);
	});

	test('gives a call that has ended at once, with one request', async () => {
		const [id] = simulator.environment('default').calls.keys();
		const { json, requests } = await runNode(wait(), { items: [{ id }] });
		expect(json[0]).toMatchObject({ id, outcome: 'answered' });
		expect(requests).toHaveLength(1);
	});

	test('gives the latest state when Max Wait is over', async () => {
		simulator.callSeconds = 60;
		const [{ id }] = await place('+12125550101');
		const { json } = await runNode(wait({ maxWait: 0.02 }), { items: [{ id }] });
		expect(json[0]).toMatchObject({ id, timed_out: true });
	});

	test('says so when there is no such call', async () => {
		const id = '550e8400-e29b-41d4-a716-446655440000';
		const { error } = await runNode(wait(), {
			items: [{ id }],
			credential: credentialFor('staging'),
		});
		expect(error?.message).toBe(`The call '${id}' does not exist in environment 'staging'`);
	});
});

describe('a look that fails', () => {
	test('does not end the waiting when it may pass', async () => {
		simulator.faults.add({ operationId: 'getCall', status: 500, times: 1 });
		simulator.faults.add({ operationId: 'getCall', status: 404, times: 1 });
		const { json, error } = await runNode(createAndWait({}, '+12125550101'));
		expect(error).toBeUndefined();
		expect(json[0].outcome).toBe('answered');
		expect(simulator.dialled.get('+12125550101')).toBe(1);
	});

	test('ends it when it will not pass, and tells which call was placed', async () => {
		simulator.faults.add({
			operationId: 'getCall',
			match: ({ query }) => query.id !== undefined,
			status: 403,
			times: Infinity,
		});
		const { error } = await runNode(createAndWait({}, '+12125550101'));
		expect(error?.message).toContain(
			"The API key of environment 'default' is not allowed to do this",
		);
		expect(error?.description).toMatch(
			/not undone: call '[0-9a-f-]{36}' to \+12125550101 placed/,
		);
	});
});

describe('with Wait for the Recording', () => {
	const forRecording = { waitForRecording: true };

	test('the recording is there when the item comes out', async () => {
		// It comes a tenth of the call's time after the end.
		simulator.callSeconds = 10;
		const [call] = simulator.environment('default').addCalls(1, {
			status: 'in_progress',
			recording_available: false,
		});
		const { agent } = call;
		setTimeout(() => Object.assign(call, { status: 'ended' }), 500);
		setTimeout(() => Object.assign(call, { recording_available: true, agent }), 1500);
		const { json } = await runNode(
			{
				resource: 'call',
				operation: 'wait',
				callId: byId(call.id),
				simple: false,
				options: { pollInterval: 1, ...forRecording },
			},
			{},
		);
		expect(json[0]).toMatchObject({ status: 'ended', recording_available: true });
		expect(json[0]).not.toHaveProperty('timed_out');
	});

	test.each([
		['nobody answers', '+12125550102', {}],
		['the call fails', '+12125550104', {}],
		['the call is HIPAA compliant', '+12125550101', { hipaaCompliant: true }],
	])('it does not wait for one that will not come: %s', async (_why, to, additionalFields) => {
		const started = Date.now();
		const { json } = await runNode({
			...createAndWait(forRecording, to),
			simple: false,
			additionalFields,
		});
		expect(json[0]).toMatchObject({ recording_available: false });
		expect(json[0]).not.toHaveProperty('timed_out');
		expect(Date.now() - started).toBeLessThan(6000);
	});

	test('the time may be over before, which is told', async () => {
		const [call] = simulator.environment('default').addCalls(1, { recording_available: false });
		const options = { ...forRecording, pollInterval: 1, maxWait: 0.02 };
		const waiting = { resource: 'call', operation: 'wait', callId: byId(call.id), options };
		const { json, run } = await runNode(waiting);
		expect(json[0]).toMatchObject({ outcome: 'answered', timed_out: true });
		expect(hintsOf(run)).toEqual([
			expect.stringContaining('1 item: the recording is not available yet'),
		]);
		const { error } = await runNode({ ...waiting, options: { ...options, onTimeout: 'fail' } });
		expect(error?.message).toBe(
			`Call '${call.id}' has no recording within 1 second: its status is 'ended'`,
		);
	});
});

test('hints tell what is left to wonder about', async () => {
	simulator.callSeconds = 60;
	const items = [{ to: '+12125550101' }, { to: '+12125550101' }];
	const options = { maxWait: 0.02, skipDuplicates: 'sameNumber' };
	const { run } = await runNode(createAndWait(options), { items });
	expect(hintsOf(run)).toEqual([
		expect.stringMatching(/^1 item: called already before/),
		expect.stringMatching(/^2 items: the call is still in progress/),
	]);
});

test('as a tool of an AI agent, it waits for 42 seconds by default', () => {
	const waitOf = (type: string) => {
		const context = {
			getNode: () => ({ type }),
			getWorkflow: () => ({ id: 'workflow' }),
			getNodeParameter: () => ({}),
		};
		return readMaxWait(new ItemReader(context as never, 0));
	};
	expect(waitOf('n8n-nodes-fluentsai.fluentsAiTool')).toBe(42_000);
	expect(waitOf('n8n-nodes-fluentsai.fluentsAi')).toBe(15 * 60_000);
});

describe('On Cancel', () => {
	test.each([
		['keep', ['not_started', 'in_progress']],
		['end', ['ended']],
	])('%s: the calls are then %j', async (onCancel, statuses) => {
		simulator.callSeconds = 60;
		const all = ['+12125550101', '+12125550106'];
		await runNode(createAndWait({ pollInterval: 30, onCancel }), {
			items: all.map((to) => ({ to })),
			onStart: (stop) => setTimeout(stop, 1500),
		}).catch(() => undefined);
		await new Promise((resolve) => setTimeout(resolve, 1500));
		const placed = [...simulator.environment('default').calls.values()].filter(
			({ to_number: to }) => simulator.dialled.has(to),
		);
		expect(placed).toHaveLength(2);
		for (const { status } of placed) expect(statuses).toContain(status);
	});
});

test('stopping the execution ends the waiting at once, and tears no call off', async () => {
	simulator.callSeconds = 60;
	simulator.faults.add({
		operationId: 'createCall',
		when: 'after',
		delayMs: 600,
		times: Infinity,
	});
	const started = Date.now();
	await runNode(createAndWait({ pollInterval: 30 }), {
		items: [{ to: '+12125550101' }, { to: '+12125550102' }],
		onStart: (stop) => setTimeout(stop, 300),
	}).catch(() => undefined);
	expect(Date.now() - started).toBeLessThan(5000);
	await new Promise((resolve) => setTimeout(resolve, 1500));

	const created = simulator.requests.filter(({ operationId }) => operationId === 'createCall');
	// The call that was being placed got its answer; the second one was not placed any more.
	expect(created[0].status).toBeDefined();
	expect(simulator.dialled.has('+12125550102')).toBe(false);
});

test.each([
	[
		{ pollInterval: 0.5 },
		"'Poll Interval (Seconds)' has to be a number of 1 or more, not 0.5 [item 0]",
	],
	[{ maxWait: -1 }, "'Max Wait (Minutes)' has to be a number of 0 or more, not -1 [item 0]"],
	[
		{ pollInterval: '={{ "soon" }}' },
		"'Poll Interval (Seconds)' is not a number: 'soon' [item 0]",
	],
	[
		{ onTimeout: '={{ "give up" }}' },
		"'When Max Wait Is Over' is none of the choices: 'give up'. They are 'fail', 'output' [item 0]",
	],
	[
		{ waitUsing: '={{ "magic" }}' },
		"'Wait Using' is none of the choices: 'magic'. They are 'poll', 'webhook' [item 0]",
	],
])('%j is refused before anybody is called', async (options, message) => {
	const { error, requests } = await runNode(createAndWait(options, '+12125550101'));
	expect(error?.message).toBe(message);
	expect(requests).toEqual([]);
});
