import { webhookLocator } from '../../fields/locators';
import type { Collection } from '../crud';

export const webhooks: Collection = {
	one: 'webhook',
	many: 'webhooks',
	path: '/webhooks',
	locator: webhookLocator,
	shape: {
		references: [],
		simple: {
			id: 'string',
			label: 'string',
			description: 'string',
			url: 'string',
			method: 'string',
			subscriptions: 'array',
			account_connection_id: 'string',
		},
	},
};
