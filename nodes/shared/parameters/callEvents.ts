import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Their names in the dashboard; the values are partly unconfirmed, event_error is a guess (API: createWebhook). */
export const callEvents: INodePropertyOptions[] = [
	{ name: 'Action', value: 'event_action', description: 'The agent has used an action' },
	{ name: 'Error', value: 'event_error', description: 'Something went wrong in a call' },
	{
		name: 'Human Detection',
		value: 'event_human_detection',
		description: 'A human or a machine has answered',
	},
	{
		name: 'Message',
		value: 'event_message',
		description: 'The agent or the person has said something',
	},
	{
		name: 'Phone Call Connected',
		value: 'event_phone_call_connected',
		description: 'The call has connected',
	},
	{
		name: 'Phone Call Did Not Connect',
		value: 'event_phone_call_did_not_connect',
		description: 'Nobody answered, or the call did not go through',
	},
	{
		name: 'Phone Call Ended',
		value: 'event_phone_call_ended',
		description: 'A call that had connected has ended. Add Did Not Connect for the others.',
	},
	{ name: 'Recording', value: 'event_recording', description: 'The recording is ready' },
	{ name: 'Transcript', value: 'event_transcript', description: 'The transcript is ready' },
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
