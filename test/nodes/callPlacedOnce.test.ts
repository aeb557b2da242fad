import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

import { sleep, type IDataObject, type INode, type INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../simulator';
import {
	byId,
	byNumber,
	credentialFor,
	engine,
	runNode,
	simulator,
	truth,
} from '../support/harness';
import {
	dialled,
	numbers,
	placeFirst,
	placing,
	plainAgent,
	toItems,
} from '../support/callFixtures';

const TO = '+12125550101';
/** Short, so that a request without an answer, and the search for its call, end soon. */
const timeout = 500;
const goesOn: Partial<INode> = { onError: 'continueRegularOutput' };
const repeats: Partial<INode> = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

/** Leads to the simulator while it is open. */
class Door {
	private readonly server = createServer((socket) => {
		const behind = connect(Number(new URL(simulator.url).port), '127.0.0.1');
		socket.on('data', (data) => {
			if (this.last !== undefined && String(data).includes(this.last)) this.close();
		});
		socket.pipe(behind).pipe(socket);
		for (const end of [socket, behind]) end.on('error', () => socket.destroy());
	});
	private port = 0;
	private last?: string;

	/** @returns the base URL, the same each time. */
	async open(): Promise<string> {
		this.last = undefined;
		await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
		({ port: this.port } = this.server.address() as AddressInfo);
		const { pathname } = new URL(simulator.url);
		return `http://127.0.0.1:${this.port}${pathname}`;
	}

	/** Takes nobody in after the next request whose head holds `text`. */
	closeAfter(text: string): void {
		this.last = text;
	}

	close(): void {
		this.server.close();
	}
}

const door = new Door();
afterAll(() => door.close());

beforeAll(placeFirst);
beforeEach(() => simulator.reset());

const isTo =
	(number: string): Fault['match'] =>
	({ body }) =>
		(body as { to_number?: string }).to_number === number;

/** Everything that can keep an answer away. */
const losses: Array<[string, Partial<Fault>]> = [
	['the connection is reset', { reset: true }],
	['the server stumbles', { status: 500 }],
	['a gateway gives up', { status: 504, body: '<html>504</html>' }],
	['the service is not available', { status: 503 }],
	['no answer comes in time', { hang: true }],
	['the answer breaks off', { truncate: true }],
	['the answer is no JSON', { status: 200, body: 'OK' }],
];

describe('a call whose answer is lost', () => {
	test('is found when it was placed, whatever kept the answer away', async () => {
		const all = numbers(losses.length);
		losses.forEach(([, fault], i) => {
			simulator.faults.add({
				operationId: 'createCall',
				when: 'after',
				...fault,
				match: (request) =>
					isTo(all[i])?.(request) === true &&
					// Not the form that is refused anyway.
					(truth === 'a' ||
						typeof (request.body as { agent: unknown }).agent === 'object'),
			});
		});
		const { json, error } = await runNode(placing('create', { timeout }), {
			items: toItems(all),
			settings: goesOn,
		});
		expect(error).toBeUndefined();
		expect(json.map(({ to_number: to, error: lost }) => lost ?? to)).toEqual(all);
		expect(json.every(({ id }) => typeof id === 'string')).toBe(true);
		expect(Object.values(dialled())).toEqual(all.map(() => 1));
	});

	test('is not dialled again when it was not placed, and the error says what is known', async () => {
		// An answer that breaks off is one of a server that has acted.
		const faults = losses.map(([, fault]) => fault).filter(({ truncate }) => !truncate);
		const all = numbers(faults.length);
		faults.forEach((fault, i) =>
			simulator.faults.add({ operationId: 'createCall', ...fault, match: isTo(all[i]) }),
		);
		const { json } = await runNode(placing('create', { timeout }), {
			items: toItems(all),
			settings: goesOn,
		});
		json.forEach(({ error, details }, i) => {
			expect(error).toContain(`It is not known whether the call to ${all[i]} was placed: `);
			expect(error).toContain('may have been called, so the node does not dial again');
			expect(details).toMatchObject({
				description: expect.stringMatching(
					/has no new call .*\. Look at the call history.*n8n_call_key: n8n-.*'Retry Unconfirmed Calls'/,
				),
			});
		});
		expect(dialled()).toEqual({});
	});

	test('is dialled again with Retry Unconfirmed Calls, once it is clear that there is none', async () => {
		simulator.faults.add({ operationId: 'createCall', status: 502 });
		const started = Date.now();
		const { json, error } = await runNode(
			placing('create', { timeout, retryUnconfirmed: true }),
			{ items: [{ to: TO }] },
		);
		expect(error).toBeUndefined();
		expect(json[0].to_number).toBe(TO);
		expect(dialled()).toEqual({ [TO]: 1 });
		expect(Date.now() - started).toBeGreaterThanOrEqual(5000);
	});

	test('is found although many calls are newer or have not started', async () => {
		const environment = simulator.environment('default');
		environment.addCalls(250);
		environment.addCalls(120, { start_time: null, status: 'not_started', to_number: TO });
		// They would be read one by one if it were not told that they carry another key.
		for (const call of environment.calls.values()) call.context = { n8n_call_key: 'other' };
		simulator.callSeconds = 600; // the new call does not start while it is searched for
		simulator.faults.add({
			operationId: 'createCall',
			when: 'after',
			reset: true,
			times: truth === 'a' ? 1 : 2,
		});
		simulator.switches.agentPayload = 'id';
		const { json, error, requests } = await runNode(placing('create', { timeout }), {
			items: [{ to: TO }],
		});
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ to_number: TO, outcome: 'in_progress' });
		expect(dialled()).toEqual({ [TO]: 1 });
		const pages = requests.filter(({ operationId }) => operationId === 'listCalls');
		expect(pages.length).toBeLessThanOrEqual(5);
	});

	test('is neither found nor dialled again when calls do not tell their keys', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		const { error } = await runNode(
			placing('create', { timeout, retryUnconfirmed: true, sendCallKey: false }),
			{ items: [{ to: TO }] },
		);
		const [placed] = [...simulator.environment('default').calls.keys()].slice(-1);
		expect(error?.message).toContain(`It is not known whether the call to ${TO} was placed`);
		expect(error?.description).toContain(
			`Call '${placed}' between the same numbers may be it, but carries no key`,
		);
		expect(error?.description).not.toContain('Retry Unconfirmed Calls');
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('stays open while a call that fits does not tell its key', async () => {
		const { numbers: lines } = simulator.environment('default');
		const from = [...lines.values()].find(({ active }) => active === true);
		const [call] = simulator.environment('default').addCalls(1, {
			to_number: TO,
			from_number: from?.number,
			start_time: Date.now(),
			context: undefined,
		});
		simulator.faults.add({ operationId: 'createCall', status: 500 });
		const { error } = await runNode(placing('create', { timeout, retryUnconfirmed: true }), {
			items: [{ to: TO }],
		});
		expect(error?.description).toContain(
			`Call '${call.id}' between the same numbers may be it`,
		);
		expect(dialled()).toEqual({});
	});

	test('stays open while the list cannot be read', async () => {
		simulator.faults.add({ operationId: 'createCall', status: 500 });
		simulator.faults.add({ operationId: 'listCalls', status: 500, times: Infinity });
		const { error } = await runNode(placing('create', { timeout, retryUnconfirmed: true }), {
			items: [{ to: TO }],
		});
		expect(error?.description).toContain('The newest calls could not all be looked through');
		expect(dialled()).toEqual({});
	});

	test('holds the other items back, so that nobody is called after an item that fails', async () => {
		const [first, second] = numbers(2);
		simulator.faults.add({ operationId: 'createCall', status: 500, match: isTo(first) });
		const { error } = await runNode(placing('create', { timeout }), {
			items: toItems([first, second]),
		});
		expect(error?.context.itemIndex).toBe(0);
		expect(dialled()).toEqual({});
	});
});

describe('when n8n runs the node again', () => {
	test('Retry On Fail finds the calls that were placed', async () => {
		const all = numbers(4);
		simulator.faults.add({
			operationId: 'createCall',
			match: isTo(all[2]),
			status: 409,
			body: { message: 'Line is busy' },
		});
		const { json, error } = await runNode(placing('createAndWait', { pollInterval: 1 }), {
			items: toItems(all),
			settings: repeats,
		});
		expect(error).toBeUndefined();
		expect(json.map(({ to_number: to }) => to)).toEqual(all);
		expect(json.every(({ outcome }) => outcome !== 'in_progress')).toBe(true);
		expect(json.some(({ duplicate }) => duplicate)).toBe(false);
		expect(Object.values(dialled())).toEqual([1, 1, 1, 1]);
	});

	test('with Continue On Fail it does so because the first item failed', async () => {
		const all = numbers(3);
		simulator.faults.add({
			operationId: 'createCall',
			match: isTo(all[0]),
			status: 409,
			body: { message: 'Line is busy' },
		});
		const { json } = await runNode(placing('create'), {
			items: toItems(all),
			settings: { ...repeats, ...goesOn },
		});
		expect(json.map(({ to_number: to }) => to)).toEqual(all);
		expect(Object.values(dialled())).toEqual([1, 1, 1]);
	});

	test('an open attempt is searched for anew, and its call found', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		// As long as the first run searches, the list does not answer.
		const until = Date.now() + 6500;
		simulator.faults.add({
			operationId: 'listCalls',
			status: 500,
			times: Infinity,
			match: () => Date.now() < until,
		});
		const { json, error } = await runNode(placing('create', { timeout }), {
			items: [{ to: TO }],
			settings: repeats,
		});
		expect(error).toBeUndefined();
		expect(json[0].to_number).toBe(TO);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test("the editor's Retry of a failed execution finds the calls, also with another key", async () => {
		const all = numbers(3);
		simulator.faults.add({
			operationId: 'createCall',
			match: isTo(all[2]),
			status: 409,
			body: { message: 'Line is busy' },
		});
		const parameters = placing('create', { callKey: '={{ $execution.id + $json.to }}' });
		const failed = await runNode(parameters, { items: toItems(all) });
		expect(failed.error?.message).toBe('Line is busy');
		expect(Object.values(dialled())).toEqual([1, 1]);

		const { json, error } = await runNode(parameters, {
			items: toItems(all),
			retryOf: failed,
		});
		expect(error).toBeUndefined();
		expect(json.map(({ to_number: to }) => to)).toEqual(all);
		expect(Object.values(dialled())).toEqual([1, 1, 1]);
	});

	test('an item whose call was refused is placed then', async () => {
		simulator.faults.add({ operationId: 'createCall', status: 409, body: { message: 'Busy' } });
		const { json } = await runNode(placing('create'), {
			items: [{ to: TO }],
			settings: repeats,
		});
		expect(json[0].to_number).toBe(TO);
		expect(dialled()).toEqual({ [TO]: 1 });
	});
});

describe('a call that is refused although it was placed', () => {
	beforeEach(() => Object.assign(simulator.switches, { agentPayload: 'id' }));
	const refusing = (status: number): Fault => ({
		operationId: 'createCall',
		when: 'after',
		status,
		body: { message: 'No' },
	});

	test.each([300, 301, 304, 307, 308, 401, 402, 403, 404, 409, 410, 413])(
		'with %s, is found before Retry On Fail places it again',
		async (status) => {
			simulator.faults.add(refusing(status));
			const { json, error } = await runNode(placing('create'), {
				items: [{ to: TO }],
				settings: repeats,
			});
			expect(error).toBeUndefined();
			expect(json[0]).toMatchObject({ to_number: TO, id: expect.any(String) });
			expect(dialled()).toEqual({ [TO]: 1 });
		},
	);

	test.each([
		['in the other form', 400],
		['in the other form', 422],
		['after a limit', 429],
	])('is found before it is placed %s (%s)', async (_how, status) => {
		simulator.faults.add(refusing(status));
		const { json, error } = await runNode(placing('create'), { items: [{ to: TO }] });
		expect(error).toBeUndefined();
		expect(json[0].to_number).toBe(TO);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('is found by its own key, however often it was refused', async () => {
		simulator.faults.add(refusing(409));
		const isSecondTry = () =>
			simulator.requests.filter(({ operationId }) => operationId === 'createCall').length < 2;
		simulator.faults.add({
			operationId: 'listCalls',
			times: Infinity,
			match: isSecondTry,
			alter: (body) => ({ ...(body as object), items: [], has_more: false }),
		});
		simulator.faults.add({ operationId: 'createCall', status: 409, body: { message: 'Busy' } });
		const { json, error } = await runNode(placing('create'), {
			items: [{ to: TO }],
			settings: { ...repeats, maxTries: 3 },
		});
		expect(error).toBeUndefined();
		expect(json[0].to_number).toBe(TO);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('is found by its own key, also after a try that did not reach Fluents.ai', async () => {
		simulator.faults.add(refusing(409));
		let isBehind = true;
		simulator.faults.add({
			operationId: 'listCalls',
			times: Infinity,
			match: () => isBehind,
			alter: (body) => ({ ...(body as object), items: [], has_more: false }),
		});
		const credential = credentialFor('default', { baseUrl: await door.open() });
		const refused = await runNode(placing('create'), { items: [{ to: TO }], credential });
		expect(refused.error?.message).toBe('No');

		door.closeAfter('GET /v1/calls/list');
		const unsent = await runNode(placing('create'), { credential, retryOf: refused });
		expect(unsent.error?.message).toBe('Fluents.ai could not be reached');

		isBehind = false;
		await door.open();
		const { json, error } = await runNode(placing('create'), { credential, retryOf: unsent });
		expect(error).toBeUndefined();
		expect(json[0].to_number).toBe(TO);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('is found when it starts while the list is read', async () => {
		simulator.callSeconds = 600;
		simulator.switches.nullStartTime = 'last';
		const { calls } = simulator.environment('default');
		calls.clear();
		const [other] = numbers(1);
		simulator
			.environment('default')
			.addCalls(250, { to_number: other, start_time: Date.now(), end_time: Date.now() });
		simulator.faults.add(refusing(409));
		let pages = 0;
		simulator.faults.add({
			operationId: 'listCalls',
			match: () => {
				pages++;
				const placed = [...calls.values()].at(-1);
				if (pages === 2) Object.assign(placed ?? {}, { start_time: Date.now() + 1000 });
				return false;
			},
		});
		const { error } = await runNode(placing('create'), {
			items: [{ to: TO }],
			settings: repeats,
		});
		expect(error).toBeUndefined();
		expect(pages).toBeGreaterThan(1);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('is not placed again while the list cannot be read', async () => {
		simulator.faults.add(refusing(409));
		simulator.faults.add({ operationId: 'listCalls', status: 500, times: Infinity });
		const { error } = await runNode(placing('create'), {
			items: [{ to: TO }],
			settings: repeats,
		});
		expect(error?.message).toMatch(/^It is not known whether the call to .* was placed: No\./);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('is placed again when the server keeps it as one that failed', async () => {
		simulator.callSeconds = 600;
		simulator.faults.add(refusing(409));
		simulator.faults.add({
			operationId: 'listCalls',
			match: () => {
				const [call] = [...simulator.environment('default').calls.values()].slice(-1);
				Object.assign(call, { status: 'error', start_time: null });
				return false;
			},
		});
		const { json, error } = await runNode(placing('create'), {
			items: [{ to: TO }],
			settings: repeats,
		});
		expect(error).toBeUndefined();
		expect(json[0].status).not.toBe('error');
		expect(dialled()).toEqual({ [TO]: 2 });
	});
});

describe('an answer that is not the call that was asked for', () => {
	test.each([true, false])('is not taken for it, with Send Call Key %s', async (sendCallKey) => {
		simulator.switches.agentPayload = 'id';
		const other = '+12125550199';
		await runNode(placing('create', { sendCallKey }), { items: [{ to: other }] });
		const [stale] = [...simulator.environment('default').calls.values()].slice(-1);
		simulator.faults.add({ operationId: 'createCall', alter: () => ({ ...stale }) });
		const { json, error } = await runNode(placing('create', { sendCallKey, timeout }), {
			items: [{ to: TO }],
		});
		if (sendCallKey) expect(json[0].to_number).toBe(TO);
		else expect(error?.message).toContain('Fluents.ai answered with a different call.');
		expect(dialled()).toEqual({ [other]: 1, [TO]: 1 });
	});
});

describe('within one execution, before the list shows the calls of it', () => {
	/** Runs the node twice, one after the other, as two nodes do. */
	async function runTwice(options: INodeParameters, to = ['={{ $json.to }}', TO]) {
		const known = new Set(simulator.environment('default').calls.keys());
		simulator.faults.add({
			operationId: 'listCalls',
			times: Infinity,
			alter: (body) => {
				const page = body as { items: Array<{ id: string }> };
				return { ...page, items: page.items.filter(({ id }) => known.has(id)) };
			},
		});
		const { workflow, options: runOptions } = await runNode(placing('create', options), {
			items: [],
		});
		const [first] = workflow.nodes.slice(-1);
		const next = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
		const parameters = [0, 1].map((i) => placing('create', options, { toNumber: to[i] }));
		const nodes = ['A', 'B'].map((name, i) => ({
			...first,
			id: name,
			name,
			parameters: parameters[i],
		}));
		const { data } = await engine.run(
			{
				...workflow,
				nodes: [...workflow.nodes.slice(0, -1), ...nodes],
				connections: { Trigger: next('Items'), Items: next('A'), A: next('B') },
				pinData: { Items: [{ json: { to: TO } }] },
			},
			runOptions,
		);
		return data.resultData.runData.B[0];
	}

	test.each([{ callKey: 'order 1' }, { skipDuplicates: 'sameNumber' }])(
		'%j holds for two nodes',
		async (options) => {
			const { data } = await runTwice(options);
			expect(data?.main[0]?.[0].json).toMatchObject({ to_number: TO, duplicate: true });
			expect(dialled()).toEqual({ [TO]: 1 });
		},
	);

	test('a Call Key answers for its number only', async () => {
		const { error } = await runTwice({ callKey: 'order 1' }, [TO, '+12125550199']);
		expect(error?.message).toContain(`was used for a call to ${TO}`);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('a call older than Look Back does not count', async () => {
		await runTwice({ callKey: 'order 1', lookBack: 0 });
		expect(dialled()).toEqual({ [TO]: 2 });
	});
});

describe('two executions in the same process, before the list shows the calls of either', () => {
	beforeEach(() => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({
			operationId: 'listCalls',
			times: Infinity,
			alter: (body) => ({ ...(body as object), items: [], has_more: false }),
		});
	});
	const place = async (options: INodeParameters, to = TO) =>
		await runNode(placing('create', { ...options, timeout: 2000 }), { items: [{ to }] });
	const ways: INodeParameters[] = [{ callKey: 'order 1' }, { skipDuplicates: 'sameNumber' }];

	test.each(ways)('%j holds one after the other', async (options) => {
		const first = await place(options);
		const { json } = await place(options);
		expect(json[0]).toMatchObject({ id: first.json[0].id, duplicate: true });
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test.each(ways)('%j holds while the first call is being placed', async (options) => {
		simulator.faults.add({ operationId: 'createCall', delayMs: 1000 });
		const runs = await Promise.all([place(options), place(options), place(options)]);
		const outputs = runs.map(({ json }) => json[0]);
		expect(new Set(outputs.map(({ id }) => id)).size).toBe(1);
		expect(outputs.filter(({ duplicate }) => duplicate)).toHaveLength(2);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test.each(ways)('%j holds while the first answer is lost', async (options) => {
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		const runs = await Promise.all([place(options), place(options)]);
		for (const { error } of runs) expect(error?.message).toContain('It is not known whether');
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('a Call Key answers for its number only', async () => {
		await place({ callKey: 'order 1' });
		const { error } = await place({ callKey: 'order 1' }, '+12125550199');
		expect(error?.message).toContain(`was used for a call to ${TO}`);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('another account is another matter', async () => {
		await place({ skipDuplicates: 'sameNumber' });
		const [, other] = Object.keys(simulator.keys);
		const { numbers: lines } = simulator.environment(other);
		const from = [...lines.values()].find(({ active }) => active === true);
		const { json, error } = await runNode(
			placing(
				'create',
				{ skipDuplicates: 'sameNumber' },
				{
					agentId: byId(plainAgent(other).id),
					fromNumber: byNumber(String(from?.number)),
				},
			),
			{ items: [{ to: TO }], credential: credentialFor(other) },
		);
		expect(error?.message ?? json[0].duplicate).toBeUndefined();
		expect(dialled()).toEqual({ [TO]: 2 });
	});

	test.each(ways)('%j holds while Fluents.ai cannot read the call yet', async (options) => {
		const first = await place(options);
		simulator.faults.add({ operationId: 'getCall', status: 404, times: Infinity });
		const { json } = await place(options);
		expect(json[0]).toMatchObject({ id: first.json[0].id, duplicate: true });
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('a call that Fluents.ai does not have any more does not count after a minute', async () => {
		await place({ callKey: 'order 1' });
		simulator.faults.add({ operationId: 'getCall', status: 404, times: Infinity });
		for (let seconds = 0; seconds < 61; seconds++) await sleep(1000);
		await place({ callKey: 'order 1' });
		expect(dialled()).toEqual({ [TO]: 2 });
	});

	test.each(ways)('%j holds also after a later call that was not placed', async (options) => {
		const first = await place(options);
		const key = options.callKey ? { callKey: options.callKey, lookBack: 0 } : {};
		simulator.faults.add({ operationId: 'createCall', status: 500 });
		const { error } = await place(key);
		expect(error?.message).toContain('It is not known whether');
		const { json } = await place(options);
		expect(json[0]).toMatchObject({ id: first.json[0].id, duplicate: true });
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('a call that has reached nobody does not count', async () => {
		simulator.callSeconds = 600;
		const { json } = await place({ callKey: 'order 1' });
		const call = simulator.environment('default').calls.get(String(json[0].id));
		Object.assign(call ?? {}, { status: 'error', start_time: null });
		await place({ callKey: 'order 1' });
		expect(dialled()).toEqual({ [TO]: 2 });
	});
});

test.each([
	[{ callKey: '={{ { order: 1 } }}' }, "'Call Key' is not a text"],
	[{ callKey: '={{ [1] }}' }, "'Call Key' is not a text"],
	[{ callKey: '={{ NaN }}' }, "'Call Key' is not a text"],
	[{ callKey: '={{ null }}' }, "'Call Key' is empty"],
	[
		{ skipDuplicates: '={{ "Same Numbers" }}' },
		"'Skip If Already Called' is none of the choices",
	],
	[{ skipDuplicates: '={{ true }}' }, "'Skip If Already Called' is none of the choices"],
	[{ skipDuplicates: '={{ $json.missing }}' }, "'Skip If Already Called' gives nothing"],
])(
	'%j would let people be called twice, or not at all, and is refused',
	async (options, message) => {
		const { error } = await runNode(placing('create', options), { items: [{ to: TO }] });
		expect(error?.message).toContain(message);
		expect(dialled()).toEqual({});
	},
);

test('a date is a Call Key of its own to the millisecond', async () => {
	const options = { callKey: '={{ new Date($json.at) }}' };
	const items = [1, 2].map((at) => ({ to: TO, at }));
	await runNode(placing('create', options), { items });
	expect(dialled()).toEqual({ [TO]: 2 });
});

describe('across executions', () => {
	const own = { callKey: '={{ "order " + $json.order }}' };
	const orders = toItems(numbers(3)).map((item, order) => ({ ...item, order }));

	test('a key of the user gives the earlier call, and dials nothing', async () => {
		const first = await runNode(placing('create', own), { items: orders.slice(0, 2) });
		const second = await runNode(placing('createAndWait', { ...own, pollInterval: 1 }), {
			items: orders,
		});
		expect(second.error).toBeUndefined();
		expect(second.json.map(({ id, duplicate }) => [id, duplicate])).toEqual([
			[first.json[0].id, true],
			[first.json[1].id, true],
			[expect.any(String), undefined],
		]);
		expect(Object.values(dialled())).toEqual([1, 1, 1]);
	});

	test('one reading of the list serves all items', async () => {
		// So that no call is looked for that was refused in one form.
		simulator.switches.agentPayload = 'id';
		const all = numbers(30);
		await runNode(placing('create'), { items: toItems(all.slice(0, 20)) });
		const { json, requests } = await runNode(
			placing('create', { skipDuplicates: 'sameNumber' }),
			{ items: toItems(all) },
		);
		expect(json.filter(({ duplicate }) => duplicate)).toHaveLength(20);
		expect(requests.filter(({ operationId }) => operationId === 'listCalls')).toHaveLength(1);
		expect(Object.values(dialled()).every((count) => count === 1)).toBe(true);
	});

	test('an earlier call with another key is no duplicate', async () => {
		await runNode(placing('create', { callKey: 'a' }), { items: [{ to: TO }] });
		const { json } = await runNode(placing('create', { callKey: 'b' }), {
			items: [{ to: TO }],
		});
		expect(json[0].duplicate).toBeUndefined();
		expect(dialled()).toEqual({ [TO]: 2 });
	});

	test('without a key of the user each execution calls', async () => {
		await runNode(placing('create'), { items: [{ to: TO }] });
		await runNode(placing('create'), { items: [{ to: TO }] });
		expect(dialled()).toEqual({ [TO]: 2 });
	});

	test('a call that is older than Look Back does not count', async () => {
		const hours = (ago: number) => Date.now() - ago * 3_600_000;
		const [early, late] = numbers(2);
		const environment = simulator.environment('default');
		environment.addCalls(1, { to_number: early, start_time: hours(30), end_time: hours(30) });
		environment.addCalls(1, { to_number: late, start_time: hours(20), end_time: hours(20) });
		const { json } = await runNode(placing('create', { skipDuplicates: 'sameNumber' }), {
			items: toItems([early, late]),
		});
		expect(json.map(({ duplicate }) => duplicate)).toEqual([undefined, true]);
		expect(dialled()).toEqual({ [early]: 1 });
	});

	test('nobody is called when an earlier call to the number does not tell its key', async () => {
		const fields = { to_number: orders[0].to, start_time: Date.now(), context: undefined };
		const [call] = simulator.environment('default').addCalls(1, fields);
		const { error } = await runNode(placing('create', own), { items: orders });
		expect(error?.message).toBe(
			`Fluents.ai does not tell the key of call '${call.id}' to ${orders[0].to}`,
		);
		expect(error?.description).toContain('nobody was called');
		expect(dialled()).toEqual({});
	});

	test('nobody is called when the list cannot be read', async () => {
		simulator.faults.add({ operationId: 'listCalls', status: 403, times: Infinity });
		const { error } = await runNode(placing('create', own), { items: orders });
		expect(error?.httpCode).toBe('403');
		expect(dialled()).toEqual({});
	});
});

test.each([{ skipDuplicates: 'sameNumber' }, { callKey: 'one for all' }])(
	'within one run %j calls once, also while the first answer is lost',
	async (options) => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		const { json } = await runNode(placing('create', { ...options, timeout }), {
			items: toItems([TO, TO, TO]),
			settings: goesOn,
		});
		expect(new Set(json.map(({ id }) => id)).size).toBe(1);
		expect(json.map(({ duplicate }) => duplicate)).toEqual([undefined, true, true]);
		expect(dialled()).toEqual({ [TO]: 1 });
	},
);

describe('a request that dials is told from what goes before it', () => {
	test('an agent that cannot be read leaves nothing open, and is read again', async () => {
		simulator.faults.add({ operationId: 'getAgent', status: 500, times: 1 });
		simulator.faults.add({ operationId: 'getAgent', status: 503, times: 4 });
		const { json, error } = await runNode(placing('create', { agentPayload: 'full' }), {
			items: [{ to: TO }],
			settings: repeats,
		});
		expect(error).toBeUndefined();
		expect(json[0].to_number).toBe(TO);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test.each(['empty', 'emptyList', 'inData', 'emptyObject', 'nullId'] as const)(
		'an answer without the call (%s) is a lost one, and the call is found',
		async (alter) => {
			simulator.switches.agentPayload = 'id';
			simulator.faults.add({ operationId: 'createCall', alter });
			const { json, error, requests } = await runNode(placing('create', { timeout }), {
				items: [{ to: TO }],
			});
			expect(error).toBeUndefined();
			expect(json[0]).toMatchObject({ to_number: TO, id: expect.any(String) });
			const read = requests.filter(({ operationId }) => operationId === 'getCall');
			expect(read.map(({ query }) => query.id)).not.toContain('undefined');
			expect(dialled()).toEqual({ [TO]: 1 });
		},
	);

	test('Retry Unconfirmed Calls dials three times at most over all tries', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', status: 500, times: Infinity });
		const { error, requests } = await runNode(
			placing('create', { timeout, retryUnconfirmed: true }),
			{ items: [{ to: TO }], settings: { ...repeats, maxTries: 3 } },
		);
		expect(error?.message).toContain('does not dial again');
		expect(error?.description).toContain('It was dialed 3 times');
		expect(requests.filter(({ operationId }) => operationId === 'createCall')).toHaveLength(3);
	});
});

describe('a Call Key', () => {
	test.each(['within one run', 'across executions'])(
		'answers for the number only that it was used with, %s',
		async (when) => {
			// Without it, a key is read only from calls to the same number.
			simulator.switches.listContext = true;
			const [first, second] = numbers(2);
			const own = placing('create', { callKey: '={{ "order " + $json.order }}' });
			const items = toItems([first, second]);
			if (when === 'across executions') await runNode(own, { items: [items[0]] });
			const { error } = await runNode(own, {
				items: when === 'within one run' ? items : [items[1]],
			});
			expect(error?.message).toBe(
				`Nobody was called: the Call Key 'order undefined' was used for a call to ${first}, so it cannot be used for ${second}`,
			);
			expect(dialled()).toEqual({ [first]: 1 });
		},
	);

	test.each(['={{ $json.order }}', '={{ undefined }}', '={{ null }}', '', '  '])(
		'that is empty (%j) is refused before anybody is called',
		async (callKey) => {
			const { error, requests } = await runNode(placing('create', { callKey }), {
				items: [{ to: TO }],
			});
			expect(error?.message).toContain("'Call Key' is empty");
			expect(requests).toEqual([]);
		},
	);
});

test.each(['', '={{ null }}', '={{ undefined }}'])(
	'Look Back %j is the default',
	async (lookBack) => {
		await runNode(placing('create'), { items: [{ to: TO }] });
		const options = { skipDuplicates: 'sameNumber', lookBack, maxWait: lookBack };
		const { json, error } = await runNode(placing('createAndWait', options), {
			items: [{ to: TO }],
		});
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ duplicate: true, outcome: 'answered' });
		expect(dialled()).toEqual({ [TO]: 1 });
	},
);

test.each<[INodeParameters, string]>([
	[{ lookBack: '={{ "abc" }}' }, "'Look Back (Hours)' is not a number: 'abc' [item 0]"],
	[{ lookBack: -1 }, "'Look Back (Hours)' has to be a number of 0 or more, not -1 [item 0]"],
	[{ skipDuplicates: '={{ $json.skip }}' }, "'Skip If Already Called' gives nothing [item 0]"],
	[
		{ skipDuplicates: '={{ "sometimes" }}' },
		"'Skip If Already Called' is none of the choices: 'sometimes'. They are 'none', 'sameNumber' [item 0]",
	],
])('%j is refused before anybody is called', async (options, message) => {
	const { error, requests } = await runNode(placing('create', options), { items: [{ to: TO }] });
	expect(error?.message).toBe(message);
	expect(requests).toEqual([]);
});

describe('a call that never started', () => {
	const never = (status: string, context = {}) =>
		simulator
			.environment('default')
			.addCalls(1, { to_number: TO, start_time: null, end_time: null, status, context });
	const sameNumber = { skipDuplicates: 'sameNumber', lookBack: 1 };
	const madeBefore = (hours: number) =>
		`n8n-w-1-n-0-0-00000000-${Math.floor(Date.now() - hours * 3_600_000).toString(36)}`;

	test.each([
		['that is about to start', 'not_started', 0.1, true],
		['that is two hours old', 'not_started', 2.1, false],
		['that has failed', 'error', 0.1, false],
	])('%s', async (_which, status, hours, counts) => {
		simulator.switches.listContext = true;
		never(status, { n8n_call_key: madeBefore(hours) });
		const { json } = await runNode(placing('create', sameNumber), { items: [{ to: TO }] });
		expect(json[0].duplicate).toBe(counts ? true : undefined);
		expect(dialled()).toEqual(counts ? {} : { [TO]: 1 });
	});
});

test('a run that takes long sees what others have placed since it has begun', async () => {
	const skip = { skipDuplicates: 'sameNumber' };
	const before = numbers(20, 3000);
	const pacing = { limits: { callsPerMinute: 1 } };
	const paced = runNode(placing('create', { ...skip, pacing }), {
		items: toItems([...before, TO]),
	});
	while (!simulator.dialled.has(before[0])) await sleep(50);
	const { json } = await runNode(placing('create'), { items: [{ to: TO }] });
	const { json: outputs } = await paced;
	expect(outputs.at(-1)).toMatchObject({ id: json[0].id, duplicate: true });
	expect(dialled()[TO]).toBe(1);
});

test('an item that waits long for room sees what others have placed meanwhile', async () => {
	simulator.callSeconds = 3000;
	const [busy] = numbers(1, 3100);
	await runNode(placing('create'), { items: [{ to: busy }] });
	const pacing = { limits: { maxConcurrentCalls: 1, countAll: true } };
	const options = { skipDuplicates: 'sameNumber', maxWait: 120, pacing };
	const before = simulator.requests.length;
	const paced = runNode(placing('create', options), { items: [{ to: TO }] });
	while (simulator.requests.length < before + 3) await sleep(50);
	simulator.callSeconds = 1;
	const { json } = await runNode(placing('create'), { items: [{ to: TO }] });
	const { json: outputs } = await paced;
	expect(outputs[0]).toMatchObject({ id: json[0].id, duplicate: true });
	expect(dialled()[TO]).toBe(1);
});

test.each([{ skipDuplicates: 'sameNumber' }, { callKey: 'one for all' }])(
	'within one run a call that has reached nobody does not count for %j',
	async (options) => {
		simulator.switches.agentPayload = 'id';
		simulator.callSeconds = 600;
		const { calls } = simulator.environment('default');
		simulator.faults.add({
			operationId: 'createCall',
			alter: (body) => {
				const call = calls.get((body as { id: string }).id);
				Object.assign(call ?? {}, { status: 'error', start_time: null });
				return body;
			},
		});
		const { json } = await runNode(placing('create', options), {
			items: toItems([TO, TO, TO]),
		});
		expect(json.map(({ duplicate }) => duplicate)).toEqual([undefined, undefined, true]);
		expect(dialled()).toEqual({ [TO]: 2 });
	},
);

describe('where the API does not sort its lists', () => {
	const HOUR = 3_600_000;
	const others = numbers(250, 2000);

	/** Calls of the last days, in the order of their start or the other way round. */
	function addOld(oldestFirst: boolean, last: IDataObject[] = []) {
		const environment = simulator.environment('default');
		const old = others.map((to_number, i) => {
			const start_time = Date.now() - (600 - 2 * i) * HOUR;
			return { to_number, start_time, end_time: start_time };
		});
		const all = [...old, ...last];
		for (const fields of oldestFirst ? all : all.reverse()) environment.addCalls(1, fields);
		simulator.quirks.sortIgnored = true;
	}

	test.each([true, false])('an earlier call is found (the oldest first: %s)', async (first) => {
		const start_time = Date.now() - HOUR;
		addOld(first, [{ to_number: TO, start_time, end_time: start_time }]);
		const { json } = await runNode(placing('create', { skipDuplicates: 'sameNumber' }), {
			items: [{ to: TO }],
		});
		expect(json[0]).toMatchObject({ to_number: TO, duplicate: true });
		expect(dialled()).toEqual({});
	});

	test('a call whose answer was lost is found, and not dialled again', async () => {
		addOld(true);
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		const { json } = await runNode(placing('create', { retryUnconfirmed: true }), {
			items: [{ to: TO }],
		});
		expect(json[0]).toMatchObject({ to_number: TO });
		expect(dialled()).toEqual({ [TO]: 1 });
	});
});

describe('where the API gives numbers without a plus', () => {
	beforeEach(() => Object.assign(simulator.switches, { numberForm: 'digits' }));

	test.each([{ skipDuplicates: 'sameNumber' }, { callKey: 'order 1' }])(
		'%j finds the earlier call',
		async (options) => {
			await runNode(placing('create', options), { items: [{ to: TO }] });
			const { json, error } = await runNode(placing('create', options), {
				items: [{ to: TO }],
			});
			expect(error).toBeUndefined();
			expect(json[0].duplicate).toBe(true);
			expect(dialled()).toEqual({ [TO]: 1 });
		},
	);

	test('a call whose answer was lost is found', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		const options = { timeout, retryUnconfirmed: true };
		const { json, error } = await runNode(placing('create', options), { items: [{ to: TO }] });
		expect(error).toBeUndefined();
		expect(json[0].id).toEqual(expect.any(String));
		expect(dialled()).toEqual({ [TO]: 1 });
	});
});
