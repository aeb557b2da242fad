import { getAllOperation } from '../crud';
import { accountConnections } from './collection';

export const getAll = getAllOperation(
	accountConnections,
	'Get many account connections of the environment',
);
