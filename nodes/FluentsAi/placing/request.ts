import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { catchStatus } from '../../shared/api/errors';
import { createFields, readCreateBody, type BodyField } from '../fields/body';
import { telephonyProviderField } from '../fields/common';
import { contextFields, readContext } from '../fields/context';
import { toJsonObject, toText, toTexts } from '../../shared/parameters/convert';
import { agentLocator, fromNumberLocator, readId, readPhoneNumber } from '../fields/locators';
import { readOptions } from '../fields/options';
import type { Run } from '../operation';
import { callKeyOptions, readCallKey, withCallKey, type CallKey } from './callKey';
import { callingWindowOption, readCallingWindow, type CallingWindow } from './callingWindow';
import { retryUnconfirmedOption } from './findCall';
import { duplicateOptions, readDuplicateOptions, type DuplicateOptions } from './duplicates';
import { isLimit, pacingOption } from './pacing';
import { maxWaitOption, readMaxWait } from '../watching/untilEnded';

const toNumberField: INodeProperties = {
	displayName: 'To Number',
	name: 'toNumber',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. +14155550123',
	description:
		'The phone number to call, with + and country code. Spaces, brackets and dashes are removed. The person behind it is called at once.',
};

/** What a call may be placed with beside numbers, agent and context (API: createCall). */
const settingFields: BodyField[] = [
	{
		api: 'run_do_not_call_detection',
		property: {
			displayName: 'Detect Do-Not-Call Requests',
			name: 'runDoNotCallDetection',
			type: 'boolean',
			default: false,
			description:
				'Whether Fluents.ai checks if the person asks not to be called again. The call then has a do_not_call_result.',
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
				'Whether the call is handled as HIPAA requires. Fluents.ai then keeps neither transcript nor recording.',
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
			displayName: 'Telephony Parameters (JSON)',
			name: 'telephonyParams',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "name": "value" }',
			description: 'What the telephony provider is told about the call, as one flat object',
		},
		toApi: (value, fail) => toTexts(Object.entries(toJsonObject(value, fail)), fail),
	},
	telephonyProviderField,
];

/** The fields with which a call is placed, the same for every operation that does so. */
export const placeFields: INodeProperties[] = [
	{ ...agentLocator, description: 'The voice agent that makes the call' },
	fromNumberLocator,
	toNumberField,
	...contextFields,
	...createFields(settingFields),
];

const agentPayloadOption: INodeProperties = {
	displayName: 'Agent Payload',
	name: 'agentPayload',
	type: 'options',
	options: [
		{ name: 'Agent ID', value: 'id' },
		{ name: 'Full Agent Object', value: 'full' },
	],
	default: 'id',
	description:
		'How the agent is named in the request. With its ID, the node falls back to the full agent when Fluents.ai refuses the request. With the full agent, it is read first.',
};

/** The options with which a call is placed. */
export const placeOptions: INodeProperties[] = [
	agentPayloadOption,
	...callKeyOptions,
	callingWindowOption,
	...duplicateOptions,
	maxWaitOption,
	pacingOption,
	retryUnconfirmedOption,
];

/** Answers after which it is certain that nobody was called, and another form may be taken. */
const REFUSED = ['400', '422'];

export interface CallRequest {
	agentId: string;
	fromNumber: string;
	toNumber: string;
	context: IDataObject;
	/** Further fields of the request. They win over those that the node makes of the others. */
	settings: IDataObject;
	agentPayload: 'id' | 'full';
	key: CallKey;
	duplicates: DuplicateOptions;
	retryUnconfirmed: boolean;
	window?: CallingWindow;
	/** Milliseconds to wait for the window to open, and for limits. */
	maxWait: number;
	/** Where the events of this call go, instead of to the webhook of its agent. */
	webhook?: EventTarget;
}

/** A webhook that exists for one call only. */
export interface EventTarget {
	url: string;
	subscriptions: string[];
	/** Whether it may take the place of a webhook that the agent has. */
	replaces: boolean;
}

/** @throws NodeOperationError that names the parameter and the item. */
export function readCallRequest(context: IExecuteFunctions, itemIndex: number): CallRequest {
	const { agentPayload, retryUnconfirmed } = readOptions(context, itemIndex);
	const settings = readCreateBody(context, settingFields, itemIndex);
	const { from_number: from, to_number: to, context: variables } = settings;
	const key = readCallKey(context, itemIndex);
	return {
		agentId: readId(context, agentLocator, itemIndex),
		fromNumber: toText(from) || readPhoneNumber(context, fromNumberLocator, itemIndex),
		toNumber: toText(to) || readPhoneNumber(context, toNumberField, itemIndex),
		context: (variables as IDataObject | undefined) ?? readContext(context, itemIndex),
		settings,
		agentPayload: agentPayload === 'full' ? 'full' : 'id',
		key,
		duplicates: readDuplicateOptions(context, itemIndex, key.isOwn),
		retryUnconfirmed: retryUnconfirmed === true,
		window: readCallingWindow(context, itemIndex),
		maxWait: readMaxWait(context, itemIndex),
	};
}

/**
 * Sends the request that dials, once.
 *
 * Sources disagree whether the agent is named by its ID or sent in full (API: C1), so a refusal
 * (400, 422) of the one is followed by one try with the other. A refused call was not dialled.
 *
 * @returns the call as the API gives it, with its `id`.
 * @throws NodeApiError
 */
export async function dial(run: Run, request: CallRequest): Promise<IDataObject> {
	if (request.agentPayload === 'full' || request.webhook) {
		return await send(run, await fullBody(run, request));
	}
	const withId = await catchStatus(send(run, idBody(request)), REFUSED);
	if (!withId.refusal) return withId.value;
	if (isLimit(withId.refusal)) throw withId.refusal;

	const inFull = await catchStatus(send(run, await fullBody(run, request)), REFUSED);
	if (!inFull.refusal) return inFull.value;
	if (inFull.refusal.message !== withId.refusal.message) {
		inFull.refusal.message += ` (and with the ID of the agent alone: ${withId.refusal.message})`;
	}
	throw inFull.refusal;
}

async function send(run: Run, body: IDataObject): Promise<IDataObject> {
	return await run.api.post('/calls/create', {
		body,
		throwLimits: true,
		ifUnclear: `Look at the call history of Fluents.ai for a call to ${String(body.to_number)} before you run this again: the person may have been called.`,
	});
}

function idBody(request: CallRequest): IDataObject {
	const { agentId, fromNumber, toNumber, settings } = request;
	const variables = withCallKey(request.context, request.key);
	return {
		agent: agentId,
		...settings,
		from_number: fromNumber,
		to_number: toNumber,
		...(Object.keys(variables).length > 0 && { context: variables }),
	};
}

/**
 * The form that scripts are known to place real calls with (source S), in which the telephony provider
 * is an object (API: C17).
 */
async function fullBody(run: Run, request: CallRequest): Promise<IDataObject> {
	const { agentId, fromNumber, settings } = request;
	const agent = await run.api.get('/agents', { id: agentId }, { object: `agent '${agentId}'` });
	const { telephony_provider: provider = 'twilio' } = settings;
	return {
		agent_phone_number: fromNumber,
		telephony_params: {},
		context: {},
		is_outgoing: true,
		...idBody(request),
		agent: settings.agent ?? withWebhook(run, agent, request.webhook),
		telephony_provider: typeof provider === 'string' ? { name: provider } : provider,
	};
}

/** The agent for one call whose events go to `target`; the stored agent stays as it is. */
function withWebhook(
	{ context }: Run,
	agent: IDataObject,
	target: EventTarget | undefined,
): IDataObject {
	if (!target) return agent;
	if ((agent.webhook ?? '') !== '' && !target.replaces) {
		throw new NodeOperationError(
			context.getNode(),
			`Nobody was called: the agent '${String(agent.name ?? agent.id)}' has a webhook of its own`,
			{
				description:
					"With 'Wait Using' set to Webhook, the events of this call would not reach it. Turn on the option 'Replace The Agent's Webhook For This Call' if that is fine, or wait using Poll.",
			},
		);
	}
	const { url, subscriptions } = target;
	return { ...agent, webhook: { url, method: 'POST', subscriptions } };
}
