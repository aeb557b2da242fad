import { getAllOperation } from '../crud';
import { phoneNumbers } from './collection';

export const getAll = getAllOperation(phoneNumbers, 'Get many phone numbers of the environment');
