import type { Resource } from '../../operation';
import { get } from './get';
import { getAll } from './getAll';

export const phoneNumber: Resource = {
	option: { name: 'Phone Number', value: 'phoneNumber' },
	operations: [get, getAll],
};
