import { deleteOperation } from '../crud';
import { actions } from './collection';

export const remove = deleteOperation(
	actions,
	'Delete an action. Agents that use it can no longer take it.',
);
