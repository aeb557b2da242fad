import { NodeHelpers, type IDataObject, type INode, type INodeParameters } from 'n8n-workflow';

import { byId, byList, engine, FLUENTS_AI, runNode, search, simulator } from '../support/harness';

const MASKED = '********';
const MISSING = '00000000-0000-4000-8000-000000000000';

/** From the seeds: one that ends the call when the agent says goodbye, and an external one. */
let goodbyeId: string;
let externalId: string;

beforeEach(() => {
	simulator.reset();
	[goodbyeId, externalId] = actions().keys();
});

const actions = () => simulator.environment('default').actions;

const configOf = (id: string) => actions().get(id)?.config as IDataObject;

const action = (operation: string, parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'action',
	operation,
	...parameters,
});

const create = (type: string, parameters: INodeParameters = {}) =>
	action('create', { type, ...parameters });

const update = (
	id: string,
	updateFields: INodeParameters,
	parameters: INodeParameters = {},
): INodeParameters => action('update', { actionId: byId(id), updateFields, ...parameters });

const emptyNode: INode = {
	id: 'node',
	name: 'Fluents.ai',
	type: FLUENTS_AI,
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

const schema = { type: 'object', properties: { order_number: { type: 'string' } } };

const external: INodeParameters = {
	actionName: 'look_up_order',
	actionDescription: 'Use it when the caller asks where an order is.',
	url: 'https://example.com/orders',
	inputSchema: JSON.stringify(schema),
};

/** What the API takes for the two fields of which it is not known whether they are texts (C7). */
const speech = () =>
	simulator.switches.speakOn === 'text'
		? { speakOnSend: 'One moment.', speakOnReceive: 'Thank you.' }
		: { speakOnSend: 'true', speakOnReceive: 'false' };

const phraseTrigger = (...phrases: string[]) => ({
	type: 'action_trigger_phrase_based',
	config: {
		phrase_triggers: phrases.map((phrase) => ({
			phrase,
			conditions: ['phrase_condition_type_contains'],
		})),
	},
});

const functionTrigger = { type: 'action_trigger_function_call', config: {} };

describe('create', () => {
	test.each<[string, INodeParameters, object]>([
		[
			'action_transfer_call',
			{ phoneNumber: '+1 (202) 555-0177' },
			{ config: { phone_number: '12025550177' } },
		],
		[
			'action_add_to_conference',
			{ phoneNumber: '0044 20 7946 0018' },
			{ config: { phone_number: '442079460018' } },
		],
		[
			'action_add_to_conference',
			{ phoneNumber: '+12025550177', additionalFields: { placePrimaryOnHold: false } },
			{ config: { phone_number: '12025550177', place_primary_on_hold: false } },
		],
		[
			'action_transfer_call',
			{ phoneNumber: ' {transfer_phone_number} ' },
			{ config: { phone_number: '{transfer_phone_number}' } },
		],
		['action_end_conversation', {}, { config: {} }],
		['action_dtmf', {}, { config: {} }],
		['action_set_hold', {}, { config: {} }],
		['action_warm_transfer', { config: '{ "to": ["x"] }' }, { config: { to: ['x'] } }],
		['action_warm_transfer', {}, { config: {} }],
		[
			'action_end_conversation',
			{
				additionalFields: {
					label: 'Goodbye',
					description: 'Ends the call',
					triggerPhrases: ' goodbye, then \n\nsee you\n',
				},
			},
			{
				label: 'Goodbye',
				description: 'Ends the call',
				config: {},
				action_trigger: phraseTrigger('goodbye, then', 'see you'),
			},
		],
	])('%s %j', async (type, parameters, body) => {
		const { error, requests, json, items } = await runNode(create(type, parameters));
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({ method: 'POST', path: '/v1/actions/create', query: {} }),
		]);
		expect(requests[0].body).toEqual({ type, ...body });
		expect(items[0].pairedItem).toEqual({ item: 0 });
		expect(json[0]).toMatchObject({ id: expect.any(String), type });
	});

	test('an external action, which the published list of types does not name (C6)', async () => {
		const { error, requests, json } = await runNode(
			create('action_external', {
				...external,
				...speech(),
				additionalFields: { label: 'Orders' },
			}),
		);
		expect(error).toBeUndefined();
		const isText = simulator.switches.speakOn === 'text';
		expect(requests[0].body).toEqual({
			type: 'action_external',
			label: 'Orders',
			config: {
				name: 'look_up_order',
				description: 'Use it when the caller asks where an order is.',
				url: 'https://example.com/orders',
				input_schema: schema,
				speak_on_send: isText ? 'One moment.' : true,
				speak_on_receive: isText ? 'Thank you.' : false,
			},
		});
		expect(json).toEqual([
			{
				id: expect.any(String),
				label: 'Orders',
				description: null,
				type: 'action_external',
				trigger_type: 'action_trigger_function_call',
				trigger_phrases: [],
				phone_number: null,
				name: 'look_up_order',
				url: 'https://example.com/orders',
			},
		]);
	});

	test('the agent speaks unless told otherwise, and an empty schema is a valid one (C7)', async () => {
		simulator.switches.speakOn = 'boolean';
		const { inputSchema: _schema, ...rest } = external;
		const { error, requests } = await runNode(create('action_external', rest));
		expect(error).toBeUndefined();
		expect(requests[0].body).toMatchObject({
			config: {
				input_schema: { type: 'object', properties: {} },
				speak_on_send: true,
				speak_on_receive: true,
			},
		});
	});

	test.each<['boolean' | 'text', string, string]>([
		['boolean', 'One moment.', 'must be a boolean'],
		['text', 'true', 'must be a string'],
	])('where Fluents.ai takes a %s, it tells so (C7)', async (speakOn, speakOnSend, words) => {
		simulator.switches.speakOn = speakOn;
		const { error, requests } = await runNode(
			create('action_external', { ...external, speakOnSend }),
		);
		expect(error?.message).toContain(words);
		expect(error?.message).toContain('speak_on_send');
		expect(requests).toHaveLength(1);
	});

	test('true and false of an expression stay what they are', async () => {
		simulator.switches.speakOn = 'boolean';
		const { requests } = await runNode(
			create('action_external', {
				...external,
				inputSchema: '={{ $json.schema }}',
				speakOnSend: '={{ $json.speak }}',
				speakOnReceive: 'FALSE',
			}),
			{ items: [{ schema, speak: false }] },
		);
		expect(requests[0].body).toMatchObject({
			config: { input_schema: schema, speak_on_send: false, speak_on_receive: false },
		});
	});

	test('a type that is not in the list is typed in, its settings are JSON', async () => {
		const { error, requests } = await runNode(
			create('other', {
				otherType: 'action_send_sms',
				config: '={{ $json.config }}',
				additionalFields: { triggerPhrases: 'text you' },
			}),
			{ items: [{ config: { text: 'Hi' } }] },
		);
		expect(error).toBeUndefined();
		expect(requests[0].body).toEqual({
			type: 'action_send_sms',
			config: { text: 'Hi' },
			action_trigger: phraseTrigger('text you'),
		});
	});

	test('each item of a table has its own type, and sends only what this type has', async () => {
		const { error, requests } = await runNode(
			create('={{ $json.type }}', {
				otherType: 'action_x',
				phoneNumber: '+12025550177',
				config: '{ "a": 1 }',
				...external,
				...speech(),
				additionalFields: { placePrimaryOnHold: true, triggerPhrases: 'bye' },
			}),
			{
				items: [
					{ type: 'action_transfer_call' },
					{ type: 'action_dtmf' },
					{ type: 'action_warm_transfer' },
					{ type: 'other' },
					{ type: 'action_external' },
				],
			},
		);
		expect(error).toBeUndefined();
		const action_trigger = phraseTrigger('bye');
		expect(requests.map(({ body }) => body)).toEqual([
			{
				type: 'action_transfer_call',
				config: { phone_number: '12025550177' },
				action_trigger,
			},
			{ type: 'action_dtmf', config: {} },
			{ type: 'action_warm_transfer', config: { a: 1 }, action_trigger },
			{ type: 'action_x', config: { a: 1 }, action_trigger },
			{
				type: 'action_external',
				config: expect.objectContaining({ name: 'look_up_order' }) as object,
			},
		]);
	});

	test('a type by expression asks for no fields of other resources', () => {
		const { description } = engine.nodeType(FLUENTS_AI);
		const node = {
			...emptyNode,
			parameters: create('={{ $json.type }}', {
				...external,
				phoneNumber: '+12025550177',
				otherType: 'action_x',
				speakOnSend: 'true',
				speakOnReceive: 'true',
			}),
		};
		const issues = NodeHelpers.getNodeParametersIssues(
			description.properties,
			node,
			description,
		);
		expect(issues).toBeNull();
	});

	test('extra body fields win', async () => {
		const { requests } = await runNode(
			create('action_set_hold', {
				additionalFields: {
					label: 'Hold',
					additionalBodyFields:
						'{ "label": "Wait", "action_trigger": { "type": "action_trigger_new" } }',
				},
			}),
		);
		expect(requests[0].body).toEqual({
			type: 'action_set_hold',
			config: {},
			label: 'Wait',
			action_trigger: { type: 'action_trigger_new' },
		});
	});

	test('the signature secret is masked, and Get shows it when asked', async () => {
		const parameters = create('action_external', { ...external, ...speech(), simple: false });
		const secretOf = ({ json }: { json: IDataObject[] }) =>
			(json[0].config as IDataObject).signature_secret;
		const created = await runNode({ ...parameters, options: { includeSecrets: true } });
		expect(secretOf(created)).toBe(MASKED);
		const id = created.json[0].id as string;
		const get = action('get', { actionId: byId(id), simple: false });
		expect(secretOf(await runNode(get))).toBe(MASKED);
		const shown = await runNode({ ...get, options: { includeSecrets: true } });
		expect(secretOf(shown)).toBe(configOf(id).signature_secret);
	});
});

describe('update', () => {
	test('sends only what was added, and clears what was left empty', async () => {
		simulator.switches.updateBody = 'partial';
		const { error, requests, json } = await runNode(
			update(goodbyeId, { label: 'Bye', description: '', triggerPhrases: '' }),
		);
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'POST',
				path: '/v1/actions/update',
				query: { id: goodbyeId },
				body: { label: 'Bye', description: null, action_trigger: functionTrigger },
			}),
		]);
		expect(json).toEqual([
			expect.objectContaining({
				id: goodbyeId,
				label: 'Bye',
				description: null,
				trigger_type: 'action_trigger_function_call',
				trigger_phrases: [],
			}),
		]);
	});

	test('a change in the settings keeps the others, the type and the secret', async () => {
		const { action_trigger: _trigger, ...before } = structuredClone(actions().get(externalId)!);
		const texts = { speak_on_send: 'One moment, please.', speak_on_receive: 'Done.' };
		const spoken = simulator.switches.speakOn === 'text' ? texts : {};
		Object.assign(configOf(externalId), spoken);
		const config = {
			...(before.config as IDataObject),
			...spoken,
			url: 'https://example.com/new',
		};

		const { error, requests, json } = await runNode(
			update(externalId, { url: 'https://example.com/new' }, { simple: false }),
		);
		expect(error).toBeUndefined();
		expect(requests.map(({ operationId, query, body }) => [operationId, query, body])).toEqual([
			['getAction', { id: externalId }, undefined],
			['updateAction', { id: externalId }, { type: 'action_external', config }],
		]);
		expect(configOf(externalId)).toEqual(config);
		expect(json[0].config).toEqual({ ...config, signature_secret: MASKED });
	});

	test('settings given as JSON change these settings only; fields of their own win', async () => {
		const { id } = simulator.environment('default').add('actions', {
			type: 'action_add_to_conference',
			config: { phone_number: '12025550101', place_primary_on_hold: true },
		});
		const { error, requests } = await runNode(
			update(id, {
				config: '{ "phone_number": "1", "note": "new" }',
				phoneNumber: '+12025550177',
			}),
		);
		expect(error).toBeUndefined();
		expect(requests[1].body).toEqual({
			type: 'action_add_to_conference',
			config: { phone_number: '12025550177', note: 'new', place_primary_on_hold: true },
		});
	});

	test('a new type takes nothing over from the settings of the old one', async () => {
		simulator.switches.updateBody = 'partial';
		const { error, requests } = await runNode(
			update(externalId, { type: 'action_transfer_call', phoneNumber: '+12025550177' }),
		);
		expect(error).toBeUndefined();
		expect(requests.at(-1)?.body).toEqual({
			type: 'action_transfer_call',
			config: { phone_number: '12025550177' },
		});
	});

	test('where the whole action is wanted, it is sent (C21)', async () => {
		simulator.switches.updateBody = 'full';
		const { action_trigger, config, description, type } = actions().get(goodbyeId)!;
		const { error, requests } = await runNode(update(goodbyeId, { label: 'Bye' }));
		expect(error).toBeUndefined();
		expect(requests.map(({ operationId, body }) => [operationId, body])).toEqual([
			['updateAction', { label: 'Bye' }],
			['getAction', undefined],
			['updateAction', { label: 'Bye', action_trigger, config, description, type }],
		]);
	});

	test('phrases for an external action are refused by Fluents.ai', async () => {
		simulator.switches.updateBody = 'partial';
		const { error } = await runNode(update(externalId, { triggerPhrases: 'order' }));
		expect(error?.message).toContain('must not be phrase based for action_external');
	});
});

test('get gives one action, flat', async () => {
	Object.assign(configOf(goodbyeId), { phone_number: '12025550101' });
	const { json, requests } = await runNode(action('get', { actionId: byList(goodbyeId) }));
	expect(requests).toEqual([
		expect.objectContaining({ method: 'GET', path: '/v1/actions', query: { id: goodbyeId } }),
	]);
	expect(json).toEqual([
		{
			id: goodbyeId,
			label: 'Say goodbye',
			description: 'Ends the call when the agent says goodbye',
			type: 'action_end_conversation',
			trigger_type: 'action_trigger_phrase_based',
			trigger_phrases: ['goodbye'],
			// In the form that Create and Update take.
			phone_number: '+12025550101',
			name: null,
			url: null,
		},
	]);
});

test('get gives flat fields also of an action without settings or trigger', async () => {
	const body = { id: goodbyeId, type: 'action_new', config: null, action_trigger: null };
	simulator.faults.add({ operationId: 'getAction', status: 200, body });
	const { json } = await runNode(action('get', { actionId: byId(goodbyeId) }));
	expect(json[0]).toMatchObject({ type: 'action_new', trigger_phrases: [], phone_number: null });
});

test('get many masks the secrets of all actions', async () => {
	const { json, requests } = await runNode(action('getAll', { returnAll: true, simple: false }));
	expect(requests).toEqual([
		expect.objectContaining({ path: '/v1/actions/list', query: { page: '1', size: '100' } }),
	]);
	expect(json.map(({ id }) => id)).toEqual([goodbyeId, externalId]);
	expect(json[1].config).toMatchObject({ name: 'look_up_order', signature_secret: MASKED });
});

describe('delete', () => {
	test('takes the action from agents too', async () => {
		const { json, requests } = await runNode(action('delete', { actionId: byId(goodbyeId) }));
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'DELETE',
				path: '/v1/actions/delete',
				query: { id: goodbyeId },
			}),
		]);
		expect(json).toEqual([{ deleted: true }]);
		expect(actions().has(goodbyeId)).toBe(false);
	});

	test('of a missing action is done with Ignore Missing only', async () => {
		const missing = action('delete', { actionId: byId(MISSING) });
		const { error } = await runNode(missing);
		expect(error?.message).toBe(
			`The action '${MISSING}' does not exist in environment 'default'`,
		);
		const ignored = await runNode({ ...missing, options: { ignoreMissing: true } });
		expect(ignored.json).toEqual([{ deleted: true }]);
	});
});

test.each(['get', 'update'])('%s of a missing action tells the environment', async (operation) => {
	const { error } = await runNode(
		action(operation, {
			actionId: byId(MISSING),
			updateFields: { phoneNumber: '+12025550177' },
		}),
	);
	expect(error).toMatchObject({
		httpCode: '404',
		message: `The action '${MISSING}' does not exist in environment 'default'`,
	});
});

describe('wrong values are named before anything is sent', () => {
	const empty = '={{ "" }}';
	test.each<[string, INodeParameters, string]>([
		[
			'no number',
			create('action_transfer_call', { phoneNumber: empty }),
			"'Phone Number' is empty [item 0]",
		],
		[
			'a number without country code',
			create('action_add_to_conference', { phoneNumber: '202 555 0177' }),
			"'Phone Number' has no country code: '202 555 0177'. Write it as + and country code, e.g. +1 415 555 0123 (if '202 555 0177' begins with its country code, put a + before it) [item 0]",
		],
		[
			'no action name',
			create('action_external', { ...external, actionName: empty }),
			"'Action Name' is empty [item 0]",
		],
		[
			'an address without scheme',
			create('action_external', { ...external, url: 'example.com/orders' }),
			"'URL' is not a web address: 'example.com/orders'. It has to start with https:// or http:// [item 0]",
		],
		[
			'a schema of something else',
			create('action_external', { ...external, inputSchema: '{ "type": "string" }' }),
			`'Input Schema (JSON)' has to describe an object, e.g. { "type": "object", "properties": {} } [item 0]`,
		],
		[
			'a schema that is no JSON',
			create('action_external', { ...external, inputSchema: '={{ "{" }}' }),
			"'Input Schema (JSON)' is not valid JSON (line 1, column 2). If data is put into it, make the whole field one expression that gives an object, or write each value with JSON.stringify [item 0]",
		],
		[
			'no words',
			create('action_external', { ...external, speakOnReceive: empty }),
			"'Speak on Receive' is empty [item 0]",
		],
		['no other type', create('other', { otherType: empty }), "'Other Type' is empty [item 0]"],
		[
			'settings that are no object',
			create('action_warm_transfer', { config: '[1]' }),
			`'Configuration (JSON)' is not a JSON object, e.g. { "name": "value" }, but a list [item 0]`,
		],
		[
			'a type that is said to be another one only',
			update(MISSING, { type: 'other' }),
			"'Update Fields' holds no field to update [item 0]",
		],
		[
			'nothing to update',
			update(MISSING, {}),
			"'Update Fields' holds no field to update [item 0]",
		],
		[
			'masked output as input',
			update(MISSING, { config: `{ "signature_secret": "${MASKED}" }` }),
			"'Configuration (JSON)' holds only the stars of a masked secret. Enter the secret itself, which Get gives with Simplify off and the option 'Include Secrets' on [item 0]",
		],
	])('%s', async (_case, parameters, message) => {
		const { error, requests } = await runNode(parameters);
		expect(error?.message).toBe(message);
		expect(requests).toEqual([]);
	});
});

test('the list of actions is searched by label and type', async () => {
	const orders = { name: 'Look up order - External', value: externalId };
	expect((await search('searchActions')).results).toEqual([
		{ name: 'Say goodbye - End Conversation', value: goodbyeId },
		orders,
	]);
	expect((await search('searchActions', 'external')).results).toEqual([orders]);
	actions().get(externalId)!.type = 'action_new';
	expect((await search('searchActions', 'look')).results[0].name).toBe(
		'Look up order - action_new',
	);
});
