import { NodeOperationError } from 'n8n-workflow';

import { exceptionError } from '../../shared/api/errors';
import type { ItemReader } from '../../shared/parameters/reader';
import type { Run } from '../operation';
import { sayingNobody, tellingOfCall } from './attempts';
import { readMode, type Mode } from './mode';
import type { CallRequest } from './request';
import { complete } from './variables';

/** What is asked for an item: a call, or only to tell what would become of it. */
export type CallOrDryRun = { kind: 'place'; request: CallRequest } | DryRun;

export type DryRun =
	| { kind: 'dryRun'; request: CallRequest }
	/** Its parameters would end a real run before the first call. */
	| { kind: 'refused'; error: NodeOperationError };

/**
 * Reads what is asked for an item. In a dry run, what is wrong with an item is what the user wants to
 * know, of all items at once.
 *
 * @param readRequest reads the call itself.
 * @throws NodeOperationError that names the parameter and the item; in a dry run, only about Calls.
 */
export function readCallOrDryRun(
	from: ItemReader,
	readRequest: (from: ItemReader, mode: Mode) => CallRequest,
): CallOrDryRun {
	let kind: Mode['kind'] | undefined;
	try {
		const mode = readMode(from);
		({ kind } = mode);
		const request = readRequest(from, mode);
		return { kind: kind === 'dryRun' ? kind : 'place', request };
	} catch (caught) {
		const isOurs = caught instanceof NodeOperationError;
		const error = isOurs ? caught : exceptionError(from.context.getNode(), caught);
		if (kind === 'dryRun') return { kind: 'refused', error };
		throw sayingNobody(from.context, error);
	}
}

/**
 * The call with all that it carries. A dry run tells what is missing, so it is left as it is.
 *
 * @throws NodeApiError or NodeOperationError where the call cannot be placed with what was given.
 */
export async function completeCall(
	run: Run,
	asked: CallOrDryRun,
	itemIndex: number,
): Promise<CallOrDryRun> {
	if (asked.kind !== 'place') return asked;
	const request = await tellingOfCall(
		run.context,
		itemIndex,
		async () => await complete(run, asked.request, itemIndex),
	);
	return { kind: 'place', request };
}
