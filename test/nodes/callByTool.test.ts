import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type * as Tools from '../../engine/tools';
import { credentialFor, engine, FLUENTS_AI, runNode, simulator } from '../support/harness';
import { dialled, numbers, placing, plainAgent, toItems } from '../support/callFixtures';

/** n8n's own ways to run a node as a tool. From test/support/environment.ts. */
const { toolOf, ephemeralToolOf } = globalThis as unknown as typeof Tools;

/** Others in each test: the process remembers what tools were asked for. */
let TO: string;
let OTHER: string;
let used = 1000;
const repeats: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
const fromModel = (name: string) => `={{ $fromAI('${name}') }}`;

beforeEach(() => {
	simulator.reset();
	[TO, OTHER] = numbers(2, used);
	used += 2;
});

function toolNode(
	options: INodeParameters = {},
	settings: Partial<INode> = {},
	operation: 'create' | 'createAndWait' = 'create',
): INode {
	return {
		id: 'tool',
		name: 'Call a Person',
		type: `${FLUENTS_AI}Tool`,
		typeVersion: 1,
		position: [0, 0],
		parameters: placing(operation, options, { toNumber: fromModel('to') }),
		credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
		...settings,
	};
}

const credentials = { fluentsAiApi: credentialFor() };
const byAgent = (node: INode) => toolOf(engine, node, { credentials }, 'agent');
const byMcp = (node: INode) => toolOf(engine, node, { credentials }, 'mcp');
const ways = [
	['an agent', byAgent],
	['MCP', byMcp],
] as const;

/** Loses the answers of requests that dial. */
const loseAnswers = (times = 1) => {
	simulator.switches.agentPayload = 'id';
	simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true, times });
};

describe.each(ways)('asked by %s, a tool', (_way, toolBy) => {
	test('calls', async () => {
		const [call] = await toolBy(toolNode())({ to: TO });
		expect(call).toMatchObject({ to_number: TO, id: expect.any(String) });
		expect(call).not.toHaveProperty('duplicate');
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test.each(['create', 'createAndWait'] as const)(
		'%s finds the call whose answer was lost, in a later try too',
		async (operation) => {
			loseAnswers();
			// The first try cannot find it.
			const until = Date.now() + 6500;
			const isSearching = () => Date.now() < until;
			simulator.faults.add({
				operationId: 'listCalls',
				status: 500,
				times: Infinity,
				match: ({ at }) =>
					isSearching() &&
					simulator.requests.some(
						({ operationId, at: before }) =>
							operationId === 'createCall' && before <= at,
					),
			});
			const options = { pollInterval: 1 };
			const [call] = await toolBy(toolNode(options, repeats, operation))({ to: TO });
			expect(call).toMatchObject({ to_number: TO });
			expect(dialled()).toEqual({ [TO]: 1 });
		},
	);

	test('that fails after the call was placed does not place it again', async () => {
		simulator.callSeconds = 60;
		const options = { maxWait: 0, onTimeout: 'fail' };
		const asked = toolBy(toolNode(options, repeats, 'createAndWait'))({ to: TO });
		await expect(asked).rejects.toThrow(/has not ended within 0 minutes/);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('dials three times at most over all tries', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', status: 500, times: Infinity });
		const asked = toolBy(toolNode({ retryUnconfirmed: true }, repeats))({ to: TO });
		await expect(asked).rejects.toThrow(/may have been called.* does not dial again/);
		const sent = simulator.requests.filter(({ operationId }) => operationId === 'createCall');
		expect(sent).toHaveLength(3);
		expect(dialled()).toEqual({});
	});

	test('gives the earlier call when it is asked for the same again', async () => {
		const tool = toolBy(toolNode());
		const [first] = await tool({ to: TO });
		const [second] = await tool({ to: TO.replace('+1212', '+1 (212) ') });
		expect(second).toMatchObject({
			id: first.id,
			duplicate: true,
			note: expect.stringMatching(
				/less than a minute ago, so this person was not called again/,
			),
		});
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('gives the earlier call while that one is still being placed', async () => {
		simulator.faults.add({ operationId: 'createCall', delayMs: 1000, times: Infinity });
		const tool = toolBy(toolNode());
		const answers = await Promise.all([
			tool({ to: TO }),
			tool({ to: TO }),
			tool({ to: OTHER }),
		]);
		const [first, second, third] = answers.map(([call]) => call);
		expect([first.id, first.duplicate]).toEqual([second.id, undefined]);
		expect(second.duplicate).toBe(true);
		expect(third.duplicate).toBeUndefined();
		expect(dialled()).toEqual({ [TO]: 1, [OTHER]: 1 });
	});

	test('does not call again after a refusal when others have called meanwhile', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({
			operationId: 'createCall',
			status: 409,
			body: { message: 'Busy' },
			delayMs: 500,
		});
		const tool = toolBy(toolNode({}, { ...repeats, waitBetweenTries: 1000 }));
		const answers = await Promise.all([tool({ to: TO }), tool({ to: TO })]);
		const [first, second] = answers.map(([call]) => call);
		expect(first.id).toBe(second.id);
		expect([first.duplicate, second.duplicate].filter(Boolean)).toHaveLength(1);
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('searches for the earlier call when that one is not known to be placed', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({ operationId: 'createCall', status: 500 });
		const tool = toolBy(toolNode());
		await expect(tool({ to: TO })).rejects.toThrow('It is not known whether the call');
		await expect(tool({ to: TO })).rejects.toThrow('It is not known whether the call');
		const sent = simulator.requests.filter(({ operationId }) => operationId === 'createCall');
		expect(sent).toHaveLength(1);
	});

	test('calls again when nobody was called, or something else is asked for', async () => {
		simulator.faults.add({ operationId: 'createCall', status: 409, body: { message: 'Busy' } });
		const tool = toolBy(toolNode());
		await expect(tool({ to: TO })).rejects.toThrow('Busy');
		await tool({ to: TO });
		const node = toolNode();
		node.parameters.specifyContext = 'json';
		node.parameters.contextJson = fromModel('context');
		await toolBy(node)({ to: TO, context: '{ "topic": "Tuesday" }' });
		await toolBy(toolNode({ maxWait: 0 }, {}, 'createAndWait'))({ to: TO });
		expect(dialled()).toEqual({ [TO]: 3 });
	});

	test('calls again with a Repeat Window of 0', async () => {
		const tool = toolBy(toolNode({ repeatWindow: 0 }));
		await tool({ to: TO });
		await tool({ to: TO });
		expect(dialled()).toEqual({ [TO]: 2 });
	});

	test('tells the model that the person may have been called, whatever the server says', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({
			operationId: 'createCall',
			status: 500,
			body: { message: 'read ECONNRESET' },
		});
		simulator.faults.add({ operationId: 'listCalls', status: 500, times: Infinity });
		const tool = toolBy(toolNode({ repeatWindow: 0 }));
		await expect(tool({ to: TO })).rejects.toThrow(
			/It is not known whether the call to \+\d+ was placed: .* may have been called, so the node does not dial again/,
		);
	});
});

test.each([
	['in another order', { b: '2', a: 'Anna Lee' }],
	['with what was empty left out', { a: 'Anna Lee', b: '2', c: '' }],
	['with other spaces and line breaks', { a: ' Anna\r\nLee ', ' b': 2 }],
	['with a type of its own', { a: 'Anna Lee', b: 2, c: null }],
	['with other capitals', { A: 'ANNA LEE', b: '2' }],
	['with zeros after the point', { a: 'Anna Lee', b: '2.00' }],
	['with other forms of letters', { a: 'Ａnna Lee', b: '２' }],
])('the same context %s is the same request', async (_how, context) => {
	const node = toolNode();
	node.parameters.specifyContext = 'json';
	node.parameters.contextJson = "={{ $fromAI('context', '', 'json') }}";
	const tool = byAgent(node);
	await tool({ to: TO, context: { a: 'Anna Lee', b: '2' } });
	const [again] = await tool({ to: TO, context });
	expect(again.duplicate).toBe(true);
	await tool({ to: TO, context: { a: 'Anna Leeds', b: '2' } });
	expect(dialled()).toEqual({ [TO]: 2 });
});

test.each([
	['another day', { a: 'Anna Lee', b: '3' }],
	['leading zeros', { a: 'Anna Lee', b: '02' }],
	['one variable more', { a: 'Anna Lee', b: '2', c: '0' }],
	['values that changed places', { a: '2', b: 'Anna Lee' }],
])('a context with %s is another request', async (_what, context) => {
	const node = toolNode();
	node.parameters.specifyContext = 'json';
	node.parameters.contextJson = "={{ $fromAI('context', '', 'json') }}";
	const tool = byAgent(node);
	await tool({ to: TO, context: { a: 'Anna Lee', b: '2' } });
	const [other] = await tool({ to: TO, context });
	expect(other.duplicate).toBeUndefined();
	expect(dialled()).toEqual({ [TO]: 2 });
});

describe('what Extra Body Fields hold belongs to a request', () => {
	const toolWith = (fields: string) => {
		const node = toolNode();
		node.parameters.additionalFields = { additionalBodyFields: `={{ ${fields} }}` };
		return byAgent(node);
	};
	const fromAI = "$fromAI('value', '', 'json')";

	test.each([
		['context', { topic: 'Monday' }, { topic: 'Tuesday' }],
		['context', { topic: { day: 'Monday' } }, { topic: { day: 'Tuesday' } }],
		['agent', { name: 'A' }, { name: 'B' }],
	])('%s: %j, then %j', async (name, first, second) => {
		simulator.switches.agentPayload = 'id';
		const agent = plainAgent();
		const value = name === 'agent' ? `({ ...${JSON.stringify(agent)}, ...${fromAI} })` : fromAI;
		const tool = toolWith(`{ ${name}: ${value} }`);
		const ask = async (given: object) => await tool({ to: TO, value: given } as IDataObject);
		const [{ id }] = await ask(first);
		const [again] = await ask(first);
		const [other] = await ask(second);
		expect(again).toMatchObject({ id, duplicate: true });
		expect(other.duplicate).toBeUndefined();
		expect(dialled()).toEqual({ [TO]: 2 });
	});
});

test('who waited for a call longer than the Repeat Window and asks again gives a repeat', async () => {
	simulator.callSeconds = 1200;
	const tool = byAgent(toolNode({ maxWait: 15, repeatWindow: 10 }, {}, 'createAndWait'));
	const [first] = await tool({ to: TO });
	expect(first.timed_out).toBe(true);
	const [second] = await tool({ to: TO });
	expect(second).toMatchObject({ id: first.id, duplicate: true });
	expect(dialled()).toEqual({ [TO]: 1 });
});

test('a repeat is found among the calls of Fluents.ai by another process', async () => {
	await byMcp(toolNode())({ to: TO });
	// To the memory of the process, this is another API.
	const baseUrl = simulator.url.replace('127.0.0.1', 'localhost');
	const elsewhere = { fluentsAiApi: credentialFor('default', { baseUrl }) };
	const [call] = await toolOf(engine, toolNode(), { credentials: elsewhere }, 'mcp')({ to: TO });
	expect(call).toMatchObject({ to_number: TO, duplicate: true });
	expect(dialled()).toEqual({ [TO]: 1 });
});

describe("in n8n's Agents module, which has no workflow", () => {
	const fromItem = (): INode => {
		const node = toolNode();
		node.parameters.toNumber = '={{ $json.to }}';
		return node;
	};

	test.each(['with the type of a tool', 'with the type of the node'])('%s', async (kind) => {
		const node = fromItem();
		if (kind.endsWith('node')) node.type = FLUENTS_AI;
		const tool = ephemeralToolOf(engine, node, { credentials });
		const [first] = await tool({ to: TO });
		const [second] = await tool({ to: TO });
		expect(first.duplicate).toBeUndefined();
		expect(second).toMatchObject({ id: first.id, duplicate: true });
		expect(dialled()).toEqual({ [TO]: 1 });
	});
});

describe('as a tool of AI Agent v3, which n8n runs as a node of the workflow', () => {
	const ask = async (items: IDataObject[], options: INodeParameters = {}) =>
		await runNode(placing('create', options), {
			items,
			settings: { type: `${FLUENTS_AI}Tool`, ...repeats },
		});

	test('all tries of a tool call place one call', async () => {
		loseAnswers();
		const until = Date.now() + 6500;
		simulator.faults.add({
			operationId: 'listCalls',
			status: 500,
			times: Infinity,
			match: () => Date.now() < until,
		});
		const { json, error } = await ask([{ to: TO, toolCallId: 'call_1' }], { repeatWindow: 0 });
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ to_number: TO });
		expect(dialled()).toEqual({ [TO]: 1 });
	});

	test('two tool calls to which a model gives the same ID are two', async () => {
		const { workflow, options } = await ask([]);
		const [trigger, items, tool] = workflow.nodes;
		const next = (...nodes: string[]) => ({
			main: [nodes.map((node) => ({ node, type: 'main' as const, index: 0 }))],
		});
		const asked = (topic: string) => [{ json: { to: TO, topic, toolCallId: 'call_0' } }];
		const parameters: INodeParameters = {
			...tool.parameters,
			specifyContext: 'json',
			contextJson: '={{ { topic: $json.topic } }}',
		};
		const { data } = await engine.run(
			{
				...workflow,
				nodes: [trigger, items, { ...items, name: 'More' }, { ...tool, parameters }],
				connections: {
					Trigger: next('Items', 'More'),
					Items: next('Fluents.ai'),
					More: next('Fluents.ai'),
				},
				pinData: { Items: asked('Monday'), More: asked('Tuesday') },
			},
			options,
		);
		expect(data.resultData.runData['Fluents.ai']).toHaveLength(2);
		expect(dialled()).toEqual({ [TO]: 2 });
	});

	test('another tool call for the same is a repeat', async () => {
		await ask([{ to: TO, toolCallId: 'call_1' }]);
		const { json } = await ask([{ to: TO, toolCallId: 'call_2' }]);
		expect(json[0].duplicate).toBe(true);
		expect(dialled()).toEqual({ [TO]: 1 });
	});
});

test('a field toolCallId in the items of a workflow means nothing', async () => {
	const items = toItems([TO, OTHER]).map((item) => ({ ...item, toolCallId: 'call_1' }));
	const { json } = await runNode(placing('create'), { items });
	expect(json.map(({ to_number: to }) => to)).toEqual([TO, OTHER]);
	expect(dialled()).toEqual({ [TO]: 1, [OTHER]: 1 });
});

test('a Repeat Window that is no number of minutes is refused', async () => {
	const asked = byAgent(toolNode({ repeatWindow: -1 }))({ to: TO });
	await expect(asked).rejects.toThrow("'Repeat Window (Minutes)'");
	expect(dialled()).toEqual({});
});
