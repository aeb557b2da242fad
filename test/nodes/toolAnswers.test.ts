import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type * as Tools from '../../engine/tools';
import { dialled, numbers, placing } from '../support/callFixtures';
import { byId, credentialFor, engine, FLUENTS_AI, runNode, simulator } from '../support/harness';
import { leastParameters } from '../support/operations';

const { toolOf } = globalThis as unknown as typeof Tools;

/** What a language model gets to read: the items of a tool, or the message of its error alone. */

let TO: string;
let used = 3000;

beforeEach(() => {
	simulator.reset();
	[TO] = numbers(1, used++);
});

const toolNode = (parameters: INodeParameters): INode => ({
	id: 'tool',
	name: 'Phone',
	type: `${FLUENTS_AI}Tool`,
	typeVersion: 1,
	position: [0, 0],
	parameters,
	credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
});

const ask = async (parameters: INodeParameters, input: IDataObject = {}) =>
	await toolOf(
		engine,
		toolNode(parameters),
		{ credentials: { fluentsAiApi: credentialFor() } },
		'mcp',
	)(input);

const call = async (
	operation: 'create' | 'createAndWait',
	options: INodeParameters = {},
	changes: INodeParameters = {},
) => await ask(placing(operation, options, { toNumber: TO, ...changes }));

const reading = (changes: INodeParameters): INodeParameters => {
	const [callId] = [...simulator.environment('default').calls.keys()];
	return { resource: 'call', operation: 'get', callId: byId(callId), ...changes };
};

describe('Output', () => {
	test('is simplified unless set', async () => {
		const [item] = await ask(reading({}));
		expect(Object.keys(item)).toEqual(
			expect.arrayContaining(['id', 'outcome', 'transcript', 'answers']),
		);
		expect(item).not.toHaveProperty('status');
	});

	test('gives selected fields of both forms, the ID always first', async () => {
		const fields = { output: 'fields', fields: 'outcome, status, agent_id, error' };
		const [item] = await ask(reading(fields));
		expect(Object.keys(item)).toEqual(['id', 'outcome', 'status', 'agent_id']);
		const [twice] = await ask(
			reading({ output: 'fields', fields: 'id, nothing, constructor' }),
		);
		expect(twice).toEqual({ id: item.id, nothing: null, constructor: null });
	});

	test('gives everything', async () => {
		const [item] = await ask(reading({ output: 'raw' }));
		expect(item).toMatchObject({ status: expect.any(String), outcome: expect.any(String) });
	});

	test('needs the names of the fields', async () => {
		await expect(ask(reading({ output: 'fields' }))).rejects.toThrow("'Fields' is empty");
	});

	test('means nothing in a workflow, as Simplify means nothing to a tool', async () => {
		const { json } = await runNode(reading({ output: 'raw' }));
		expect(json[0]).not.toHaveProperty('status');
		const [item] = await ask(reading({ simple: false }));
		expect(item).not.toHaveProperty('status');
	});

	test('has what happened to a call beside the selected fields', async () => {
		const fields = { output: 'fields', fields: 'to_number' };
		const [item] = await call('create', {}, fields);
		expect(item).toEqual({ id: expect.any(String), to_number: TO, note: expect.any(String) });
		expect(await call('create', {}, fields)).toMatchObject([{ id: item.id, duplicate: true }]);
	});
});

describe('a call that goes on', () => {
	test('is told of after 42 seconds', async () => {
		simulator.callSeconds = 300;
		const began = Date.now();
		const [item] = await call('createAndWait');
		expect(Date.now() - began).toBeGreaterThan(40_000);
		expect(Date.now() - began).toBeLessThan(45_000);
		expect(item).toMatchObject({
			outcome: 'in_progress',
			timed_out: true,
			note: `The call is in progress. Do not call again: ask for its outcome later, by its ID '${String(item.id)}'.`,
		});
	});

	test('has the time that placing took off that', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.callSeconds = 300;
		simulator.faults.add({ operationId: 'createCall', delayMs: 5_000 });
		const began = Date.now();
		const [item] = await call('createAndWait');
		expect(item.timed_out).toBe(true);
		expect(Date.now() - began).toBeLessThan(45_000);
	});

	test('of Create, of a repeat and of Wait has the same note', async () => {
		simulator.callSeconds = 300;
		const [created] = await call('create');
		expect(created.note).toMatch(/^The call is in progress\. Do not call again/);
		const [repeat] = await call('create');
		expect(repeat.note).toMatch(
			/was not called again\. This is that call\. The call is in progress\./,
		);
		const wait = { resource: 'call', operation: 'wait', callId: byId(String(created.id)) };
		const [waited] = await ask({ ...wait, options: { maxWait: 0 } });
		expect(waited).toMatchObject({ timed_out: true, note: created.note });
	});

	test('that has ended has no note', async () => {
		const [item] = await call('createAndWait', { pollInterval: 1 });
		expect(item.outcome).not.toBe('in_progress');
		expect(item).not.toHaveProperty('note');
	});

	test('has no note in a workflow, which waits 15 minutes', async () => {
		simulator.callSeconds = 120;
		const { json } = await runNode(placing('createAndWait', {}, { toNumber: TO }));
		expect(json[0]).toMatchObject({ outcome: 'answered' });
		expect(json[0]).not.toHaveProperty('note');
	});
});

describe('the message of an error alone says whether somebody was called', () => {
	const message = async (asked: Promise<unknown>) =>
		await asked.then(
			() => 'no error',
			(error: Error) => error.message,
		);

	test.each<[string, INodeParameters, RegExp]>([
		[
			'a wrong number',
			{ toNumber: '555' },
			/^Nobody was called: 'To Number' is not a phone number: '555'/,
		],
		['an empty agent', { agentId: byId('') }, /^Nobody was called: 'Agent' is empty/],
	])('%s', async (_what, changes, expected) => {
		const said = await message(call('create', {}, changes));
		expect(said).toMatch(expected);
		expect(said).not.toMatch(/\[item/);
		expect(dialled()).toEqual({});
	});

	test('a refusal', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({
			operationId: 'createCall',
			status: 402,
			body: { message: 'No funds' },
		});
		expect(await message(call('create'))).toMatch(/^Nobody was called: No funds/);
	});

	test('a list that cannot be read', async () => {
		simulator.faults.add({ operationId: 'listCalls', status: 500, times: Infinity });
		expect(await message(call('create'))).toMatch(/^Nobody was called: /);
		expect(dialled()).toEqual({});
	});

	test.each(['create', 'createAndWait'] as const)(
		'an answer to %s that was lost',
		async (operation) => {
			simulator.switches.agentPayload = 'id';
			simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
			simulator.faults.add({
				operationId: 'listCalls',
				status: 500,
				times: Infinity,
				match: () => simulator.dialled.size > 0,
			});
			for (let times = 0; times < 2; times++) {
				const said = await message(call(operation, { timeout: 10_000 }));
				expect(said).toMatch(/may have been called, so the node does not dial again/);
				expect(said).not.toMatch(/nobody was called/i);
			}
			expect(dialled()).toEqual({ [TO]: 1 });
		},
	);

	test.each<[string, INodeParameters, RegExp]>([
		[
			'the limit',
			{ toolLimits: { limits: { callsPerHour: 1 } } },
			/: AI tools may place 1 calls/,
		],
		['a refusal', {}, /: Busy/],
	])('%s after an answer that was lost', async (_what, options, reason) => {
		simulator.switches.agentPayload = 'id';
		const noCalls = { items: [], page: 1, size: 100, total: 0, has_more: false };
		simulator.faults.add({ operationId: 'listCalls', times: Infinity, alter: () => noCalls });
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		const busy = { status: 409, body: { message: 'Busy' } };
		simulator.faults.add({ operationId: 'createCall', times: Infinity, ...busy });
		// The process remembers for an hour what tools have placed.
		for (let minute = 0; minute <= 60; minute++) {
			await new Promise((resolve) => setTimeout(resolve, 60_000));
		}
		const said = await message(
			call('create', { retryUnconfirmed: true, timeout: 10_000, ...options }),
		);
		expect(said).toMatch(/^The person may have been called, so do not call again: /);
		expect(said).toMatch(reason);
		expect(said).not.toMatch(/nobody was called/i);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('a call that takes too long', async () => {
		simulator.callSeconds = 300;
		const said = await message(call('createAndWait', { onTimeout: 'fail' }));
		expect(said).toMatch(
			/^The call to \+\d+ was placed \(ID '[^']+'\), so do not call again, but then: Call '[^']+' has not ended within 42 seconds/,
		);
	});

	test('and an item that was skipped', async () => {
		const never = {
			days: ['monday'],
			opensAt: '10:00',
			closesAt: '10:01',
			outside: 'giveBack',
		};
		const [item] = await call('create', { callingWindow: { window: never } });
		expect(item).toMatchObject({ skipped: 'outside_window', note: 'Nobody was called.' });
	});

	test('in a workflow, errors are as they were', async () => {
		const { error } = await runNode(placing('create', {}, { toNumber: '555' }));
		expect(error?.message).toMatch(/^'To Number' is not a phone number: '555'.*\[item 0\]$/);
	});
});

/** As AI Agent v3 and MCP in queue mode run a tool: the model gets the message and nothing else. */
const messageAlone = async (parameters: INodeParameters): Promise<string> => {
	const { error } = await runNode(parameters, { settings: { type: `${FLUENTS_AI}Tool` } });
	return error?.message ?? 'no error';
};

const writes = Object.keys(leastParameters).filter(
	(name) =>
		!/ (get|getAll|getAvailable|getRecording|wait|send|respond|create(AndWait)?)$/.test(name),
);

test.each([...writes, 'agent create', 'prompt create', 'webhook create'])(
	'of %s that may have been done, the message alone says what to check',
	async (name) => {
		const [resource, operation] = name.split(' ');
		const parameters = { resource, operation, ...leastParameters[name]() };
		expect(await messageAlone(parameters)).toBe('no error');
		const done = simulator.requests.find(({ method }) => method !== 'GET')!;
		simulator.reset();
		const { operationId } = done;
		simulator.faults.add({ operationId, when: 'after', reset: true });
		const again = { resource, operation, ...leastParameters[name]() };
		expect(await messageAlone(again)).toMatch(
			/It is not known whether Fluents\.ai acted on it\. Check with Get/,
		);
	},
);

test('a tool has no items to count', async () => {
	for (const operation of ['get', 'end', 'wait']) {
		const said = await messageAlone({
			resource: 'call',
			operation,
			callId: byId('={{ $json.none }}'),
		});
		expect(said).toMatch(/^'Call' is empty$/);
	}
});
