import type { IDataObject, NodeApiError } from 'n8n-workflow';

import { createLimiter } from '../shared/api/limiter';
import type { FluentsTransport } from '../shared/api/transport';
import type { Collection } from '../shared/records/collection';
import { readAll } from './agents';
import type { Removal } from './removal';

/** What triggers make in Fluents.ai, and take away: webhooks and actions. */

/**
 * Creates an object, or finds the one that was made although its answer was lost.
 *
 * @returns its ID.
 * @throws NodeApiError when there is none.
 */
export async function createOrFind(
	api: FluentsTransport,
	collection: Collection,
	body: IDataObject,
	isIt: (record: IDataObject) => boolean,
): Promise<string> {
	const { id } = await api
		.post(`${collection.path}/create`, { body })
		.catch(async (error: NodeApiError) => {
			const there = await readAll(api, collection).catch(() => []);
			const made = there.find(isIt);
			if (!made) throw error;
			return made;
		});
	return String(id);
}

/**
 * Deletes objects. With something left to put back they stay: their descriptions tell what.
 *
 * @param problem what to say of one that could not be deleted.
 */
export async function deleteWhenClean(
	api: FluentsTransport,
	{ path }: Collection,
	gone: IDataObject[],
	removal: Removal,
	problem: string,
): Promise<void> {
	for (const { id } of removal.isClean ? gone : []) {
		const step = api.delete(`${path}/delete`, { id: String(id) }, {}, 'repeatable');
		await removal.attempt(problem, step);
	}
}

/** n8n gives publishing 84 seconds, in which many agents need several requests each. */
const AGENTS_AT_ONCE = 6;

/**
 * Does something for many agents side by side, and waits for all of them, so that nothing goes on when
 * what was done is undone.
 *
 * @throws the first error.
 */
export async function forEach<T>(items: T[], task: (item: T) => Promise<void>): Promise<void> {
	const slots = createLimiter(AGENTS_AT_ONCE);
	const results = await Promise.allSettled(
		items.map(async (item) => await slots(async () => await task(item))),
	);
	const failed = results.find((result) => result.status === 'rejected');
	if (failed) throw failed.reason as NodeApiError;
}
