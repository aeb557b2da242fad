import { createOperation } from '../crud';
import { prompts } from './collection';
import { promptFields } from './fields';

export const create = createOperation(
	prompts,
	'Create a prompt that agents can share',
	promptFields,
);
