import { webhooks } from '../../../shared/records/webhook';
import { webhookLocator } from '../../fields/locators';
import type { Resource } from '../../operation';
import {
	createOperation,
	deleteOperation,
	getAllOperation,
	getOperation,
	updateOperation,
} from '../crud';
import { upsertOperation } from '../upsert';
import { webhookFields } from './fields';

export const webhook: Resource = {
	option: {
		name: 'Webhook',
		value: 'webhook',
		description: 'Addresses that receive the events of calls',
	},
	operations: [
		createOperation(
			webhooks,
			webhookFields,
			'Create a webhook that receives the events of calls. It may receive nothing until you set it on an agent.',
		),
		upsertOperation(webhooks, webhookFields, 'label'),
		deleteOperation(
			webhooks,
			webhookLocator,
			'Delete a webhook. Its address receives no more events.',
		),
		getOperation(webhooks, webhookLocator, 'Get the settings of a webhook'),
		getAllOperation(webhooks, 'Get many webhooks of the environment'),
		updateOperation(webhooks, webhookLocator, webhookFields, 'Update a webhook'),
	],
};
