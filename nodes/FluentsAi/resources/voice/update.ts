import { updateOperation } from '../crud';
import { voices } from './collection';
import { voiceFields } from './fields';

export const update = updateOperation(voices, 'Update the settings of a voice', voiceFields);
