import { getOperation } from '../crud';
import { agents } from './collection';

export const get = getOperation(agents, 'Get the settings of a voice agent');
