import { getAllOperation } from '../crud';
import { webhooks } from './collection';

export const getAll = getAllOperation(webhooks, 'Get many webhooks of the environment');
