import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type * as Tools from '../../engine/tools';
import { dialled, numbers, placing, plainAgent, toItems } from '../support/callFixtures';
import {
	byId,
	byNumber,
	credentialFor,
	engine,
	FLUENTS_AI,
	hintsOf,
	runNode,
	simulator,
} from '../support/harness';

/** n8n's own ways to run a node as a tool. From test/support/environment.ts. */
const { toolOf } = globalThis as unknown as typeof Tools;

const [TO] = numbers(1);
const ALWAYS = {
	days: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
	opensAt: '00:00',
	closesAt: '24:00',
	timezone: 'UTC',
};

beforeEach(() => simulator.reset());

const dryRun = (
	options: INodeParameters = {},
	changes: INodeParameters = {},
	operation: 'create' | 'createAndWait' = 'create',
) => placing(operation, options, { calls: 'dryRun', ...changes });

/** Requests that may change something. */
const writes = ({ requests }: Awaited<ReturnType<typeof runNode>>) =>
	requests.filter(({ method }) => method !== 'GET');

/** Runs a dry run, which must change nothing, and gives its output. */
async function rehearse(
	parameters: INodeParameters,
	items: IDataObject[] = [{ to: TO }],
): Promise<IDataObject[]> {
	const result = await runNode(parameters, { items });
	expect(result.error).toBeUndefined();
	expect(writes(result)).toEqual([]);
	expect(dialled()).toEqual({});
	const { contextData = {} } = result.run.data.executionData ?? {};
	expect(Object.values(contextData).flatMap((notes) => Object.keys(notes))).toEqual([]);
	return result.json;
}

test.each(['create', 'createAndWait'] as const)(
	'%s tells what would be sent, to whom, and calls nobody',
	async (operation) => {
		const parameters = dryRun({}, { defaultCountry: 'US' }, operation);
		const { json, error, requests, run } = await runNode(
			{ ...parameters, options: { defaultCountry: 'US' } },
			{ items: [{ to: '(212) 555-0101' }] },
		);
		expect(error).toBeUndefined();
		expect(json).toEqual([
			{
				dry_run: true,
				would_call: true,
				to_number: '+12125550101',
				country: 'US',
				local_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/),
				time_zone: 'America/New_York',
				agent_name: 'Reception',
				missing_variables: expect.any(Array),
				request: {
					agent: (parameters.agentId as { value: string }).value,
					from_number: (parameters.fromNumber as { value: string }).value,
					to_number: '+12125550101',
					context: { n8n_call_key: expect.stringMatching(/^n8n-/) },
				},
			},
		]);
		expect(requests.map(({ operationId }) => operationId)).toEqual(['getAgent', 'getNumber']);
		expect(dialled()).toEqual({});
		expect(run.data.executionData?.contextData).toEqual({});
		expect(hintsOf(run)[0]).toBe(
			'1 item: dry run, nobody was called. To place these calls, set Calls to Place.',
		);
	},
);

test('names the variables that the prompt needs and the item lacks', async () => {
	const [prompt] = simulator.environment('default').prompts.values();
	Object.assign(prompt, {
		content: 'You call {name} about ${topic}. Say { date }. JSON: {"day": "Monday"} { 1 }',
		prompt_template: {
			id: 't',
			user_id: 'u',
			label: 'T',
			required_context_keys: ['city', 'name'],
		},
	});
	const agent = plainAgent();
	agent.prompt = prompt.id;
	const context = { mappingMode: 'defineBelow', value: { name: 'Anna', topic: '' } };
	const [item] = await rehearse(dryRun({}, { context }));
	const missing_variables = ['topic', 'date', 'city'];
	expect(item).toMatchObject({
		would_call:
			"Nobody was called: the context has no value for 'topic', 'date', 'city', which the prompt of the agent 'Reception' needs",
		missing_variables,
	});
	const [anyway] = await rehearse(dryRun({ missingVariable: 'call' }, { context }));
	expect(anyway).toMatchObject({ would_call: true, missing_variables });
});

test('500 items leave no request behind but reads, each made once', async () => {
	const items = toItems(numbers(500));
	const { json, requests, error } = await runNode(
		dryRun({ batching: { batch: { batchSize: 10, batchInterval: 60_000 } } }),
		{ items },
	);
	expect(error).toBeUndefined();
	expect(json).toHaveLength(500);
	expect(new Set(json.map(({ would_call: would }) => would))).toEqual(new Set([true]));
	expect(requests.map(({ method, operationId }) => [method, operationId])).toEqual([
		['GET', 'getAgent'],
		['GET', 'getNumber'],
	]);
});

describe('tells why an item would not be called', () => {
	const reasonOf = async (options: INodeParameters, changes: INodeParameters = {}, to = TO) =>
		(await rehearse(dryRun(options, changes), [{ to }]))[0].would_call;

	test.each([
		['(212) 555-0101', /'To Number' has no country code/],
		['+1 212 555 0101 / 0102', /'To Number' holds two numbers/],
		[
			'112',
			/^'To Number' is an emergency or service number: '112'\. Agents do not call those$/,
		],
	])('the number %s', async (to, reason) => {
		expect(await reasonOf({}, {}, to)).toMatch(reason);
	});

	test('a missing key, context that is none', async () => {
		expect(await reasonOf({ callKey: '={{ $json.order }}' })).toMatch(/'Call Key' is empty/);
		expect(
			await reasonOf({}, { specifyContext: 'json', contextJson: '{"a":{"b":1}}' }),
		).toMatch(/'Context \(JSON\)'/);
	});

	test('an agent or a From Number that does not exist, or is not active', async () => {
		const nobody = byId('00000000-0000-4000-a000-000000000000');
		expect(await reasonOf({}, { agentId: nobody })).toMatch(/agent '0{8}-.+default/);
		expect(await reasonOf({}, { fromNumber: byNumber('+12125550999') })).toMatch(
			/\+12125550999/,
		);
		const { numbers: lines } = simulator.environment('default');
		const inactive = [...lines.values()].find(({ active }) => active === false);
		const fromNumber = byNumber(String(inactive?.number));
		expect(await reasonOf({}, { fromNumber })).toMatch(/is not active/);
	});

	test('a calling window that is closed, whatever is to be done then', async () => {
		const clock = (time: number) => new Date(time).toISOString().slice(11, 16);
		const now = Date.now();
		const closed = {
			...ALWAYS,
			opensAt: clock(now + 3_600_000),
			closesAt: clock(now + 7_200_000),
		};
		const window = (outside: string, maxWait = 15) => ({
			maxWait,
			callingWindow: { window: { ...closed, outside } },
		});
		const text = /^It is outside the calling window in UTC\. The window opens next on/;
		expect(await reasonOf(window('fail'))).toMatch(text);
		expect(await reasonOf(window('giveBack'))).toMatch(/given back/);
		expect(await reasonOf(window('wait'))).toMatch(text);
		const before = Date.now();
		const [waiting] = await rehearse(dryRun(window('wait', 90)));
		expect(waiting.would_call).toBe(true);
		expect(Date.parse(String(waiting.opens_at))).toBeGreaterThan(now + 3_000_000);
		expect(Date.now() - before).toBeLessThan(60_000);
	});

	test('a number whose zones have no common hour', async () => {
		const callingWindow = {
			window: { ...ALWAYS, timezone: 'number', opensAt: '09:00', closesAt: '17:00' },
		};
		expect(await reasonOf({ callingWindow }, {}, '+18005550123')).toMatch(/never open in all/);
	});

	test('a number or a key that was called before, in the list or in the run', async () => {
		simulator.environment('default').addCalls(1, { to_number: TO, start_time: Date.now() });
		expect(await reasonOf({ skipDuplicates: 'sameNumber' })).toMatch(/^Called already: call '/);
		const [, other] = numbers(2);
		const items = toItems([other, other]);
		const twice = await rehearse(dryRun({ skipDuplicates: 'sameNumber' }), items);
		expect(twice.map(({ would_call: would }) => would)).toEqual([
			true,
			'An earlier item of this run has the same number',
		]);
		const keyed = await rehearse(dryRun({ callKey: 'order 1' }), [
			...items,
			{ to: '+12125559999' },
		]);
		expect(keyed.map(({ would_call: would }) => would)).toEqual([
			true,
			expect.stringContaining("the same Call Key 'order 1'"),
			expect.stringContaining(`the Call Key 'order 1' was used for a call to ${other}`),
		]);
	});

	test('and goes on with the other items', async () => {
		const { json, run } = await runNode(dryRun(), { items: toItems(['112', TO]) });
		expect(json.map(({ would_call: would }) => would === true)).toEqual([false, true]);
		expect(hintsOf(run)).toEqual(
			expect.arrayContaining([expect.stringContaining('1 item: would not be called')]),
		);
	});
});

test('paces nothing, and counts nobody', async () => {
	const pacing = { limits: { callsPerMinute: 1, maxConcurrentCalls: 1, countAll: true } };
	const before = Date.now();
	const json = await rehearse(dryRun({ pacing }), toItems(numbers(5)));
	expect(json).toHaveLength(5);
	expect(Date.now() - before).toBeLessThan(30_000);
});

test('shows the full agent without its secrets', async () => {
	const environment = simulator.environment('default');
	const agent = plainAgent();
	const action = [...environment.actions.values()].find(({ type }) => type === 'action_external');
	agent.actions = [action?.id];
	const [item] = await rehearse(dryRun({ agentPayload: 'full' }));
	expect(item.request).toMatchObject({ agent: { id: agent.id }, is_outgoing: true });
	const { signature_secret: secret } = action?.config as { signature_secret: string };
	expect(secret).toBeTruthy();
	expect(JSON.stringify(item)).not.toContain(secret);
});

test('an API that cannot be read is an error', async () => {
	simulator.faults.add({ operationId: 'getAgent', status: 500, times: Infinity });
	const { error } = await runNode(dryRun(), { items: [{ to: TO }] });
	expect(error?.httpCode).toBe('500');
});

test.each<[INodeParameters, string]>([
	[{ calls: '={{ $json.none }}' }, "'Calls' gives nothing"],
	[{ calls: '={{ "maybe" }}' }, "'Calls' is none of the choices: 'maybe'"],
	[{ calls: '={{ true }}' }, "'Calls' is none of the choices"],
	[{ calls: 'testNumber' }, "'Test Number' is empty"],
	[{ calls: 'testNumber', testNumber: '={{ $json.none }}' }, "'Test Number' is empty"],
	[{ calls: 'testNumber', testNumber: '911' }, "'Test Number' is an emergency"],
])('%j calls nobody', async (changes, message) => {
	const { error, requests } = await runNode(placing('create', {}, changes), {
		items: [{ to: TO }],
	});
	expect(error?.message).toContain(message);
	expect(requests).toEqual([]);
});

test.each(['dryRun', 'Dry Run', ' dryrun '])('an expression may give %j', async (value) => {
	const json = await rehearse(dryRun({}, { calls: `={{ ${JSON.stringify(value)} }}` }));
	expect(json).toMatchObject([{ dry_run: true }]);
});

test('items can differ in it', async () => {
	const [first, second] = numbers(2);
	const { json } = await runNode(placing('create', {}, { calls: '={{ $json.calls }}' }), {
		items: [
			{ to: first, calls: 'place' },
			{ to: second, calls: 'dryRun' },
		],
	});
	expect(json).toMatchObject([{ to_number: first }, { dry_run: true, to_number: second }]);
	expect(dialled()).toEqual({ [first]: 1 });
});

test.each(['agent', 'mcp'] as const)('as a tool (%s) it tells the model so', async (caller) => {
	const tool: INode = {
		id: 'tool',
		name: 'Call a Person',
		type: `${FLUENTS_AI}Tool`,
		typeVersion: 1,
		position: [0, 0],
		parameters: dryRun({}, { toNumber: "={{ $fromAI('to') }}" }),
		credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
		retryOnFail: true,
	};
	const credentials = { fluentsAiApi: credentialFor() };
	const ask = toolOf(engine, tool, { credentials }, caller);
	for (let times = 0; times < 2; times++) {
		const [answer] = await ask({ to: TO });
		expect(answer).toMatchObject({
			dry_run: true,
			would_call: true,
			note: expect.stringMatching(/^This was a dry run: nobody was called/),
		});
	}
	const [refused] = await ask({ to: '112' });
	expect(refused).toMatchObject({
		dry_run: true,
		would_call: expect.stringContaining('emergency'),
		note: expect.stringMatching(/^This was a dry run: nobody was called/),
	});
	expect(dialled()).toEqual({});
});
