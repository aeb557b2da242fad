import { NodeOperationError } from 'n8n-workflow';

import { exceptionError } from '../../shared/api/errors';
import type { ItemReader } from '../../shared/parameters/reader';
import { readMode, type Mode } from './mode';
import type { CallRequest } from './request';

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
	const mode = readMode(from);
	if (mode.kind !== 'dryRun') return { kind: 'place', request: readRequest(from, mode) };
	try {
		return { kind: 'dryRun', request: readRequest(from, mode) };
	} catch (caught) {
		const isOurs = caught instanceof NodeOperationError;
		const error = isOurs ? caught : exceptionError(from.context.getNode(), caught);
		return { kind: 'refused', error };
	}
}
