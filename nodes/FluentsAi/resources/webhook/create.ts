import { createOperation } from '../crud';
import { webhooks } from './collection';
import { webhookFields } from './fields';

export const create = createOperation(
	webhooks,
	'Create a webhook that receives the events of calls. It may receive them only once it is set on an agent.',
	webhookFields,
);
