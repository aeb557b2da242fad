import type { Collection } from './collection';

export const webhooks: Collection = {
	one: 'webhook',
	many: 'webhooks',
	path: '/webhooks',
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
