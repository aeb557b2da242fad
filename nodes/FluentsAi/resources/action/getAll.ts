import { getAllOperation } from '../crud';
import { actions } from './collection';

export const getAll = getAllOperation(actions, 'Get many actions of the environment');
