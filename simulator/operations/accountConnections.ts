import { accountConnectionDefaults } from '../model/defaults';
import { checkNeeded, crud, type Fields } from './crud';

/** Credentials of the types where they are known. */
const neededCredentials: Record<string, string[]> = {
	account_connection_openai: ['openai_api_key'],
	account_connection_twilio: ['twilio_account_sid', 'twilio_auth_token'],
};

export const accountConnectionHandlers = crud({
	collection: 'accountConnections',
	singular: 'AccountConnection',
	plural: 'AccountConnections',
	defaults: accountConnectionDefaults,
	mainFields: ['type', 'label', 'credentials'],
	read: (_context, fields, existing) => {
		const type = String(fields.type ?? existing?.type);
		checkNeeded(
			'credentials',
			fields.credentials as Fields | undefined,
			neededCredentials[type],
		);
		return fields;
	},
});
