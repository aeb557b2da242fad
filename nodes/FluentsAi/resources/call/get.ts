import {
	callOutputFields,
	transcriptTurnsFields,
	transcriptTurnsOption,
} from '../../fields/output';
import { callLocator } from '../../fields/locators';
import { getOperation } from '../crud';
import { calls } from '../../../shared/records/call';

export const get = getOperation(
	calls,
	callLocator,
	'Get outcome, transcript and answers of a call',
	{
		action: 'Get a call with its outcome, transcript and answers',
		outputs: callOutputFields,
		options: [transcriptTurnsOption],
		added: transcriptTurnsFields,
	},
);
