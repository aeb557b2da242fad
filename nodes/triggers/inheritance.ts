import type { IDataObject } from 'n8n-workflow';

import { readRecord, shortId, writeRecord } from './record';

/** What agents get back when something goes. All IDs of agents and objects are short ones. */

/**
 * The object that an agent gets instead of one that goes: what that one's record names, and so on, since
 * triggers may have replaced each other's.
 *
 * @param object the first one to look at.
 * @param isGone tells what cannot be given back.
 */
export function inherited(
	agent: string,
	object: string | undefined,
	all: IDataObject[],
	isGone: (object: IDataObject) => boolean,
): IDataObject | undefined {
	return chainOf(agent, object, all).find((one) => !isGone(one));
}

/**
 * An object that an agent has, then the one that it gets back from that one's record, and so on: longer
 * than one when triggers have replaced each other's.
 */
export function chainOf(
	agent: string,
	object: string | undefined,
	all: IDataObject[],
): IDataObject[] {
	const chain: IDataObject[] = [];
	let next = object;
	while (next !== undefined) {
		const found = all.find(({ id }) => shortId(id) === next);
		if (!found || chain.includes(found)) break;
		chain.push(found);
		next = readRecord(found.description)?.previous[agent];
	}
	return chain;
}

/**
 * The description by which an object gives agents what others would have that go, instead of those. So workflows
 * that share an agent can be unpublished in any order.
 *
 * @returns undefined when it would give none of them back.
 */
export function inheritance(
	heir: IDataObject,
	gone: IDataObject[],
	all: IDataObject[],
): string | undefined {
	const isGone = (object: IDataObject) => gone.includes(object);
	const ids = gone.map(({ id }) => shortId(id));
	const record = readRecord(heir.description);
	const entries = Object.entries(record?.previous ?? {});
	if (!record || isGone(heir) || !entries.some(([, object]) => ids.includes(object)))
		return undefined;
	const previous = entries.flatMap(([agent, object]) => {
		const next = inherited(agent, object, all, isGone);
		return next ? [[agent, shortId(next.id)] as const] : [];
	});
	return writeRecord({ ...record, previous: Object.fromEntries(previous) });
}
