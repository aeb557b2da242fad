import { deleteOperation } from '../crud';
import { webhooks } from './collection';

export const remove = deleteOperation(
	webhooks,
	'Delete a webhook. Its address receives no more events.',
);
