import type { INodeParameters } from 'n8n-workflow';

import { plainAgent } from '../support/callFixtures';
import { byId, byList, byNumber, runNode, simulator, truth } from '../support/harness';

const TO = '+12125550101';

let agentId: string;
let fromNumber: string;

beforeEach(() => {
	simulator.reset();
	const { numbers } = simulator.environment('default');
	agentId = plainAgent().id;
	fromNumber = String([...numbers.values()].find(({ active }) => active)?.number);
});

const create = (changes: INodeParameters = {}): INodeParameters => ({
	resource: 'call',
	operation: 'create',
	agentId: byId(agentId),
	fromNumber: byNumber(fromNumber),
	toNumber: TO,
	...changes,
});

/** Bodies of the requests that asked to place a call. */
const bodies = (requests: Awaited<ReturnType<typeof runNode>>['requests']) =>
	requests
		.filter(({ operationId }) => operationId === 'createCall')
		.map(({ body }) => body as Record<string, unknown>);

describe('one call', () => {
	test('is placed with the ID of the agent, and with the full agent where that is refused', async () => {
		const { json, error, requests } = await runNode(create());
		expect(error).toBeUndefined();
		expect(json).toEqual([
			{
				id: expect.any(String),
				outcome: 'in_progress',
				answered_by: null,
				asked_not_to_be_called: null,
				to_number: TO,
				from_number: fromNumber,
				agent_id: agentId,
				start_time: truth === 'a' ? null : expect.stringMatching(/^\d{4}-.*Z$/),
				duration_seconds: null,
				transcript: null,
				answers: {},
			},
		]);
		expect(simulator.dialled.get(TO)).toBe(1);

		const context = {
			n8n_call_key: expect.stringMatching(/^n8n-workflow-.+-0-0-[0-9a-f]{8}-[0-9a-z]{8}$/),
		};
		const byIdAlone = { from_number: fromNumber, to_number: TO, agent: agentId, context };
		const [first, second] = bodies(requests);
		expect(first).toEqual(byIdAlone);
		if (truth === 'a') expect(second).toBeUndefined();
		else {
			expect(second).toEqual({
				...byIdAlone,
				agent: expect.objectContaining({ id: agentId, name: 'Reception' }),
				agent_phone_number: fromNumber,
				telephony_provider: { name: 'twilio' },
				telephony_params: {},
				is_outgoing: true,
			});
		}
	});

	test('is placed with the full agent at once when the user chooses that', async () => {
		const { error, requests } = await runNode(create({ options: { agentPayload: 'full' } }));
		expect(error).toBeUndefined();
		expect(requests.map(({ operationId }) => operationId)).toEqual([
			'getAgent',
			'getAgent',
			'createCall',
		]);
		expect(simulator.dialled.get(TO)).toBe(1);
	});

	test.each(['2XX', 201, 200] as const)('counts as placed with the status %s', async (status) => {
		if (status !== '2XX') simulator.switches.successCode = status;
		expect((await runNode(create())).error).toBeUndefined();
	});

	test('gives everything with Simplify off, references with their IDs beside them', async () => {
		const { json } = await runNode(create({ simple: false }));
		expect(json[0]).toMatchObject({
			id: expect.any(String),
			agent_id: agentId,
			from_number: fromNumber,
			is_outgoing: true,
			duration_seconds: null,
		});
		expect(json[0]).toHaveProperty('agent');
	});

	test('carries settings and context variables', async () => {
		const { error, requests } = await runNode(
			create({
				furtherVariables: {
					variables: [
						{ name: 'name', value: 'Anna' },
						{ name: ' topic ', value: 'your order 1234' },
					],
				},
				additionalFields: {
					onNoHumanAnswer: 'hangup',
					doNotCallDetection: true,
					hipaaCompliant: false,
				},
			}),
		);
		expect(error).toBeUndefined();
		expect(bodies(requests).at(-1)).toMatchObject({
			context: { name: 'Anna', topic: 'your order 1234' },
			on_no_human_answer: 'hangup',
			run_do_not_call_detection: true,
			hipaa_compliant: false,
		});
	});

	test.each([
		['text', '{ "name": "Anna", "count": 3, "vip": true, "note": null }'],
		['an object', '={{ { name: "Anna", count: 3, vip: true, note: null } }}'],
	])('takes context as JSON from %s; the API wants texts', async (_form, contextJson) => {
		const { error, requests } = await runNode(create({ specifyContext: 'json', contextJson }));
		expect(error).toBeUndefined();
		expect(bodies(requests).at(-1)?.context).toMatchObject({
			name: 'Anna',
			count: '3',
			vip: 'true',
		});
	});

	test.each([
		[
			'as JSON',
			{ specifyContext: 'json', contextJson: '={{ { at: new Date("2026-01-31T09:00Z") } }}' },
		],
		[
			'in a field',
			{
				furtherVariables: {
					variables: [{ name: 'at', value: '={{ new Date("2026-01-31T09:00Z") }}' }],
				},
			},
		],
	])('takes a date %s as its ISO text', async (_form, context) => {
		const { error, requests } = await runNode(create(context));
		expect(error).toBeUndefined();
		expect(bodies(requests).at(-1)?.context).toMatchObject({ at: '2026-01-31T09:00:00.000Z' });
	});

	test.each([
		['+1 (212) 555-0101', TO],
		['001 212 555 0101', TO],
		['tel:+12125550101', TO],
	])('to %s goes to %s', async (typed, sent) => {
		const { requests } = await runNode(create({ toNumber: typed }));
		expect(bodies(requests).at(-1)?.to_number).toBe(sent);
	});

	test.each([
		['GB', '020 7946 0018', '+442079460018'],
		['gb', '020 7946 0018', '+442079460018'],
		['={{ $json.country }}', '0151 23456789', '+4915123456789'],
		['US', '+44 20 7946 0018', '+442079460018'],
	])('with default country %s, %s is %s', async (defaultCountry, toNumber, sent) => {
		const { error, requests } = await runNode(
			create({ toNumber, options: { defaultCountry } }),
			{
				items: [{ country: 'Germany' }],
			},
		);
		expect(error).toBeUndefined();
		expect(bodies(requests).at(-1)?.to_number).toBe(sent);
	});

	const withRaw = (to: string) =>
		create({
			toNumber: '+12125550199',
			additionalFields: { additionalBodyFields: JSON.stringify({ to_number: to }) },
		});

	test('a raw to_number wins, and is read like To Number', async () => {
		const { requests } = await runNode(withRaw('+1 (212) 555-0101'));
		expect(bodies(requests).at(-1)?.to_number).toBe(TO);
	});

	test.each([
		['+1234567890', "'To Number' is not a possible number"],
		['+1 212 555 0101 / 0102', "'To Number' holds two numbers"],
		['+49112', "'To Number' is"],
	])('a raw to_number %s calls nobody', async (to, message) => {
		const { error, requests } = await runNode(withRaw(to));
		expect(error?.message).toContain(message);
		expect(requests).toEqual([]);
	});

	test('takes agent and number from the lists', async () => {
		const { error } = await runNode(
			create({ agentId: byList(agentId), fromNumber: byList(fromNumber) }),
		);
		expect(error).toBeUndefined();
	});

	test('takes the address of the agent page as its ID', async () => {
		const { error, requests } = await runNode(
			create({ agentId: byId(`https://app.fluents.ai/agents/${agentId}/edit?tab=voice`) }),
		);
		expect(error).toBeUndefined();
		expect(bodies(requests)[0].agent).toBe(agentId);
	});
});

describe('many calls', () => {
	test('are placed one after the other, in the order of the items', async () => {
		const numbers = Array.from({ length: 12 }, (_, i) => `+1212555${String(1001 + i)}`);
		simulator.latencyMs = 5;
		const { items, requests } = await runNode(create({ toNumber: '={{ $json.to }}' }), {
			items: numbers.map((to) => ({ to })),
		});
		expect(items.map(({ json, pairedItem }) => [json.to_number, pairedItem])).toEqual(
			numbers.map((to, item) => [to, { item }]),
		);
		expect(Math.max(...requests.map(({ open }) => open))).toBe(1);
		expect([...simulator.dialled.entries()]).toEqual(numbers.map((to) => [to, 1]));
	});

	test('are all checked before the first one is placed', async () => {
		const { error, requests } = await runNode(create({ toNumber: '={{ $json.to }}' }), {
			items: [{ to: TO }, { to: '+12125550102' }, { to: '555-0103' }],
		});
		expect(error?.message).toContain("'To Number' has no country code: '555-0103'");
		expect(error?.message).toContain('[item 2]');
		expect(requests).toEqual([]);
	});

	test('the error of a later one tells what was done before', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			match: ({ body }) => (body as { to_number: string }).to_number === '+12125550102',
			status: 409,
			body: { message: 'Line is busy' },
		});
		const { error, requests } = await runNode(create({ toNumber: '={{ $json.to }}' }), {
			items: [{ to: TO }, { to: '+12125550102' }, { to: '+12125550103' }],
		});
		expect(error?.message).toBe('Line is busy');
		expect(error?.context.itemIndex).toBe(1);
		expect(error?.description).toMatch(
			/Before this, and not undone: call '[0-9a-f-]{36}' to \+12125550101 placed\./,
		);
		expect(bodies(requests).map(({ to_number: to }) => to)).not.toContain('+12125550103');
	});
});

test('Simplify "false" gives the raw call', async () => {
	const { json } = await runNode(create({ simple: '={{ "false" }}' }));
	const { json: raw } = await runNode(create({ simple: false }));
	const { json: simple } = await runNode(create({ simple: true }));
	expect(Object.keys(json[0])).toEqual(Object.keys(raw[0]));
	expect(Object.keys(json[0])).not.toEqual(Object.keys(simple[0]));
});

describe('bad input is refused before anything is sent', () => {
	test.each<[string, INodeParameters, string]>([
		['no agent', { agentId: byId('={{ $json.agent }}') }, "'Agent' is empty [item 0]"],
		[
			'a link without an ID',
			{ agentId: byId('https://app.fluents.ai/agents') },
			"'Agent' holds no ID: 'https://app.fluents.ai/agents' [item 0]",
		],
		['no to number', { toNumber: '={{ $json.phone }}' }, "'To Number' is empty [item 0]"],
		[
			'a to number without country code',
			{ toNumber: '2125550101' },
			"'To Number' has no country code: '2125550101'",
		],
		[
			'a to number without country code, which a default country would give',
			{ toNumber: '2125550101' },
			"Or set the option 'Default Country' [item 0]",
		],
		[
			'a default country that is none',
			{ options: { defaultCountry: 'Atlantis' } },
			"'Default Country' is not a country: 'Atlantis'. Write its two-letter ISO code",
		],
		[
			'two numbers in one field',
			{ toNumber: '+1 212 555 0101 / 0102' },
			"'To Number' holds two numbers, or an extension: '+1 212 555 0101 / 0102'",
		],
		[
			'words as to number',
			{ toNumber: 'Anna' },
			"'To Number' is not a phone number: 'Anna'. Write it as + and country code",
		],
		[
			'no from number',
			{ fromNumber: byNumber('={{ $json.from }}') },
			"'From Number' is empty [item 0]",
		],
		[
			'a wrong from number',
			{ fromNumber: byNumber('0151') },
			"'From Number' is not a phone number: '0151'",
		],
		[
			'context that is no JSON',
			{ specifyContext: 'json', contextJson: '{ name: Anna }' },
			"'Context (JSON)' is not valid JSON (line 1, column 3). If data is put into it, make the whole field one expression that gives an object, or write each value with JSON.stringify [item 0]",
		],
		[
			'context that is a list',
			{ specifyContext: 'json', contextJson: '["Anna"]' },
			"'Context (JSON)' is not a JSON object",
		],
		[
			'nested context',
			{ specifyContext: 'json', contextJson: '{ "person": { "name": "Anna" } }' },
			"'Context (JSON)' may hold texts, numbers and true or false only, which 'person' is not",
		],
		[
			'a context variable twice',
			{
				furtherVariables: {
					variables: [
						{ name: 'a', value: '1' },
						{ name: 'a', value: '2' },
					],
				},
			},
			"'Further Variables' holds the variable 'a' twice",
		],
		[
			'a context variable without name',
			{ furtherVariables: { variables: [{ name: ' ', value: '1' }] } },
			"'Further Variables' holds a variable without a name",
		],
		[
			'a from number in the body that is no text',
			{ additionalFields: { additionalBodyFields: '{ "from_number": { "id": 1 } }' } },
			"'Extra Body Fields (JSON)' holds from_number, which is not a text",
		],
		[
			'context in the body that is a list',
			{ additionalFields: { additionalBodyFields: '{ "context": ["Anna"] }' } },
			"'Extra Body Fields (JSON)' holds context, which is not a JSON object",
		],
	])('%s', async (_what, changes, message) => {
		const { error, requests } = await runNode(create(changes));
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toContain(message);
		expect(error?.context.itemIndex).toBe(0);
		expect(requests).toEqual([]);
	});
});

describe('what is sent', () => {
	test('the fallback to the full agent is not taken after a fault, only after a refusal', async () => {
		simulator.switches.agentPayload = 'full';
		simulator.faults.add({ operationId: 'createCall', status: 500, body: { message: 'Oops' } });
		const { error, requests } = await runNode(create({ options: { timeout: 300 } }));
		expect(error?.message).toContain('Oops');
		expect(bodies(requests)).toHaveLength(1);
	});

	test('both refusals are told when the full agent is refused as well', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			status: 400,
			body: { message: 'from_number is not active' },
		});
		simulator.faults.add({
			operationId: 'createCall',
			status: 422,
			body: { detail: [{ loc: ['body', 'agent'], msg: 'must be an ID', type: 'x' }] },
		});
		const { error } = await runNode(create());
		expect(error?.message).toBe(
			'agent: must be an ID (and with the ID of the agent alone: from_number is not active)',
		);
		expect(simulator.dialled.size).toBe(0);
	});

	test('a limit that is reached is waited out', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			status: 429,
			headers: { 'retry-after': '1' },
			times: 2,
		});
		const { error, requests } = await runNode(create());
		expect(error).toBeUndefined();
		expect(simulator.dialled.get(TO)).toBe(1);
		const [first, second] = requests
			.filter(({ operationId }) => operationId === 'createCall')
			.map(({ at }) => at);
		expect(second - first).toBeGreaterThanOrEqual(990);
	});
});

test('an agent of another environment does not exist here', async () => {
	const [foreign] = simulator.environment('production').agents.keys();
	const { error } = await runNode(create({ agentId: byId(foreign) }));
	expect(error?.httpCode).toBe('404');
	expect(error?.description).toContain(
		"An API key sees only its own environment, here 'default'",
	);
	expect(simulator.dialled.size).toBe(0);
});

test('a from number of another environment is refused in the words of Fluents.ai', async () => {
	const [foreign] = simulator.environment('production').numbers.values();
	const { error } = await runNode(create({ fromNumber: byNumber(String(foreign.number)) }));
	expect(['400', '404', '422']).toContain(error?.httpCode);
	expect(error?.message).toContain('from_number');
});
