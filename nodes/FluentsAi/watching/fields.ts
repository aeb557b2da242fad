import type { INodeProperties, IWebhookDescription } from 'n8n-workflow';
import type { OutputFields } from '../../shared/records/shape';
import { notForTools } from '../fields/options';

/** For all operations that wait: for calls to end, and for being allowed to place them. */
export const maxWaitOption: INodeProperties = {
	displayName: 'Max Wait (Minutes)',
	name: 'maxWait',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 15,
	description:
		'Minutes to wait for limits, for the calling window and for the call to end. As a tool of an AI agent, 0.7 (42 seconds) unless set.',
};

export const onCancelOption: INodeProperties = {
	displayName: 'On Cancel',
	name: 'onCancel',
	type: 'options',
	options: [
		{ name: 'Let Calls Go On', value: 'keep' },
		{ name: 'End Calls in Progress', value: 'end' },
	],
	default: 'keep',
	description: 'What happens to calls in progress when somebody stops the execution',
};

export const pollIntervalOption: INodeProperties = {
	displayName: 'Poll Interval (Seconds)',
	name: 'pollInterval',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 5,
	description: 'Time between two looks at the call, in seconds',
};

export const waitForRecordingOption: INodeProperties = {
	displayName: 'Wait for the Recording',
	name: 'waitForRecording',
	type: 'boolean',
	default: false,
	description: 'Whether to also wait for the recording, which may take minutes',
};

export const onTimeoutOption: INodeProperties = {
	displayName: 'When Max Wait Is Over',
	name: 'onTimeout',
	type: 'options',
	options: [
		{
			name: 'Fail',
			value: 'fail',
			description: 'The item fails; the call itself goes on',
		},
		{
			name: 'Output the Latest State',
			value: 'output',
			description: 'The call as it is, with timed_out set to true; the call itself goes on',
		},
	],
	default: 'output',
	description: 'What to do with a call that has not ended by then',
};

export const waitOptions = [
	onCancelOption,
	pollIntervalOption,
	waitForRecordingOption,
	onTimeoutOption,
];

/** What waiting adds to the fields of a call. */
export const waitedFields: OutputFields = { timed_out: 'boolean' };

export const waitUsingOption: INodeProperties = {
	displayName: 'Wait Using',
	name: 'waitUsing',
	type: 'options',
	options: [
		{ name: 'Poll', value: 'poll', description: 'Looks at the calls again and again' },
		{
			name: 'Webhook',
			value: 'webhook',
			description:
				'The execution sleeps until Fluents.ai reports the end, one item at a time. When Max Wait is over first, it goes on with timed_out set to true: follow with Get Call.',
		},
	],
	default: 'poll',
	// A tool cannot sleep.
	...notForTools,
	description: 'How to learn that the call has ended',
};

export const replaceWebhookOption: INodeProperties = {
	displayName: "Replace Agent's Webhook",
	name: 'replaceWebhook',
	type: 'boolean',
	default: false,
	...notForTools,
	description:
		"Whether the events of this call wake the execution instead of going to the agent's own webhook",
};

export const webhookWaitOptions = [waitUsingOption, replaceWebhookOption];

/** The entry of the node's description by which n8n hands events to a sleeping execution. */
export const resumeWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		path: '',
		restartWebhook: true,
	},
];
