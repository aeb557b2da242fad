import type { BodyField } from '../../fields/body';
import { descriptionField, labelField, OTHER_TYPE, ofType, typeFields } from '../../fields/common';
import { toList, toObject } from '../../../shared/parameters/convert';

const OPENAI = 'account_connection_openai';
const TWILIO = 'account_connection_twilio';

/** Known types (API: createAccountConnection); there may be more. */
export const accountConnectionTypes = [
	{ name: 'AssemblyAI', value: 'account_connection_assemblyai' },
	{ name: 'Azure LLM', value: 'account_connection_azure_llm' },
	{ name: 'Azure Speech', value: 'account_connection_azure_speech' },
	{ name: 'Cartesia', value: 'account_connection_cartesia' },
	{ name: 'Deepgram', value: 'account_connection_deepgram' },
	{ name: 'DeepSeek', value: 'account_connection_deepseek' },
	{ name: 'ElevenLabs', value: 'account_connection_elevenlabs' },
	{ name: 'External API Key', value: 'account_connection_external_api_key' },
	{ name: 'Google', value: 'account_connection_google' },
	{ name: 'OAuth with Login Key', value: 'account_connection_login_key_oauth' },
	{ name: 'OAuth with User Name and Password', value: 'account_connection_un_pw_oauth' },
	{ name: 'OpenAI', value: OPENAI },
	{ name: 'Other', value: OTHER_TYPE },
	{ name: 'PlayHT', value: 'account_connection_playht' },
	{ name: 'Rime', value: 'account_connection_rime' },
	{ name: 'Telnyx', value: 'account_connection_telnyx' },
	{ name: 'Together AI', value: 'account_connection_togetherai' },
	{ name: 'Twilio', value: TWILIO },
];

const typesWithUnknownCredentials = accountConnectionTypes
	.map(({ value }) => value)
	.filter((value) => value !== OPENAI && value !== TWILIO);

const secret = (
	type: string,
	api: string,
	displayName: string,
	name: string,
	placeholder: string,
	where: string,
): BodyField<'AccountConnectionInput'> => ({
	api: `credentials.${api}`,
	isNeverNull: true,
	property: {
		displayName,
		name,
		type: 'string',
		typeOptions: { password: true },
		default: '',
		required: true,
		placeholder,
		description: `${where}. n8n keeps it with the workflow's data.`,
		...ofType(type),
	},
});

/** What an account connection is created and updated with (API: createAccountConnection, updateAccountConnection). */
export const accountConnectionFields: Array<BodyField<'AccountConnectionInput'>> = [
	...typeFields(
		{
			options: accountConnectionTypes,
			default: TWILIO,
			description: 'The provider of the account, or how to sign in there',
		},
		'e.g. account_connection_groq',
	),
	{
		api: 'credentials',
		prominent: true,
		property: {
			displayName: 'Credentials (JSON)',
			name: 'credentials',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "api_key": "..." }',
			description:
				"What the provider requires, under the names that Fluents.ai uses. n8n keeps it with the workflow's data.",
			...ofType(...typesWithUnknownCredentials),
		},
		toApi: toObject,
	},
	secret(
		TWILIO,
		'twilio_account_sid',
		'Twilio Account SID',
		'twilioAccountSid',
		'e.g. AC...',
		'From the Account Info of the Twilio console',
	),
	secret(
		TWILIO,
		'twilio_auth_token',
		'Twilio Auth Token',
		'twilioAuthToken',
		'e.g. 12ab...',
		'From the Account Info of the Twilio console',
	),
	secret(
		OPENAI,
		'openai_api_key',
		'OpenAI API Key',
		'openAiApiKey',
		'e.g. sk-...',
		'From the API keys of the OpenAI platform',
	),
	{
		api: 'account_supports_any_caller_id',
		property: {
			displayName: 'Supports Any Caller ID',
			name: 'accountSupportsAnyCallerId',
			type: 'boolean',
			default: true,
			description: 'Whether calls through this account may show any number as their origin',
		},
	},
	{
		api: 'config',
		property: {
			displayName: 'Configuration (JSON)',
			name: 'config',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "voicemail_detection": {} }',
			description: 'Settings of the connection. An update replaces all existing settings.',
		},
		toApi: toObject,
	},
	labelField,
	descriptionField,
	{
		api: 'steering_pool',
		property: {
			displayName: 'Steering Pool',
			name: 'steeringPool',
			type: 'string',
			default: '',
			placeholder: 'e.g. +14155550100, +14155550101',
			description: 'Numbers for warm transfers, separated by commas',
		},
		toApi: toList,
	},
];
