import type { INodeProperties } from 'n8n-workflow';

import { callEvents, otherEventsField } from '../shared/parameters/callEvents';
import { agentsField, directionField, outcomeField } from '../shared/parameters/callFilters';
import { requiredEnvironmentOption } from '../shared/parameters/requiredEnvironment';
import {
	allowUnreachableUrlOption,
	ifAttachedField,
	leaveBehindOption,
	optionsField,
} from '../triggers/fields';

export const ifHasWebhookField = ifAttachedField('If the Agent Has a Webhook', 'webhook');

export const contextNameFilter: INodeProperties = {
	displayName: 'Context Variable Name',
	name: 'contextName',
	type: 'string',
	default: '',
	placeholder: 'e.g. campaign',
	description:
		'Only calls that were placed with this context variable. If Context Variable Value is set, the value must match it.',
};

export const contextValueFilter: INodeProperties = {
	displayName: 'Context Variable Value',
	name: 'contextValue',
	type: 'string',
	default: '',
	placeholder: 'e.g. spring',
	description: 'Only calls whose context variable has this value',
};

export const filtersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	options: [agentsField, contextNameFilter, contextValueFilter, directionField, outcomeField],
	description:
		'Which calls start the workflow. What the event does not contain is read from the API.',
};

export const allowRepeatsOption: INodeProperties = {
	displayName: 'Allow Repeats',
	name: 'allowRepeats',
	type: 'boolean',
	default: false,
	description:
		'Whether an event that arrives again within 24 hours starts the workflow again. Messages and actions that come without an ID or a time always start it, since the same words may be said twice.',
};

export const confirmOption: INodeProperties = {
	displayName: 'Confirm With API',
	name: 'confirm',
	type: 'boolean',
	default: false,
	description:
		'Whether to check with the API that the call of an event exists in this environment. It is always checked when the call is included or filtered.',
};

export const downloadRecordingOption: INodeProperties = {
	displayName: 'Download Recording',
	name: 'downloadRecording',
	type: 'boolean',
	default: false,
	description: 'Whether recording events come with the recording as an MP3 file',
};

export const ifUnconfirmedOption: INodeProperties = {
	displayName: 'If the Call Cannot Be Read',
	name: 'ifUnconfirmed',
	type: 'options',
	options: [
		{
			name: 'Start the Workflow',
			value: 'start',
			description: 'With confirmed set to false, and the reason',
		},
		{ name: 'Ignore the Event', value: 'drop', description: 'The n8n log says so' },
	],
	default: 'start',
	description: 'What to do with an event whose call cannot be read from the API',
};

export const recordingFieldOption: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the output binary field to put the file in',
	description: 'Name of the output field that will hold the recording',
};

export const transcriptTurnsOption: INodeProperties = {
	displayName: 'Transcript Turns',
	name: 'transcriptTurns',
	type: 'boolean',
	default: false,
	description: 'Whether to add transcript_turns: a list of who spoke, what, and when',
};

export const eventsField: INodeProperties = {
	displayName: 'Trigger On',
	name: 'events',
	type: 'multiOptions',
	required: true,
	options: callEvents,
	allowArbitraryValues: true,
	default: ['event_phone_call_ended'],
};

export const callsOfField: INodeProperties = {
	displayName: 'Calls Of',
	name: 'callsOf',
	type: 'options',
	options: [
		{
			name: 'Chosen Agents',
			value: 'agents',
			description: 'The agents get a webhook that leads here',
		},
		{ name: 'Whole Environment', value: 'environment' },
	],
	default: 'agents',
	description: 'Whose calls start the workflow',
};

export const attachField: INodeProperties = {
	displayName: 'Attach To',
	name: 'attach',
	type: 'options',
	options: [
		{
			name: 'No Agent',
			value: 'none',
			description: 'Only creates the webhook in the environment',
		},
		{
			name: 'All Agents',
			value: 'all',
			description: 'All agents that exist when the workflow is published',
		},
	],
	default: 'none',
	displayOptions: { show: { callsOf: ['environment'] } },
	description:
		'Whether agents have to carry the webhook. It is not certain whether Fluents.ai sends the events of all calls to a webhook of the environment, or only those of agents that carry it. Choose All Agents if no events arrive.',
};

export const includeCallField: INodeProperties = {
	displayName: 'Include Call',
	name: 'call',
	type: 'options',
	options: [
		{ name: 'No', value: 'none', description: 'Only the data of the event' },
		{
			name: 'Raw',
			value: 'raw',
			description: 'With all fields of the API',
		},
		{
			name: 'Simplified',
			value: 'simplified',
			description: 'With outcome, numbers, transcript and answers',
		},
	],
	default: 'simplified',
	description: 'Whether to read the call of an event and add it to the output',
};

export const properties: INodeProperties[] = [
	eventsField,
	callsOfField,
	{ ...agentsField, required: true, displayOptions: { show: { callsOf: ['agents'] } } },
	attachField,
	{ ...ifHasWebhookField, displayOptions: { show: { callsOf: ['agents'] } } },
	{
		...ifHasWebhookField,
		displayOptions: { show: { callsOf: ['environment'], attach: ['all'] } },
	},
	includeCallField,
	filtersField,
	optionsField([
		allowRepeatsOption,
		allowUnreachableUrlOption,
		confirmOption,
		downloadRecordingOption,
		ifUnconfirmedOption,
		leaveBehindOption,
		otherEventsField,
		recordingFieldOption,
		requiredEnvironmentOption,
		transcriptTurnsOption,
	]),
];
