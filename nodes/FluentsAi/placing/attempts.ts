import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import { FluentsApiError, reworded } from '../../shared/api/errors';
import { notesOf, type Notes } from '../notes';
import { isTool } from '../tool';
import type { EventTarget } from '../watching/untilEvent';
import type { Addressee } from './addressee';

interface Request extends Addressee {
	/** What the call carries, to be found by. */
	key: string;
	/** Milliseconds since 1970. */
	at: number;
	/** How many requests were sent that may have dialed: over all tries of the node. */
	dials: number;
	/** Address that the events of the call go to, if an execution sleeps until they come. */
	webhookUrl?: string;
}

/** A request to place a call, and what became of it. */
export type Attempt = Request &
	/** Under way, or its answer was lost, for this reason. */
	(
		| { state: 'sent'; doubt?: string; httpCode?: string }
		/** Fluents.ai answered. */
		| { state: 'done'; callId: string }
		/** The answer was lost, and the call was found. */
		| { state: 'found'; callId: string }
		/** Fluents.ai said no, in these words. A server may say so although it has dialed. */
		| { state: 'refused'; doubt: string; httpCode?: string }
		/** It is certain that nobody was called: no request has left. */
		| { state: 'unsent' }
	);

export type SentAttempt = Extract<Attempt, { state: 'sent' }>;
export type RefusedAttempt = Extract<Attempt, { state: 'refused' }>;

/** What is noted about an item's request to place a call, in all tries of the node. */
export type Attempts = Notes<Attempt>;

export function attemptsOf(context: IExecuteFunctions, itemIndex: number): Attempts {
	return notesOf<Attempt>(context, itemIndex, 'calls');
}

/** Whether a call was placed, or may have been. */
export function hasDialed(attempt: Attempt | undefined): boolean {
	return attempt !== undefined && attempt.state !== 'refused' && attempt.state !== 'unsent';
}

/** Whether the events of the item's call come to this execution, also when n8n runs the node again. */
export function isWokenByEvents(
	context: IExecuteFunctions,
	itemIndex: number,
	target: EventTarget,
): boolean {
	return attemptsOf(context, itemIndex).find()?.webhookUrl === target.url;
}

/**
 * Does what belongs to the call of an item. Where that fails, the error says what came of the call: a language
 * model sees the message alone, and might call again.
 */
export async function tellingOfCall<T>(
	context: IExecuteFunctions,
	itemIndex: number,
	task: () => Promise<T>,
): Promise<T> {
	return await task().catch((error: Error) => {
		const isOurs = error instanceof NodeApiError || error instanceof NodeOperationError;
		const attempt = attemptsOf(context, itemIndex).find();
		const isPlaced = attempt?.state === 'done' || attempt?.state === 'found';
		if (!isOurs) throw error;
		if (!isPlaced && attempt && attempt.dials > 0) throw sayingPerhaps(context, error);
		if (!isPlaced) throw sayingNobody(context, error);
		if (!(error instanceof FluentsApiError) && !isTool(context)) throw error;
		const { callId, toNumber } = attempt;
		const placed = `The call to ${toNumber} was placed (ID '${callId}'), so do not call again, but then`;
		throw reworded(error, { message: `${placed}: ${error.message}` });
	});
}

/** An error after a request to dial whose answer was lost, also where a later one has failed for sure. */
function sayingPerhaps<E extends NodeApiError | NodeOperationError>(
	context: IExecuteFunctions,
	error: E,
): E {
	if (!isTool(context) || error.message.includes('may have been called')) return error;
	const then = error.message.replace('Nobody was called: ', '');
	return reworded(error, {
		message: `The person may have been called, so do not call again: an answer was lost, and then: ${then}`,
	});
}

/** An error before anybody was called, which tells a language model so. */
export function sayingNobody<E extends NodeApiError | NodeOperationError>(
	context: IExecuteFunctions,
	error: E,
): E {
	if (!isTool(context)) return error;
	const { message } = error;
	const isSaid = /nobody was called|may have been called/i.test(message);
	return reworded(error, { message: isSaid ? message : `Nobody was called: ${message}` });
}
