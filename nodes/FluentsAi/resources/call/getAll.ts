import { getAllOperation } from '../crud';
import { calls } from './collection';

export const getAll = getAllOperation(calls, 'Get many calls, the newest first');
