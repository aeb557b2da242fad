import { transcriptTurnsOption } from '../../fields/output';
import { callLocator } from '../../fields/locators';
import { getOperation } from '../crud';
import { calls } from '../../../shared/records/call';

export const get = getOperation(
	calls,
	callLocator,
	'Get status, outcome and transcript of a call',
	[transcriptTurnsOption],
);
