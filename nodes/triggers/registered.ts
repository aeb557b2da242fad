import type { IDataObject, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { catchStatus, operationError } from '../shared/api/errors';
import { createLimiter } from '../shared/api/limiter';
import { eachRecord } from '../shared/api/pagination';
import type { FluentsTransport } from '../shared/api/transport';
import { foreignText } from '../shared/foreignText';
import { readOne, type Collection } from '../shared/records/collection';
import type { Activation } from './activation';
import { inheritance } from './inheritance';
import { LONGEST_FIELD, roomFor, type RegistrationRecord } from './record';
import type { Removal } from './removal';

/** What triggers make in Fluents.ai, and take away: webhooks and actions. */

/**
 * Reads all objects of a collection.
 *
 * @param fields that are needed. An object whose item in the list leaves one of them out is read by itself:
 *   what a list does not say is not empty.
 */
export async function readAll(
	api: FluentsTransport,
	collection: Collection,
	fields: string[],
): Promise<IDataObject[]> {
	const records: IDataObject[] = [];
	for await (const record of eachRecord(api, `${collection.path}/list`)) records.push(record);
	await forEach([...records.entries()], async ([i, record]) => {
		if (fields.every((field) => field in record)) return;
		const read = await catchStatus(readOne(api, collection, String(record.id)), ['404']);
		if (!read.refusal) records[i] = { ...record, ...read.value };
	});
	return records;
}

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
			const there = await readAll(api, collection, []).catch(() => []);
			const made = there.find(isIt);
			if (!made) throw error;
			return made;
		});
	return String(id);
}

/**
 * Reads by themselves the objects that are to be changed or taken away: a list may cut what they say, or be
 * older than what somebody has done since.
 *
 * @returns all objects, without those that are gone.
 */
export async function readAgain(
	api: FluentsTransport,
	collection: Collection,
	all: IDataObject[],
	isMeant: (record: IDataObject) => boolean,
): Promise<IDataObject[]> {
	const records = [...all];
	await forEach([...all.entries()], async ([i, record]) => {
		if (!isMeant(record)) return;
		const read = await catchStatus(readOne(api, collection, String(record.id)), ['404']);
		if (read.refusal) delete records[i];
		else records[i] = read.value;
	});
	return records.filter(Boolean);
}

/**
 * Tells objects that would give agents back what goes what to give them instead.
 *
 * @param update writes an object as it is now, with another description.
 */
export async function handOn(
	api: FluentsTransport,
	collection: Collection,
	{ gone, all }: { gone: IDataObject[]; all: IDataObject[] },
	removal: Removal,
	update: (heir: IDataObject) => Promise<unknown>,
): Promise<void> {
	const tell = async (id: string) => {
		const heir = await readOne(api, collection, id);
		const description = inheritance(heir, gone, all);
		if (description !== undefined) await update({ ...heir, description });
	};
	await forEach(all, async (heir) => {
		if (inheritance(heir, gone, all) === undefined) return;
		const thing = collection.one.replace(/^./, (letter) => letter.toUpperCase());
		const problem = `${thing} '${foreignText(heir.label)}' could not be given the note of what its agents had before`;
		await removal.attempt(problem, tell(String(heir.id)));
	});
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

/** A part of what was written that has to be as it was, with its name for people. */
export type Part = readonly [name: string, isKept: boolean];

/** An error that names what Fluents.ai has changed of an object, or undefined. */
export function lostPartsError(
	{ context }: Pick<Activation, 'context'>,
	{ one }: Collection,
	parts: Part[],
): NodeOperationError | undefined {
	const lost = parts.filter(([, isKept]) => !isKept).map(([name]) => `the ${name}`);
	if (lost.length === 0) return undefined;
	return operationError(
		context.getNode(),
		`Fluents.ai changed ${lost.join(' and ')} of the ${one}, so the trigger would not work, or n8n could not take it back later`,
		{
			description:
				'No agent was changed. Give the workflow a shorter name, choose fewer agents for one trigger, or ask Fluents.ai for help.',
		},
	);
}

/**
 * Checks that what is to be written is short enough to be kept.
 *
 * @param url of n8n, with all that stands in it.
 * @throws NodeOperationError that says how many agents fit.
 */
export function requireRoom(
	{ context }: Pick<Activation, 'context'>,
	{ one }: Collection,
	{ url, description, record }: { url: string; description: string; record: RegistrationRecord },
): void {
	const node = context.getNode();
	if (url.length > LONGEST_FIELD) {
		throw operationError(
			node,
			`The address of this n8n is too long: it has ${url.length} characters, and ${LONGEST_FIELD} at most are certain to be kept`,
			{ description: 'Give n8n a shorter WEBHOOK_URL. Nothing was changed.' },
		);
	}
	if (description.length <= LONGEST_FIELD) return;
	const count = Object.keys(record.previous).length;
	throw operationError(
		node,
		`${count} of the agents have something to get back when the workflow is unpublished, and the description of the ${one} has room for ${roomFor(record)}`,
		{
			description: `Nothing was changed. Choose fewer agents for one trigger, or first remove in Fluents.ai what the agents have, e.g. of '${foreignText(context.getWorkflow().name)}'.`,
		},
	);
}
