import type { BodyField } from '../../fields/body';
import { descriptionField, labelField } from '../../fields/common';
import { toList, toUrl } from '../../../shared/parameters/convert';
import { callEvents, otherEventsField } from '../../../shared/parameters/callEvents';
import { accountConnectionLocator } from '../../fields/locators';

/** What a webhook is created and updated with (API: createWebhook, updateWebhook). */
export const webhookFields: Array<BodyField<'WebhookInput'>> = [
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
			description: 'Events that the webhook receives',
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
			description: 'Address that receives the events, e.g. https://example.com/calls',
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
			description: 'How events are sent. Fluents.ai says it currently uses POST.',
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
			description: `${otherEventsField.description}. The webhook receives these and the chosen Events only.`,
		},
		toApi: toList,
	},
];
