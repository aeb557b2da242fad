import type { Resource } from '../../operation';
import { respond } from './respond';

export const liveRequest: Resource = {
	option: { name: 'Live Request', value: 'liveRequest' },
	operations: [respond],
};
