import { getAllOperation } from '../crud';
import { agents } from './collection';

export const getAll = getAllOperation(agents, 'Get many voice agents of the environment');
