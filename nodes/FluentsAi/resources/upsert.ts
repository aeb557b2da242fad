import type { IDataObject } from 'n8n-workflow';

import { operationError } from '../../shared/api/errors';
import { eachRecord } from '../../shared/api/pagination';
import { canonical } from '../../shared/canonical';
import { isObject, plainText } from '../../shared/json';
import { readOne, type Collection } from '../../shared/records/collection';
import {
	referencedId,
	shapeRecord,
	type OutputFields,
	type OutputOptions,
	type Shape,
} from '../../shared/records/shape';
import { createFields, readCreateBody, type BodyField } from '../fields/body';
import { optionsField } from '../fields/options';
import { readOutputOptions, simplifyField } from '../fields/output';
import type { Operation, Run } from '../operation';
import { createRecord, updateRecord, withArticle } from './crud';

/** What an object is found by. */
type Key = 'name' | 'label';

/** What was done, beside the fields of the object. */
const added: OutputFields = { upserted: 'string' };

/**
 * Create or Update: finds an object by its name or label and brings it to what the fields say, or
 * creates it. One that is so already is left alone. It is not atomic: the API has no such request.
 *
 * @param least what the body of a creation holds also where the user gives nothing for it.
 */
export function upsertOperation(
	collection: Collection,
	fields: BodyField[],
	key: Key,
	least: IDataObject = {},
): Operation<{ body: IDataObject; output: OutputOptions }> {
	const { one, shape } = collection;
	const form = withKey(fields, key, one);
	return {
		option: {
			name: 'Create or Update',
			value: 'upsert',
			action: `Create or update ${withArticle(one)}`,
			description:
				'Create a new record, or update the current one if it already exists (upsert)',
		},
		properties: [...createFields(form), simplifyField, optionsField()],
		output: shape.simple,
		added: { ...shape.added, ...added },
		kind: 'write',
		read: (from) => ({ body: readCreateBody(from, form), output: readOutputOptions(from) }),
		async execute(run, { body, output }, i) {
			const name = String(body[key]);
			const known = await objectsNamed(run, collection, key);
			const [found, ...others] = known.get(name) ?? [];
			if (others.length > 0)
				throw severalError(run, i, collection, key, name, [found, ...others]);

			const { record, upserted } = found
				? await bringTo(run, collection, fields, String(found.id), body)
				: {
						record: await createRecord(run, i, collection, { ...least, ...body }),
						upserted: 'created',
					};
			known.set(name, [record]);
			return [{ json: { ...shapeRecord(record, shape, output), upserted } }];
		},
	};
}

/** The fields with that of the key first, which has to be filled in. */
function withKey(fields: BodyField[], key: Key, one: string): BodyField[] {
	const isKey = (field: BodyField) => field.kind !== 'form' && field.api === key;
	const found = fields.filter(isKey).map((field) => ({
		...field,
		property: {
			...field.property,
			required: true,
			description: `The ${one} with exactly this ${key} is updated, or created if there is none, ${field.property.placeholder}`,
		},
	}));
	return [...found, ...fields.filter((field) => !isKey(field))] as BodyField[];
}

/** The objects of the environment by what they are found by, read once for all items of a run. */
type Index = Map<string, IDataObject[]>;

const indexes = new WeakMap<Run, Promise<Index>>();

async function objectsNamed(run: Run, { path }: Collection, key: Key): Promise<Index> {
	const read = async () => {
		const index: Index = new Map();
		for await (const record of eachRecord(run.api, `${path}/list`)) {
			const name = plainText(record[key] ?? '');
			index.set(name, [...(index.get(name) ?? []), record]);
		}
		return index;
	};
	const known = indexes.get(run) ?? read();
	indexes.set(run, known);
	// What could not be read is tried again for the next item.
	known.catch(() => indexes.delete(run));
	return await known;
}

async function bringTo(
	run: Run,
	collection: Collection,
	fields: BodyField[],
	id: string,
	body: IDataObject,
): Promise<{ record: IDataObject; upserted: string }> {
	const current = await readOne(run.api, collection, id);
	if (holds(current, body, collection.shape)) return { record: current, upserted: 'unchanged' };
	const record = await updateRecord(run, collection, fields, id, body);
	return { record: { id, ...record }, upserted: 'updated' };
}

/** Whether an object is as the body of an update says. The API may give references in full (API: C10). */
function holds(current: IDataObject, body: IDataObject, { references }: Shape): boolean {
	return Object.entries(body).every(([field, value]) => {
		const there = current[field];
		return references.includes(field) && !isObject(value)
			? canonical(idsIn(there)) === canonical(idsIn(value))
			: includes(there, value);
	});
}

function idsIn(value: unknown): unknown {
	return Array.isArray(value)
		? value.map((entry) => referencedId(entry) ?? entry)
		: (referencedId(value) ?? value);
}

/** Whether a value is the wanted one; an object may hold more than that. */
function includes(there: unknown, wanted: unknown): boolean {
	if (!isObject(wanted)) return canonical(there) === canonical(wanted);
	return (
		isObject(there) &&
		Object.entries(wanted).every(([name, value]) => includes(there[name], value))
	);
}

function severalError(
	{ context }: Run,
	itemIndex: number,
	{ many }: Collection,
	key: Key,
	name: string,
	found: IDataObject[],
) {
	const ids = found.map(({ id }) => String(id)).join(', ');
	return operationError(
		context.getNode(),
		`There are ${found.length} ${many} with the ${key} '${name}', so nothing was changed: ${ids}`,
		{
			itemIndex,
			description: `Give each its own ${key} in Fluents.ai, or use Update with the ID of the one that you mean.`,
		},
	);
}
