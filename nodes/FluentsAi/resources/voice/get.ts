import { getOperation } from '../crud';
import { voices } from './collection';

export const get = getOperation(voices, 'Get the settings of a voice');
