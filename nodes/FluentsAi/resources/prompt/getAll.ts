import { getAllOperation } from '../crud';
import { prompts } from './collection';

export const getAll = getAllOperation(prompts, 'Get many prompts of the environment');
