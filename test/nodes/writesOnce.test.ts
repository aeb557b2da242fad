import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type * as Tools from '../../engine/tools';
import { byId, credentialFor, engine, FLUENTS_AI, runNode, simulator } from '../support/harness';

/** n8n's own ways to run a node as a tool. From test/support/environment.ts. */
const { toolOf } = globalThis as unknown as typeof Tools;

/** Retry On Fail also runs all items again when the first one has failed with Continue On Fail. */
const repeats: Partial<INode> = {
	retryOnFail: true,
	maxTries: 3,
	waitBetweenTries: 0,
	onError: 'continueRegularOutput',
};

beforeEach(() => simulator.reset());

const sent = (operation: string) =>
	simulator.requests.filter(({ operationId }) => operationId === operation);

const buying = (changes: INodeParameters): INodeParameters => ({
	resource: 'phoneNumber',
	operation: 'buy',
	...changes,
});
const linking: INodeParameters = {
	resource: 'phoneNumber',
	operation: 'link',
	phoneNumber: '={{ $json.number }}',
};
const prompt: INodeParameters = {
	resource: 'prompt',
	operation: 'create',
	content: 'Hello {{ "{{name}}" }}',
	label: '={{ $json.label }}',
};
const items = [{ number: 'none' }, { number: '+14155550171' }, { number: '+14155550172' }];

describe('what later items have made is not made again when the first item fails', () => {
	test('a number that was bought', async () => {
		const parameters = buying({ chooseBy: 'phoneNumber', phoneNumber: '={{ $json.number }}' });
		const { json } = await runNode(parameters, { items, settings: repeats });
		expect(json[0].error).toContain("'none'");
		expect(json.slice(1).map(({ id }) => id)).toEqual([expect.any(String), expect.any(String)]);
		expect(sent('buyNumber')).toHaveLength(2);
	});

	test('an object that was created', async () => {
		const labels = ['', 'First', 'Second'].map((label) => ({ label }));
		simulator.faults.add({
			operationId: 'createPrompt',
			status: 409,
			times: Infinity,
			match: ({ body }) => !(body as IDataObject).label,
		});
		const { json } = await runNode(prompt, { items: labels, settings: repeats });
		expect(json[0].error).toBeDefined();
		expect(json.slice(1).map(({ label }) => label)).toEqual(['First', 'Second']);
		const { prompts } = simulator.environment('default');
		const made = [...prompts.values()].map(({ label }) => label);
		for (const { label } of labels.slice(1)) {
			expect(made.filter((name) => name === label)).toHaveLength(1);
		}
	});
});

describe('when the answer was lost', () => {
	const lose = (operationId: string) =>
		simulator.faults.add({ operationId, when: 'after', reset: true });
	const retried = { ...repeats, onError: undefined };

	test('it is not made again while the list gives the same page again and again', async () => {
		lose('createPrompt');
		const items = [{ id: 'p-1', label: 'Other', content: 'Hello' }];
		const alter = () => ({ items, has_more: true });
		simulator.faults.add({ operationId: 'listPrompts', times: Infinity, alter });
		const given = [{ label: 'Only one' }];
		const { error } = await runNode(prompt, { items: given, settings: retried });
		expect(error?.message).toContain('It is still not known whether Fluents.ai acted on this');
		expect(sent('createPrompt')).toHaveLength(1);
	});

	test('a created object is found by its label', async () => {
		lose('createPrompt');
		const { json, error } = await runNode(prompt, {
			items: [{ label: 'Only one' }],
			settings: retried,
		});
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ id: expect.any(String), label: 'Only one' });
		expect(sent('createPrompt')).toHaveLength(1);
	});

	test('an object that was not created is sent again', async () => {
		simulator.faults.add({ operationId: 'createPrompt', status: 500 });
		const { json, error } = await runNode(prompt, {
			items: [{ label: 'Only one' }],
			settings: retried,
		});
		expect(error).toBeUndefined();
		expect(json[0].label).toBe('Only one');
		expect(sent('createPrompt')).toHaveLength(2);
	});

	test('a number that was bought is found', async () => {
		lose('buyNumber');
		const parameters = buying({ chooseBy: 'phoneNumber', phoneNumber: '+14155550171' });
		const { json, error } = await runNode(parameters, { settings: retried });
		expect(error).toBeUndefined();
		expect(json[0].number).toMatch(/14155550171$/);
		expect(sent('buyNumber')).toHaveLength(1);
	});

	test('no second number is bought by its area code', async () => {
		lose('buyNumber');
		const parameters = buying({ chooseBy: 'areaCode', areaCode: '415' });
		const { error } = await runNode(parameters, { settings: retried });
		expect(error?.message).toContain('still not known whether Fluents.ai acted on this');
		expect(error?.description).toContain('it may have been bought');
		expect(sent('buyNumber')).toHaveLength(1);
	});

	test('a number that was linked is found', async () => {
		lose('linkNumber');
		const [connection] = simulator.environment('default').accountConnections.keys();
		const { error } = await runNode(
			{ ...linking, accountConnectionId: byId(connection) },
			{ items: [{ number: '+14155550171' } as IDataObject], settings: retried },
		);
		expect(error).toBeUndefined();
		expect(sent('linkNumber')).toHaveLength(1);
	});
});

/** Who asks for a tool, and what it gets back. */
type Asks = (parameters: INodeParameters, settings: Partial<INode>) => Promise<IDataObject>;

const type = `${FLUENTS_AI}Tool`;
const byTool =
	(caller: 'agent' | 'mcp'): Asks =>
	async (parameters, settings) => {
		const node: INode = {
			id: 'tool',
			name: 'Fluents.ai',
			type,
			typeVersion: 1,
			position: [0, 0],
			parameters,
			credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
			...settings,
		};
		const credentials = { fluentsAiApi: credentialFor() };
		const [output] = await toolOf(engine, node, { credentials }, caller)({});
		return output;
	};
const byEngine: Asks = async (parameters, settings) => {
	const items = [{ toolCallId: 'call_1' }];
	const { json, error } = await runNode(parameters, { items, settings: { ...settings, type } });
	return json[0] ?? { error: error?.message };
};

describe.each([
	['an agent before v3', byTool('agent')],
	['MCP', byTool('mcp')],
	['AI Agent v3', byEngine],
])('asked by %s, a tool', (_who, ask) => {
	const connectionId = () => {
		const [id] = simulator.environment('default').accountConnections.keys();
		return byId(id);
	};
	const writes: Array<[string, () => INodeParameters]> = [
		['buyNumber', () => buying({ chooseBy: 'phoneNumber', phoneNumber: '+14155550171' })],
		[
			'linkNumber',
			() => ({
				...linking,
				phoneNumber: '+14155550171',
				accountConnectionId: connectionId(),
			}),
		],
		['createPrompt', () => ({ ...prompt, label: 'Only one' })],
	];
	const { onError, ...stops } = repeats;

	describe.each([
		['that stops', stops],
		['with Continue On Fail', { ...stops, onError }],
	])('%s', (_how, settings) => {
		test.each(writes)(
			'does %s once when its answer was lost',
			async (operationId, parameters) => {
				simulator.faults.add({ operationId, when: 'after', reset: true });
				const output = await ask(parameters(), settings);
				// A tool that goes on has one try: n8n repeats what it throws, and its output in a workflow.
				if (output.error !== undefined)
					expect(output.error).toContain('It is not known whether');
				else expect(output.id).toEqual(expect.any(String));
				expect(sent(operationId)).toHaveLength(1);
			},
		);

		test.each(writes)('does %s once when nothing fails', async (operationId, parameters) => {
			const output = await ask(parameters(), settings);
			expect(output.error).toBeUndefined();
			expect(sent(operationId)).toHaveLength(1);
		});
	});

	test('buys no second number by its area code', async () => {
		simulator.faults.add({ operationId: 'buyNumber', when: 'after', reset: true });
		const parameters = buying({ chooseBy: 'areaCode', areaCode: '415' });
		const output = await ask(parameters, stops).catch(({ message }: Error) => ({
			error: message,
		}));
		expect(output.error).toMatch(/not known whether Fluents.ai acted on this/);
		expect(sent('buyNumber')).toHaveLength(1);
	});
});
