import type { IDataObject, INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import type { Fault, RequestRecord, StoredObject, Switches } from '../../simulator';
import {
	byId,
	byList,
	byNumber,
	engine,
	FLUENTS_AI,
	runNode,
	search,
	simulator,
	truth,
} from '../support/harness';

const SIMPLE_FIELDS = [
	'id',
	'number',
	'label',
	'description',
	'active',
	'outbound_only',
	'inbound_agent_id',
	'inbound_agent_name',
	'telephony_provider',
	'tags',
];

let main: StoredObject;
let number: string;
let agentId: string;
let connectionId: string;

beforeEach(() => {
	simulator.reset();
	const { numbers, agents, accountConnections } = simulator.environment('default');
	[main] = numbers.values();
	number = String(main.number);
	[agentId] = agents.keys();
	[connectionId] = accountConnections.keys();
});

const operation = (name: string, parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'phoneNumber',
	operation: name,
	...parameters,
});

const numbers = () =>
	[...simulator.environment('default').numbers.values()].map((stored) => stored.number);

/** What was sent, without the reads of the list. */
const sent = (requests: RequestRecord[]) =>
	requests
		.filter(({ operationId }) => operationId !== 'listNumbers')
		.map(({ method, path, query, body }) => ({ method, path, query, body }));

const post = (name: string, query: IDataObject, body?: IDataObject) => ({
	method: 'POST',
	path: `/v1/numbers/${name}`,
	query,
	body,
});

const set = (switches: Partial<Switches>) => Object.assign(simulator.switches, switches);

describe('get', () => {
	test.each([
		['the list', () => byList(number), 0],
		['its ID', () => byId(main.id), 1],
		[
			'the number, as people write it',
			() => byNumber(`${number.slice(0, 5)} ${number.slice(5)}`),
			0,
		],
	])('by %s', async (_by, locator, lookUps) => {
		const { json, requests } = await runNode(operation('get', { phoneNumberId: locator() }));
		expect(json).toHaveLength(1);
		expect(Object.keys(json[0])).toEqual(SIMPLE_FIELDS);
		expect(json[0]).toMatchObject({ id: main.id, number, inbound_agent_name: 'Reception' });
		expect(json[0].inbound_agent_id).toBe(main.inbound_agent);
		expect(requests).toHaveLength(lookUps + 1);
		expect(sent(requests)).toEqual([
			{
				method: 'GET',
				path: '/v1/numbers',
				query: { phone_number: number },
				body: undefined,
			},
		]);
	});

	test('an ID is looked for on all pages', async () => {
		const last = simulator.environment('default').addNumbers(250).at(-1)!;
		const { json, requests } = await runNode(
			operation('get', { phoneNumberId: byId(last.id) }),
		);
		expect(json[0].number).toBe(last.number);
		expect(requests.map(({ query }) => query.page).map(String)).toEqual([
			'1',
			'2',
			'3',
			'undefined',
		]);
	});

	test.each([
		['an ID', byId('11111111-1111-4111-a111-111111111111'), "phone number '11111111-"],
		['a number', byNumber('+12125559999'), 'phone number +12125559999 does not exist'],
	])('%s that the environment does not have', async (_what, phoneNumberId, message) => {
		const { error } = await runNode(operation('get', { phoneNumberId }));
		expect(error).toMatchObject({ name: 'NodeApiError', httpCode: '404' });
		expect(error?.message).toContain(message);
		expect(error?.message).toContain("in environment 'default'");
	});
});

test('get many gives the same simplified number as get, whatever lists refer with (C10)', async () => {
	const { json, items } = await runNode(operation('getAll', { returnAll: true }));
	expect(json.map((record) => record.number)).toEqual(numbers());
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 0, 0].map((item) => ({ item })));
	const { json: single } = await runNode(operation('get', { phoneNumberId: byList(number) }));
	expect(json[0]).toEqual(single[0]);
	expect(json[0].inbound_agent_id).toBe(main.inbound_agent);
	expect(simulator.switches.listReferences).toBe(truth === 'a' ? 'objects' : 'ids');
});

describe('which number is meant: phone_number, id, or both (C2)', () => {
	const both = () => ({ phone_number: number, id: main.id });
	const byKey = { phone_number: () => ({ phone_number: number }), id: () => ({ id: main.id }) };
	const operations: Array<[string, INodeParameters, IDataObject | undefined]> = [
		['update', { updateFields: { label: 'Desk' } }, { label: 'Desk' }],
		['cancel', { confirm: true }, undefined],
		['detach', {}, undefined],
	];

	describe.each(operations)('%s', (name, parameters, body) => {
		const run = async (changes: INodeParameters = {}) =>
			await runNode(
				operation(name, { phoneNumberId: byList(number), ...parameters, ...changes }),
			);

		beforeEach(() => set({ updateBody: 'partial' }));

		test.each(['phone_number', 'id'] as const)(
			'with the key %s, beside the other',
			async (key) => {
				set({ numberKey: key, numberKeyBoth: 'accepted' });
				const { error, json, requests } = await run();
				expect(error).toBeUndefined();
				expect(json[0]).toMatchObject({ id: main.id, number });
				expect(sent(requests)).toEqual([post(name, both(), body)]);
			},
		);

		test.each(['phone_number', 'id'] as const)('with the key %s alone', async (key) => {
			set({ numberKey: key, numberKeyBoth: 'refused' });
			const { error, json, requests } = await run();
			expect(error).toBeUndefined();
			expect(json[0]).toMatchObject({ id: main.id, number });
			expect(sent(requests)).toEqual([
				post(name, both(), body),
				post(name, byKey[key](), body),
			]);
		});

		test.each([
			['its ID', () => byId(main.id)],
			['the number', () => byNumber(number.replace('+1', '001 '))],
		])('finds out the rest from %s', async (_by, locator) => {
			set({ numberKeyBoth: 'accepted' });
			const { error, requests } = await run({ phoneNumberId: locator() });
			expect(error).toBeUndefined();
			expect(sent(requests)).toEqual([post(name, both(), body)]);
		});

		test('each key is tried once when the refusal does not say which one is wrong', async () => {
			set({ numberKey: 'id', numberKeyBoth: 'refused' });
			const fault: Fault = {
				operationId: `${name}Number`,
				status: 400,
				body: { message: 'No' },
			};
			simulator.faults.add({
				...fault,
				match: ({ query }) => 'id' in query && 'phone_number' in query,
			});
			const { error, requests } = await run();
			expect(error).toBeUndefined();
			expect(sent(requests)).toEqual([
				post(name, both(), body),
				post(name, byKey.phone_number(), body),
				post(name, byKey.id(), body),
			]);
		});

		test('a refusal for another reason is told as it is', async () => {
			const fault: Fault = { operationId: `${name}Number`, status: 400, times: Infinity };
			simulator.faults.add({ ...fault, body: { message: 'The number is in use' } });
			const { error, requests } = await run();
			expect(error).toMatchObject({ httpCode: '400', message: 'The number is in use' });
			expect(sent(requests)).toHaveLength(3);
			expect(numbers()).toContain(number);
		});

		test.each<[string, Fault]>([
			['a lost answer', { reset: true }],
			['no answer in time', { hang: true }],
			['a fault of the server', { status: 500 }],
			['a gateway that gives up', { status: 504 }],
		])('nothing is sent again after %s', async (_what, fault) => {
			simulator.faults.add({ operationId: `${name}Number`, times: Infinity, ...fault });
			const { error, requests } = await run({ options: { timeout: 300 } });
			expect(error?.name).toBe('NodeApiError');
			expect(error?.message).toContain('. It is not known whether Fluents.ai acted on it');
			expect(error?.description).toContain('Check with Get');
			expect(sent(requests)).toEqual([post(name, both(), body)]);
		});

		test('a number of another environment is refused before anything is sent', async () => {
			const [foreign] = simulator.environment('production').numbers.values();
			const { error, requests } = await run({
				phoneNumberId: byNumber(String(foreign.number)),
			});
			expect(error).toMatchObject({
				httpCode: '404',
				message: `The phone number '${String(foreign.number)}' does not exist in environment 'default'`,
			});
			expect(sent(requests)).toEqual([]);
		});
	});
});

describe('update', () => {
	const update = (updateFields: INodeParameters, changes: INodeParameters = {}) =>
		operation('update', { phoneNumberId: byList(number), updateFields, ...changes });

	test('sends what the user set, and the rest where the API insists on it (C21)', async () => {
		set({ numberKeyBoth: 'accepted' });
		const { error, json, requests } = await runNode(
			update({
				label: 'Front desk',
				description: 'Day and night',
				inboundAgentId: byId(agentId),
				exampleContext: '{ "name": "Anna", "age": 41, "vip": true, "none": null }',
			}),
		);
		expect(error).toBeUndefined();
		const changes = {
			label: 'Front desk',
			description: 'Day and night',
			inbound_agent: agentId,
			example_context: { name: 'Anna', age: '41', vip: 'true' },
		};
		const bodies = sent(requests)
			.filter(({ method }) => method === 'POST')
			.map(({ body }) => body);
		const inFull = { ...changes, outbound_only: false };
		expect(bodies).toEqual(truth === 'a' ? [changes] : [changes, inFull]);
		expect(json[0]).toMatchObject({
			id: main.id,
			label: 'Front desk',
			outbound_only: false,
			inbound_agent_id: agentId,
			inbound_agent_name: 'Appointment Reminder',
		});
		expect(simulator.environment('default').numbers.get(main.id)).toMatchObject(inFull);
	});

	test('finds its way where key and body are both not as hoped (C2 and C21)', async () => {
		set({ numberKeyBoth: 'refused', updateBody: 'full' });
		const { error } = await runNode(update({ outboundOnly: true }));
		expect(error).toBeUndefined();
		expect(simulator.environment('default').numbers.get(main.id)).toMatchObject({
			label: 'Main line',
			outbound_only: true,
			inbound_agent: main.inbound_agent,
		});
	});

	test('what the API takes is learned once in a run (C2)', async () => {
		set({ numberKeyBoth: 'refused', updateBody: 'partial' });
		const items = [{ to: 'One' }, { to: 'Two' }, { to: 'Three' }];
		const { json, requests } = await runNode(update({ label: '={{ $json.to }}' }), { items });
		expect(json.map(({ label }) => label)).toEqual(['One', 'Two', 'Three']);
		const statuses = requests
			.filter(({ method }) => method === 'POST')
			.map(({ status }) => Number(status) < 300);
		// Which of the two it is, the refusal tells or not.
		expect(statuses.slice(-3)).toEqual([true, true, true]);
		expect(statuses.slice(0, -3)).not.toContain(true);
	});

	test('clears what is added and left empty', async () => {
		set({ numberKeyBoth: 'accepted', updateBody: 'partial' });
		const { error, requests } = await runNode(
			update({ inboundAgentId: byList(''), label: '', description: ' ', exampleContext: '' }),
		);
		expect(error).toBeUndefined();
		const [{ body }] = sent(requests);
		expect(body).toEqual({
			inbound_agent: null,
			label: null,
			description: null,
			example_context: {},
		});
		expect(simulator.environment('default').numbers.get(main.id)?.inbound_agent).toBeNull();
	});

	test('takes fields that this package does not know', async () => {
		set({ updateBody: 'partial' });
		const { requests } = await runNode(update({ additionalBodyFields: '{ "tags": ["vip"] }' }));
		expect(sent(requests)[0].body).toEqual({ tags: ['vip'] });
	});

	test('a refusal of a value is told at once', async () => {
		set({ numberKeyBoth: 'accepted', updateBody: 'partial' });
		const body = { message: ['label must be shorter'] };
		simulator.faults.add({ operationId: 'updateNumber', status: 400, body });
		const { error, requests } = await runNode(update({ label: 'Very long' }));
		expect(error?.message).toBe('label must be shorter');
		expect(sent(requests)).toHaveLength(1);
	});

	test.each<[string, INodeParameters, string]>([
		['nothing to change', {}, "'Update Fields' holds no field to update [item 0]"],
		[
			'an example context that is a list',
			{ exampleContext: '["Anna"]' },
			"'Example Context (JSON)' is not a JSON object",
		],
	])('%s is refused before anything is sent', async (_what, updateFields, message) => {
		const { error, requests } = await runNode(update(updateFields));
		expect(error?.message).toContain(message);
		expect(requests).toEqual([]);
	});
});

describe('cancel', () => {
	const cancel = (changes: INodeParameters = {}) =>
		operation('cancel', { phoneNumberId: byNumber('={{ $json.number }}'), ...changes });

	test.each([[false], ['={{ $json.missing }}'], ['={{ "false" }}'], [undefined]])(
		'with Confirm %p nothing is canceled',
		async (confirm) => {
			const { error, requests } = await runNode(cancel({ confirm }), { items: [{ number }] });
			expect(error?.name).toBe('NodeOperationError');
			expect(error?.message).toBe(
				"'Confirm Cancellation' is off, so no phone number is canceled [item 0]",
			);
			expect(error?.description).toContain('Nothing was sent.');
			expect(requests).toEqual([]);
			expect(numbers()).toContain(number);
		},
	);

	test('one item without confirmation keeps the others from being canceled too', async () => {
		const items = numbers().map((own, i) => ({ number: own as string, sure: i < 2 }));
		const { error, requests } = await runNode(cancel({ confirm: '={{ $json.sure }}' }), {
			items,
		});
		expect(error?.message).toContain('[item 2]');
		expect(requests).toEqual([]);
	});

	test('gives the canceled number, and the error of a later item tells of it', async () => {
		const [first, second, third] = numbers().map(String);
		const items = [{ number: first }, { number: '+12125559999' }, { number: third }];
		const { error } = await runNode(cancel({ confirm: true }), { items });
		expect(error?.message).toContain("'+12125559999' does not exist");
		expect(error?.context.itemIndex).toBe(1);
		expect(error?.description).toContain(
			`Before this, and not undone: phone number ${first} canceled.`,
		);
		expect(numbers()).toEqual([second, third]);
	});

	test('with Continue On Fail the others are canceled, each with its item', async () => {
		const [first, second, third] = numbers().map(String);
		const { items } = await runNode(cancel({ confirm: true }), {
			items: [{ number: first }, { number: '+12125559999' }, { number: third }],
			settings: { onError: 'continueRegularOutput' },
		});
		expect(
			items.map(({ json, pairedItem }) => [json.number ?? json.error, pairedItem]),
		).toEqual([
			[first, { item: 0 }],
			[expect.stringContaining('does not exist'), { item: 1 }],
			[third, { item: 2 }],
		]);
		expect(numbers()).toEqual([second]);
	});
});

test('detach takes the number out, and the error of a later item tells of it', async () => {
	const { error } = await runNode(
		operation('detach', { phoneNumberId: byNumber('={{ $json.number }}') }),
		{ items: [{ number }, { number }] },
	);
	expect(numbers()).not.toContain(number);
	expect(error?.description).toContain(`not undone: phone number ${number} detached.`);
});

describe('get available', () => {
	const getAvailable = (changes: INodeParameters = {}) => operation('getAvailable', changes);

	test('sends empty filters, which one source says are required (C16)', async () => {
		const { error, json, items, requests } = await runNode(getAvailable({ limit: 3 }));
		expect(error).toBeUndefined();
		expect(requests.map(({ method, path, query }) => [method, path, query])).toEqual([
			['GET', '/v1/numbers/available', expect.objectContaining({ filters: '{}' })],
		]);
		expect(Object.keys(requests[0].query)).toEqual(['filters', 'limit']);
		expect(String(requests[0].query.limit)).toBe('3');
		expect(json).toHaveLength(3);
		expect(json[0]).toEqual({
			number: expect.stringMatching(/^\+1\d{10}$/),
			label: null,
			description: null,
			telephony_provider: 'twilio',
			telephony_account_connection_id: null,
		});
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 0, 0].map((item) => ({ item })),
		);
	});

	test('looks where the user says', async () => {
		const { error, json, requests } = await runNode(
			getAvailable({
				filters: { accountConnectionId: byList(connectionId), telephonyProvider: 'telnyx' },
				options: { apiFilters: '{"area_code":"510"}' },
			}),
		);
		expect(error).toBeUndefined();
		expect(requests[0].query).toMatchObject({
			telephony_account_connection: connectionId,
			telephony_provider: 'telnyx',
			filters: '{"area_code":"510"}',
		});
		expect(json[0].telephony_account_connection_id).toBe(connectionId);
	});

	test('takes filters as an object from an expression', async () => {
		const options = { apiFilters: '={{ { area_code: "510" } }}' };
		const { error, requests } = await runNode(getAvailable({ options }));
		expect(error).toBeUndefined();
		expect(requests[0].query.filters).toBe('{"area_code":"510"}');
	});

	test('lets the user send the filters empty', async () => {
		const customQuery = { parameters: [{ name: 'filters', value: '' }] };
		const { requests } = await runNode(getAvailable({ options: { customQuery } }));
		expect(requests[0].query.filters).toBe('');
	});

	test('gives no more than the limit when the API does not keep to it', async () => {
		const items = ['+14155550150', '+14155550151'].map((own) => ({ number: own }));
		const page = { page: 1, size: 2, has_more: false, total: 2, total_is_estimated: false };
		simulator.faults.add({ status: 200, body: { items, ...page } });
		const { json } = await runNode(getAvailable({ limit: 1 }));
		expect(json.map((candidate) => candidate.number)).toEqual(['+14155550150']);
	});

	test('shows what Fluents.ai says about the filters', async () => {
		simulator.faults.add({ status: 400, body: { message: 'filters: area_code is unknown' } });
		const { error } = await runNode(getAvailable());
		expect(error?.message).toBe('filters: area_code is unknown');
	});
});

describe('buy', () => {
	const buy = (changes: INodeParameters = {}) => operation('buy', changes);
	const byAreaCode = (areaCode = ' 415 ') => ({ chooseBy: 'areaCode', areaCode });

	test('by area code', async () => {
		const { error, json, requests } = await runNode(
			buy({
				...byAreaCode(),
				phoneNumber: '+15105550150',
				additionalFields: {
					inboundAgentId: byList(agentId),
					accountConnectionId: byId(connectionId),
					telephonyProvider: 'twilio',
				},
			}),
		);
		expect(error).toBeUndefined();
		expect(sent(requests)).toEqual([
			post(
				'buy',
				{},
				{
					area_code: '415',
					inbound_agent: agentId,
					telephony_account_connection: connectionId,
					telephony_provider: 'twilio',
				},
			),
		]);
		expect(Object.keys(json[0])).toEqual(SIMPLE_FIELDS);
		expect(json[0]).toMatchObject({
			number: expect.stringMatching(/^\+1415/),
			active: true,
			inbound_agent_id: agentId,
		});
		expect(numbers()).toContain(json[0].number);
	});

	test('exactly the number that was found', async () => {
		const { json: found } = await runNode(operation('getAvailable', { limit: 2 }));
		const { json, items, requests } = await runNode(
			buy({ phoneNumber: '={{ $json.number }}' }),
			{
				items: found,
			},
		);
		const wanted = found.map((candidate) => candidate.number);
		expect(json.map((bought) => bought.number)).toEqual(wanted);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(sent(requests)).toEqual(
			wanted.map((phone_number) => post('buy', {}, { phone_number })),
		);
	});

	test.each<[string, Fault]>([
		['the answer is lost', { reset: true }],
		['the answer takes too long', { hang: true }],
		['the server stumbles', { status: 500 }],
		['a gateway gives up', { status: 502 }],
	])('is not repeated when %s', async (_when, fault) => {
		const before = numbers().length;
		simulator.faults.add({
			operationId: 'buyNumber',
			when: 'after',
			times: Infinity,
			...fault,
		});
		const { error, requests } = await runNode(
			buy({ ...byAreaCode(), options: { timeout: 300 } }),
		);
		expect(error?.message).toContain('. It is not known whether Fluents.ai acted on it');
		expect(error?.description).toBe(
			'Check with Get Many whether there is a new phone number before you run this again: it may have been bought.',
		);
		expect(requests).toHaveLength(1);
		expect(numbers()).toHaveLength(before + 1);
	});

	test('the error of a later item tells what was bought', async () => {
		const { error } = await runNode(buy(byAreaCode('={{ $json.area }}')), {
			items: [{ area: 707 }, { area: '999' }, { area: '415' }],
		});
		expect(error?.message).toBe('No such number is available');
		expect(error?.context.itemIndex).toBe(1);
		expect(error?.description).toMatch(
			/Before this, and not undone: phone number \+1707\d{7} bought\./,
		);
		expect(numbers()).toHaveLength(4);
	});

	test.each<[string, INodeParameters, string]>([
		['no area code', byAreaCode('={{ $json.area }}'), "'Area Code' is empty [item 0]"],
		['no number', { phoneNumber: ' ' }, "'Phone Number' is empty [item 0]"],
		['half a number', { phoneNumber: '555-0150' }, "'Phone Number' has no country code"],
	])('%s: nothing is sent', async (_what, parameters, message) => {
		const { error, requests } = await runNode(buy(parameters));
		expect(error?.message).toContain(message);
		expect(requests).toEqual([]);
	});
});

describe('link', () => {
	const link = (changes: INodeParameters = {}) =>
		operation('link', {
			phoneNumber: '+1 (212) 555-0177',
			accountConnectionId: byList(connectionId),
			...changes,
		});

	test('sends number and account, and what else the user set', async () => {
		const { error, json, requests } = await runNode(
			link({ additionalFields: { inboundAgentId: byId(agentId), outboundOnly: false } }),
		);
		expect(error).toBeUndefined();
		expect(sent(requests)).toEqual([
			post(
				'link',
				{},
				{
					phone_number: '+12125550177',
					telephony_account_connection: connectionId,
					inbound_agent: agentId,
					outbound_only: false,
				},
			),
		]);
		expect(json[0]).toMatchObject({ number: '+12125550177', inbound_agent_id: agentId });
		expect(numbers()).toContain('+12125550177');
	});

	test('does not link twice, and tells what was linked before', async () => {
		const { error } = await runNode(link(), { items: [{}, {}] });
		expect(error?.message).toContain('+12125550177 is linked already');
		expect(error?.description).toContain('not undone: phone number +12125550177 linked.');
	});

	test('insists on the account', async () => {
		const accountConnectionId = byId('={{ $json.account }}');
		const { error, requests } = await runNode(link({ accountConnectionId }));
		expect(error?.message).toBe("'Account Connection' is empty [item 0]");
		expect(requests).toEqual([]);
	});
});

test('what costs money or destroys says so where it is chosen', () => {
	const { properties } = engine.nodeType(FLUENTS_AI).description;
	const { options, default: chosen } = properties.find(
		({ name, displayOptions }) =>
			name === 'operation' && displayOptions?.show?.resource?.includes('phoneNumber'),
	)!;
	const description = (value: string) =>
		(options as INodePropertyOptions[]).find((option) => option.value === value)?.description;
	expect(description('buy')).toContain('costs money');
	expect(description('cancel')).toContain('permanently');
	expect(chosen).toBe('getAll');
});

describe('searches', () => {
	test('numbers, by number and label', async () => {
		const { results } = await search('searchPhoneNumbers');
		expect(results).toEqual([
			{ name: `${number} (Main line)`, value: number },
			{ name: expect.stringContaining('(Outbound)'), value: expect.stringMatching(/^\+1/) },
			{ name: expect.stringMatching(/\(Old line\) - inactive$/), value: expect.any(String) },
		]);
		expect((await search('searchPhoneNumbers', 'main')).results).toEqual([results[0]]);
		const [, area, prefix] = /^\+1(\d{3})(\d{3})/.exec(number)!;
		for (const typed of [`${area} ${prefix}`, `(${area}) ${prefix}`, `+1-${area}.${prefix}`]) {
			expect((await search('searchPhoneNumbers', typed)).results).toContainEqual(results[0]);
		}
		expect((await search('searchPhoneNumbers', '999 999')).results).toEqual([]);
	});

	test('account connections', async () => {
		const { results } = await search('searchAccountConnections', 'twilio');
		expect(results.map(({ value }) => value)).toEqual([connectionId]);
	});
});
