import type { IDataObject } from 'n8n-workflow';

import { plainText } from '../../shared/json';
import { toLookupAnswer } from '../../shared/liveAnswer';
import { digitsOf, parseCallerNumber } from '../../shared/phoneNumbers/parse';
import { readEnvelope, readFields } from '../../triggers/request';
import { refused, type RequestKind } from '../requestKind';

/** When somebody calls, the agent asks the workflow who it is. */
export const callerLookup: RequestKind = {
	read({ request, query, parameters: { defaultCountry } }) {
		const fields = readFields(request, query);
		if (!fields) return refused(400, 'A request must be a JSON object');
		return { kind: 'question', asked: readCaller(fields, defaultCountry), about: {} };
	},

	// Without an answer, the agent talks to somebody it does not know.
	fallback: () => ({}),

	answerAtOnce: () => ({}),

	toAnswer: toLookupAnswer,
};

/** On a keypad they spell anonymous, blocked, restricted, unknown and unavailable. */
const HIDDEN_NUMBERS = /^(266696687|2562533|7378742833|8656696|86282452253)$/;

/** The number of the caller: its digits in the ancestor (API: caller number), which may come without a plus sign. */
function readCaller(fields: IDataObject, defaultCountry?: string): IDataObject {
	const { callId, inside } = readEnvelope(fields);
	const phoneNumber = plainText(fields.phone_number ?? inside.phone_number).trim();
	const parsed = parseCallerNumber(phoneNumber, defaultCountry);
	const isKnown = 'number' in parsed && !HIDDEN_NUMBERS.test(digitsOf(phoneNumber));
	return {
		call_id: callId,
		caller_number: isKnown ? parsed.number : null,
		phone_number: phoneNumber,
	};
}
