import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type * as Tools from '../../engine/tools';
import type { RequestRecord } from '../../simulator';
import { dialled, numbers, placing, plainAgent, toItems } from '../support/callFixtures';
import {
	byId,
	credentialFor,
	engine,
	FLUENTS_AI,
	mapperFields,
	runNode,
	simulator,
	type NodeRunOptions,
} from '../support/harness';

/** n8n's own ways to run a node as a tool. From test/support/environment.ts. */
const { toolOf } = globalThis as unknown as typeof Tools;

const [TO, OTHER] = numbers(2, 7000);
const NOBODY = '00000000-0000-4000-a000-000000000000';

beforeEach(() => simulator.reset());

/** Gives the agent that tests call with a prompt that needs what is in braces. */
function promptIs(content: string, required: string[] = []): void {
	const { prompts } = simulator.environment('default');
	const prompt = prompts.get(String(plainAgent().prompt))!;
	const template = { id: 't', user_id: 'u', label: 'T', required_context_keys: required };
	Object.assign(prompt, { content, prompt_template: required.length > 0 ? template : null });
}

const byHand = (value: IDataObject): INodeParameters => ({
	context: { mappingMode: 'defineBelow', value } as INodeParameters,
});
const automatic: INodeParameters = { context: { mappingMode: 'autoMapInputData', value: null } };
const further = (...variables: Array<[string, string]>): INodeParameters => ({
	furtherVariables: { variables: variables.map(([name, value]) => ({ name, value })) },
});
const asJson = (contextJson: string): INodeParameters => ({ specifyContext: 'json', contextJson });

/** The variables that were sent, without the key of the call. */
const sentIn = (requests: RequestRecord[]) =>
	requests
		.filter(({ operationId, status = 500 }) => operationId === 'createCall' && status < 300)
		.map(({ body }) => {
			const { n8n_call_key: _, ...variables } = (body as { context: IDataObject }).context;
			return variables;
		});

async function call(
	changes: INodeParameters,
	item: IDataObject = {},
	options: INodeParameters = {},
	how: NodeRunOptions = {},
) {
	const items = [{ to: TO, ...item }];
	return await runNode(placing('create', options, changes), { items, ...how });
}

async function variablesSent(...given: Parameters<typeof call>): Promise<IDataObject> {
	const { error, requests } = await call(...given);
	expect(error).toBeUndefined();
	return sentIn(requests)[0];
}

async function refusal(...given: Parameters<typeof call>): Promise<string> {
	const { error } = await call(...given);
	expect(dialled()).toEqual({});
	return error?.message ?? '';
}

describe('the editor lists the variables', () => {
	const fieldsOf = async (agentId: INodeParameters['agentId']) =>
		await mapperFields('getPromptVariables', placing('create', {}, { agentId }));
	const ofAgent = async () => await fieldsOf(byId(plainAgent().id));

	test('that the prompt needs, as fields of text that none is required to fill', async () => {
		promptIs('Ask {name} about ${topic}, { name }. JSON: {"a": 1}', ['city', 'topic']);
		const { fields } = await ofAgent();
		expect(fields).toEqual(
			['name', 'topic', 'city'].map((name) => ({
				id: name,
				displayName: name,
				type: 'string',
				required: false,
				defaultMatch: false,
				display: true,
			})),
		);
		const [{ id }] = simulator.environment('default').agents.values();
		expect((await fieldsOf({ __rl: true, mode: 'list', value: id })).fields).toHaveLength(1);
	});

	test('and says so where there are none', async () => {
		promptIs('You are friendly.');
		expect(await ofAgent()).toEqual({
			fields: [],
			emptyFieldsNotice: 'The prompt of this agent needs no variables.',
		});
	});

	test.each([
		['no agent is chosen', byId('')],
		['an expression gives nothing in the editor', { __rl: true, mode: 'id', value: null }],
		['the agent is an expression', byId('={{ $json.agent }}')],
		['the whole locator is one', '={{ $json.agent }}'],
	])('and says what to do where %s', async (_what, agentId) => {
		const before = simulator.requests.length;
		const { fields, emptyFieldsNotice } = await fieldsOf(agentId as INodeParameters['agentId']);
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toMatch(/^Choose an agent .* by expression .* when the workflow/);
		expect(simulator.requests.length).toBe(before);
	});

	test.each([
		[404, 'agent', `The agent '${NOBODY}' does not exist in environment 'default'`],
		[403, 'key', 'is not allowed to do this'],
		[500, 'server', 'Oops &#60;b&#62;'],
	])('and why they cannot be read (%i)', async (status, _what, reason) => {
		if (status !== 404) {
			const body = { message: 'Oops <b>' };
			simulator.faults.add({ operationId: 'getAgent', status, body, times: Infinity });
		}
		const { fields, emptyFieldsNotice } = await fieldsOf(
			byId(status === 404 ? NOBODY : plainAgent().id),
		);
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toContain(reason);
	});
});

describe('variables mapped by hand', () => {
	test('go out as texts, with further ones, whatever they were', async () => {
		promptIs('{name} {count} {at} {vip} {local}');
		const value = {
			name: '={{ $json.name }}',
			count: '={{ 3 }}',
			at: '={{ new Date("2026-01-31T09:00Z") }}',
			vip: '={{ false }}',
			local: '={{ DateTime.fromISO("2026-01-31T09:00", { zone: "Europe/Berlin" }) }}',
			unset: '={{ null }}',
		};
		const sent = await variablesSent(
			{ ...byHand(value), ...further(['tone', 'friendly'], ['unset', 'set']) },
			{ name: 'Anna' },
		);
		expect(sent).toEqual({
			name: 'Anna',
			count: '3',
			at: '2026-01-31T09:00:00.000Z',
			vip: 'false',
			local: '2026-01-31T09:00:00.000+01:00',
			tone: 'friendly',
			unset: 'set',
		});
	});

	test('may not be given twice', async () => {
		const twice = { ...byHand({ name: 'Anna' }), ...further(['name', 'Ben']) };
		expect(await refusal(twice)).toBe(
			"'Further Variables' holds the variable 'name', which 'Context' holds, too [item 0]",
		);
	});

	test.each([
		['an object', { name: '={{ { first: "Anna" } }}' }, /'Context' may hold texts.*'name'/],
		['no name', { ' ': 'x' }, /'Context' holds a variable without a name/],
	])('with %s are refused', async (_what, value, message) => {
		expect(await refusal(byHand(value))).toMatch(message);
	});

	test('and what the fields hold does not count with JSON', async () => {
		promptIs('Ask {name}.');
		const both = { ...byHand({ name: 'Anna' }), ...further(['name', 'Cleo']) };
		expect(await refusal({ ...both, ...asJson('{}') })).toContain("'name'");
		expect(await variablesSent({ ...both, ...asJson('{ "name": "Ben" }') })).toEqual({
			name: 'Ben',
		});
	});
});

describe('variables mapped automatically', () => {
	const secrets = { email: 'anna@example.com', notes: { a: 1 }, to2: 'x', n8n_instead_of: TO };

	test('are those that the prompt needs, and no other field of the input', async () => {
		promptIs('Ask {name} about {topic} on {day}, ${count} times. {n8n_instead_of}', ['city']);
		const item = { name: 'Anna', topic: 'a "demo"', day: '2026-01-31', count: 2, city: 'Rome' };
		const sent = await variablesSent(automatic, { ...item, ...secrets });
		expect(sent).toEqual({ ...item, count: '2' });
	});

	test('are the ones of the agent that was read, whatever the editor has stored', async () => {
		promptIs('Ask {name}.');
		const schema = ['email', 'old'].map((id) => ({ id, displayName: id, type: 'string' }));
		const stored = { ...(automatic.context as IDataObject), value: { old: 'x' }, schema };
		const sent = await variablesSent(
			{ context: stored as INodeParameters },
			{ name: 'Anna', old: 'y', ...secrets },
		);
		expect(sent).toEqual({ name: 'Anna' });
	});

	test('are none where the prompt needs none, and give way to what is given by hand', async () => {
		expect(await variablesSent(automatic, { name: 'Anna', ...secrets })).toEqual({});
		promptIs('Ask {name}.');
		const sent = await variablesSent(
			{ ...automatic, ...further(['name', 'Dr. Lee'], ['tone', 'friendly']) },
			{ name: 'Anna' },
		);
		expect(sent).toEqual({ name: 'Dr. Lee', tone: 'friendly' });
	});

	test('are mapped also where a missing one is no reason to fail', async () => {
		promptIs('Ask {name} about {topic}.');
		const sent = await variablesSent(automatic, { name: 'Anna' }, { missingVariable: 'call' });
		expect(sent).toEqual({ name: 'Anna' });
	});

	test('may not be objects', async () => {
		promptIs('Ask {name}.');
		expect(await refusal(automatic, { name: { first: 'Anna' } })).toMatch(
			/^'Context' may hold texts, numbers and true or false only, which 'name' is not \[item 0\]$/,
		);
	});
});

describe('a variable that the prompt needs', () => {
	const ways: Array<[string, INodeParameters]> = [
		['mapped by hand', byHand({ name: '={{ $json.name }}' })],
		['mapped automatically', automatic],
		['given further', further(['name', '={{ $json.name }}'])],
		['in JSON', asJson('={{ { name: $json.name } }}')],
		[
			'in the body',
			{ additionalFields: { additionalBodyFields: '={{ { context: $json } }}' } },
		],
	];

	test.each(ways)('%s is there, or nobody is called', async (_way, changes) => {
		promptIs('Ask {name}.');
		for (const name of [undefined, null, '', ' \n']) {
			const what: IDataObject = name === undefined ? {} : { name };
			expect(await refusal(changes, what)).toBe(
				"Nobody was called: the context has no value for 'name', which the prompt of the agent 'Reception' needs [item 0]",
			);
		}
		const { error, requests } = await call(changes, { name: 'Anna' });
		expect(error).toBeUndefined();
		expect(sentIn(requests)).toEqual([expect.objectContaining({ name: 'Anna' })]);
	});

	test.each([
		['={{ $json.first + " " + $json.last }}', 'Anna undefined'],
		['={{ "Dr. " + $json.person }}', 'Dr. [object Object]'],
		['={{ DateTime.fromISO($json.first) }}', 'Invalid DateTime'],
		['={{ DateTime.fromISO($json.first).toFormat("d MMMM") }}', 'Invalid DateTime'],
		['={{ new Date($json.first).toLocaleDateString() }}', 'Invalid Date'],
	])('is missing where it is %s', async (name, said) => {
		promptIs('Ask {name}.');
		const item = { first: 'Anna', person: { last: 'Lee' } };
		for (const changes of [byHand({ name }), further(['name', name])]) {
			expect(await refusal(changes, item)).toBe(
				`Nobody was called: the context has no value for 'name' (it is '${said}'), which the prompt of the agent 'Reception' needs [item 0]`,
			);
		}
		const { error } = await call(byHand({ name }), item, { missingVariable: 'call' });
		expect(error).toBeUndefined();
	});

	test('may have any name, and be 0 or false', async () => {
		promptIs('Ask {__proto__}, {hasOwnProperty}.');
		expect(await refusal(automatic)).toContain("no value for '__proto__', 'hasOwnProperty',");
		const item = { a_: 0, 'user.name': false, größe: '0', toString: 'y' };
		promptIs('{a_} {{user.name}} ${ größe } {toString} {"a":1} { } \n```{\n}```');
		expect(await variablesSent(automatic, item)).toEqual({
			a_: '0',
			'user.name': 'false',
			größe: '0',
			toString: 'y',
		});
	});

	test('is missing in the last item: nobody is called, or only those who have it', async () => {
		promptIs('Ask {name}.');
		const items = [{ to: TO, name: 'Anna' }, { to: OTHER }];
		const parameters = placing('createAndWait', { pollInterval: 1 }, automatic);
		const stopped = await runNode(parameters, { items });
		expect(stopped.error?.context.itemIndex).toBe(1);
		expect(stopped.error?.description).toBe(
			"Check why the item has no value for it. To call without it, set the option 'If a Variable Is Missing' to Call Anyway.",
		);
		expect(dialled()).toEqual({});
		const { json } = await runNode(parameters, {
			items,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(json).toEqual([
			expect.objectContaining({ to_number: TO }),
			{ error: expect.stringContaining("'name'"), details: expect.anything() },
		]);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('may be missing with Call Anyway, which reads no agent', async () => {
		promptIs('Ask {name}.');
		const { error, requests } = await call({}, {}, { missingVariable: 'call' });
		expect(error).toBeUndefined();
		const [{ operationId }] = requests;
		expect(operationId).toBe('createCall');
	});

	test('is told of an agent by expression, for each item', async () => {
		const [reminder] = simulator.environment('default').agents.values();
		const items = [
			{ to: TO, agent: plainAgent().id },
			{ to: OTHER, agent: reminder.id },
		];
		const agentId = byId('={{ $json.agent }}');
		const { error } = await runNode(placing('create', {}, { agentId }), { items });
		expect(error?.message).toMatch(
			/'name', which the prompt of the agent 'Appointment Reminder'/,
		);
		expect(error?.context.itemIndex).toBe(1);
		expect(dialled()).toEqual({});
	});

	test.each([null, 5, 'nobody'])('is told where the body has the agent %p', async (agent) => {
		promptIs('Ask {name}.');
		const additionalBodyFields = JSON.stringify({ agent });
		const message = await refusal({ additionalFields: { additionalBodyFields } });
		expect(message).toMatch(
			agent === null ? /no value for 'name'/ : /^The agent '.*' does not exist/,
		);
	});

	test('is told of an agent in the body, by its ID or in full, with its prompt as an ID', async () => {
		promptIs('Ask {name}.');
		const { id, prompt } = plainAgent();
		const [reminder] = simulator.environment('default').agents.values();
		for (const agent of [{ ...reminder, id, prompt }, reminder.id]) {
			const additionalBodyFields = JSON.stringify({ agent });
			expect(await refusal({ additionalFields: { additionalBodyFields } })).toContain(
				"'name'",
			);
		}
	});
});

describe('the agent is read', () => {
	const reads = (requests: RequestRecord[]) =>
		requests.filter(({ operationId }) => /^get(Agent|Prompt)$/.test(operationId ?? ''));

	test.each(['create', 'createAndWait'] as const)(
		'once for 500 items of %s, before the first call',
		async (operation) => {
			promptIs('Ask {name}.');
			const items = toItems(numbers(500, 3000)).map((item, i) => ({
				...item,
				name: `N${i}`,
			}));
			const { error, requests } = await runNode(
				placing(operation, { pollInterval: 1 }, automatic),
				{
					items,
				},
			);
			expect(error).toBeUndefined();
			expect(sentIn(requests)).toEqual(items.map(({ name }) => ({ name })));
			const byIdAlone = simulator.switches.agentPayload === 'id';
			if (byIdAlone) expect(reads(requests)).toHaveLength(1);
			expect(requests[0].operationId).toBe('getAgent');
		},
	);

	test.each([
		[404, /^The agent '.*' does not exist in environment 'default'/],
		[403, /is not allowed to do this/],
		[503, /Busy/],
	])('and its error (%i) stops the item before anybody is called', async (status, message) => {
		const changes = status === 404 ? { agentId: byId(NOBODY) } : {};
		if (status !== 404) {
			const body = { message: 'Busy' };
			simulator.faults.add({ operationId: 'getAgent', status, body, times: Infinity });
		}
		expect(await refusal(changes)).toMatch(message);
	});

	test('again by a retry, which tells of a call that was placed', async () => {
		promptIs('Ask {name}.');
		const parameters = placing('create', {}, byHand({ name: 'Anna' }));
		const items = toItems([TO, OTHER]);
		const refused = { operationId: 'createCall', status: 400, body: { message: 'No' } };
		simulator.switches.agentPayload = 'id';
		const match = ({ body }: RequestRecord) => (body as IDataObject).to_number === OTHER;
		simulator.faults.add({ ...refused, match, times: 2 });
		const first = await runNode(parameters, { items });
		expect(first.error?.message).toBe('No');
		promptIs('Ask {name} about {topic}.');
		const again = await runNode(parameters, { items, retryOf: first });
		expect(again.error?.message).toMatch(/'topic', which .* needs \[item 1\]/);
		expect(dialled()).toEqual({ [TO]: 1 });
	});
});

describe('a dry run and a test number', () => {
	test('tell the same as a real run', async () => {
		promptIs('Ask {name} about {topic}.');
		const items = [
			{ to: TO, name: 'Anna', email: 'a@b.c' },
			{ to: OTHER, name: 'Ben', topic: 'a demo' },
			{ to: OTHER, name: { first: 'Cleo' } },
		];
		const dry = await runNode(placing('create', {}, { ...automatic, calls: 'dryRun' }), {
			items,
		});
		expect(dry.json).toMatchObject([
			{
				would_call: expect.stringMatching(
					/^Nobody was called: .* no value for 'topic', which/,
				),
				missing_variables: ['topic'],
				request: null,
			},
			{
				would_call: true,
				missing_variables: [],
				request: { context: { name: 'Ben', topic: 'a demo' } },
			},
			{ would_call: expect.stringContaining("which 'name' is not"), request: null },
		]);
		expect(dialled()).toEqual({});
		const mine = numbers(1, 9000)[0];
		const asTest = { ...automatic, calls: 'testNumber', testNumber: mine };
		const lacking = await runNode(placing('create', {}, asTest), { items: items.slice(0, 1) });
		expect(lacking.error?.message).toContain("no value for 'topic'");
		const whole = await runNode(placing('create', {}, asTest), { items: items.slice(1, 2) });
		expect(sentIn(whole.requests)).toEqual([
			{ name: 'Ben', topic: 'a demo', n8n_instead_of: OTHER },
		]);
		expect(dialled()).toEqual({ [mine]: 1 });
	});
});

describe('a tool', () => {
	let used = 7500;
	const toolWith = (changes: INodeParameters, way: 'agent' | 'mcp' = 'agent') => {
		const node: INode = {
			id: 'tool',
			name: 'Call a Person',
			type: `${FLUENTS_AI}Tool`,
			typeVersion: 1,
			position: [0, 0],
			parameters: placing('create', {}, { toNumber: "={{ $fromAI('to') }}", ...changes }),
			credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
		};
		const credentials = { fluentsAiApi: credentialFor() };
		return toolOf(engine, node, { credentials }, way);
	};

	test.each(['agent', 'mcp'] as const)('takes what the model fills in, by %s', async (way) => {
		promptIs('Ask {name}. {toolCallId}');
		const [to] = numbers(1, used++);
		const tool = toolWith(byHand({ name: "={{ $fromAI('name') }}", toolCallId: 'none' }), way);
		await tool({ to, name: 'Anna', query: 'secret' });
		const { n8n_tool_call: _counted, ...variables } = sentIn(simulator.requests)[0];
		expect(variables).toEqual({ name: 'Anna', toolCallId: 'none' });
	});

	test.each(['agent', 'mcp'] as const)('maps nothing of its input, by %s', async (way) => {
		promptIs('Ask {to} {name} {toolCallId}.');
		const [to] = numbers(1, used++);
		const answer = await toolWith(
			automatic,
			way,
		)({ to, name: 'Anna' }).catch((error: Error) => error.message);
		expect(JSON.stringify(answer)).toContain("no value for 'to', 'name', 'toolCallId'");
		expect(dialled()).toEqual({});
	});
});
