import type { BodyField, SentField } from '../../fields/body';
import { descriptionField, labelField, OTHER_TYPE, ofType, typeFields } from '../../fields/common';

const AZURE = 'voice_azure';
const ELEVEN_LABS = 'voice_eleven_labs';
const PLAY_HT = 'voice_play_ht';
const RIME = 'voice_rime';

const playHtNumber = <Name extends string>(
	api: Name,
	label: string,
	description: string,
): SentField<Name> => ({
	api,
	property: {
		displayName: `${label} (PlayHT)`,
		name: api.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 1,
		description,
		...ofType(PLAY_HT),
	},
});

export const voiceTypes = [
	{ name: 'Azure', value: AZURE },
	{ name: 'ElevenLabs', value: ELEVEN_LABS },
	{
		name: 'Other',
		value: OTHER_TYPE,
		description: 'Give its settings under Extra Body Fields (JSON)',
	},
	{ name: 'PlayHT', value: PLAY_HT },
	{ name: 'Rime', value: RIME },
];

/** What a voice is created and updated with (API: createVoice, updateVoice); which fields a type has is partly unconfirmed. */
export const voiceFields: Array<BodyField<'VoiceInput'>> = [
	...typeFields(
		{ options: voiceTypes, default: ELEVEN_LABS, description: 'The provider of the voice' },
		'e.g. voice_cartesia',
	),
	{
		api: 'voice_id',
		property: {
			displayName: 'Voice ID',
			name: 'providerVoiceId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 21m00Tcm4TlvDq8ikWAM',
			description: 'ID of the voice at ElevenLabs or PlayHT, e.g. 21m00Tcm4TlvDq8ikWAM',
			...ofType(ELEVEN_LABS, PLAY_HT),
		},
	},
	{
		api: 'voice_name',
		property: {
			displayName: 'Voice Name (Azure)',
			name: 'voiceName',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. en-US-JennyNeural',
			description: 'Name of the voice at Azure, e.g. en-US-JennyNeural',
			...ofType(AZURE),
		},
	},
	{
		api: 'speaker',
		property: {
			displayName: 'Speaker (Rime)',
			name: 'speaker',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. abbie',
			description: 'Name of the voice at Rime, e.g. abbie',
			...ofType(RIME),
		},
	},
	{ ...labelField, prominent: true },
	descriptionField,
	{
		api: 'model_id',
		property: {
			displayName: 'Model',
			name: 'modelId',
			type: 'string',
			default: '',
			placeholder: 'e.g. eleven_turbo_v2',
			description: 'Model of the provider that speaks; Rime knows mist and v1',
			...ofType(ELEVEN_LABS, RIME),
		},
	},
	{
		api: 'api_key',
		property: {
			displayName: 'API Key',
			name: 'providerApiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. sk_51a3...',
			description:
				"Your own key at ElevenLabs or PlayHT. n8n keeps it with the workflow's data.",
			...ofType(ELEVEN_LABS, PLAY_HT),
		},
	},
	{
		api: 'stability',
		property: {
			displayName: 'Stability (ElevenLabs)',
			name: 'stability',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			default: 0.5,
			description: 'How even the voice sounds, from 0 to 1',
			...ofType(ELEVEN_LABS),
		},
	},
	{
		api: 'similarity_boost',
		property: {
			displayName: 'Similarity Boost (ElevenLabs)',
			name: 'similarityBoost',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			default: 0.75,
			description: 'How close the voice stays to the original, from 0 to 1',
			...ofType(ELEVEN_LABS),
		},
	},
	{
		api: 'optimize_streaming_latency',
		property: {
			displayName: 'Latency Level (ElevenLabs)',
			name: 'optimizeStreamingLatency',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'How much to favor speed over quality; 0 gives the best quality',
			...ofType(ELEVEN_LABS),
		},
	},
	{
		api: 'experimental_input_streaming',
		property: {
			displayName: 'Input Streaming (ElevenLabs)',
			name: 'inputStreaming',
			type: 'boolean',
			default: true,
			description: 'Whether text is sent while it is still being written (experimental)',
			...ofType(ELEVEN_LABS),
		},
	},
	{
		api: 'pitch',
		property: {
			displayName: 'Pitch (Azure)',
			name: 'pitch',
			type: 'number',
			default: 0,
			description: 'How much higher the voice is than usual',
			...ofType(AZURE),
		},
	},
	{
		api: 'rate',
		property: {
			displayName: 'Rate (Azure)',
			name: 'rate',
			type: 'number',
			default: 15,
			description: 'How much faster the voice speaks than usual',
			...ofType(AZURE),
		},
	},
	{
		api: 'speed_alpha',
		property: {
			displayName: 'Speed Alpha (Rime)',
			name: 'speedAlpha',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 2 },
			default: 1,
			description: 'How fast the voice speaks',
			...ofType(RIME),
		},
	},
	{
		api: 'api_user_id',
		property: {
			displayName: 'User ID (PlayHT)',
			name: 'providerUserId',
			type: 'string',
			default: '',
			placeholder: 'e.g. Xq3vN8sTzRk1',
			description: 'Your own user ID at PlayHT',
			...ofType(PLAY_HT),
		},
	},
	{
		api: 'version',
		property: {
			displayName: 'Version (PlayHT)',
			name: 'version',
			type: 'options',
			options: [
				{ name: '1', value: '1' },
				{ name: '2', value: '2' },
			],
			default: '2',
			description: 'Generation of voices at PlayHT',
			...ofType(PLAY_HT),
		},
	},
	{
		api: 'quality',
		property: {
			displayName: 'Quality (PlayHT)',
			name: 'quality',
			type: 'string',
			default: '',
			placeholder: 'e.g. high',
			description: 'Sound quality, as PlayHT names it',
			...ofType(PLAY_HT),
		},
	},
	playHtNumber('speed', 'Speed', 'How fast the voice speaks'),
	playHtNumber('temperature', 'Temperature', 'How much the voice varies'),
	playHtNumber('top_p', 'Top P', 'How much of the likely output the voice samples from'),
	playHtNumber('text_guidance', 'Text Guidance', 'How close the voice keeps to the text'),
	playHtNumber('voice_guidance', 'Voice Guidance', 'How close the voice stays to the original'),
	{
		api: 'experimental_remove_silence',
		property: {
			displayName: 'Remove Silence (PlayHT)',
			name: 'removeSilence',
			type: 'boolean',
			default: true,
			description: 'Whether silence is cut (experimental)',
			...ofType(PLAY_HT),
		},
	},
];
