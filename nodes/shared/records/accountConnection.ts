import type { Collection } from './collection';

export const accountConnections: Collection = {
	one: 'account connection',
	many: 'account connections',
	path: '/account_connections',
	shape: {
		references: [],
		hasSecrets: true,
		simple: {
			id: 'string',
			label: 'string',
			description: 'string',
			type: 'string',
			account_supports_any_caller_id: 'boolean',
			steering_pool: 'array',
		},
	},
};
