import type { SentField } from '../../fields/body';
import { toPhoneNumber } from '../../../shared/parameters/convert';
import { accountConnectionLocator, agentLocator } from '../../fields/locators';

/** Fields that more than one operation of phone numbers has (API: buyNumber, linkNumber, updateNumber). */

export const phoneNumberField: SentField<'phone_number'> = {
	api: 'phone_number',
	property: {
		displayName: 'Phone Number',
		name: 'phoneNumber',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. +14155550100',
		description: 'The number, with + and country code, e.g. +14155550100',
	},
	toApi: toPhoneNumber,
};

export const accountConnectionField: SentField<'telephony_account_connection'> = {
	api: 'telephony_account_connection',
	property: {
		...accountConnectionLocator,
		required: false,
	},
};

export const inboundAgentField: SentField<'inbound_agent'> = {
	api: 'inbound_agent',
	property: {
		...agentLocator,
		displayName: 'Inbound Agent',
		name: 'inboundAgentId',
		required: false,
		description: 'The voice agent that answers calls to the number',
	},
};

export const outboundOnlyField: SentField<'outbound_only'> = {
	api: 'outbound_only',
	property: {
		displayName: 'Outbound Only',
		name: 'outboundOnly',
		type: 'boolean',
		default: false,
		description: 'Whether the number takes no inbound calls',
	},
};
