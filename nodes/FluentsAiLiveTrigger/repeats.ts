import { createHash } from 'crypto';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { canonical } from '../shared/canonical';
import { Memory } from '../shared/memory';

/** Milliseconds in which models and servers send the same question again. */
const LIFETIME = 30_000;

const MOST_ANSWERS = 1000;

/** Characters of an answer that is worth keeping. */
const LARGEST_ANSWER = 64 * 1024;

/** Answers in the memory of this process; undefined for a workflow that gave none. */
const answers = new Memory<Promise<IDataObject | undefined>>(MOST_ANSWERS, LIFETIME);

/** A question that may be asked again. */
export interface Asked {
	/** The answer of the one before it, which may still be on its way; undefined when it is the first. */
	earlier?: Promise<IDataObject | undefined>;
	/** Takes the first real answer, also one that comes too late. Without any, the next question is a first one. */
	settle(answer: IDataObject | undefined): void;
}

/**
 * Notes a question before the workflow starts, so that the same one waits for the same answer.
 *
 * @param question tells questions apart within one trigger; undefined when nobody can tell.
 */
export function noteQuestion(context: IWebhookFunctions, question: string | undefined): Asked {
	// In the editor, the same question may be sent again and again to try the workflow.
	if (question === undefined || context.getMode() === 'manual') return { settle: () => {} };
	const text = canonical([context.getWorkflow().id, context.getNode().id, question]);
	const key = createHash('sha256').update(text).digest('base64');
	const earlier = answers.get(key);
	if (earlier) return { earlier, settle: () => {} };

	let resolve: (answer: IDataObject | undefined) => void = () => {};
	const answer = new Promise<IDataObject | undefined>((done) => (resolve = done));
	answers.set(key, answer);
	return {
		settle(given) {
			resolve(given);
			const isKept = given !== undefined && JSON.stringify(given).length <= LARGEST_ANSWER;
			if (!isKept && answers.get(key) === answer) answers.delete(key);
		},
	};
}
