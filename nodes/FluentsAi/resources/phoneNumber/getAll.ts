import { getAllOperation } from '../crud';
import { phoneNumbers } from '../../../shared/records/number';

export const getAll = getAllOperation(phoneNumbers, 'Get many phone numbers of the environment');
