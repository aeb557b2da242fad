import { deleteOperation } from '../crud';
import { voices } from './collection';

export const remove = deleteOperation(voices, 'Delete a voice');
