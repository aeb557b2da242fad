import { createOperation } from '../crud';
import { accountConnections } from './collection';
import { accountConnectionFields } from './fields';

export const create = createOperation(
	accountConnections,
	'Create an account connection, which lets Fluents.ai use your account at another provider',
	accountConnectionFields,
);
