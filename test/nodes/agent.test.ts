import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byId, byList, loadOptions, runNode, search, simulator } from '../support/harness';

const MASKED = '********';
const UUID = '550e8400-e29b-41d4-a716-446655440000';

let agentId: string;
let promptId: string;
let voiceId: string;
let actionIds: string[];
let webhookId: string;
let connectionId: string;

beforeEach(() => {
	simulator.reset();
	const environment = simulator.environment('default');
	[agentId] = environment.agents.keys();
	[promptId] = environment.prompts.keys();
	[voiceId] = environment.voices.keys();
	actionIds = [...environment.actions.keys()];
	[webhookId] = environment.webhooks.keys();
	[connectionId] = environment.accountConnections.keys();
});

const agents = () => simulator.environment('default').agents;

const agent = (operation: string, parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'agent',
	operation,
	...parameters,
});

const create = (additionalFields: INodeParameters = {}, parameters: INodeParameters = {}) =>
	agent('create', {
		name: 'Reception',
		promptId: byList(promptId),
		voiceId: byList(voiceId),
		additionalFields,
		...parameters,
	});

const update = (updateFields: INodeParameters, parameters: INodeParameters = {}) =>
	agent('update', { agentId: byId(agentId), updateFields, ...parameters });

/** What is sent when nothing else was filled in. */
const least = () => ({ name: 'Reception', prompt: promptId, voice: voiceId, actions: [] });

describe('create', () => {
	test.each([true, false])(
		'sends an empty list of actions, whether that is required (%s)',
		async (required) => {
			simulator.switches.actionsRequired = required;
			const { error, json, items, requests } = await runNode(create());
			expect(error).toBeUndefined();
			expect(requests).toEqual([
				expect.objectContaining({ method: 'POST', path: '/v1/agents/create', query: {} }),
			]);
			expect(requests[0].body).toEqual(least());
			expect(items[0].pairedItem).toEqual({ item: 0 });
			expect(json).toEqual([
				{
					id: expect.stringMatching(/^[0-9a-f-]{36}$/),
					name: 'Reception',
					label: null,
					description: null,
					language: 'en',
					initial_message: null,
					prompt_id: promptId,
					voice_id: voiceId,
					action_ids: [],
					webhook_id: null,
				},
			]);
		},
	);

	test('sends every field', async () => {
		simulator.switches.deepgramKeywords = 'object';
		const { error, json, requests } = await runNode(
			create(
				{
					accountConnectionId: byId(connectionId),
					askIfHumanPresentOnIdle: false,
					contextEndpoint: 'https://example.com/who',
					conversationSpeed: 1.5,
					deepgramKeywords: '{ "Fluents": 2 }',
					description: 'For the hotel',
					doNotCallDetection: true,
					dynamicTurns: false,
					endpointingSensitivity: 'relaxed',
					idleTimeSeconds: 7,
					initialMessage: 'Hello!',
					initialMessageDelay: 800,
					interruptSensitivity: 'high',
					ivrNavigationMode: 'default',
					label: 'Desk',
					language: 'de',
					llmFallback: { fallback: { provider: 'azure', modelName: 'gpt-4o' } },
					llmModel: 'gpt-4o',
					llmProvider: 'openai',
					llmTemperature: 0.2,
					maxCallDuration: 300,
					maxIdleChecks: 2,
					noiseSuppression: true,
					openAiModelNameOverride: 'gpt-4',
					postCallActions: '[ { "type": "sms" } ]',
					postCallInsights: '={{ [ { name: "satisfied" } ] }}',
					recording: false,
					transcriber: '{ "type": "transcriber_deepgram" }',
					waitForGreeting: true,
					webhookId: byList(webhookId),
				},
				{ actionIds },
			),
		);
		expect(error).toBeUndefined();
		expect(requests).toHaveLength(1);
		expect(requests[0].body).toEqual({
			...least(),
			actions: actionIds,
			ask_if_human_present_on_idle: false,
			call_duration_sec: 300,
			context_endpoint: 'https://example.com/who',
			conversation_speed: 1.5,
			deepgram_keywords: { Fluents: 2 },
			description: 'For the hotel',
			enable_dynamic_turns: false,
			enable_recording: false,
			endpointing_sensitivity: 'relaxed',
			idle_time_seconds: 7,
			initial_message: 'Hello!',
			initial_message_delay: 800,
			interrupt_sensitivity: 'high',
			ivr_navigation_mode: 'default',
			label: 'Desk',
			language: 'de',
			llm_fallback: { provider: 'azure', model_name: 'gpt-4o' },
			llm_temperature: 0.2,
			max_idle_check_count: 2,
			model: 'gpt-4o',
			noise_suppression: true,
			openai_account_connection: connectionId,
			openai_model_name_override: 'gpt-4',
			post_call_actions: [{ type: 'sms' }],
			post_call_insights: [{ name: 'satisfied' }],
			provider: 'openai',
			run_do_not_call_detection: true,
			transcriber: { type: 'transcriber_deepgram' },
			wait_for_greeting: true,
			webhook: webhookId,
		});
		expect(json[0]).toMatchObject({ action_ids: actionIds, webhook_id: webhookId });
	});

	test('takes new text as prompt', async () => {
		const promptText = 'You are the reception.\n\nBe brief.\n';
		const { error, json, requests } = await runNode(
			create({}, { promptSource: 'text', promptText }),
		);
		expect(error).toBeUndefined();
		expect(requests[0].body).toEqual({ ...least(), prompt: { content: promptText } });
		const { prompts } = simulator.environment('default');
		expect(prompts.get(String(json[0].prompt_id))?.content).toBe(promptText);
	});

	test('takes IDs from pasted addresses and from expressions', async () => {
		const { requests } = await runNode(
			create(
				{},
				{
					promptId: byId(`https://app.example.com/prompts/${promptId}?tab=1`),
					voiceId: byId('={{ $json.voice }}'),
					actionIds: '={{ $json.actions }}',
				},
			),
			{ items: [{ voice: ` ${voiceId} `, actions: actionIds.join(', ') }] },
		);
		expect(requests[0].body).toEqual({ ...least(), actions: actionIds });
	});

	test('Extra Body Fields reach the API, and win', async () => {
		const additionalBodyFields = JSON.stringify({ name: 'Won', vector_database: UUID });
		const { error, requests } = await runNode(create({ additionalBodyFields }));
		expect(error).toBeUndefined();
		expect(requests[0].body).toEqual({ ...least(), name: 'Won', vector_database: UUID });
	});
});

describe('what nobody has confirmed', () => {
	const typedVoice = { type: 'voice_eleven_labs', voice_id: 'v-1' };

	test.each<[string, () => INodeParameters]>([
		[
			'Extra Body Fields',
			() => create({ additionalBodyFields: { voice: typedVoice } as never }),
		],
		[
			'an expression',
			() =>
				create(
					{},
					{ voiceId: byId('={{ { type: "voice_eleven_labs", voice_id: "v-1" } }}') },
				),
		],
	])('a typed voice may be given by %s, where the API takes one (C22)', async (_way, of) => {
		simulator.switches.voiceInput = 'object';
		const { error, requests } = await runNode(of());
		expect(error).toBeUndefined();
		expect(requests[0].body).toEqual({ ...least(), voice: typedVoice });

		simulator.switches.voiceInput = 'uuid';
		const refused = await runNode(of());
		expect(refused.error?.message).toMatch(/voice:? must be an id/);
	});

	test.each(['uuid', 'object'] as const)(
		'a voice is given by ID with voices as %s',
		async (as) => {
			simulator.switches.voiceInput = as;
			expect((await runNode(create())).json[0].voice_id).toBe(voiceId);
		},
	);

	test('a language that is not in the list is sent, and refused in the words of the API (C19)', async () => {
		simulator.switches.languages = 'free';
		const free = await runNode(create({ language: 'zh' }));
		expect(free.json[0].language).toBe('zh');
		simulator.switches.languages = 'enum';
		const refused = await runNode(create({ language: 'zh' }));
		expect(refused.requests[0].body).toMatchObject({ language: 'zh' });
		expect(refused.error?.message).toMatch(/^language:? must be one of/);
	});

	test.each([
		['object', '{ "Ada": 2 }', { Ada: 2 }],
		['array', '[ "Ada" ]', ['Ada']],
	] as const)('Deepgram keywords are sent as %s (C14)', async (as, entered, body) => {
		simulator.switches.deepgramKeywords = as;
		const { error, requests } = await runNode(create({ deepgramKeywords: entered }));
		expect(error).toBeUndefined();
		expect(requests[0].body).toEqual({ ...least(), deepgram_keywords: body });
	});

	test.each(['uuid', 'object'] as const)(
		'the OpenAI account is sent as ID, and read as %s (C15)',
		async (as) => {
			simulator.switches.openaiAccountConnection = as;
			const { json, requests } = await runNode(
				create({ accountConnectionId: byId(connectionId) }, { simple: false }),
			);
			expect(requests[0].body).toMatchObject({ openai_account_connection: connectionId });
			expect(json[0].openai_account_connection_id).toBe(connectionId);
			expect(typeof json[0].openai_account_connection).toBe(
				as === 'uuid' ? 'string' : 'object',
			);
		},
	);

	test.each(['ids', 'objects'] as const)(
		'the items of a list refer to others by their %s (C10)',
		async (as) => {
			simulator.switches.listReferences = as;
			const { json } = await runNode(agent('getAll'));
			expect(json).toHaveLength(3);
			expect(json[1]).toMatchObject({
				name: 'Order Follow-up',
				voice_id: voiceId,
				action_ids: actionIds,
				webhook_id: webhookId,
			});
		},
	);
});

describe('update', () => {
	test('sends only what was added, and clears what was left empty', async () => {
		simulator.switches.updateBody = 'partial';
		Object.assign(agents().get(agentId)!, { actions: actionIds, webhook: webhookId });
		const { error, requests, json } = await runNode(
			update({
				accountConnectionId: byId(''),
				actionIds: [],
				deepgramKeywords: '',
				idleTimeSeconds: '',
				initialMessage: '',
				llmFallback: {},
				postCallInsights: ' ',
				recording: false,
				transcriber: '',
				webhookId: byList(''),
			}),
		);
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'POST',
				path: '/v1/agents/update',
				query: { id: agentId },
			}),
		]);
		expect(requests[0].body).toEqual({
			actions: [],
			deepgram_keywords: null,
			enable_recording: false,
			idle_time_seconds: null,
			initial_message: null,
			llm_fallback: null,
			openai_account_connection: null,
			post_call_insights: null,
			transcriber: null,
			webhook: null,
		});
		expect(json[0]).toMatchObject({ id: agentId, action_ids: [], webhook_id: null });
		expect(agents().get(agentId)).toMatchObject({ prompt: promptId, voice: voiceId });
	});

	test('takes references and new text', async () => {
		simulator.switches.updateBody = 'partial';
		const { requests } = await runNode(
			update({ voiceId: byList(voiceId), promptText: 'Be kind.', actionIds: [actionIds[1]] }),
		);
		expect(requests[0].body).toEqual({
			voice: voiceId,
			prompt: { content: 'Be kind.' },
			actions: [actionIds[1]],
		});
	});

	test.each(['uuid', 'object'] as const)(
		'sends the whole agent when the changes alone are refused, its references as IDs (%s)',
		async (connection) => {
			simulator.switches.updateBody = 'full';
			simulator.switches.openaiAccountConnection = connection;
			const stored = agents().get(agentId)!;
			Object.assign(stored, { openai_account_connection: connectionId, webhook: webhookId });
			const { id: _id, user_id: _user, ...fields } = stored;
			const whole = Object.entries(fields).filter(([, value]) => value !== null);

			const { error, requests, json } = await runNode(update({ language: 'de' }));
			expect(error).toBeUndefined();
			expect(requests.map(({ operationId }) => operationId)).toEqual([
				'updateAgent',
				'getAgent',
				'updateAgent',
			]);
			expect(requests[0].body).toEqual({ language: 'de' });
			expect(requests[2].body).toEqual({ ...Object.fromEntries(whole), language: 'de' });
			expect(requests[2].body).toMatchObject({ prompt: promptId, actions: [actionIds[0]] });
			expect(json[0]).toMatchObject({ language: 'de', prompt_id: promptId });
		},
	);

	test('of several agents keeps order and links', async () => {
		const items = [...agents().keys()].map((id, i) => ({ id, name: `Agent ${i}` }));
		const { items: outputs } = await runNode(
			agent('update', {
				agentId: byId('={{ $json.id }}'),
				updateFields: { name: '={{ $json.name }}' },
			}),
			{ items },
		);
		expect(outputs.map(({ json, pairedItem }) => [json.id, json.name, pairedItem])).toEqual(
			items.map(({ id, name }, item) => [id, name, { item }]),
		);
	});
});

test('delete answers that it is deleted', async () => {
	const { json, requests } = await runNode(agent('delete', { agentId: byList(agentId) }));
	expect(requests).toEqual([
		expect.objectContaining({
			method: 'DELETE',
			path: '/v1/agents/delete',
			query: { id: agentId },
		}),
	]);
	expect(json).toEqual([{ deleted: true }]);
	expect(agents().has(agentId)).toBe(false);
	const again = await runNode(
		agent('delete', { agentId: byList(agentId), options: { ignoreMissing: true } }),
	);
	expect(again.json).toEqual([{ deleted: true }]);
});

test('get masks the secrets of what the agent refers to, unless they are included', async () => {
	const followUp = [...agents().keys()][1];
	const get = agent('get', { agentId: byId(followUp), simple: false });
	const { json, requests } = await runNode(get);
	expect(requests).toEqual([
		expect.objectContaining({ method: 'GET', path: '/v1/agents', query: { id: followUp } }),
	]);
	const secretsOf = (record: IDataObject) => {
		const { voice, actions } = record as { voice: IDataObject; actions: IDataObject[] };
		return [voice.api_key, (actions[1].config as IDataObject).signature_secret];
	};
	expect(secretsOf(json[0])).toEqual([MASKED, MASKED]);
	expect(json[0]).toMatchObject({ voice_id: voiceId, action_ids: actionIds });

	const shown = await runNode({ ...get, options: { includeSecrets: true } });
	expect(secretsOf(shown.json[0])).toEqual([
		expect.stringMatching(/^fake_eleven_labs_/),
		expect.stringMatching(/^[A-Za-z0-9+/=]{10,}$/),
	]);
});

describe('wrong values are named before anything is sent', () => {
	const empty = '={{ "" }}';
	const least = { name: 'x', promptId: byId(UUID), voiceId: byId(UUID) };
	test.each<[string, INodeParameters, string]>([
		['no name', { ...least, name: empty }, "'Name' is empty [item 0]"],
		['no prompt', { ...least, promptId: byId(empty) }, "'Prompt' is empty [item 0]"],
		[
			'no text',
			{ ...least, promptSource: 'text', promptText: '={{ " " }}' },
			"'Prompt Text' is empty [item 0]",
		],
		['no voice', { ...least, voiceId: byId(empty) }, "'Voice' is empty [item 0]"],
		[
			'an address without an ID',
			{ ...least, additionalFields: { webhookId: byId('https://example.com/hook') } },
			"'Webhook' holds no ID: 'https://example.com/hook' [item 0]",
		],
		[
			'a context endpoint that is no address',
			{ ...least, additionalFields: { contextEndpoint: 'example.com' } },
			"'Context Endpoint' is not a web address: 'example.com'. It has to start with https:// or http:// [item 0]",
		],
		[
			'JSON that is none',
			{ ...least, additionalFields: { transcriber: '{ type }' } },
			"'Transcriber (JSON)' is not valid JSON (line 1, column 3). If data is put into it, make the whole field one expression that gives an object, or write each value with JSON.stringify [item 0]",
		],
		[
			'a list instead of an object',
			{ ...least, additionalFields: { transcriber: '[]' } },
			`'Transcriber (JSON)' is not a JSON object, e.g. { "name": "value" }, but a list [item 0]`,
		],
		[
			'an object instead of a list',
			{ ...least, additionalFields: { postCallActions: '{}' } },
			`'Post-Call Actions (JSON)' is not a JSON list of objects, e.g. [ { "name": "value" } ], but an object [item 0]`,
		],
		[
			'a list of something else',
			{ ...least, additionalFields: { postCallInsights: '["x"]' } },
			`'Post-Call Insights (JSON)' is not a JSON list of objects, e.g. [ { "name": "value" } ], but a list [item 0]`,
		],
		[
			'a number that is none',
			{ ...least, additionalFields: { idleTimeSeconds: '={{ "soon" }}' } },
			"'Idle Time (Seconds)' is not a number: 'soon' [item 0]",
		],
	])('%s', async (_case, parameters, message) => {
		const { error, requests } = await runNode(agent('create', parameters));
		expect(error?.message).toBe(message);
		expect(requests).toEqual([]);
	});
});

test('the list of actions holds all pages, in order of their names', async () => {
	const environment = simulator.environment('default');
	for (let i = 0; i < 220; i++) {
		environment.add('actions', {
			label: `A ${String(i).padStart(3, '0')}`,
			type: 'action_dtmf',
		});
	}
	const before = simulator.requests.length;
	const options = await loadOptions('getActions');
	// Pages overlap, so that a record that is deleted meanwhile hides no other.
	expect(simulator.requests.slice(before).map(({ query }) => query)).toEqual([
		{ page: '1', size: '100' },
		{ page: '2', size: '99' },
		{ page: '3', size: '98' },
	]);
	expect(options).toHaveLength(222);
	expect(options[0].name).toBe('A 000 - DTMF');
	expect(options.at(-1)).toEqual({
		name: 'Say goodbye - End Conversation',
		value: actionIds[0],
	});
});

test('the list of agents is searched by name', async () => {
	expect(await search('searchAgents', 'remind')).toEqual({
		results: [{ name: 'Appointment Reminder', value: agentId }],
	});
});
