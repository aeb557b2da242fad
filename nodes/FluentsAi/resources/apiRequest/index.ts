import { notForTools } from '../../fields/options';
import type { Resource } from '../../operation';
import { send } from './send';

export const apiRequest: Resource = {
	option: {
		name: 'API Request',
		value: 'apiRequest',
		description: 'Any other path of the API',
		// What an AI agent may do stands in the other operations, each with its guards.
		...notForTools,
	},
	operations: [send],
};
