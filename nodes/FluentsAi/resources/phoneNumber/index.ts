import type { Resource } from '../../operation';
import { buy } from './buy';
import { cancel } from './cancel';
import { detach } from './detach';
import { get } from './get';
import { getAll } from './getAll';
import { getAvailable } from './getAvailable';
import { link } from './link';
import { update } from './update';

export const phoneNumber: Resource = {
	option: {
		name: 'Phone Number',
		value: 'phoneNumber',
		description: 'Numbers to call from and to be called at',
	},
	// In the order of their labels; Buy is first, but choosing the resource alone must not choose it.
	operations: [buy, cancel, detach, get, getAvailable, getAll, link, update],
	defaultOperation: 'getAll',
};
