import type { INode, INodeParameters } from 'n8n-workflow';

import { runNode, simulator } from '../support/harness';

beforeEach(() => simulator.reset());

const continues: Partial<INode> = { onError: 'continueRegularOutput' };
const errorOutput: Partial<INode> = { onError: 'continueErrorOutput' };
const both: Partial<INode> = {
	...continues,
	retryOnFail: true,
	maxTries: 3,
	waitBetweenTries: 0,
};

const buy = (changes: INodeParameters = {}): INodeParameters => ({
	resource: 'phoneNumber',
	operation: 'buy',
	chooseBy: 'areaCode',
	areaCode: '={{ $json.area }}',
	...changes,
});
const items = [{ area: '415' }, { area: '415' }];

describe('no input leaves as output', () => {
	test.each<[string, INodeParameters]>([
		['Options', { options: { timeout: '={{ $("Nowhere").item.json.x }}' } }],
		[
			'Additional Fields',
			{ additionalFields: { telephonyProvider: '={{ $("Nowhere").first() }}' } },
		],
		['Area Code', { areaCode: '={{ $("Nowhere").item.json.x }}' }],
	])('where an expression in %s throws', async (label, parameters) => {
		const {
			items: outputs,
			errorItems,
			requests,
		} = await runNode(buy(parameters), {
			items,
			settings: errorOutput,
		});
		expect(outputs).toEqual([]);
		expect(errorItems.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		for (const { json } of errorItems) {
			expect(json.error).toMatch(new RegExp(`^'${label}' could not be evaluated: `));
		}
		expect(requests).toEqual([]);
	});

	test.each<[string, INodeParameters, string]>([
		[
			'an hour and more',
			{ options: { timeout: 3_600_001 } },
			"'Timeout (Ms)' has to be a number of 1 or more and 3600000 or less",
		],
		[
			'an object',
			{ options: { timeout: '={{ ({}) }}' } },
			"'Timeout (Ms)' is not a number: {}",
		],
		[
			'nothing as environment',
			{ options: { requiredEnvironment: '={{ $json.none }}' } },
			"'Required Environment' gives nothing",
		],
	])('where an option is wrong: %s', async (_what, parameters, message) => {
		const run = await runNode(buy(parameters), { items, settings: continues });
		expect(run.json).toHaveLength(2);
		for (const { error } of run.json) expect(error).toContain(message);
		expect(run.requests).toEqual([]);
	});

	test.each<[INodeParameters[string], string]>([
		['ten', "'Batching: Items per Batch' is not a number: 'ten'"],
		[0, "'Batching: Items per Batch' has to be a whole number of 1 or more"],
		['={{ $("Nowhere").item }}', "'Options' could not be evaluated: "],
	])('where a batch has a wrong size: %p', async (batchSize, message) => {
		const get = {
			resource: 'agent',
			operation: 'get',
			agentId: { __rl: true, mode: 'id', value: 'x' },
			options: { batching: { batch: { batchSize } } },
		};
		const run = await runNode(get, { items, settings: continues });
		expect(run.json).toHaveLength(2);
		for (const { error } of run.json) expect(error).toContain(message);
		expect(run.requests).toEqual([]);
	});

	describe.each(['resource', 'operation'])('where the expression in %s', (name) => {
		const label = name === 'resource' ? 'Resource' : 'Operation';
		test.each([
			['throws', '={{ $("Nowhere").item.json.x }}'],
			['gives nothing', '={{ $json.none }}'],
			['gives an object', '={{ ({ a: 1 }) }}'],
			['nests too deep', '={{ [...Array(5000)].reduce((inner) => [inner], 1) }}'],
		])('%s', async (_what, expression) => {
			const parameters = buy({ [name]: expression });
			const named = new RegExp(`'(${label}|Operation)' .*\\[item 0\\]$`);
			const stopped = await runNode(parameters, { items });
			expect(stopped.error?.message).toMatch(named);
			expect(stopped.items).toEqual([]);

			const outputs = await runNode(parameters, { items, settings: continues });
			expect(outputs.error).toBeUndefined();
			expect(outputs.json.map(({ error }) => error)).toEqual([
				expect.stringMatching(named),
				expect.stringMatching(named),
			]);
			const failed = await runNode(parameters, { items, settings: errorOutput });
			expect(failed.items).toEqual([]);
			expect(failed.errorItems.map(({ pairedItem }) => pairedItem)).toEqual([
				{ item: 0 },
				{ item: 1 },
			]);
			for (const { requests } of [stopped, outputs, failed]) expect(requests).toEqual([]);
		});
	});

	test('where Options hold for one item only', async () => {
		const options = { requiredEnvironment: '={{ $json.env }}' };
		const { json } = await runNode(buy({ options }), {
			items: [
				{ area: '415', env: 'staging' },
				{ area: '415', env: 'default' },
			],
			settings: continues,
		});
		expect(json[0].error).toContain("requires the Fluents.ai environment 'staging'");
		expect(json[1].number).toMatch(/^\+?1415/);
	});
});

describe('with Retry On Fail, when the first item is wrong', () => {
	const sent = (requests: Array<{ operationId?: string }>, operationId: string) =>
		requests.filter((request) => request.operationId === operationId).length;

	test('a number is bought once', async () => {
		const before = simulator.environment('default').numbers.size;
		const { json, requests } = await runNode(buy(), {
			items: [{ area: '' }, { area: '415' }, { area: '415' }],
			settings: both,
		});
		expect(json[0].error).toBe("'Area Code' is empty [item 0]");
		expect(json[1].number).toMatch(/^\+?1415/);
		expect(json[2].number).not.toBe(json[1].number);
		expect(simulator.environment('default').numbers.size).toBe(before + 2);
		expect(sent(requests, 'buyNumber')).toBe(2);
	});

	test('an object is created once, and the output is that object', async () => {
		const before = simulator.environment('default').prompts.size;
		const parameters = {
			resource: 'prompt',
			operation: 'create',
			content: '={{ $json.text }}',
		};
		const run = { items: [{ text: '' }, { text: 'You are friendly.' }], settings: both };
		const { json, requests } = await runNode(parameters, run);
		expect(json[1]).toMatchObject({ content: 'You are friendly.' });
		expect(simulator.environment('default').prompts.size).toBe(before + 1);
		expect(sent(requests, 'createPrompt')).toBe(1);
	});
});
