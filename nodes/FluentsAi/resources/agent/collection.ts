import { agentLocator } from '../../fields/locators';
import type { Collection } from '../crud';

export const agents: Collection = {
	one: 'agent',
	many: 'agents',
	path: '/agents',
	locator: agentLocator,
	shape: {
		references: ['prompt', 'voice', 'actions', 'webhook', 'openai_account_connection'],
		simple: {
			id: 'string',
			name: 'string',
			label: 'string',
			description: 'string',
			language: 'string',
			initial_message: 'string',
			prompt_id: 'string',
			voice_id: 'string',
			action_ids: 'array',
			webhook_id: 'string',
		},
	},
};
