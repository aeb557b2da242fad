import { getOperation } from '../crud';
import { prompts } from './collection';

export const get = getOperation(prompts, 'Get the text and settings of a prompt');
