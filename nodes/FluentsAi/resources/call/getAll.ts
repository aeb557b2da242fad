import { transcriptTurnsOption } from '../../fields/output';
import { getAllOperation } from '../crud';
import { calls } from '../../../shared/records/call';
import { callFilters } from './filters';

export const getAll = getAllOperation(calls, 'Get many calls, the newest first', {
	filter: callFilters,
	options: [transcriptTurnsOption],
});
