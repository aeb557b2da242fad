import { webhookDefaults } from '../model/defaults';
import { crud, type Resource } from './crud';

export const webhooks: Resource = {
	collection: 'webhooks',
	singular: 'Webhook',
	plural: 'Webhooks',
	defaults: webhookDefaults,
	mainFields: ['subscriptions', 'url', 'method'],
	remove: (environment, id) => {
		for (const agent of environment.agents.values())
			if (agent.webhook === id) agent.webhook = null;
	},
};

export const webhookHandlers = crud(webhooks);
