import { transcriptTurnsOption } from '../../fields/output';
import { getOperation } from '../crud';
import { calls } from './collection';

export const get = getOperation(calls, 'Get status, outcome and transcript of a call', [
	transcriptTurnsOption,
]);
