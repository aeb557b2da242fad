import type { IDataObject } from 'n8n-workflow';

import { plainText } from '../json';

/** What came of a call, in the words of the people who read it. */
export const OUTCOMES = [
	'answered',
	'busy',
	'failed',
	'in_progress',
	'no_answer',
	'not_connected',
	'transferred',
	'unknown',
	'voicemail',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

export type CallOutcome = {
	outcome: Outcome;
	/** Null when Fluents.ai does not tell. */
	answered_by: 'human' | 'machine' | null;
	/** Null unless the call was placed with Do Not Call Detection. */
	asked_not_to_be_called: boolean | null;
	/** What Fluents.ai says about a call that failed or did not connect; null when it says nothing. */
	outcome_reason?: string | null;
};

/**
 * A busy line has no value of its own: it is told in words, if at all (API: busy line). A server may be
 * busy too, so the words have to be about the line, as providers write them: `busy`, `USER_BUSY`,
 * `486 Busy Here`, `The line is busy`.
 */
const BUSY =
	/^\W*busy\W*$|\b(line|number|user|callee|party|subscriber|destination)[ _](is |was )?busy\b|\bbusy (signal|tone|line|here|everywhere)\b/i;

/**
 * Tells what came of a call from what the API says about it (API: getCall, listCalls). A value that is
 * not known gives `unknown`, never a guess. The table is in docs/calls.md.
 */
export function outcomeOf(call: IDataObject): CallOutcome {
	const outcome = readOutcome(call);
	return {
		outcome,
		answered_by: answeredBy(call),
		asked_not_to_be_called: yesOrNo(call.do_not_call_result),
		...((outcome === 'failed' || outcome === 'not_connected') && {
			outcome_reason: problemOf(call),
		}),
	};
}

/** What went wrong; some failed calls tell it only in the list `errors`. */
export function problemOf({ error_message: message, errors }: IDataObject): string | null {
	if (typeof message === 'string' && message.trim() !== '') return message;
	const told = [errors].flat().filter((error) => (error ?? '') !== '');
	return told.length > 0 ? told.map(toWords).join('; ') : null;
}

function toWords(error: unknown): string {
	return typeof error === 'string' ? error : JSON.stringify(error);
}

function readOutcome(call: IDataObject): Outcome {
	const { status, stage, stage_outcome: end } = call;
	switch (end) {
		case 'human_unanswered':
			return answeredBy(call) === 'machine' ? 'voicemail' : 'no_answer';
		case 'call_did_not_connect':
			return isBusy(call) ? 'busy' : 'not_connected';
		case 'transfer_disconnected':
			return 'transferred';
	}
	const isPickedUp = /^(picked_up|transfer_)/.test(plainText(stage)) || answeredBy(call) !== null;
	if (status === 'error') return !isPickedUp && isBusy(call) ? 'busy' : 'failed';
	switch (end) {
		case 'bot_disconnected':
		case 'human_disconnected':
		case 'transfer_unanswered':
			return pickedUp(call);
	}
	if (status === 'not_started' || status === 'in_progress') return 'in_progress';
	if (status !== 'ended') return 'unknown';
	if (stage === 'transfer_successful') return 'transferred';
	return isPickedUp ? pickedUp(call) : 'unknown';
}

function pickedUp(call: IDataObject): Outcome {
	return answeredBy(call) === 'machine' ? 'voicemail' : 'answered';
}

function answeredBy({ human_detection_result: result }: IDataObject): CallOutcome['answered_by'] {
	if (result === 'human') return 'human';
	return result === 'no_human' ? 'machine' : null;
}

function isBusy({ error_message: message, errors }: IDataObject): boolean {
	return [message, errors].flat().some((error) => BUSY.test(toWords(error)));
}

/** The type of do_not_call_result is not known. */
function yesOrNo(value: unknown): boolean | null {
	const text = plainText(value).trim().toLowerCase();
	if (text === 'true') return true;
	return text === 'false' ? false : null;
}
