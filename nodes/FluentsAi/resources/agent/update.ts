import { updateOperation } from '../crud';
import { agents } from './collection';
import { agentFields } from './fields';

export const update = updateOperation(agents, 'Update the settings of a voice agent', agentFields);
