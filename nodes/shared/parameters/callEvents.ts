import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Their names in the dashboard; the values are partly unconfirmed, event_error is a guess (API: createWebhook). */
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
	description: 'Events that are not in the list, as Fluents.ai names them, separated by commas',
};
