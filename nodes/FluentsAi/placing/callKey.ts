import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { toText } from '../../shared/parameters/convert';
import { readOptions } from '../fields/options';

/** Name of the context variable in which a call carries its key. */
const VARIABLE = 'n8n_call_key';

export const callKeyOptions: INodeProperties[] = [
	{
		displayName: 'Call Key',
		name: 'callKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. order-1234',
		description:
			'Names this call, so that it is placed once: an item whose key was called within Look Back gives that call. Make it from your data, e.g. an order number, and it holds when you run the workflow again. Without it, the node makes a key that holds within one execution and its retries.',
	},
	{
		displayName: 'Send Call Key',
		name: 'sendCallKey',
		type: 'boolean',
		default: true,
		description:
			'Whether the key goes along with the call, as the context variable n8n_call_key. Without it, a call whose answer was lost cannot be told from others, and calls of earlier executions are not found by their key.',
	},
];

export interface CallKey {
	key: string;
	/** Whether the user gave it, so that it holds across executions. */
	isOwn: boolean;
	isSent: boolean;
}

/** The key of an item's call: the user's, or one made from workflow, execution, node, run and item. */
export function readCallKey(context: IExecuteFunctions, itemIndex: number): CallKey {
	const { callKey, sendCallKey } = readOptions(context, itemIndex);
	const own = toText(callKey);
	const execution = context.getExecutionId() ?? Date.now();
	const { id: workflow = '' } = context.getWorkflow();
	return {
		key:
			own ||
			['n8n', workflow, execution, context.getNode().id, place(context, itemIndex)].join('-'),
		isOwn: own !== '',
		isSent: sendCallKey !== false,
	};
}

/** Adds the key to the variables of a call. */
export function withCallKey(variables: IDataObject, { key, isSent }: CallKey): IDataObject {
	return isSent ? { ...variables, [VARIABLE]: key } : variables;
}

/**
 * @returns the key that a call carries; null when its variables can be read and have none; undefined
 * when they cannot be read, as in lists they may.
 */
export function keyOf({ context }: IDataObject): string | null | undefined {
	if (typeof context !== 'object') return undefined;
	const key = (context as IDataObject | null)?.[VARIABLE];
	return key === undefined || key === null ? null : String(key);
}

/** A request to place a call, noted before it is sent. */
export interface Attempt {
	key: string;
	toNumber: string;
	/** Milliseconds since 1970. */
	at: number;
	/** Known as soon as Fluents.ai has answered, or the call was found. */
	callId?: string;
	/** Why it is not known whether the call was placed. */
	doubt?: string;
	/** Address that the events of the call go to, if an execution sleeps until they come. */
	webhookUrl?: string;
}

/**
 * The attempts that this node has noted in the execution. n8n keeps them when it runs the node again:
 * with Retry On Fail, and when somebody retries the execution in the editor.
 */
export function attemptsOf(context: IExecuteFunctions, itemIndex: number) {
	const noted = context.getContext('node') as { calls?: Record<string, Attempt> };
	const name = place(context, itemIndex);
	return {
		find: (): Attempt | undefined => noted.calls?.[name],
		note(attempt: Attempt): Attempt {
			return ((noted.calls ??= {})[name] = attempt);
		},
		forget(): void {
			delete noted.calls?.[name];
		},
	};
}

/** The item among all that this node handles in an execution, also in a loop or as a tool. */
function place(context: IExecuteFunctions, itemIndex: number): string {
	return `${String(context.evaluateExpression('{{ $runIndex }}', itemIndex))}-${itemIndex}`;
}
