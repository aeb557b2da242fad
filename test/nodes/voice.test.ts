import type { INodeParameters } from 'n8n-workflow';

import { byId, byList, runNode, search, simulator } from '../support/harness';

const KEY = 'fake_provider_key_0123456789';
const MASKED = '********';

let voiceId: string;

beforeEach(() => {
	simulator.reset();
	[voiceId] = voices().keys();
});

const voices = () => simulator.environment('default').voices;

const voice = (operation: string, parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'voice',
	operation,
	...parameters,
});

const create = (type: string, parameters: INodeParameters) =>
	voice('create', { type, ...parameters });

const update = (updateFields: INodeParameters, parameters: INodeParameters = {}) =>
	voice('update', { voiceId: byId(voiceId), updateFields, ...parameters });

describe('create', () => {
	const everything = {
		providerVoiceId: 'v-1',
		voiceName: 'en-US-JennyNeural',
		speaker: 'abbie',
		otherType: 'voice_x',
		label: 'Calm',
	};
	/** What Additional Fields may still hold of the type that was chosen before. */
	const leftOver = {
		modelId: 'm',
		providerApiKey: KEY,
		stability: 0.5,
		pitch: 1,
		speedAlpha: 2,
		speed: 3,
	};

	test.each<[string, string, object]>([
		[
			'ElevenLabs',
			'voice_eleven_labs',
			{ voice_id: 'v-1', model_id: 'm', api_key: KEY, stability: 0.5 },
		],
		['Azure', 'voice_azure', { voice_name: 'en-US-JennyNeural', pitch: 1 }],
		['Rime', 'voice_rime', { speaker: 'abbie', model_id: 'm', speed_alpha: 2 }],
		['PlayHT', 'voice_play_ht', { voice_id: 'v-1', api_key: KEY, speed: 3 }],
	])('of %s sends only what such a voice has', async (_provider, type, body) => {
		const { error, requests, json, items } = await runNode(
			create('={{ $json.type }}', { ...everything, additionalFields: leftOver }),
			{ items: [{ type }] },
		);
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({ method: 'POST', path: '/v1/voices/create', query: {} }),
		]);
		expect(requests[0].body).toEqual({ type, label: 'Calm', ...body });
		expect(items[0].pairedItem).toEqual({ item: 0 });
		expect(Object.keys(json[0])).toEqual([
			...['id', 'label', 'description', 'type'],
			...['voice_id', 'voice_name', 'speaker', 'model_id'],
		]);
		expect(json[0]).toMatchObject({ type, label: 'Calm' });
	});

	test.each<[string, INodeParameters, INodeParameters, object]>([
		[
			'voice_eleven_labs',
			{ providerVoiceId: 'v-1' },
			{
				description: 'For nights',
				inputStreaming: true,
				modelId: 'eleven_turbo_v2',
				optimizeStreamingLatency: 3,
				providerApiKey: KEY,
				similarityBoost: 0.7,
				stability: 0.4,
			},
			{
				voice_id: 'v-1',
				description: 'For nights',
				experimental_input_streaming: true,
				model_id: 'eleven_turbo_v2',
				optimize_streaming_latency: 3,
				api_key: KEY,
				similarity_boost: 0.7,
				stability: 0.4,
			},
		],
		[
			'voice_azure',
			{ voiceName: 'de-DE-KatjaNeural' },
			{ pitch: 5, rate: 10 },
			{ voice_name: 'de-DE-KatjaNeural', pitch: 5, rate: 10 },
		],
		[
			'voice_rime',
			{ speaker: 'abbie' },
			{ modelId: 'mist', speedAlpha: 1.2 },
			{ speaker: 'abbie', model_id: 'mist', speed_alpha: 1.2 },
		],
		[
			'voice_play_ht',
			{ providerVoiceId: 'p-1' },
			{
				providerApiKey: KEY,
				providerUserId: 'u-1',
				quality: 'high',
				removeSilence: false,
				speed: 1.1,
				temperature: 0.5,
				textGuidance: 1.5,
				topP: 0.9,
				version: '1',
				voiceGuidance: 3,
			},
			{
				voice_id: 'p-1',
				api_key: KEY,
				api_user_id: 'u-1',
				quality: 'high',
				experimental_remove_silence: false,
				speed: 1.1,
				temperature: 0.5,
				text_guidance: 1.5,
				top_p: 0.9,
				version: '1',
				voice_guidance: 3,
			},
		],
	])('%s takes all of its fields', async (type, required, additionalFields, body) => {
		const { error, requests } = await runNode(create(type, { ...required, additionalFields }));
		expect(error).toBeUndefined();
		expect(requests[0].body).toEqual({ type, ...body });
	});

	test('a voice of another provider is given as JSON', async () => {
		const { error, requests } = await runNode(
			create('other', {
				otherType: 'voice_cartesia',
				label: 'New',
				additionalFields: { additionalBodyFields: '{ "voice_id": "c-1" }' },
			}),
		);
		expect(error).toBeUndefined();
		expect(requests[0].body).toEqual({
			type: 'voice_cartesia',
			label: 'New',
			voice_id: 'c-1',
		});
	});

	test('numbers and switches may come as text', async () => {
		const { requests } = await runNode(
			create('voice_eleven_labs', {
				providerVoiceId: 'v-1',
				additionalFields: { stability: '={{ "0.5" }}', inputStreaming: '={{ "False" }}' },
			}),
		);
		expect(requests[0].body).toMatchObject({
			stability: 0.5,
			experimental_input_streaming: false,
		});
	});

	test('raw output masks the key', async () => {
		const parameters = create('voice_eleven_labs', {
			providerVoiceId: 'v-1',
			simple: false,
			additionalFields: { providerApiKey: KEY },
		});
		const { json } = await runNode({ ...parameters, options: { includeSecrets: true } });
		expect(json[0].api_key).toBe(MASKED);
		expect(JSON.stringify(json)).not.toContain(KEY);
	});
});

describe('update', () => {
	test('sends only what was added, and clears what was left empty', async () => {
		simulator.switches.updateBody = 'partial';
		const { error, requests, json } = await runNode(
			update({ label: 'New', providerApiKey: '', stability: '', similarityBoost: 0 }),
		);
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'POST',
				path: '/v1/voices/update',
				query: { id: voiceId },
				body: { label: 'New', api_key: null, stability: null, similarity_boost: 0 },
			}),
		]);
		expect(json[0]).toMatchObject({ id: voiceId, label: 'New', type: 'voice_eleven_labs' });
		expect(voices().get(voiceId)).toMatchObject({ api_key: null, stability: null });
	});

	test('offers the fields of all providers, and can change the provider', async () => {
		simulator.switches.updateBody = 'partial';
		const { requests } = await runNode(
			update({ type: 'voice_azure', voiceName: 'en-GB-RyanNeural', providerVoiceId: '' }),
		);
		expect(requests[0].body).toEqual({
			type: 'voice_azure',
			voice_name: 'en-GB-RyanNeural',
			voice_id: null,
		});
	});

	test('can change the provider to one that is not in the list', async () => {
		simulator.switches.updateBody = 'partial';
		const { requests } = await runNode(update({ type: 'other', otherType: 'voice_deepgram' }));
		expect(requests[0].body).toEqual({ type: 'voice_deepgram' });
	});

	test('sends the whole voice when the changes alone are refused, its key included', async () => {
		simulator.switches.updateBody = 'full';
		const { id: _id, user_id: _user, ...stored } = voices().get(voiceId)!;
		const { error, requests, json } = await runNode(
			update({ stability: 0.9 }, { simple: false }),
		);
		expect(error).toBeUndefined();
		expect(requests.map(({ operationId, body }) => [operationId, body])).toEqual([
			['updateVoice', { stability: 0.9 }],
			['getVoice', undefined],
			['updateVoice', { ...stored, stability: 0.9 }],
		]);
		expect(json[0]).toMatchObject({ stability: 0.9, api_key: MASKED });
		expect(voices().get(voiceId)?.api_key).toMatch(/^fake_eleven_labs_/);
	});
});

test('delete answers that it is deleted, and agents lose the voice', async () => {
	const { json, requests } = await runNode(voice('delete', { voiceId: byList(voiceId) }));
	expect(requests).toEqual([
		expect.objectContaining({
			method: 'DELETE',
			path: '/v1/voices/delete',
			query: { id: voiceId },
		}),
	]);
	expect(json).toEqual([{ deleted: true }]);
	expect(voices().has(voiceId)).toBe(false);
});

test('get gives one voice, its key masked unless secrets are included', async () => {
	const get = voice('get', { voiceId: byId(voiceId), simple: false });
	const { api_key: key, ...rest } = voices().get(voiceId)!;
	const { json, requests } = await runNode(get);
	expect(requests).toEqual([
		expect.objectContaining({ method: 'GET', path: '/v1/voices', query: { id: voiceId } }),
	]);
	expect(json).toEqual([{ ...rest, api_key: MASKED }]);
	const shown = await runNode({ ...get, options: { includeSecrets: true } });
	expect(shown.json).toEqual([{ ...rest, api_key: key }]);
});

test('get many gives the voices of the environment', async () => {
	const { json, requests } = await runNode(voice('getAll', { limit: 1 }));
	expect(requests).toEqual([
		expect.objectContaining({ path: '/v1/voices/list', query: { page: '1', size: '1' } }),
	]);
	expect(json).toEqual([expect.objectContaining({ id: voiceId, label: 'Warm English' })]);
	const all = await runNode(voice('getAll', { returnAll: true, simple: false }));
	expect(all.json.map(({ label }) => label)).toEqual(['Warm English', 'Clear German']);
	expect(JSON.stringify(all.json)).not.toContain('fake_eleven_labs_');
});

describe('wrong values are named before anything is sent', () => {
	const empty = '={{ "" }}';
	test.each<[string, INodeParameters, string]>([
		[
			'no ID of an ElevenLabs voice',
			create('voice_eleven_labs', { providerVoiceId: empty }),
			"'Voice ID' is empty [item 0]",
		],
		[
			'no ID of a PlayHT voice',
			create('voice_play_ht', { providerVoiceId: empty }),
			"'Voice ID' is empty [item 0]",
		],
		[
			'no name of an Azure voice',
			create('voice_azure', { voiceName: empty }),
			"'Voice Name (Azure)' is empty [item 0]",
		],
		[
			'no speaker',
			create('voice_rime', { speaker: empty }),
			"'Speaker (Rime)' is empty [item 0]",
		],
		['no other type', create('other', { otherType: empty }), "'Other Type' is empty [item 0]"],
		[
			'the stars of a masked key',
			voice('update', { voiceId: byId('x'), updateFields: { providerApiKey: MASKED } }),
			"'API Key' holds only the stars of a masked secret. Enter the secret itself, which Get gives with Simplify off and the option 'Include Secrets' on [item 0]",
		],
		[
			'no type',
			create(empty, { otherType: 'x', providerVoiceId: 'x', voiceName: 'x', speaker: 'x' }),
			"'Type' is empty [item 0]",
		],
		[
			'a number that is none',
			voice('update', { voiceId: byId('x'), updateFields: { stability: '={{ "much" }}' } }),
			"'Stability (ElevenLabs)' is not a number: 'much' [item 0]",
		],
		[
			'neither true nor false',
			voice('update', {
				voiceId: byId('x'),
				updateFields: { inputStreaming: '={{ "on" }}' },
			}),
			"'Input Streaming (ElevenLabs)' is neither true nor false: 'on' [item 0]",
		],
	])('%s', async (_case, parameters, message) => {
		const { error, requests } = await runNode(parameters);
		expect(error?.message).toBe(message);
		expect(requests).toEqual([]);
	});
});

test('the list of voices is searched by label and provider', async () => {
	const entry = { name: 'Warm English - ElevenLabs', value: voiceId };
	expect((await search('searchVoices')).results).toEqual([
		entry,
		{ name: 'Clear German - Azure', value: expect.any(String) },
	]);
	expect((await search('searchVoices', 'elevenlabs')).results).toEqual([entry]);
});
