import type { Resource } from '../../operation';
import { get } from './get';
import { getAll } from './getAll';

export const agent: Resource = {
	option: { name: 'Agent', value: 'agent' },
	operations: [get, getAll],
};
