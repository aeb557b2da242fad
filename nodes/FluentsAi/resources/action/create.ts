import { createOperation } from '../crud';
import { actions } from './collection';
import { actionFields } from './fields';

// The API insists on a config also for types that have no settings (fact F).
export const create = createOperation(
	actions,
	'Create an action that agents can take during a call',
	actionFields,
	{ config: {} },
);
