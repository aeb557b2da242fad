import { updateOperation } from '../crud';
import { actions } from './collection';
import { actionFields } from './fields';

export const update = updateOperation(
	actions,
	"Update an action. Its other settings stay as they are: the action is read first, since Fluents.ai replaces an action's settings as a whole.",
	actionFields,
);
