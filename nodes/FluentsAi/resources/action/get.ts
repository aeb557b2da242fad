import { getOperation } from '../crud';
import { actions } from './collection';

export const get = getOperation(actions, 'Get the settings of an action');
