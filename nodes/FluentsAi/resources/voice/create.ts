import { createOperation } from '../crud';
import { voices } from './collection';
import { voiceFields } from './fields';

export const create = createOperation(
	voices,
	'Create a voice that agents can speak with',
	voiceFields,
);
