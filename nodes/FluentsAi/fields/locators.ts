import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { parameterError } from '../../shared/errors';
import { parsePhoneNumber } from '../../shared/phoneNumber';
import { toId, toText } from './convert';

const byList = (searchListMethod: string, placeholder: string) => ({
	displayName: 'From List',
	name: 'list',
	type: 'list' as const,
	placeholder,
	typeOptions: { searchListMethod, searchable: true },
});

const byId = {
	displayName: 'By ID',
	name: 'id',
	type: 'string' as const,
	placeholder: 'e.g. 550e8400-e29b-41d4-a716-446655440000',
};

const byNumber = {
	displayName: 'By Number',
	name: 'number',
	type: 'string' as const,
	placeholder: 'e.g. +14155550100',
};

export const agentLocator: INodeProperties = {
	displayName: 'Agent',
	name: 'agentId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [byList('searchAgents', 'Select an agent...'), byId],
	description: 'The voice agent',
};

export const callLocator: INodeProperties = {
	displayName: 'Call',
	name: 'callId',
	type: 'resourceLocator',
	default: { mode: 'id', value: '' },
	required: true,
	modes: [byList('searchCalls', 'Select a call...'), byId],
	description: 'The phone call; its ID is part of the output of Create',
};

export const phoneNumberLocator: INodeProperties = {
	displayName: 'Phone Number',
	name: 'phoneNumberId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [byList('searchPhoneNumbers', 'Select a phone number...'), byId, byNumber],
	description: 'A phone number of the environment',
};

export const fromNumberLocator: INodeProperties = {
	displayName: 'From Number',
	name: 'fromNumber',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [byList('searchPhoneNumbers', 'Select a phone number...'), byNumber],
	description: 'The number to call from. It has to be an active number of the environment.',
};

export const actionLocator: INodeProperties = {
	displayName: 'Action',
	name: 'actionId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [byList('searchActions', 'Select an action...'), byId],
	description: 'Something that an agent can do during a call',
};

export const webhookLocator: INodeProperties = {
	displayName: 'Webhook',
	name: 'webhookId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [byList('searchWebhooks', 'Select a webhook...'), byId],
	description: 'An address that receives the events of calls',
};

export const accountConnectionLocator: INodeProperties = {
	displayName: 'Account Connection',
	name: 'accountConnectionId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [byList('searchAccountConnections', 'Select an account connection...'), byId],
	description: 'Credentials of your account at another provider',
};

export const promptLocator: INodeProperties = {
	displayName: 'Prompt',
	name: 'promptId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [byList('searchPrompts', 'Select a prompt...'), byId],
	description: 'The instructions of agents',
};

export const voiceLocator: INodeProperties = {
	displayName: 'Voice',
	name: 'voiceId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [byList('searchVoices', 'Select a voice...'), byId],
	description: 'The voice that agents speak with',
};

/**
 * Reads a locator whose value is an ID. The address of an object's page in Fluents.ai does as well.
 *
 * @throws NodeOperationError when it is empty.
 */
export function readId(
	context: IExecuteFunctions,
	{ name, displayName }: INodeProperties,
	itemIndex: number,
): string {
	const fail = (problem: string) =>
		parameterError(
			context.getNode(),
			displayName,
			problem,
			itemIndex,
			'Choose an entry from the list, or enter an ID.',
		);
	const id = toId(readLocator(context, name, itemIndex), fail) as string;
	if (id === '') throw fail('is empty');
	return id;
}

/**
 * Reads a locator or text field whose value is a phone number.
 *
 * @returns the number in E.164.
 * @throws NodeOperationError when it is none.
 */
export function readPhoneNumber(
	context: IExecuteFunctions,
	{ name, displayName }: INodeProperties,
	itemIndex: number,
): string {
	const parsed = parsePhoneNumber(readLocator(context, name, itemIndex));
	if ('number' in parsed) return parsed.number;
	throw parameterError(context.getNode(), displayName, parsed.problem, itemIndex);
}

/** The value of a locator or of a plain field, as trimmed text. */
export function readLocator(context: IExecuteFunctions, name: string, itemIndex: number): string {
	return toText(context.getNodeParameter(name, itemIndex, '', { extractValue: true }));
}
