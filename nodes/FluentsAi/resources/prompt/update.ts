import { updateOperation } from '../crud';
import { prompts } from './collection';
import { promptFields } from './fields';

export const update = updateOperation(
	prompts,
	'Update the text and settings of a prompt',
	promptFields,
);
