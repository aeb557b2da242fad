import type { IExecuteFunctions } from 'n8n-workflow';

import { canonical } from '../shared/canonical';
import { inputOf, isTool, toolCallId } from './tool';

/** What is noted about an item, in all tries of the node. */
export interface Notes<T> {
	find(): T | undefined;
	note<N extends T>(value: N): N;
}

/** What the notes are about. */
type Subject = 'calls' | 'writes';

/** Notes of tools, which n8n keeps nowhere: by the object that the input is in all tries. */
const notesOfTools = {
	calls: new WeakMap<object, unknown>(),
	writes: new WeakMap<object, unknown>(),
};

/**
 * The notes about an item, which survive when n8n runs the node again.
 *
 * How n8n does so decides by what the same request is known:
 * - In a workflow, and as a tool of AI Agent v3, it keeps the node's context: with Retry On Fail, and
 *   when somebody retries the execution in the editor. There, an item has its run and index, and a tool
 *   call has its ID.
 * - Other agents, and MCP clients, run a tool anew with the same input object, as another run, and some
 *   without an execution that could keep anything.
 */
export function notesOf<T>(
	context: IExecuteFunctions,
	itemIndex: number,
	subject: Subject,
): Notes<T> {
	const id = toolCallId(context, itemIndex);
	const input = inputOf(context, itemIndex);
	if (isTool(context) && id === undefined && input) {
		const notes = notesOfTools[subject] as WeakMap<object, T>;
		return {
			find: () => notes.get(input),
			note(value) {
				notes.set(input, value);
				return value;
			},
		};
	}
	const kept = context.getContext('node') as { [S in Subject]?: Record<string, T> };
	// With what is asked for: the IDs of some models begin anew with each of their answers.
	const name = id === undefined ? placeOf(context, itemIndex) : canonical(input);
	return {
		find: () => kept[subject]?.[name],
		note(value) {
			(kept[subject] ??= {})[name] = value;
			return value;
		},
	};
}

/** The number of the run that a context is for: n8n takes long to tell. */
const runIndexes = new WeakMap<IExecuteFunctions, string>();

/** The item among all that this node handles in an execution, also in a loop. */
export function placeOf(context: IExecuteFunctions, itemIndex: number): string {
	const runIndex =
		runIndexes.get(context) ?? String(context.evaluateExpression('{{ $runIndex }}', itemIndex));
	runIndexes.set(context, runIndex);
	return `${runIndex}-${itemIndex}`;
}
