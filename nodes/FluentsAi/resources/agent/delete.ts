import { deleteOperation } from '../crud';
import { agents } from './collection';

export const remove = deleteOperation(agents, 'Delete a voice agent');
