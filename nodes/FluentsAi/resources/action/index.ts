import type { Resource } from '../../operation';
import { create } from './create';
import { remove } from './delete';
import { get } from './get';
import { getAll } from './getAll';
import { update } from './update';

export const action: Resource = {
	option: { name: 'Action', value: 'action' },
	operations: [create, remove, get, getAll, update],
};
