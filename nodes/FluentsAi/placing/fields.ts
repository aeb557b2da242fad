import type { INodeProperties } from 'n8n-workflow';
import { longList } from '../../shared/parameters/longLists';
import type { OutputFields } from '../../shared/records/shape';
import { calls } from '../../shared/records/call';
import { type BodyField, createFields } from '../fields/body';
import { toTextObject } from '../../shared/parameters/convert';
import { telephonyProviderField } from '../fields/common';
import { agentLocator, fromNumberLocator } from '../fields/locators';
import { contextFields } from '../fields/context';
import { defaultCountryOption } from '../../shared/parameters/defaultCountry';
import { maxWaitOption } from '../watching/fields';

export const callsField: INodeProperties = {
	displayName: 'Calls',
	name: 'calls',
	type: 'options',
	options: [
		{ name: 'Place', value: 'place', description: 'Each person is called' },
		{
			name: 'Dry Run',
			value: 'dryRun',
			description:
				'Nobody is called. The output tells who would be, and why others would not.',
		},
		{
			name: 'To a Test Number Only',
			value: 'testNumber',
			description: 'Your own number is called instead of each person, one call at a time',
		},
	],
	default: 'place',
	description:
		'Whether people are really called. In an expression, use place, dryRun or testNumber.',
};

export const testNumberField: INodeProperties = {
	displayName: 'Test Number',
	name: 'testNumber',
	type: 'string',
	default: '',
	placeholder: 'e.g. +14155550123',
	displayOptions: { show: { calls: ['testNumber'] } },
	description:
		'The only number that is called. In the output, instead_of is the number of the person.',
};

/** The first fields of each operation that places calls. */
export const modeFields: INodeProperties[] = [callsField, testNumberField];

/** Stands in the form of a tool, which starts on Create. */
const toolNotice: INodeProperties = {
	displayName:
		"A language model can dial real people with this tool. Put n8n's human review before it, and add the option Tool Limits.",
	name: 'toolNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { '@tool': [true] } },
};

export const callKeyOption: INodeProperties = {
	displayName: 'Call Key',
	name: 'callKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. order-1234',
	description:
		'Names this call, so that it is placed once, also by later executions: a key that was called within Look Back gives that call. Make it from your data, e.g. an order number.',
};

export const sendCallKeyOption: INodeProperties = {
	displayName: 'Send Call Key',
	name: 'sendCallKey',
	type: 'boolean',
	default: true,
	description:
		'Whether to send the key as the context variable n8n_call_key. Without it, calls cannot be found by their key.',
};

export const callKeyOptions = [callKeyOption, sendCallKeyOption];

/** In the order of a week, as Intl names them. */
export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export const daysField: INodeProperties = {
	displayName: 'Days',
	name: 'days',
	type: 'multiOptions',
	options: DAYS.map((name) => ({ name, value: name.toLowerCase() })),
	default: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
	description:
		'Days on which people are called. You are responsible for knowing the legal calling hours.',
};

export const opensAtField: INodeProperties = {
	displayName: 'Opens At',
	name: 'opensAt',
	type: 'string',
	default: '09:00',
	placeholder: 'e.g. 09:00',
	description: 'Time from which people are called, e.g. 09:00 or 9 AM',
};

export const closesAtField: INodeProperties = {
	displayName: 'Closes At',
	name: 'closesAt',
	type: 'string',
	default: '17:00',
	placeholder: 'e.g. 17:00',
	description:
		'Time until which people are called, e.g. 17:00 or 5 PM. A time before Opens At is on the next day; 24:00 is the end of the day.',
};

export const outsideField: INodeProperties = {
	displayName: 'Outside of It',
	name: 'outside',
	type: 'options',
	options: [
		{ name: 'Fail', value: 'fail' },
		{
			name: 'Give Back',
			value: 'giveBack',
			description:
				'The item is output unchanged, with skipped and opens_at, so you can pass it in again at that time',
		},
		{
			name: 'Wait',
			value: 'wait',
			description:
				'Waits until the window opens, if that is within Max Wait. Otherwise the item fails. The execution stays in memory.',
		},
	],
	default: 'fail',
	description: 'What to do with an item whose turn comes outside the window',
};

export const timezoneField: INodeProperties = {
	displayName: 'Time Zone',
	name: 'timezone',
	...longList('getTimeZones'),
	default: '',
	description:
		'Whose clock opens and closes the window. An expression gives a name such as Europe/Berlin, or number for the zone of the number called.',
};

export const notOnField: INodeProperties = {
	displayName: 'Not On',
	name: 'notOn',
	type: 'string',
	default: '',
	placeholder: 'e.g. 2026-12-25, 2026-12-26',
	description: 'Dates on which nobody is called, such as holidays, separated by commas',
};

export const callingWindowOption: INodeProperties = {
	displayName: 'Calling Window',
	name: 'callingWindow',
	placeholder: 'Add Calling Window',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { window: {} },
	options: [
		{
			displayName: 'Calling Window',
			name: 'window',
			// In the order in which one thinks of them.
			values: [
				daysField,
				opensAtField,
				closesAtField,
				timezoneField,
				notOnField,
				outsideField,
			],
		},
	],
};

export const callsPerMinuteField: INodeProperties = {
	displayName: 'Calls per Minute',
	name: 'callsPerMinute',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 0,
	description: 'Maximum calls per minute, evenly spread; 0 means no limit',
};

export const maxConcurrentCallsField: INodeProperties = {
	displayName: 'Calls at Once',
	name: 'maxConcurrentCalls',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 0,
	description: 'Maximum calls in progress at the same time; 0 means no limit',
};

export const countAllField: INodeProperties = {
	displayName: 'Count All Calls',
	name: 'countAll',
	type: 'boolean',
	default: false,
	description: 'Whether all calls of the environment count, not only those of this run',
};

export const pacingOption: INodeProperties = {
	displayName: 'Pacing',
	name: 'pacing',
	placeholder: 'Add Pacing',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { limits: {} },
	options: [
		{
			displayName: 'Pacing',
			name: 'limits',
			values: [callsPerMinuteField, maxConcurrentCallsField, countAllField],
		},
	],
};

export const skipDuplicatesOption: INodeProperties = {
	displayName: 'Skip If Already Called',
	name: 'skipDuplicates',
	type: 'options',
	options: [
		{ name: 'No', value: 'none', description: 'Looks only for your own Call Key' },
		{ name: 'Same Number', value: 'sameNumber' },
	],
	default: 'none',
	description:
		'Whether an item whose number was called within Look Back gives that call, and calls nobody',
};

export const lookBackOption: INodeProperties = {
	displayName: 'Look Back (Hours)',
	name: 'lookBack',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 24,
	description: 'How old an earlier call with the same key or number may be, in hours',
};

export const duplicateOptions = [skipDuplicatesOption, lookBackOption];

export const withinField: INodeProperties = {
	displayName: 'Within (Days)',
	name: 'days',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 365,
	description:
		'How long such a request counts, in days. All calls of that time are read for it once, 100 with each request.',
};

export const doNotCallOption: INodeProperties = {
	displayName: 'Skip If Asked Not to Be Called',
	name: 'skipIfAsked',
	placeholder: 'Add Period',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { period: {} },
	description:
		'Leaves out people who have asked an agent not to call them again, in a call with Do Not Call Detection',
	options: [{ displayName: 'Period', name: 'period', values: [withinField] }],
};

export const repeatWindowOption: INodeProperties = {
	displayName: 'Repeat Window (Minutes)',
	name: 'repeatWindow',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 10,
	displayOptions: { show: { '@tool': [true] } },
	description:
		'How long a repeated request from a tool returns the earlier call instead of calling again. 0 turns this off.',
};

export const retryUnconfirmedOption: INodeProperties = {
	displayName: 'Retry Unconfirmed Calls',
	name: 'retryUnconfirmed',
	type: 'boolean',
	default: false,
	description:
		'Whether to dial again when the answer was lost and Fluents.ai lists no such call. The person may be called twice.',
};

export const missingVariableOption: INodeProperties = {
	displayName: 'If a Variable Is Missing',
	name: 'missingVariable',
	type: 'options',
	options: [
		{ name: 'Call Anyway', value: 'call' },
		{ name: 'Fail', value: 'fail' },
	],
	default: 'fail',
	description: "What to do if a variable that the agent's prompt needs is missing or empty",
};

export const allowedField: INodeProperties = {
	displayName: 'Allowed to Call',
	name: 'allowed',
	type: 'string',
	default: '',
	placeholder: 'e.g. US, DE, +14155550123',
	description:
		'The only ones that are called: two-letter ISO codes and phone numbers, separated by commas. Empty allows all.',
};

export const callsPerHourField: INodeProperties = {
	displayName: 'Calls per Hour',
	name: 'callsPerHour',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 10,
	description:
		'How many calls all tools of this environment may have placed within an hour, to any number, when this one places another',
};

export const toolLimitsOption: INodeProperties = {
	displayName: 'Tool Limits',
	name: 'toolLimits',
	placeholder: 'Add Limits',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { limits: {} },
	displayOptions: { show: { '@tool': [true] } },
	description: 'What a language model cannot talk its way around, whatever it is told',
	options: [
		{ displayName: 'Tool Limits', name: 'limits', values: [allowedField, callsPerHourField] },
	],
};

/** What `callOutput` adds to the fields of a call. */
export const placedFields: OutputFields = {
	...calls.shape.added,
	duplicate: 'boolean',
	note: 'string',
	number_hint: 'string',
	local_time: 'string',
	time_zone: 'string',
	skipped: 'string',
	opens_at: 'string',
	asked_in_call: 'string',
	asked_at: 'string',
	instead_of: 'string',
};

/** The output of a dry run. */
export const dryRunFields: OutputFields = {
	dry_run: 'boolean',
	would_call: 'string',
	country: 'string',
	agent_name: 'string',
	missing_variables: 'array',
	request: 'object',
};

export const toNumberField: INodeProperties = {
	displayName: 'To Number',
	name: 'toNumber',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. +14155550123',
	description:
		'The number to call at once, with + and country code, e.g. +14155550123. Default Country takes others.',
};

/** What a call may be placed with beside numbers, agent and context (API: createCall). */
export const settingFields: BodyField[] = [
	{
		api: 'run_do_not_call_detection',
		property: {
			displayName: 'Do Not Call Detection',
			name: 'doNotCallDetection',
			type: 'boolean',
			default: false,
			description: 'Whether Fluents.ai notices when the person asks not to be called again',
		},
	},
	{
		api: 'hipaa_compliant',
		property: {
			displayName: 'HIPAA Compliant',
			name: 'hipaaCompliant',
			type: 'boolean',
			default: false,
			description:
				'Whether HIPAA holds: Fluents.ai then keeps neither transcript nor recording',
		},
	},
	{
		api: 'on_no_human_answer',
		property: {
			displayName: 'On No Human Answer',
			name: 'onNoHumanAnswer',
			type: 'options',
			options: [
				{ name: 'Continue', value: 'continue' },
				{ name: 'Hang Up', value: 'hangup' },
			],
			default: 'continue',
			description: 'What the agent does when voicemail or another machine answers',
		},
	},
	{
		api: 'telephony_params',
		property: {
			displayName: 'Telephony Fields (JSON)',
			name: 'telephonyParams',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "name": "value" }',
			description: 'What the telephony provider is told about the call, as one flat object',
		},
		toApi: toTextObject,
	},
	telephonyProviderField,
];

/** The fields with which a call is placed, the same for every operation that does so. */
export const placeFields: INodeProperties[] = [
	toolNotice,
	...modeFields,
	agentLocator,
	fromNumberLocator,
	toNumberField,
	...contextFields,
	...createFields(settingFields),
];

export const agentPayloadOption: INodeProperties = {
	displayName: 'Agent Payload',
	name: 'agentPayload',
	type: 'options',
	options: [
		{ name: 'Agent ID', value: 'id' },
		{ name: 'Full Agent Object', value: 'full' },
	],
	default: 'id',
	description:
		'How the request names the agent. If the ID is refused, the node sends the full agent.',
};

/** The options with which a call is placed. */
export const placeOptions: INodeProperties[] = [
	agentPayloadOption,
	...callKeyOptions,
	callingWindowOption,
	defaultCountryOption,
	doNotCallOption,
	...duplicateOptions,
	maxWaitOption,
	missingVariableOption,
	pacingOption,
	repeatWindowOption,
	retryUnconfirmedOption,
	toolLimitsOption,
];
