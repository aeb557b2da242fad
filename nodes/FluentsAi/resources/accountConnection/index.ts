import type { Resource } from '../../operation';
import { create } from './create';
import { get } from './get';
import { getAll } from './getAll';
import { update } from './update';

export const accountConnection: Resource = {
	option: { name: 'Account Connection', value: 'accountConnection' },
	operations: [create, get, getAll, update],
};
