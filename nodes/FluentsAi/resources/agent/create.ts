import { createOperation } from '../crud';
import { agents } from './collection';
import { agentFields } from './fields';

export const create = createOperation(agents, 'Create a voice agent', agentFields);
