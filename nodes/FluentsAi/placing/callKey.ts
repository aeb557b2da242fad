import { randomBytes } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import { plainText } from '../../shared/json';
import type { ItemReader } from '../../shared/parameters/reader';
import { optionsOf } from '../fields/options';
import { placeOf } from '../notes';
import { callKeyOption, sendCallKeyOption } from './fields';

/** Name of the context variable in which a call carries its key. */
const VARIABLE = 'n8n_call_key';

export interface CallKey {
	key: string;
	/** Whether the user gave it, so that it holds across executions. */
	isOwn: boolean;
	isSent: boolean;
}

/**
 * The key of an item's call: the user's, or one made from workflow, execution, node, run and item.
 *
 * @param ofTool how the key of a request by a tool begins instead.
 * @throws NodeOperationError when the option is there and its value is empty or no text: all objects would
 * have the same key.
 */
export function readCallKey(from: ItemReader, ofTool?: string): CallKey {
	const options = optionsOf(from);
	const isSent = options.boolean(sendCallKeyOption);
	const own = options.text(callKeyOption);
	if (own !== '') return { key: own, isOwn: true, isSent };
	if (options.has(callKeyOption)) {
		throw options.fail(
			callKeyOption,
			'is empty',
			'Nobody was called. Make the key from a value that each item has, or remove the option.',
		);
	}
	const { context, itemIndex } = from;
	const { id: workflow = '' } = context.getWorkflow();
	const execution = context.getExecutionId() ?? '';
	const place = () => [workflow, execution, context.getNode().id, placeOf(context, itemIndex)];
	const begin = ofTool ?? ['n8n', ...place()].join('-');
	const end = `${randomBytes(4).toString('hex')}-${Math.floor(Date.now()).toString(36)}`;
	return { key: `${begin}-${end}`, isOwn: false, isSent };
}

/** When the node made a key by itself, in milliseconds since 1970; undefined for a key of the user. */
export function madeAt(key: string): number | undefined {
	const [, time] = /^n8n-.*-[0-9a-f]{8}-([0-9a-z]{8})$/.exec(key) ?? [];
	return time === undefined ? undefined : parseInt(time, 36);
}

/** Adds the key to the variables of a call. */
export function withCallKey(variables: IDataObject, { key, isSent }: CallKey): IDataObject {
	return isSent ? { ...variables, [VARIABLE]: key } : variables;
}

/**
 * @returns the key that a call carries; null when its variables can be read and have none; undefined
 * when they cannot be read, as in lists they may.
 */
export function carriedKey({ context }: IDataObject): string | null | undefined {
	if (typeof context !== 'object') return undefined;
	const key = (context as IDataObject | null)?.[VARIABLE];
	return key === undefined || key === null ? null : plainText(key);
}
