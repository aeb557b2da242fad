import { deleteOperation } from '../crud';
import { prompts } from './collection';

export const remove = deleteOperation(prompts, 'Delete a prompt');
