import type { IDataObject } from 'n8n-workflow';

import type { FluentsTransport } from '../api/transport';
import type { Collection } from './collection';

export const phoneNumbers: Collection = {
	one: 'phone number',
	many: 'phone numbers',
	path: '/numbers',
	shape: {
		references: ['inbound_agent', 'telephony_account_connection'],
		hasSecrets: true,
		phoneNumbers: ['number'],
		simple: {
			id: 'string',
			number: 'string',
			label: 'string',
			description: 'string',
			active: 'boolean',
			outbound_only: 'boolean',
			inbound_agent_id: 'string',
			inbound_agent_name: 'string',
			telephony_provider: 'string',
			tags: 'array',
		},
	},
};

/** The API reads a number by the number itself, not by its ID. */
export async function readNumber(api: FluentsTransport, number: string): Promise<IDataObject> {
	return await api.get(
		phoneNumbers.path,
		{ phone_number: number },
		{ object: `phone number ${number}` },
	);
}
