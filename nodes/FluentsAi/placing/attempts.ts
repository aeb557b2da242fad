import type { IExecuteFunctions } from 'n8n-workflow';

import { inputOf, isTool, toolCallId } from '../tool';

interface Request {
	/** What the call carries, to be found by. */
	key: string;
	toNumber: string;
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
		| { state: 'sent'; doubt?: string }
		/** Fluents.ai answered. */
		| { state: 'done'; callId: string }
		/** The answer was lost, and the call was found. */
		| { state: 'found'; callId: string }
		/** It is certain that nobody was called. */
		| { state: 'refused' }
	);

export type SentAttempt = Extract<Attempt, { state: 'sent' }>;

/** What is noted about one request to place a call, in all tries of the node. */
export interface Attempts {
	find(): Attempt | undefined;
	note<A extends Attempt>(attempt: A): A;
}

/** Notes of tools, which n8n keeps nowhere: by the object that the input is in all tries. */
const notesOfTools = new WeakMap<object, Attempt>();

/**
 * The notes about an item's call, which survive when n8n runs the node again.
 *
 * How n8n does so decides by what the same request is known:
 * - In a workflow, and as a tool of AI Agent v3, it keeps the node's context: with Retry On Fail, and
 *   when somebody retries the execution in the editor. There, an item has its run and index, and a tool
 *   call has its ID.
 * - Other agents, and MCP clients, run a tool anew with the same input object, as another run, and some
 *   without an execution that could keep anything.
 */
export function attemptsOf(context: IExecuteFunctions, itemIndex: number): Attempts {
	const id = toolCallId(context, itemIndex);
	const input = inputOf(context, itemIndex);
	if (isTool(context) && id === undefined && input) {
		return {
			find: () => notesOfTools.get(input),
			note(attempt) {
				notesOfTools.set(input, attempt);
				return attempt;
			},
		};
	}
	const noted = context.getContext('node') as { calls?: Record<string, Attempt> };
	const name = id ?? placeOf(context, itemIndex);
	return {
		find: () => noted.calls?.[name],
		note(attempt) {
			(noted.calls ??= {})[name] = attempt;
			return attempt;
		},
	};
}

/** The item among all that this node handles in an execution, also in a loop. */
export function placeOf(context: IExecuteFunctions, itemIndex: number): string {
	return `${String(context.evaluateExpression('{{ $runIndex }}', itemIndex))}-${itemIndex}`;
}
