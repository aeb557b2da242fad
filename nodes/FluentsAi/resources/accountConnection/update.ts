import { updateOperation } from '../crud';
import { accountConnections } from './collection';
import { accountConnectionFields } from './fields';

export const update = updateOperation(
	accountConnections,
	'Update an account connection. Its other credentials stay as they are: it is read first, since Fluents.ai replaces the credentials as a whole.',
	accountConnectionFields,
);
