import type { BodyField } from '../../fields/body';
import { descriptionField, labelField, OTHER_TYPE, ofType, typeFields } from '../../fields/common';
import {
	toObject,
	toPhoneNumber,
	toSimpleText,
	toTrimmedText,
	toUrl,
	type Convert,
} from '../../../shared/parameters/convert';

const CONFERENCE = 'action_add_to_conference';
const DTMF = 'action_dtmf';
const END = 'action_end_conversation';
const EXTERNAL = 'action_external';
const HOLD = 'action_set_hold';
const TRANSFER = 'action_transfer_call';
const WARM_TRANSFER = 'action_warm_transfer';

/** In braces, the name of a context variable that Fluents.ai fills in when a call begins. */
const CONTEXT_VARIABLE = /^\{\s*[^{}\s]+\s*\}$/;

/** The API's example shows the number as digits with country code, without a plus sign (API: createAction). */
const toDigits: Convert = (value, fail) => {
	const text = toTrimmedText(value, fail);
	if (CONTEXT_VARIABLE.test(text)) return text;
	const number = toPhoneNumber(text, fail);
	return number?.slice(1) ?? null;
};

const toSchema: Convert = (value, fail) => {
	const schema = toObject(value, fail) as { type?: unknown } | null;
	if (schema === null || schema.type === 'object') return schema;
	throw fail('has to describe an object, e.g. { "type": "object", "properties": {} }');
};

/** A text, or true or false: sources disagree on what the API takes (API: C7). */
const toSpeech: Convert = (value, fail) => {
	const text = toTrimmedText(value, fail);
	return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
};

/** One phrase a line. Without any, the language model decides, as it does by default (API: createAction). */
const toTrigger: Convert = (value, fail) => {
	const lines: unknown[] = Array.isArray(value) ? value : toSimpleText(value, fail).split('\n');
	const phrases = lines
		.map((line) => toTrimmedText(line, fail))
		.filter((phrase) => phrase !== '');
	if (phrases.length === 0) return { type: 'action_trigger_function_call', config: {} };
	const conditions = ['phrase_condition_type_contains'];
	return {
		type: 'action_trigger_phrase_based',
		config: { phrase_triggers: phrases.map((phrase) => ({ phrase, conditions })) },
	};
};

const speech = (
	displayName: string,
	name: string,
	api: `config.${string}`,
	when: string,
): BodyField<'ActionInput'> => ({
	api,
	property: {
		displayName,
		name,
		type: 'string',
		default: 'true',
		required: true,
		placeholder: 'e.g. Let me check that for you.',
		description: `What the agent says ${when}, e.g. Let me check, or true for its own words, false for nothing`,
		...ofType(EXTERNAL),
	},
	toApi: toSpeech,
});

export const actionTypes = [
	{ name: 'Add to Conference', value: CONFERENCE },
	{ name: 'DTMF', value: DTMF, description: 'Press phone keys' },
	{ name: 'End Conversation', value: END },
	{ name: 'External', value: EXTERNAL, description: 'Ask a URL, e.g. that of a workflow' },
	{ name: 'Other', value: OTHER_TYPE },
	{ name: 'Set Hold', value: HOLD },
	{ name: 'Transfer Call', value: TRANSFER },
	{ name: 'Warm Transfer', value: WARM_TRANSFER },
];

/** What an action is created and updated with (API: createAction, updateAction); which settings a type has is unconfirmed. */
export const actionFields: Array<BodyField<'ActionInput'>> = [
	...typeFields(
		{ options: actionTypes, default: TRANSFER, description: 'What the action does' },
		'e.g. action_send_sms',
	),
	{
		api: 'config',
		prominent: true,
		property: {
			displayName: 'Configuration (JSON)',
			name: 'config',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "phone_number": "14155550100" }',
			description:
				'Settings of a type that this node does not know, e.g. { "phone_number": "14155550100" }',
			...ofType(OTHER_TYPE, WARM_TRANSFER),
		},
		toApi: toObject,
	},
	{
		api: 'config.phone_number',
		property: {
			displayName: 'Phone Number',
			name: 'phoneNumber',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. +1 415 555 0100',
			description:
				'The number to transfer to or to add, e.g. +14155550100, or a context variable such as {transfer_phone_number}',
			...ofType(CONFERENCE, TRANSFER),
		},
		toApi: toDigits,
	},
	{
		api: 'config.name',
		property: {
			displayName: 'Action Name',
			name: 'actionName',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. look_up_order',
			description: 'Name that the agent knows the action by, e.g. look_up_order',
			...ofType(EXTERNAL),
		},
	},
	{
		api: 'config.description',
		property: {
			displayName: 'Action Description',
			name: 'actionDescription',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			required: true,
			placeholder: 'e.g. Use it when the caller asks where an order is.',
			description:
				'When the agent is to use the action, e.g. when the caller asks where an order is',
			...ofType(EXTERNAL),
		},
	},
	{
		api: 'config.url',
		property: {
			displayName: 'URL',
			name: 'url',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://example.com/orders',
			description:
				'Address that is asked, e.g. https://example.com/orders, or that of a Live Trigger',
			...ofType(EXTERNAL),
		},
		toApi: toUrl,
	},
	{
		api: 'config.input_schema',
		property: {
			displayName: 'Input Schema (JSON)',
			name: 'inputSchema',
			type: 'json',
			typeOptions: { rows: 5 },
			default: '{\n  "type": "object",\n  "properties": {}\n}',
			required: true,
			placeholder:
				'e.g. { "type": "object", "properties": { "order_number": { "type": "string" } } }',
			description:
				'What the agent collects and sends, as JSON Schema, e.g. { "type": "object", "properties": { "order_number": { "type": "string" } } }',
			...ofType(EXTERNAL),
		},
		toApi: toSchema,
	},
	speech('Speak on Send', 'speakOnSend', 'config.speak_on_send', 'before it asks the URL'),
	speech(
		'Speak on Receive',
		'speakOnReceive',
		'config.speak_on_receive',
		'when it gets the answer',
	),
	labelField,
	descriptionField,
	{
		api: 'config.place_primary_on_hold',
		property: {
			displayName: 'Place Primary on Hold',
			name: 'placePrimaryOnHold',
			type: 'boolean',
			default: true,
			description: 'Whether the first person waits on hold while the other is called',
			...ofType(CONFERENCE),
		},
	},
	{
		api: 'action_trigger',
		property: {
			displayName: 'Trigger Phrases',
			name: 'triggerPhrases',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			placeholder: 'e.g. goodbye',
			description:
				'Phrases by the agent that start the action, one per line. If empty, the agent decides. Not for DTMF and External.',
			// Those two know the function trigger only (API: createAction).
			...ofType(CONFERENCE, END, HOLD, OTHER_TYPE, TRANSFER, WARM_TRANSFER),
		},
		toApi: toTrigger,
	},
];
