import { getAllOperation } from '../crud';
import { voices } from './collection';

export const getAll = getAllOperation(voices, 'Get many voices of the environment');
