import { notForTools } from '../../fields/options';
import type { Resource } from '../../operation';
import { respond } from './respond';

export const liveRequest: Resource = {
	option: {
		name: 'Live Request',
		value: 'liveRequest',
		description: 'The question of an agent during a call',
		// A tool stands beside the workflow that a Live Trigger has started, and cannot answer for it.
		...notForTools,
	},
	operations: [respond],
};
