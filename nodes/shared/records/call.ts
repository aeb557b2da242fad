import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../json';
import { actionsUsed, answersOf } from './actionsUsed';
import type { Collection } from './collection';
import { outcomeOf, problemOf } from './outcome';
import type { Shape } from './shape';
import { durationSeconds, toIsoTime } from './time';

const shape: Shape = {
	references: ['agent', 'telephony_account_connection'],
	hasSecrets: true,
	phoneNumbers: ['agent_phone_number', 'from_number', 'to_number'],
	normalize(call) {
		const { start_time: start, end_time: end, action_history: actions } = call;
		const uses = actionsUsed(call);
		const normalized: IDataObject = {
			...outcomeOf(call),
			answers: answersOf(uses, call.agent),
			...(uses && { actions_used: uses }),
			...(start !== undefined && { start_time: toIsoTime(start) }),
			...(end !== undefined && { end_time: toIsoTime(end) }),
			duration_seconds: durationSeconds(start, end),
			error_message: problemOf(call),
		};
		if (Array.isArray(actions)) {
			normalized.action_history = (actions as unknown[]).map((action) =>
				isObject(action) ? { ...action, timestamp: toIsoTime(action.timestamp) } : action,
			) as IDataObject[];
		}
		return normalized;
	},
	simple: {
		id: 'string',
		outcome: 'string',
		answered_by: 'string',
		to_number: 'string',
		from_number: 'string',
		agent_id: 'string',
		start_time: 'string',
		duration_seconds: 'number',
		transcript: 'string',
		answers: 'object',
	},
	added: { asked_not_to_be_called: 'boolean', outcome_reason: 'string' },
	raw: { actions_used: 'array' },
};

export const calls: Collection = {
	one: 'call',
	many: 'calls',
	path: '/calls',
	shape,
	// A fixed order keeps pages stable while calls are placed; this one is known to be taken (API: listCalls).
	sort: { sort_column: 'start_time', sort_desc: true },
};
