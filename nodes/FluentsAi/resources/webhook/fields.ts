import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { BodyField } from '../../fields/body';
import { descriptionField, labelField } from '../../fields/common';
import { toList, toUrl } from '../../fields/convert';
import { accountConnectionLocator } from '../../fields/locators';

/** Their names in the dashboard; the values are partly unconfirmed, event_error is a guess (facts 6.1). */
export const callEvents: INodePropertyOptions[] = [
	{ name: 'Action', value: 'event_action' },
	{ name: 'Error', value: 'event_error' },
	{ name: 'Human Detection', value: 'event_human_detection' },
	{ name: 'Message', value: 'event_message' },
	{ name: 'Phone Call Connected', value: 'event_phone_call_connected' },
	{ name: 'Phone Call Did Not Connect', value: 'event_phone_call_did_not_connect' },
	{ name: 'Phone Call Ended', value: 'event_phone_call_ended' },
	{ name: 'Recording', value: 'event_recording' },
	{ name: 'Transcript', value: 'event_transcript' },
];

/** Events that are typed in, since there may be more. */
export const otherEventsField: INodeProperties = {
	displayName: 'Other Events',
	name: 'otherEvents',
	type: 'string',
	default: '',
	placeholder: 'e.g. event_sms, event_voicemail',
	description: 'Events that are not in the list, as Fluents.ai names them, with commas between',
};

/** What a webhook is created and updated with (facts 3.7 and 5.8). */
export const webhookFields: BodyField[] = [
	{
		api: 'subscriptions',
		property: {
			displayName: 'Events',
			name: 'events',
			type: 'multiOptions',
			options: callEvents,
			allowArbitraryValues: true,
			default: [],
			required: true,
			description: 'What the webhook is told about',
		},
	},
	{
		api: 'url',
		property: {
			displayName: 'URL',
			name: 'url',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://example.com/calls',
			description: 'Address that receives the events',
		},
		toApi: toUrl,
	},
	{
		api: 'method',
		property: {
			displayName: 'Method',
			name: 'method',
			type: 'options',
			options: [
				{ name: 'GET', value: 'GET' },
				{ name: 'POST', value: 'POST' },
			],
			default: 'POST',
			required: true,
			description: 'How events are sent. Fluents.ai says that it uses POST today.',
		},
	},
	{
		api: 'account_connection_id',
		property: {
			...accountConnectionLocator,
			required: false,
			description: 'Account connection that the webhook belongs to',
		},
	},
	labelField,
	descriptionField,
	{
		api: 'subscriptions',
		property: {
			...otherEventsField,
			description: `${otherEventsField.description}. Together with Events, these are all that the webhook is told about.`,
		},
		toApi: toList,
	},
];
