import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byId, byList, runNode, search, simulator } from '../support/harness';

const MASKED = '********';
const MISSING = '00000000-0000-4000-8000-000000000000';
const SID = 'AC_fake_sid';
const TOKEN = 'fake_auth_token_0123456789';

/** From the seeds: a Twilio account. */
let connectionId: string;

beforeEach(() => {
	simulator.reset();
	[connectionId] = connections().keys();
});

const connections = () => simulator.environment('default').accountConnections;

const stored = () => connections().get(connectionId)!;

const connection = (operation: string, parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'accountConnection',
	operation,
	...parameters,
});

const create = (type: string, parameters: INodeParameters = {}) =>
	connection('create', { type, ...parameters });

const twilio = (parameters: INodeParameters = {}) =>
	create('account_connection_twilio', {
		twilioAccountSid: SID,
		twilioAuthToken: TOKEN,
		...parameters,
	});

const update = (updateFields: INodeParameters, parameters: INodeParameters = {}) =>
	connection('update', {
		accountConnectionId: byId(connectionId),
		updateFields,
		...parameters,
	});

describe('create', () => {
	test.each<[string, INodeParameters, object]>([
		[
			'account_connection_twilio',
			{ twilioAccountSid: SID, twilioAuthToken: TOKEN },
			{ credentials: { twilio_account_sid: SID, twilio_auth_token: TOKEN } },
		],
		[
			'account_connection_openai',
			{ openAiApiKey: TOKEN },
			{ credentials: { openai_api_key: TOKEN } },
		],
		[
			'account_connection_deepgram',
			{ credentials: '{ "api_key": "x" }' },
			{ credentials: { api_key: 'x' } },
		],
		[
			'other',
			{ otherType: 'account_connection_groq', credentials: '={{ ({ key: 1 }) }}' },
			{ type: 'account_connection_groq', credentials: { key: 1 } },
		],
		['account_connection_google', {}, { credentials: {} }],
	])('%s sends the credentials of its type', async (type, parameters, body) => {
		const { error, requests, json, items } = await runNode(create(type, parameters));
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'POST',
				path: '/v1/account_connections/create',
				query: {},
				body: { type, ...body },
			}),
		]);
		expect(items[0].pairedItem).toEqual({ item: 0 });
		expect(Object.keys(json[0])).toEqual([
			...['id', 'label', 'description', 'type'],
			...['account_supports_any_caller_id', 'steering_pool'],
		]);
	});

	test('takes all of its fields', async () => {
		const { error, requests, json } = await runNode(
			twilio({
				additionalFields: {
					accountSupportsAnyCallerId: true,
					config: '{ "voicemail_detection": { "enabled": true } }',
					label: 'Main',
					description: 'Of the company',
					steeringPool: '+12025550101, +12025550102',
					additionalBodyFields: '{ "description": "Ours" }',
				},
			}),
		);
		expect(error).toBeUndefined();
		const fields = {
			label: 'Main',
			description: 'Ours',
			type: 'account_connection_twilio',
			account_supports_any_caller_id: true,
			steering_pool: ['+12025550101', '+12025550102'],
		};
		expect(requests[0].body).toEqual({
			...fields,
			credentials: { twilio_account_sid: SID, twilio_auth_token: TOKEN },
			config: { voicemail_detection: { enabled: true } },
		});
		expect(json).toEqual([{ id: expect.any(String), ...fields }]);
	});

	test('credentials are masked', async () => {
		const masked = await runNode(twilio({ simple: false, options: { includeSecrets: true } }));
		expect(masked.json[0].credentials).toEqual({
			twilio_account_sid: MASKED,
			twilio_auth_token: MASKED,
		});
		expect(JSON.stringify(masked.json)).not.toContain(TOKEN);
	});
});

describe('update', () => {
	test('sends only what was added, and clears what was left empty', async () => {
		simulator.switches.updateBody = 'partial';
		const { error, requests, json } = await runNode(
			update({
				label: 'New',
				description: '',
				steeringPool: '',
				accountSupportsAnyCallerId: false,
				config: '{}',
			}),
		);
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'POST',
				path: '/v1/account_connections/update',
				query: { id: connectionId },
				body: {
					label: 'New',
					description: null,
					steering_pool: [],
					account_supports_any_caller_id: false,
					config: {},
				},
			}),
		]);
		expect(json[0]).toMatchObject({ id: connectionId, label: 'New', description: null });
	});

	test('a new token keeps the account SID', async () => {
		simulator.switches.updateBody = 'partial';
		const { twilio_account_sid } = stored().credentials as IDataObject;
		const { error, requests } = await runNode(update({ twilioAuthToken: TOKEN }));
		expect(error).toBeUndefined();
		const credentials = { twilio_account_sid, twilio_auth_token: TOKEN };
		expect(requests.map(({ operationId, body }) => [operationId, body])).toEqual([
			['getAccountConnection', undefined],
			['updateAccountConnection', { type: 'account_connection_twilio', credentials }],
		]);
		expect(stored().credentials).toEqual(credentials);
	});

	test('where the whole connection is wanted, it is sent (C21)', async () => {
		simulator.switches.updateBody = 'full';
		const { id: _id, user_id: _user, ...before } = structuredClone(stored());
		const { error, requests, json } = await runNode(
			update({ label: 'New' }, { simple: false }),
		);
		expect(error).toBeUndefined();
		expect(requests.map(({ operationId, body }) => [operationId, body])).toEqual([
			['updateAccountConnection', { label: 'New' }],
			['getAccountConnection', undefined],
			['updateAccountConnection', { ...before, label: 'New' }],
		]);
		expect(stored()).toMatchObject({ ...before, label: 'New' });
		expect(json[0].credentials).toEqual({
			twilio_account_sid: MASKED,
			twilio_auth_token: MASKED,
		});
	});

	test.each([
		['a part of the credentials', { twilioAuthToken: TOKEN }],
		['the label, where the whole connection is wanted', { label: 'New' }],
	])('never sends stars back: %s', async (_case, fields) => {
		simulator.switches.updateBody = 'full';
		const before = structuredClone(stored());
		const credentials = {
			twilio_account_sid: 'AC\u2022\u2022\u2022\u20221f',
			twilio_auth_token: '****',
		};
		simulator.faults.add({
			operationId: 'getAccountConnection',
			status: 200,
			body: { ...before, credentials },
		});
		const { error } = await runNode(update(fields));
		expect(error).toMatchObject({
			message:
				'The account connection was not updated: Fluents.ai shows its secrets only masked, so they would be lost',
			description:
				'Enter all of its secrets under Update Fields, together with what you want to change.',
		});
		expect(stored()).toEqual(before);
	});

	test('all secrets given, stars in the answer do no harm', async () => {
		simulator.faults.add({
			operationId: 'getAccountConnection',
			status: 200,
			body: {
				...stored(),
				credentials: { twilio_account_sid: '***', twilio_auth_token: '***' },
			},
		});
		const { error } = await runNode(
			update({ label: 'New', twilioAccountSid: SID, twilioAuthToken: TOKEN }),
		);
		expect(error).toBeUndefined();
		expect(stored().credentials).toEqual({ twilio_account_sid: SID, twilio_auth_token: TOKEN });
	});
});

test('get gives one connection, its credentials masked unless secrets are included', async () => {
	const get = connection('get', { accountConnectionId: byList(connectionId), simple: false });
	const { json, requests } = await runNode(get);
	expect(requests).toEqual([
		expect.objectContaining({
			method: 'GET',
			path: '/v1/account_connections',
			query: { id: connectionId },
		}),
	]);
	const credentials = { twilio_account_sid: MASKED, twilio_auth_token: MASKED };
	expect(json).toEqual([{ ...stored(), credentials }]);
	const shown = await runNode({ ...get, options: { includeSecrets: true } });
	expect(shown.json).toEqual([stored()]);
});

test('get many gives the connections of the environment, without secrets', async () => {
	const { json, requests } = await runNode(connection('getAll', { returnAll: true }));
	expect(requests).toEqual([
		expect.objectContaining({
			path: '/v1/account_connections/list',
			query: { page: '1', size: '100' },
		}),
	]);
	expect(json).toEqual([
		{
			id: connectionId,
			label: 'Twilio main account',
			description: 'Telephony of this environment',
			type: 'account_connection_twilio',
			account_supports_any_caller_id: false,
			steering_pool: [],
		},
	]);
	const raw = await runNode(connection('getAll', { limit: 1, simple: false }));
	const { twilio_auth_token: token } = stored().credentials as IDataObject;
	expect(raw.json).toHaveLength(1);
	expect(JSON.stringify(raw.json)).not.toContain(token);
});

test.each(['get', 'update'])('%s of a missing one tells the environment', async (operation) => {
	const { error } = await runNode(
		connection(operation, {
			accountConnectionId: byId(MISSING),
			updateFields: { openAiApiKey: TOKEN },
		}),
	);
	expect(error).toMatchObject({
		httpCode: '404',
		message: `The account connection '${MISSING}' does not exist in environment 'default'`,
	});
});

test('a secret is in no message, also where Fluents.ai refuses it', async () => {
	simulator.faults.add({ operationId: 'createAccountConnection', status: 400 });
	const { error } = await runNode(twilio());
	expect(error?.httpCode).toBe('400');
	const shown = [error?.message, error?.description, error?.context];
	expect(JSON.stringify(shown)).not.toContain(TOKEN);
});

test.each<[string, INodeParameters, string]>([
	[
		'no account SID',
		twilio({ twilioAccountSid: '={{ "" }}' }),
		"'Twilio Account SID' is empty [item 0]",
	],
	[
		'no token',
		twilio({ twilioAuthToken: '={{ " " }}' }),
		"'Twilio Auth Token' is empty [item 0]",
	],
	[
		'no key',
		create('account_connection_openai', { openAiApiKey: '={{ "" }}' }),
		"'OpenAI API Key' is empty [item 0]",
	],
	['no type', create('other', { otherType: '={{ "" }}' }), "'Other Type' is empty [item 0]"],
	[
		'credentials that are no object',
		create('account_connection_rime', { credentials: '"key"' }),
		`'Credentials (JSON)' is not a JSON object, e.g. { "name": "value" }, but a text [item 0]`,
	],
	[
		'a masked token',
		twilio({ twilioAuthToken: MASKED }),
		"'Twilio Auth Token' holds only the stars of a masked secret. Enter the secret itself, which Get gives with Simplify off and the option 'Include Secrets' on [item 0]",
	],
	[
		'masked output as input',
		twilio({
			additionalFields: { additionalBodyFields: `{ "credentials": { "a": "${MASKED}" } }` },
		}),
		"'Extra Body Fields (JSON)' holds only the stars of a masked secret. Enter the secret itself, which Get gives with Simplify off and the option 'Include Secrets' on [item 0]",
	],
	[
		'nothing to update',
		connection('update', { accountConnectionId: byId(MISSING), updateFields: {} }),
		"'Update Fields' holds no field to update [item 0]",
	],
])('%s is named before anything is sent', async (_case, parameters, message) => {
	const { error, requests } = await runNode(parameters);
	expect(error?.message).toBe(message);
	expect(requests).toEqual([]);
});

test('the list of connections is searched by label and provider', async () => {
	connections().set('2', {
		id: '2',
		user_id: '',
		label: 'Brain',
		type: 'account_connection_openai',
	});
	const main = { name: 'Twilio main account - Twilio', value: connectionId };
	const brain = { name: 'Brain - OpenAI', value: '2' };
	expect((await search('searchAccountConnections')).results).toEqual([main, brain]);
	expect((await search('searchAccountConnections', 'openai')).results).toEqual([brain]);
});

test('secrets that Fluents.ai repeats in a refusal are hidden', async () => {
	const body = { message: `twilio_auth_token ${TOKEN} is wrong` };
	simulator.faults.add({ operationId: 'createAccountConnection', status: 422, body });
	const { error } = await runNode(twilio());
	expect(error?.message).toBe(`twilio_auth_token ${MASKED} is wrong`);
	expect(error?.description).not.toContain(TOKEN);
});
