import type { IDataObject } from 'n8n-workflow';

import type { Shape } from './shape';
import { durationSeconds, toIsoTime } from './time';
import type { Collection } from './collection';

const shape: Shape = {
	references: ['agent', 'telephony_account_connection'],
	phoneNumbers: ['agent_phone_number', 'from_number', 'to_number'],
	normalize(call) {
		const { start_time: start, end_time: end, action_history: actions } = call;
		const normalized: IDataObject = {
			...(start !== undefined && { start_time: toIsoTime(start) }),
			...(end !== undefined && { end_time: toIsoTime(end) }),
			duration_seconds: durationSeconds(start, end),
			error_message: errorMessage(call),
		};
		if (Array.isArray(actions)) {
			normalized.action_history = (actions as IDataObject[]).map((action) => ({
				...action,
				timestamp: toIsoTime(action.timestamp),
			}));
		}
		return normalized;
	},
	simple: {
		id: 'string',
		status: 'string',
		stage_outcome: 'string',
		to_number: 'string',
		agent_id: 'string',
		start_time: 'string',
		duration_seconds: 'number',
		transcript: 'string',
		recording_available: 'boolean',
		error_message: 'string',
	},
};

export const calls: Collection = {
	one: 'call',
	many: 'calls',
	path: '/calls',
	shape,
	// A fixed order keeps pages stable while calls are placed; this one is known to be taken (source S).
	sort: { sort_column: 'start_time', sort_desc: true },
};

/** Some failed calls tell the reason only in the list `errors`. */
function errorMessage({ error_message: message, errors }: IDataObject) {
	if (typeof message === 'string' && message !== '') return message;
	return Array.isArray(errors) && errors.length > 0 ? errors.join('; ') : (message ?? null);
}
