import { getOperation } from '../crud';
import { webhooks } from './collection';

export const get = getOperation(webhooks, 'Get the settings of a webhook');
