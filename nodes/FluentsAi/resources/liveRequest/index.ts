import type { Resource } from '../../operation';
import { respond } from './respond';

export const liveRequest: Resource = {
	option: {
		name: 'Live Request',
		value: 'liveRequest',
		description: 'The question of an agent during a call',
	},
	operations: [respond],
};
