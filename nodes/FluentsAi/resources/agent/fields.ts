import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { BodyField } from '../../fields/body';
import { contextEndpointField, descriptionField, labelField } from '../../fields/common';
import {
	isEmpty,
	toObject,
	toObjects,
	toSimpleText,
	toTrimmedText,
	type Convert,
} from '../../../shared/parameters/convert';
import {
	accountConnectionLocator,
	promptLocator,
	voiceLocator,
	webhookLocator,
} from '../../fields/locators';

const whenPromptIs = (source: string): Pick<INodeProperties, 'displayOptions'> => ({
	displayOptions: { show: { promptSource: [source] } },
});

const fallbackProvider: INodeProperties = {
	displayName: 'Provider',
	name: 'provider',
	type: 'string',
	default: '',
	placeholder: 'e.g. azure',
	description: 'Provider of the language model, e.g. openai or azure',
};

const fallbackModel: INodeProperties = {
	displayName: 'Model',
	name: 'modelName',
	type: 'string',
	default: '',
	placeholder: 'e.g. gpt-4o',
	description: 'Name of the language model at its provider',
};

/** The fallback of the language model in the API's shape (API: createAgent); without a name there is none. */
const toFallback: Convert = (value, fail) => {
	const { fallback = {} } = (value ?? {}) as { fallback?: IDataObject };
	const provider = toTrimmedText(fallback.provider, fail);
	const model = toTrimmedText(fallback.modelName, fail);
	if (!provider && !model) return null;
	return { ...(provider && { provider }), ...(model && { model_name: model }) };
};

/** What an agent is created and updated with (API: createAgent, updateAgent). */
export const agentFields: Array<BodyField<'AgentInput'>> = [
	{
		api: 'name',
		property: {
			displayName: 'Name',
			name: 'name',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. Hotel Reception',
			description: 'Name of the agent, e.g. Hotel Reception',
		},
	},
	{
		kind: 'form',
		property: {
			displayName: 'Prompt Source',
			name: 'promptSource',
			type: 'options',
			required: true,
			options: [
				{ name: 'Existing Prompt', value: 'existing' },
				{ name: 'New Text', value: 'text' },
			],
			default: 'existing',
			description: 'Where the instructions of the agent come from',
		},
	},
	{
		api: 'prompt',
		property: {
			...promptLocator,
			...whenPromptIs('existing'),
		},
	},
	{
		api: 'prompt',
		property: {
			displayName: 'Prompt Text',
			name: 'promptText',
			type: 'string',
			typeOptions: { rows: 6 },
			default: '',
			required: true,
			placeholder: 'e.g. You are the reception of a small hotel.',
			description: 'New instructions, e.g. You are the reception of a small hotel',
			...whenPromptIs('text'),
		},
		// Known to work live, other than `text` (API: createAgent).
		toApi: (text, fail) => (isEmpty(text) ? null : { content: toSimpleText(text, fail) }),
	},
	{ api: 'voice', property: voiceLocator },
	{
		api: 'actions',
		// The API may insist on a list, even an empty one (API: C11).
		prominent: true,
		property: {
			displayName: 'Action Names or IDs',
			name: 'actionIds',
			type: 'multiOptions',
			typeOptions: { loadOptionsMethod: 'getActions' },
			default: [],
			description:
				'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
	},
	labelField,
	descriptionField,
	{
		api: 'language',
		property: {
			displayName: 'Language',
			name: 'language',
			type: 'options',
			options: [
				{ name: 'Dutch', value: 'nl' },
				{ name: 'English', value: 'en' },
				{ name: 'French', value: 'fr' },
				{ name: 'German', value: 'de' },
				{ name: 'Hindi', value: 'hi' },
				{ name: 'Indonesian', value: 'id' },
				{ name: 'Italian', value: 'it' },
				{ name: 'Japanese', value: 'ja' },
				{ name: 'Korean', value: 'ko' },
				{ name: 'Portuguese', value: 'pt' },
				{ name: 'Spanish', value: 'es' },
			],
			// Other languages seem to exist (API: C19).
			allowArbitraryValues: true,
			default: 'en',
			description:
				'Language of the conversation. An expression may give another code, e.g. zh.',
		},
	},
	{
		api: 'initial_message',
		property: {
			displayName: 'Initial Message',
			name: 'initialMessage',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. Hello, how can I help you?',
			description: 'First words of the agent',
		},
	},
	{
		api: 'initial_message_delay',
		property: {
			displayName: 'Initial Message Delay (Ms)',
			name: 'initialMessageDelay',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 1000,
			description: 'Pause before the initial message, in milliseconds',
		},
	},
	{
		api: 'wait_for_greeting',
		property: {
			displayName: 'Wait for Greeting',
			name: 'waitForGreeting',
			type: 'boolean',
			default: true,
			description: 'Whether the agent lets the other side speak first',
		},
	},
	{
		api: 'enable_dynamic_turns',
		property: {
			displayName: 'Dynamic Turns',
			name: 'dynamicTurns',
			type: 'boolean',
			default: true,
			description: 'Whether the agent decides when to take turns. It may then speak first.',
		},
	},
	{
		api: 'conversation_speed',
		property: {
			displayName: 'Conversation Speed',
			name: 'conversationSpeed',
			type: 'number',
			typeOptions: { minValue: 0.5, maxValue: 2, numberPrecision: 2 },
			default: 1,
			description:
				'How soon the agent replies, from 0.5 to 2; its speech stays as fast as it is',
		},
	},
	{
		api: 'interrupt_sensitivity',
		property: {
			displayName: 'Interrupt Sensitivity',
			name: 'interruptSensitivity',
			type: 'options',
			options: [
				{ name: 'High', value: 'high' },
				{ name: 'Low', value: 'low' },
			],
			default: 'low',
			description: 'How easily the agent can be interrupted',
		},
	},
	{
		api: 'endpointing_sensitivity',
		property: {
			displayName: 'Endpointing Sensitivity',
			name: 'endpointingSensitivity',
			type: 'options',
			options: [
				{ name: 'Auto', value: 'auto' },
				{ name: 'Relaxed', value: 'relaxed' },
				{ name: 'Sensitive', value: 'sensitive' },
			],
			default: 'auto',
			description: "How soon a pause counts as the end of the other person's turn",
		},
	},
	{
		api: 'ivr_navigation_mode',
		property: {
			displayName: 'IVR Navigation Mode',
			name: 'ivrNavigationMode',
			type: 'options',
			options: [
				{ name: 'Default', value: 'default' },
				{ name: 'Off', value: 'off' },
			],
			default: 'default',
			description: 'How the agent handles phone menus. By default, it stays silent on hold.',
		},
	},
	{
		api: 'noise_suppression',
		property: {
			displayName: 'Noise Suppression',
			name: 'noiseSuppression',
			type: 'boolean',
			default: true,
			description: 'Whether background noise is filtered out',
		},
	},
	{
		api: 'enable_recording',
		property: {
			displayName: 'Recording',
			name: 'recording',
			type: 'boolean',
			default: true,
			description: 'Whether calls are recorded',
		},
	},
	{
		api: 'run_do_not_call_detection',
		property: {
			displayName: 'Do Not Call Detection',
			name: 'doNotCallDetection',
			type: 'boolean',
			default: true,
			description: 'Whether to notice when somebody asks not to be called again',
		},
	},
	{
		api: 'ask_if_human_present_on_idle',
		property: {
			displayName: 'Ask If Human Present on Idle',
			name: 'askIfHumanPresentOnIdle',
			type: 'boolean',
			default: true,
			description: 'Whether to ask after a silence if somebody is still there',
		},
	},
	{
		api: 'idle_time_seconds',
		property: {
			displayName: 'Idle Time (Seconds)',
			name: 'idleTimeSeconds',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 15,
			description: 'Silence after which the agent reacts, in seconds',
		},
	},
	{
		api: 'max_idle_check_count',
		property: {
			displayName: 'Max Idle Checks',
			name: 'maxIdleChecks',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 3,
			description: 'How often the agent asks after a silence before it gives up',
		},
	},
	{
		api: 'call_duration_sec',
		property: {
			displayName: 'Max Call Duration (Seconds)',
			name: 'maxCallDuration',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 600,
			description: 'Length after which the call ends, in seconds',
		},
	},
	{
		api: 'provider',
		property: {
			displayName: 'LLM Provider',
			name: 'llmProvider',
			type: 'string',
			default: '',
			placeholder: 'e.g. openai',
			description: 'Provider of the language model',
		},
	},
	{
		api: 'model',
		property: {
			displayName: 'LLM Model',
			name: 'llmModel',
			type: 'string',
			default: '',
			placeholder: 'e.g. gpt-4o',
			description: 'Name of the language model at its provider',
		},
	},
	{
		api: 'llm_temperature',
		property: {
			displayName: 'LLM Temperature',
			name: 'llmTemperature',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 2 },
			default: 0,
			description:
				'How freely the language model words its answers; 0 is the most predictable',
		},
	},
	{
		api: 'llm_fallback',
		property: {
			displayName: 'LLM Fallback',
			name: 'llmFallback',
			type: 'fixedCollection',
			placeholder: 'Add Fallback',
			default: {},
			options: [
				{
					displayName: 'Fallback',
					name: 'fallback',
					values: [fallbackProvider, fallbackModel],
				},
			],
			description: 'Language model to use if the first one does not answer',
		},
		toApi: toFallback,
	},
	{
		api: 'openai_model_name_override',
		property: {
			displayName: 'OpenAI Model Override',
			name: 'openAiModelNameOverride',
			type: 'string',
			default: '',
			placeholder: 'e.g. gpt-4',
			description: 'OpenAI model to use instead of the usual one',
		},
	},
	{
		api: 'openai_account_connection',
		property: {
			...accountConnectionLocator,
			displayName: 'OpenAI Account Connection',
			required: false,
			description: 'Your own account at OpenAI, for the language model',
		},
	},
	{
		api: 'transcriber',
		property: {
			displayName: 'Transcriber (JSON)',
			name: 'transcriber',
			type: 'json',
			default: '',
			placeholder: 'e.g. { "type": "transcriber_deepgram" }',
			description: 'Settings of the speech recognition, as an object',
		},
		toApi: toObject,
	},
	{
		api: 'deepgram_keywords',
		property: {
			displayName: 'Deepgram Words (JSON)',
			name: 'deepgramKeywords',
			type: 'json',
			default: '',
			placeholder: 'e.g. { "Fluents": 2 }',
			description:
				'Words for the speech recognition to expect: an object with a weight for each, or a list',
		},
	},
	contextEndpointField,
	{
		api: 'webhook',
		property: {
			...webhookLocator,
			required: false,
			description: 'Receives the events of the calls. An agent has one webhook at most.',
		},
	},
	{
		api: 'post_call_actions',
		property: {
			displayName: 'Post-Call Actions (JSON)',
			name: 'postCallActions',
			type: 'json',
			default: '',
			placeholder: 'e.g. [ { "type": "..." } ]',
			description:
				'What happens after a call, as a list of objects with the structure that Get outputs',
		},
		toApi: toObjects,
	},
	{
		api: 'post_call_insights',
		property: {
			displayName: 'Post-Call Insights (JSON)',
			name: 'postCallInsights',
			type: 'json',
			default: '',
			placeholder: 'e.g. [ { "name": "satisfied" } ]',
			description:
				'What is extracted after a call, as a list of objects with the structure that Get outputs',
		},
		toApi: toObjects,
	},
];
