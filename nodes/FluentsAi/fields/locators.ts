import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

const byList = (searchListMethod: string, placeholder: string) => ({
	displayName: 'From List',
	name: 'list',
	type: 'list' as const,
	placeholder,
	typeOptions: { searchListMethod, searchable: true },
});

const ID = '550e8400-e29b-41d4-a716-446655440000';

const byId = {
	displayName: 'By ID',
	name: 'id',
	type: 'string' as const,
	placeholder: `e.g. ${ID}`,
};

/** For language models, which choose by ID and see no placeholders. */
const withId = (description: string) => `${description}. An ID is like ${ID}.`;

const byNumber = {
	// 'By Number' is cut where a field has three modes.
	displayName: 'Number',
	name: 'number',
	type: 'string' as const,
	placeholder: 'e.g. +14155550100',
};

/** @param modes the first one is what a new node shows. */
function locator(
	displayName: string,
	name: string,
	description: string,
	modes: INodePropertyMode[],
): INodeProperties {
	return {
		displayName,
		name,
		type: 'resourceLocator',
		default: { mode: modes[0].name, value: '' },
		required: true,
		modes,
		description,
	};
}

export const accountConnectionLocator = locator(
	'Account Connection',
	'accountConnectionId',
	withId('Your account at another provider'),
	[byList('searchAccountConnections', 'Select an account connection...'), byId],
);

export const actionLocator = locator(
	'Action',
	'actionId',
	withId('What an agent can do during a call'),
	[byList('searchActions', 'Select an action...'), byId],
);

export const agentLocator = locator('Agent', 'agentId', withId('The voice agent'), [
	byList('searchAgents', 'Select an agent...'),
	byId,
]);

export const callLocator = locator(
	'Call',
	'callId',
	withId('The phone call; Create outputs its ID'),
	[byList('searchCalls', 'Select a call...'), byId],
);

export const fromNumberLocator = locator(
	'From Number',
	'fromNumber',
	'The number to call from, an active one of the environment, e.g. +14155550100',
	[byList('searchPhoneNumbers', 'Select a phone number...'), byNumber],
);

export const phoneNumberLocator = locator(
	'Phone Number',
	'phoneNumberId',
	'A phone number of the environment, e.g. +14155550100',
	[byList('searchPhoneNumbers', 'Select a phone number...'), byId, byNumber],
);

export const promptLocator = locator('Prompt', 'promptId', withId('The instructions of agents'), [
	byList('searchPrompts', 'Select a prompt...'),
	byId,
]);

export const voiceLocator = locator(
	'Voice',
	'voiceId',
	withId('The voice that agents speak with'),
	[byList('searchVoices', 'Select a voice...'), byId],
);

export const webhookLocator = locator(
	'Webhook',
	'webhookId',
	withId('An address that receives the events of calls'),
	[byList('searchWebhooks', 'Select a webhook...'), byId],
);
