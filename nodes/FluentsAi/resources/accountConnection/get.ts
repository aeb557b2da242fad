import { getOperation } from '../crud';
import { accountConnections } from './collection';

export const get = getOperation(
	accountConnections,
	'Get the settings of an account connection. Its credentials are masked.',
);
