import fc from 'fast-check';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type * as Tools from '../../engine/tools';
import type { Fault } from '../../simulator';
import { dialled, numbers, placing } from '../support/callFixtures';
import { cases, seed } from '../support/fuzz';
import {
	byNumber,
	credentialFor,
	engine,
	FLUENTS_AI,
	runNode,
	simulator,
} from '../support/harness';

const { toolOf, ephemeralToolOf } = globalThis as unknown as typeof Tools;

const NAME = 'Call a Person';
const AGENT = '@n8n/n8n-nodes-langchain.agent';

/** A satellite network, which fraudsters get paid for calls to. */
const FRAUD = '+88213123456';

const noCalls = { items: [], page: 1, size: 100, total: 0, has_more: false };

const total = () => Object.values(dialled()).reduce((sum, count) => sum + count, 0);

let TO: string[];
let used = 1000;

/** The clock skips pauses that are not longer than a minute. */
async function anHour(): Promise<void> {
	for (let minute = 0; minute <= 60; minute++) {
		await new Promise((resolve) => setTimeout(resolve, 60_000));
	}
}

beforeEach(async () => {
	// The process remembers what tools have placed.
	await anHour();
	simulator.reset();
	TO = numbers(10, used);
	used += 10;
});

const limits = (allowed: string, callsPerHour: number | string = 100): INodeParameters => ({
	toolLimits: { limits: { allowed, callsPerHour } },
});

function toolNode(options: INodeParameters = {}, changes: INodeParameters = {}): INode {
	return {
		id: 'tool',
		name: NAME,
		type: `${FLUENTS_AI}Tool`,
		typeVersion: 1,
		position: [0, 0],
		parameters: placing('create', options, { toNumber: "={{ $fromAI('to') }}", ...changes }),
		credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
	};
}

/** n8n's ways to run a node as a tool. */
const ways = {
	'an agent before v3': async (node: INode, input: IDataObject) =>
		await toolOf(engine, node, { credentials: { fluentsAiApi: credentialFor() } })(input),
	'an MCP client': async (node: INode, input: IDataObject) =>
		await toolOf(
			engine,
			node,
			{ credentials: { fluentsAiApi: credentialFor() } },
			'mcp',
		)(input),
	"n8n's Agents": async (node: INode, input: IDataObject) =>
		await ephemeralToolOf(engine, node, { credentials: { fluentsAiApi: credentialFor() } })(
			input,
		),
	'AI Agent v3': async ({ parameters, type }: INode, input: IDataObject) => {
		const items = [{ ...input, toolCallId: 'call_1' }];
		const { json, error } = await runNode(parameters, { items, settings: { type } });
		if (error) throw new Error(error.message);
		return json;
	},
};

type Way = keyof typeof ways;

const allWays = Object.keys(ways) as Way[];

const byAgent = ways['an agent before v3'];

describe.each(allWays)('asked by %s', (way) => {
	const ask = ways[way];

	test('only allowed countries and numbers are called', async () => {
		const [home, listed, other] = [TO[0], '+4930123456', '+4930123457'];
		const node = toolNode(limits(`US, ${listed}`));
		await ask(node, { to: home });
		await ask(node, { to: listed });
		for (const to of [FRAUD, other, '00882 13 123456', '+1 876 555 0123']) {
			await expect(ask(node, { to })).rejects.toThrow(
				/Nobody was called: \+\d+ is none of the countries and numbers that this tool may call \('US, \+4930123456'\)|'To Number' has no country code/,
			);
		}
		expect(dialled()).toEqual({ [home]: 1, [listed]: 1 });
	});

	test('no more calls are placed within an hour than allowed', async () => {
		const node = toolNode(limits('', 2));
		await ask(node, { to: TO[0] });
		await ask(node, { to: TO[1] });
		await expect(ask(node, { to: TO[2] })).rejects.toThrow(
			/^Nobody was called: AI tools may place 2 calls per hour here, and have placed 2\. Do not ask for a call for (59|60) more minutes/,
		);
		await anHour();
		await ask(node, { to: TO[2] });
		expect(dialled()).toEqual({ [TO[0]]: 1, [TO[1]]: 1, [TO[2]]: 1 });
	});

	test.each([
		['calls', "={{ $fromAI('calls') }}", { calls: 'place' }, "'Calls'"],
		[
			'fromNumber',
			byNumber("={{ $fromAI('from') }}"),
			{ from: '+14155550101' },
			"'From Number'",
		],
		['fromNumber', '={{ $json.from }}', { from: '+14155550101' }, "'From Number'"],
		[
			'additionalFields',
			{ additionalBodyFields: "={{ $fromAI('body', '', 'json') }}" },
			{ body: { from_number: '+14155550101' } },
			"'Additional Fields'",
		],
	])('a model does not choose %s', async (name, written, input, label) => {
		const node = toolNode({}, { [name]: written } as INodeParameters);
		await expect(ask(node, { to: TO[0], ...input } as IDataObject)).rejects.toThrow(
			`${label} is not for a language model to choose`,
		);
		expect(dialled()).toEqual({});
	});
});

describe('a limit of calls per hour', () => {
	test('holds for calls that are asked for at the same time', async () => {
		const node = toolNode(limits('', 3));
		const asked = await Promise.allSettled(TO.map(async (to) => await byAgent(node, { to })));
		expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
		expect(Object.values(dialled())).toEqual([1, 1, 1]);
	});

	test('counts what another process has placed', async () => {
		// To the memory of the process, this is another API.
		const baseUrl = simulator.url.replace('127.0.0.1', 'localhost');
		const elsewhere = { fluentsAiApi: credentialFor('default', { baseUrl }) };
		const node = toolNode(limits('', 2));
		await toolOf(engine, node, { credentials: elsewhere })({ to: TO[0] });
		await toolOf(engine, node, { credentials: elsewhere }, 'mcp')({ to: TO[1] });
		await expect(byAgent(node, { to: TO[2] })).rejects.toThrow('have placed 2');
		expect(dialled()).toEqual({ [TO[0]]: 1, [TO[1]]: 1 });
	});

	test.each([null, {}, undefined, '{}'])(
		'counts it where the list has %j for the variables of calls, and reads no incoming ones',
		async (context) => {
			const baseUrl = simulator.url.replace('127.0.0.1', 'localhost');
			const elsewhere = { fluentsAiApi: credentialFor('default', { baseUrl }) };
			await toolOf(engine, toolNode(), { credentials: elsewhere })({ to: TO[0] });
			await runNode(placing('create'), { items: [{ to: TO[1] }] });
			const incoming = { id: 'incoming', is_outgoing: false, context };
			simulator.faults.add({
				operationId: 'listCalls',
				times: Infinity,
				alter: (answer) => {
					const { items, ...page } = answer as { items: IDataObject[] };
					const all = [...items.map((call) => ({ ...call, context })), incoming];
					return { ...page, items: all };
				},
			});
			const node = toolNode({ ...limits('', 2), repeatWindow: 0 });
			await byAgent(node, { to: TO[2] });
			await expect(byAgent(node, { to: TO[3] })).rejects.toThrow('have placed 2');
			const read = simulator.requests.map((request) => JSON.stringify(request));
			expect(read.filter((request) => request.includes('incoming'))).toEqual([]);
		},
	);

	test('counts calls before Fluents.ai lists them, and those whose answer was lost', async () => {
		simulator.switches.agentPayload = 'id';
		simulator.faults.add({
			operationId: 'listCalls',
			times: Infinity,
			alter: () => noCalls,
		});
		const node = toolNode({ ...limits('', 2), timeout: 10_000 });
		await byAgent(node, { to: TO[0] });
		simulator.faults.add({ operationId: 'createCall', when: 'after', reset: true });
		await expect(byAgent(node, { to: TO[1] })).rejects.toThrow('may have been called');
		await expect(byAgent(node, { to: TO[2] })).rejects.toThrow('have placed 2');
	});

	test('does not count what was refused, found again, or asked for twice', async () => {
		const node = toolNode(limits('', 2));
		simulator.faults.add({ operationId: 'createCall', status: 409, body: { message: 'Busy' } });
		await expect(byAgent(node, { to: TO[0] })).rejects.toThrow('Busy');
		await byAgent(node, { to: TO[0] });
		expect(await byAgent(node, { to: TO[0] })).toMatchObject([{ duplicate: true }]);
		await byAgent(node, { to: TO[1] });
		await expect(byAgent(node, { to: TO[2] })).rejects.toThrow('have placed 2');
	});

	test('does not count calls of workflows, and does not limit them', async () => {
		const items = TO.slice(0, 5).map((to) => ({ to }));
		await runNode(placing('create', limits('DE', 1)), { items });
		const node = toolNode(limits('', 1));
		await byAgent(node, { to: TO[5] });
		expect(Object.keys(dialled())).toHaveLength(6);
	});

	test('counts calls with a key of the user, and tools without a limit', async () => {
		await byAgent(toolNode({ callKey: "={{ $fromAI('to') }}" }), { to: TO[0] });
		await byAgent(toolNode({ repeatWindow: 0 }), { to: TO[1] });
		const baseUrl = simulator.url.replace('127.0.0.1', 'localhost');
		const credentials = { fluentsAiApi: credentialFor('default', { baseUrl }) };
		const limited = toolOf(engine, toolNode(limits('', 2)), { credentials });
		await expect(limited({ to: TO[2] })).rejects.toThrow('have placed 2');
	});

	test('calls nobody when the calls cannot be counted', async () => {
		simulator.faults.add({ operationId: 'listCalls', status: 500, times: Infinity });
		const asked = byAgent(toolNode({ ...limits('', 5), repeatWindow: 0 }), { to: TO[0] });
		await expect(asked).rejects.toThrow();
		simulator.faults.clear();
		const unmarked = byAgent(toolNode({ ...limits('', 5), sendCallKey: false }), { to: TO[0] });
		await expect(unmarked).rejects.toThrow("'Send Call Key' has to be on with 'Tool Limits'");
		expect(dialled()).toEqual({});
	});

	test('sends nothing to count by where no key is to be sent', async () => {
		await byAgent(toolNode({ sendCallKey: false }), { to: TO[0] });
		const placed = simulator.requests.find(({ operationId }) => operationId === 'createCall');
		expect((placed?.body as IDataObject).context ?? {}).toEqual({});
	});

	test('of 0 allows none, and a dry run tells', async () => {
		const none = toolNode(limits('', 0));
		await expect(byAgent(none, { to: TO[0] })).rejects.toThrow(/may place 0 calls per hour/);
		const [dry] = await byAgent(toolNode(limits('', 0), { calls: 'dryRun' }), { to: TO[0] });
		expect(dry.would_call).toMatch(/may place 0 calls per hour/);
		const [refused] = await byAgent(toolNode(limits('US'), { calls: 'dryRun' }), { to: FRAUD });
		expect(refused.would_call).toMatch(/none of the countries and numbers/);
		expect(dialled()).toEqual({});
	});

	test('counts calls of tests by themselves', async () => {
		const testing = toolNode(limits('', 2), {
			calls: 'testNumber',
			testNumber: '+12125559999',
		});
		await byAgent(testing, { to: TO[0] });
		await byAgent(testing, { to: TO[1] });
		await expect(byAgent(testing, { to: TO[2] })).rejects.toThrow('have placed 2');
		await byAgent(toolNode(limits('', 2)), { to: TO[2] });
		expect(dialled()).toEqual({ '+12125559999': 2, [TO[2]]: 1 });
	});
});

test.each([
	[
		'a dial code',
		'+49',
		"'Tool Limits: Allowed to Call' holds neither a country nor a phone number: '+49'",
	],
	[
		'nothing by an expression',
		'={{ $vars.none }}',
		"'Tool Limits: Allowed to Call' gives nothing",
	],
	[
		'an empty list by an expression',
		'={{ [] }}',
		"'Tool Limits: Allowed to Call' is an empty list",
	],
])('Allowed to Call cannot be %s', async (_what, allowed, message) => {
	await expect(byAgent(toolNode(limits(allowed)), { to: TO[0] })).rejects.toThrow(message);
	expect(dialled()).toEqual({});
});

test.each([
	['operation', 'create'],
	['operation', 'createAndWait'],
	['resource', 'call'],
])('a model does not choose the %s, with which n8n drops the limits', async (name, x) => {
	const node = toolNode(limits('DE', 0), { [name]: "={{ $fromAI('x') }}" });
	for (const way of allWays) {
		await expect(ways[way](node, { to: FRAUD, x })).rejects.toThrow(
			/^'(Operation|Resource)' of a tool cannot be an expression, so nothing was done|node has issues/,
		);
	}
	expect(dialled()).toEqual({});
});

test('what is fixed may be an expression that reads variables alone', async () => {
	const line = (placing('create').fromNumber as { value: string }).value;
	const node = toolNode(
		{
			...limits("={{ $vars.none ?? 'US' }}", '={{ 1 + 1 }}'),
			requiredEnvironment: "={{ 'default' }}",
		},
		{
			calls: "={{ $vars.none === 'x' ? 'dryRun' : 'place' }}",
			fromNumber: byNumber(`={{ '${line}' }}`),
		},
	);
	await byAgent(node, { to: TO[0] });
	await byAgent(node, { to: TO[1] });
	await expect(byAgent(node, { to: TO[2] })).rejects.toThrow('have placed 2');
	expect(dialled()).toEqual({ [TO[0]]: 1, [TO[1]]: 1 });
});

/** Ways to get at what the model has written in `x`. */
const spellings = [
	"$fromAI('x')",
	'$fromAi("x")',
	"$fromai('x', 'What', 'string')",
	"/*n8n-auto-generated-fromAI-override*/ $fromAI('x', ``, 'string')",
	'$json.x',
	'$json["x"]',
	'$json?.x',
	'$input.item.json.x',
	"$input.first().json['x']",
	'$input.all()[0].json.x',
	'$data.x',
	'$item(0).$json.x',
	'$items()[0].json.x',
	'$thisItem.json.x',
	`$node["${NAME}"].json.x`,
	`$('${NAME}').first().json.x`,
	`$('${NAME}').item.json.x`,
	`$('${AGENT}').last().json.x`,
	'$parameter.other',
	'$rawParameter.other',
	"$evaluateExpression('$json.x')",
	'$evaluateExpression("{{ $js" + "on.x }}")',
	"$jmespath($json, 'x')",
	"$jmesPath($input.item.json, 'x')",
	'(() => $json.x)()',
	'[$json][0].x',
	"this['$js' + 'on'].x",
	'$vars[$json.x] ?? $json.x',
	'`${$json.x}`',
	'$vars.none ?? $json.x',
	"$vars.constructor.constructor('return this')().$json.x",
	"$vars['constructor']['constructor']('x')",
	'\\u0024json.x',
	'Object.values($json)[0]',
	'JSON.parse(JSON.stringify($json)).x',
];

/** What is written around it. */
const wrappings: Array<(code: string) => string> = [
	(code) => `={{ ${code} }}`,
	(code) => `={{${code}}}`,
	(code) => `={{\n\t${code}\n}}`,
	(code) => `={{ (${code}) }}`,
	(code) => `={{ true ? ${code} : '' }}`,
	(code) => `={{ ${code} || '' }}`,
	(code) => `={{ '' + ${code} }}`,
	(code) => `={{ [${code}][0] }}`,
	(code) => `={{ '' }}{{ ${code} }}`,
	(code) => `={{ ${code} }}{{ '' }}`,
	(code) => `={{ /* fixed */ ${code} }}`,
	(code) => `={{ $vars.none ?? (${code}) }}`,
];

interface Attack {
	what: string;
	/** Of the parameters of the tool, with the expression of the model's choice where `null` stands. */
	changes(code: string): { options?: INodeParameters; changes?: INodeParameters };
	/** What the model writes there. */
	value: unknown;
	/** n8n takes no expression there, and leaves it out. */
	isDropped?: true;
}

const wide = { limits: { allowed: '', callsPerHour: 1000 } };
const OTHER_LINE = '+14155550101';

const attacks: Attack[] = [
	{ what: 'calls', changes: (code) => ({ changes: { calls: code } }), value: 'place' },
	{
		what: 'testNumber',
		changes: (code) => ({ changes: { calls: 'testNumber', testNumber: code } }),
		value: FRAUD,
	},
	{
		what: 'fromNumber',
		changes: (code) => ({ changes: { fromNumber: byNumber(code) } }),
		value: OTHER_LINE,
	},
	{
		what: 'fromNumber alone',
		changes: (code) => ({ changes: { fromNumber: code } }),
		value: OTHER_LINE,
	},
	{
		what: 'requiredEnvironment',
		changes: (code) => ({ options: { requiredEnvironment: code } }),
		value: 'default',
	},
	{
		what: 'toolLimits',
		changes: (code) => ({ options: { toolLimits: code } }),
		isDropped: true,
		value: wide,
	},
	{
		what: 'toolLimits.limits',
		changes: (code) => ({ options: { toolLimits: { limits: code } } }),
		isDropped: true,
		value: wide.limits,
	},
	{
		what: 'allowed',
		changes: (code) => ({ options: limits(code) }),
		value: '882, +88213123456',
	},
	{ what: 'callsPerHour', changes: (code) => ({ options: limits('US', code) }), value: 1000 },
	{
		what: 'additionalFields',
		changes: (code) => ({ changes: { additionalFields: code } }),
		isDropped: true,
		value: { additionalBodyFields: { to_number: FRAUD, from_number: OTHER_LINE } },
	},
	{
		what: 'additionalBodyFields',
		changes: (code) => ({ changes: { additionalFields: { additionalBodyFields: code } } }),
		value: { to_number: FRAUD, agent_phone_number: OTHER_LINE },
	},
	{
		what: 'telephonyParams',
		changes: (code) => ({ changes: { additionalFields: { telephonyParams: code } } }),
		value: { To: FRAUD },
	},
];

/** What a model writes as number to call, of which only an allowed one may be called. */
const written = (allowed: string): fc.Arbitrary<unknown> => {
	const numbers = [FRAUD, '+881612345678', '+18765550123', '+4930123456', '+442079460018'];
	const text = fc
		.tuple(fc.constantFrom(...numbers), fc.constantFrom('', ' ', '-', '\u200b', '\u202e', '.'))
		.map(([number, between]) => [...number].join(between));
	const both = fc
		.tuple(text, fc.constantFrom(',', ';', '/', '\n', ' or ', ' '))
		.map(([number, between]) => `${allowed}${between}${number}`);
	const spelled = fc.constantFrom<(number: string) => unknown>(
		(number) => number.replace('+', '00'),
		(number) => number.replace('+', '011'),
		(number) => number.replace('+', '＋'),
		(number) => number.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
		(number) => `tel:${number}`,
		(number) => Number(number.replace('+', '')),
		(number) => [number],
		(number) => ({ value: number }),
		(number) => ({ __rl: true, mode: 'id', value: number }),
		(number) => `={{ '${number}' }}`,
		(number) => `${number};isub=1`,
		(number) => `${allowed};ext=${number}`,
		(number) => ({ toString: number }),
	);
	const odd = fc
		.tuple(spelled, fc.constantFrom(...numbers))
		.map(([spell, number]) => spell(number));
	return fc.oneof(text, both, odd, fc.constant(allowed), fc.string());
};

/** What a model adds that nobody has asked it for. */
const unasked = fc.dictionary(
	fc.constantFrom(
		...['toolLimits', 'options', 'calls', 'fromNumber', 'from_number', 'to_number', 'toNumber'],
		...[
			'additionalFields',
			'context',
			'type',
			'toolCallId',
			'query',
			'__proto__',
			'constructor',
		],
	),
	fc.constantFrom<unknown>(
		FRAUD,
		wide,
		{ toolLimits: wide },
		'place',
		{ to_number: FRAUD },
		{ to: FRAUD },
		null,
	),
);

/** Under each of the two truths. */
const sceneCount = Math.ceil(cases / 10);
const attemptCount = Math.max(500, cases);

test(`no attempt of a model passes the limits (FUZZ_SEED=${seed})`, async () => {
	const line = (placing('create').fromNumber as { value: string }).value;
	let called = 0;
	let refused = 0;
	const attempts = fc.record({
		way: fc.constantFrom(...allWays),
		attack: fc.option(fc.constantFrom(...attacks), { freq: 2 }),
		spelling: fc.constantFrom(...spellings),
		wrapping: fc.constantFrom(...wrappings),
		to: fc.nat({ max: 9_999 }).chain((n) => {
			const allowed = `+1212556${String(n).padStart(4, '0')}`;
			return written(allowed).map((to) => ({ allowed, to }));
		}),
		more: unasked,
	});
	await fc.assert(
		fc.asyncProperty(
			attempts,
			async ({ way, attack, spelling, wrapping, to: { allowed, to }, more }) => {
				simulator.reset();
				const { options, changes } = attack?.changes(wrapping(spelling)) ?? {};
				const context = { specifyContext: 'json', contextJson: '={{ $json.context }}' };
				const node = toolNode(
					{ ...limits('US', 1_000_000), repeatWindow: 0, ...options },
					{ ...context, other: '={{ $json.x }}', ...changes },
				);
				const input = {
					...more,
					to: attack ? allowed : to,
					x: attack?.value,
				} as IDataObject;
				const answer = await ways[way](node, input).then(
					(items) => items,
					(error: Error) => error,
				);

				const name = `${way}, ${attack?.what}, ${wrapping(spelling)}, ${JSON.stringify(input)}`;
				const numbersCalled = Object.keys(dialled());
				expect({ [name]: numbersCalled.filter((number) => number !== allowed) }).toEqual({
					[name]: [],
				});
				const lines = simulator.requests
					.filter(({ operationId }) => operationId === 'createCall')
					.flatMap(({ body }) => {
						const { from_number, agent_phone_number = from_number } =
							body as IDataObject;
						return [from_number, agent_phone_number];
					});
				expect({ [name]: lines.filter((one) => one !== line) }).toEqual({ [name]: [] });
				if (attack && !attack.isDropped) {
					expect({ [name]: !Array.isArray(answer) }).toEqual({ [name]: true });
					expect({ [name]: numbersCalled }).toEqual({ [name]: [] });
					if (String(answer).includes('is not for a language model to choose')) refused++;
				}
				called += numbersCalled.length;
			},
		),
		{ seed, numRuns: attemptCount, endOnFailure: true },
	);
	// Otherwise nothing was tried.
	expect(called).toBeGreaterThan(attemptCount / 50);
	expect(refused).toBeGreaterThan(attemptCount / 4);
}, 3_600_000);

test(`whatever goes wrong, no more calls are placed than allowed (FUZZ_SEED=${seed})`, async () => {
	simulator.switches.agentPayload = 'id';
	const baseUrl = simulator.url.replace('127.0.0.1', 'localhost');
	const request = fc.record({
		to: fc.nat({ max: 9 }),
		way: fc.constantFrom(...allWays),
		options: fc.constantFrom<INodeParameters>(
			{},
			{ callKey: "={{ $fromAI('to') }}" },
			{ repeatWindow: 0 },
		),
		retries: fc.boolean(),
	});
	const fault = fc.constantFrom<Fault>(
		{ operationId: 'createCall', status: 409, body: { message: 'Busy' } },
		{ operationId: 'createCall', status: 500, when: 'after' },
		{ operationId: 'createCall', when: 'after', reset: true },
		{ operationId: 'createCall', delayMs: 1000, times: 2 },
		{ operationId: 'listCalls', status: 500, times: 2 },
		{ operationId: 'listCalls', delayMs: 500, times: 3 },
		{ operationId: 'listCalls', times: 4, alter: () => noCalls },
		{ operationId: 'getCall', status: 500, times: 3 },
	);
	const scene = fc.record({
		callsPerHour: fc.nat({ max: 4 }),
		earlier: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
		faults: fc.array(fault, { maxLength: 4 }),
		groups: fc.array(fc.array(request, { minLength: 1, maxLength: 5 }), {
			minLength: 1,
			maxLength: 4,
		}),
	});
	await fc.assert(
		fc.asyncProperty(scene, async ({ callsPerHour, earlier, faults, groups }) => {
			await anHour();
			simulator.reset();
			simulator.switches.agentPayload = 'id';
			// Of another process, which does not know this one.
			const others = { fluentsAiApi: credentialFor('default', { baseUrl }) };
			const elsewhere = toolOf(engine, toolNode({ repeatWindow: 0 }), {
				credentials: others,
			});
			for (const i of earlier) await elsewhere({ to: TO[i] });
			const before = total();
			for (const one of faults) simulator.faults.add(one);
			for (const group of groups) {
				const asked = group.map(async ({ to, way, options, retries }) => {
					const node = toolNode({
						...limits('US', callsPerHour),
						timeout: 10_000,
						...options,
					});
					return await ways[way](
						{ ...node, retryOnFail: retries, waitBetweenTries: 0 },
						{ to: TO[to] },
					);
				});
				await Promise.allSettled(asked);
			}
			const isUnseen = faults.some(
				({ operationId, alter }) => operationId === 'listCalls' && alter,
			);
			const most = Math.max(before, callsPerHour) + (isUnseen ? before : 0);
			expect(total()).toBeLessThanOrEqual(most);
		}),
		{ seed, numRuns: sceneCount, endOnFailure: true },
	);
}, 3_600_000);
