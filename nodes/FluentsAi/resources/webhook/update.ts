import { updateOperation } from '../crud';
import { webhooks } from './collection';
import { webhookFields } from './fields';

export const update = updateOperation(webhooks, 'Update a webhook', webhookFields);
