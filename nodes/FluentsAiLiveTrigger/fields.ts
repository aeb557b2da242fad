import type { INodeProperties } from 'n8n-workflow';

import { agentsField } from '../shared/parameters/callFilters';
import { defaultCountryOption } from '../shared/parameters/defaultCountry';
import { requiredEnvironmentOption } from '../shared/parameters/requiredEnvironment';
import {
	allowUnreachableUrlOption,
	ifAttachedField,
	leaveBehindOption,
	optionsField,
} from '../triggers/fields';

const forActions = { show: { requestType: ['action'] } };

export const allowedValuesField: INodeProperties = {
	displayName: 'Allowed Values',
	name: 'allowedValues',
	type: 'string',
	default: '',
	placeholder: 'e.g. morning, afternoon',
	description: 'The only values that the agent may send, separated by commas',
};

export const fieldDescriptionField: INodeProperties = {
	displayName: 'Description',
	name: 'description',
	type: 'string',
	default: '',
	placeholder: 'e.g. The order number, six digits',
	description: 'Tells the agent what to ask the caller for',
};

export const fieldNameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. order_number',
	description: 'Name of the field in the output',
};

export const fieldRequiredField: INodeProperties = {
	displayName: 'Required',
	name: 'required',
	type: 'boolean',
	default: true,
	description: 'Whether the agent has to ask until it has a value',
};

export const fieldTypeField: INodeProperties = {
	displayName: 'Type',
	name: 'type',
	type: 'options',
	options: [
		{ name: 'Boolean', value: 'boolean' },
		{ name: 'Integer', value: 'integer' },
		{ name: 'Number', value: 'number' },
		{ name: 'String', value: 'string' },
	],
	default: 'string',
	description: 'What kind of value it is',
};

export const inputFieldsField: INodeProperties = {
	displayName: 'Input Fields',
	name: 'inputFields',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder: 'Add Field',
	default: {},
	displayOptions: { show: { requestType: ['action'], specifyInput: ['fields'] } },
	options: [
		{
			displayName: 'Field',
			name: 'fields',
			// In the order in which people fill them in.
			values: [
				fieldNameField,
				fieldTypeField,
				fieldDescriptionField,
				fieldRequiredField,
				allowedValuesField,
			],
		},
	],
	description: 'What the agent collects from the caller and hands to the workflow',
};

export const allowRepeatsOption: INodeProperties = {
	displayName: 'Allow Repeats',
	name: 'allowRepeats',
	type: 'boolean',
	default: false,
	displayOptions: { show: { '/requestType': ['action'] } },
	description:
		'Whether the same question in a call, asked again within 30 seconds, runs the workflow again. Otherwise it gets the first answer, so nothing is booked twice.',
};

export const silentAfterOption: INodeProperties = {
	displayName: 'Say Nothing After',
	name: 'silentAfter',
	type: 'boolean',
	default: false,
	displayOptions: { show: { '/requestType': ['action'] } },
	description:
		'Whether the agent stays silent when it gets the answer, and continues only when the person speaks. For workflows that only record something.',
};

export const deadlineOption: INodeProperties = {
	displayName: 'Deadline (Seconds)',
	name: 'deadline',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 9.5, numberPrecision: 1 },
	default: 8,
	description: 'Seconds after which the fallback answer is sent. Fluents.ai reportedly waits 10.',
};

export const fallbackAnswerOption: INodeProperties = {
	displayName: 'Fallback Answer',
	name: 'fallbackAnswer',
	type: 'string',
	default: 'Sorry, I cannot look that up right now.',
	placeholder: 'e.g. Sorry, I cannot look that up right now.',
	displayOptions: { show: { '/requestType': ['action'] } },
	description:
		'What the agent says when the workflow has not answered in time, has failed, or has ended without an answer',
};

export const signatureOption: INodeProperties = {
	displayName: 'Signature',
	name: 'signature',
	type: 'options',
	options: [
		{ name: 'If Sent', value: 'ifSent', description: 'Wrong signatures are refused' },
		{ name: 'Off', value: 'off', description: 'Only the secret in the address counts' },
		{
			name: 'Required',
			value: 'required',
			description: 'Missing signatures are refused too',
		},
	],
	default: 'ifSent',
	displayOptions: { show: { '/requestType': ['action'] } },
	description:
		'Whether to check the signature of requests, in addition to the secret in the address, which is always checked',
};

export const signatureHeaderOption: INodeProperties = {
	displayName: 'Signature Header',
	name: 'signatureHeader',
	type: 'string',
	default: 'x-vocode-signature',
	placeholder: 'e.g. x-vocode-signature',
	displayOptions: { show: { '/requestType': ['action'] } },
	description:
		'Name of the header with the signature. Which one Fluents.ai uses is not confirmed; the n8n log lists the headers of a request without it.',
};

export const requestTypeField: INodeProperties = {
	displayName: 'Request Type',
	name: 'requestType',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Action',
			value: 'action',
			description: 'During a call, the agent decides to ask the workflow',
		},
		{
			name: 'Caller Lookup',
			value: 'callerLookup',
			description: 'When somebody calls, the agent asks the workflow who it is',
		},
	],
	default: 'action',
	description: 'When the agent asks the workflow',
};

export const actionNameField: INodeProperties = {
	displayName: 'Action Name',
	name: 'actionName',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. look_up_order',
	displayOptions: forActions,
	description:
		'The name that the agent knows the action by: letters, digits, _ and -, at most 64',
};

export const actionDescriptionField: INodeProperties = {
	displayName: 'When to Use It',
	name: 'actionDescription',
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	required: true,
	placeholder: 'e.g. Use it when the caller asks where an order is.',
	displayOptions: forActions,
	description: 'Tells the agent what the action does and when to use it',
};

export const specifyInputField: INodeProperties = {
	displayName: 'Specify Input',
	name: 'specifyInput',
	type: 'options',
	options: [
		{ name: 'Using Fields Below', value: 'fields' },
		{ name: 'Using JSON Schema', value: 'schema' },
	],
	default: 'fields',
	displayOptions: forActions,
	description: 'How to describe what the agent collects from the caller',
};

export const inputSchemaField: INodeProperties = {
	displayName: 'Input Schema (JSON)',
	name: 'inputSchema',
	type: 'json',
	typeOptions: { rows: 6 },
	default: '{\n  "type": "object",\n  "properties": {}\n}',
	required: true,
	placeholder:
		'e.g. { "type": "object", "properties": { "order_number": { "type": "string" } } }',
	displayOptions: { show: { requestType: ['action'], specifyInput: ['schema'] } },
	description:
		'What the agent collects from the caller and hands to the workflow, as JSON Schema of an object',
};

export const speakOnSendField: INodeProperties = {
	displayName: 'Agent Says Before',
	name: 'speakOnSend',
	type: 'string',
	default: '',
	placeholder: 'e.g. Let me check that for you.',
	displayOptions: forActions,
	description: 'What the agent says before it asks the workflow. Empty for nothing.',
};

export const speakOnReceiveField: INodeProperties = {
	displayName: 'Agent Says After',
	name: 'speakOnReceive',
	type: 'string',
	default: '',
	placeholder: 'e.g. I have found it.',
	displayOptions: forActions,
	description:
		'What the agent says first when it gets the answer. If empty, it says the answer at once.',
};

export const answerUsingField: INodeProperties = {
	displayName: 'Answer Using',
	name: 'answerUsing',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Fluents.ai Node',
			value: 'respond',
			description: 'The Respond operation of Live Request, anywhere in the workflow',
		},
		{
			name: 'Last Node',
			value: 'lastNode',
			description: 'The first item of the last node is the answer',
		},
		{
			name: 'Text at Once',
			value: 'immediately',
			description: 'The agent gets a fixed text, and the workflow continues on its own',
		},
	],
	default: 'respond',
	description: 'Where the answer comes from',
};

export const answerTextField: INodeProperties = {
	displayName: 'Text',
	name: 'answerText',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. I have noted it, and somebody will call you back.',
	displayOptions: { show: { requestType: ['action'], answerUsing: ['immediately'] } },
	description: 'What the agent says',
};

export const ifHasActionField = ifAttachedField(
	'If the Agent Has This Action',
	'action of this name',
);

export const ifHasEndpointField = ifAttachedField(
	'If the Agent Has an Endpoint',
	'context endpoint',
);

export const properties: INodeProperties[] = [
	requestTypeField,
	{ ...agentsField, required: true },
	actionNameField,
	actionDescriptionField,
	specifyInputField,
	inputFieldsField,
	inputSchemaField,
	speakOnSendField,
	speakOnReceiveField,
	{ ...ifHasActionField, displayOptions: forActions },
	{
		...ifHasEndpointField,
		displayOptions: { show: { requestType: ['callerLookup'] } },
	},
	answerUsingField,
	answerTextField,
	optionsField([
		allowRepeatsOption,
		allowUnreachableUrlOption,
		deadlineOption,
		{
			...defaultCountryOption,
			displayOptions: { show: { '/requestType': ['callerLookup'] } },
			description:
				'The country of callers whose number comes without a country code. An expression gives its ISO code, such as US.',
		},
		fallbackAnswerOption,
		leaveBehindOption,
		requiredEnvironmentOption,
		silentAfterOption,
		signatureOption,
		signatureHeaderOption,
	]),
];
