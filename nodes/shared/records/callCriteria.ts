import type { IDataObject } from 'n8n-workflow';

import { digitsOf } from '../phoneNumbers/parse';
import { outcomeOf } from './outcome';
import { referencedId } from './shape';

/** Which calls are wanted. What is undefined, '' or empty lets all through. */
export interface CallCriteria {
	/** IDs of agents. An empty list lets none through. */
	agents?: string[];
	direction?: 'inbound' | 'outbound' | '';
	outcomes?: string[];
	/** Phone numbers, compared by their digits (API: C24). */
	toNumber?: string;
	fromNumber?: string;
}

/** Whether a call is one of those that are wanted. */
export function meets(call: IDataObject, criteria: CallCriteria): boolean {
	const { agents, direction = '', outcomes = [], toNumber, fromNumber } = criteria;
	return (
		(agents?.includes(String(referencedId(call.agent))) ?? true) &&
		(direction === '' || Boolean(call.is_outgoing) === (direction === 'outbound')) &&
		(outcomes.length === 0 || outcomes.includes(outcomeOf(call).outcome)) &&
		isNumber(call.to_number, toNumber) &&
		isNumber(call.from_number, fromNumber)
	);
}

function isNumber(number: unknown, wanted: string | undefined): boolean {
	return !wanted || digitsOf(number) === digitsOf(wanted);
}
