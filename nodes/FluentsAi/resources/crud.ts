import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { orRefusal } from '../../shared/errors';
import { getRecords, type Choice } from '../../shared/pagination';
import { idOf, shapeRecord, type OutputOptions, type Shape } from '../../shared/shape';
import type { FluentsTransport } from '../../shared/transport';
import {
	createFields,
	readCreateBody,
	readUpdateBody,
	updateFields,
	type BodyField,
} from '../fields/body';
import { limitFields, readLimit } from '../fields/limit';
import { listOptions, readListQuery, sortField } from '../fields/list';
import { readId } from '../fields/locators';
import { optionsField, readOptions } from '../fields/options';
import { readOutputOptions, simplifyField } from '../fields/output';
import type { Operation } from '../operation';

/** What the operations that all resources share need to know about one of them. */
export interface Collection {
	/** As messages and labels name one object, e.g. `call`. */
	one: string;
	many: string;
	/** Path of the API for one object; `<path>/list` gives all of them, and so on. */
	path: string;
	locator: INodeProperties;
	shape: Shape;
	/** Sort order of the list unless the user chooses one, where the API is known to take one. */
	sort?: IDataObject;
}

/** A condition on the records of a list that this node checks itself, e.g. a period of time. */
export interface RecordFilter {
	field: INodeProperties;
	/** @throws NodeOperationError that names the parameter and the item. */
	read(context: IExecuteFunctions, itemIndex: number): (record: IDataObject) => Choice;
}

/** @throws NodeApiError, with code 404 when the environment has no such object. */
export async function readOne(
	api: FluentsTransport,
	{ one, path }: Collection,
	id: string,
): Promise<IDataObject> {
	return await api.get(path, { id }, { object: `${one} '${id}'` });
}

export function getOperation(
	collection: Collection,
	description: string,
): Operation<{ id: string; output: OutputOptions }> {
	const { one, locator, shape } = collection;
	return {
		option: { name: 'Get', value: 'get', action: `Get ${withArticle(one)}`, description },
		properties: [locator, simplifyField, optionsField()],
		output: shape.simple,
		kind: 'read',
		read: (context, i) => ({
			id: readId(context, locator, i),
			output: readOutputOptions(context, i),
		}),
		async execute({ api }, { id, output }) {
			return [{ json: shapeRecord(await readOne(api, collection, id), shape, output) }];
		},
	};
}

export function getAllOperation(
	{ many, path, shape, sort = {} }: Collection,
	description: string,
	filter?: RecordFilter,
): Operation<{
	limit: number;
	query: IDataObject;
	choose?: (record: IDataObject) => Choice;
	output: OutputOptions;
}> {
	return {
		option: { name: 'Get Many', value: 'getAll', action: `Get many ${many}`, description },
		properties: [
			...limitFields,
			simplifyField,
			...(filter ? [filter.field] : []),
			sortField,
			optionsField(listOptions),
		],
		output: shape.simple,
		kind: 'read',
		read: (context, i) => ({
			limit: readLimit(context, i),
			query: readListQuery(context, sort, i),
			choose: filter?.read(context, i),
			output: readOutputOptions(context, i),
		}),
		async execute({ api }, { limit, query, choose, output }) {
			const records = await getRecords(api, `${path}/list`, { query, limit, choose });
			return records.map((record) => ({ json: shapeRecord(record, shape, output) }));
		},
	};
}

export function createOperation(
	{ one, path, shape }: Collection,
	description: string,
	fields: BodyField[],
): Operation<{ body: IDataObject; output: OutputOptions }> {
	return {
		option: {
			name: 'Create',
			value: 'create',
			action: `Create ${withArticle(one)}`,
			description,
		},
		properties: [...createFields(fields), simplifyField, optionsField()],
		output: shape.simple,
		kind: 'write',
		read: (context, i) => ({
			body: readCreateBody(context, fields, i),
			output: readOutputOptions(context, i),
		}),
		async execute({ api, note }, { body, output }) {
			const record = await api.post(`${path}/create`, {
				body,
				ifUnclear: `Look with Get Many whether the ${one} is there before you run this again.`,
			});
			note(`${one} '${String(record.id)}' created`);
			return [{ json: shapeRecord(record, shape, output) }];
		},
	};
}

export function updateOperation(
	collection: Collection,
	description: string,
	fields: BodyField[],
): Operation<{ id: string; body: IDataObject; output: OutputOptions }> {
	const { one, locator, shape } = collection;
	return {
		option: {
			name: 'Update',
			value: 'update',
			action: `Update ${withArticle(one)}`,
			description,
		},
		properties: [locator, ...updateFields(fields), simplifyField, optionsField()],
		output: shape.simple,
		kind: 'write',
		read: (context, i) => ({
			id: readId(context, locator, i),
			body: readUpdateBody(context, fields, i),
			output: readOutputOptions(context, i),
		}),
		async execute({ api }, { id, body, output }) {
			const record = await updateOne(api, collection, fields, id, body);
			return [{ json: shapeRecord({ id, ...record }, shape, output) }];
		},
	};
}

/**
 * Sends what changes. Sources disagree whether the rest may be left out (facts C21), so when the
 * answer asks for fields that were left out, the object is read and sent in full, once.
 */
async function updateOne(
	api: FluentsTransport,
	collection: Collection,
	fields: BodyField[],
	id: string,
	changes: IDataObject,
): Promise<IDataObject> {
	const { one, path } = collection;
	const send = async (body: IDataObject) =>
		await api.post(`${path}/update`, {
			query: { id },
			body,
			object: `${one} '${id}'`,
			ifUnclear: `Look with Get whether the ${one} has changed. Updating it again does no harm.`,
		});

	const partial = await orRefusal(send(changes), ['400', '422']);
	if (!partial.refusal) return partial.value;
	const missing = fields.filter(
		({ api: name }) => !(name in changes) && asksFor(partial.refusal.message, name),
	);
	if (missing.length === 0) throw partial.refusal;

	const current = await readOne(api, collection, id);
	const unchanged = fields
		.filter(({ api: name }) => (current[name] ?? null) !== null)
		.map(({ api: name }) => [name, toInput(current[name], collection.shape, name)] as const);
	return await send({ ...Object.fromEntries(unchanged), ...changes });
}

export function deleteOperation(
	{ one, path, locator }: Collection,
	description: string,
): Operation<{ id: string; ignoreMissing: boolean }> {
	return {
		option: {
			name: 'Delete',
			value: 'delete',
			action: `Delete ${withArticle(one)}`,
			description,
		},
		properties: [locator, optionsField([ignoreMissingOption])],
		output: { deleted: 'boolean' },
		kind: 'write',
		read: (context, i) => ({
			id: readId(context, locator, i),
			ignoreMissing: readOptions(context, i).ignoreMissing === true,
		}),
		async execute({ api, note }, { id, ignoreMissing }) {
			const request = api.delete(
				`${path}/delete`,
				{ id },
				{
					object: `${one} '${id}'`,
					ifUnclear: `Look with Get whether the ${one} is still there.`,
				},
			);
			const { refusal } = await orRefusal(request, ignoreMissing ? ['404'] : []);
			if (!refusal) note(`${one} '${id}' deleted`);
			return [{ json: { deleted: true } }];
		},
	};
}

const ignoreMissingOption: INodeProperties = {
	displayName: 'Ignore Missing',
	name: 'ignoreMissing',
	type: 'boolean',
	default: false,
	description: 'Whether it counts as done when there is nothing to delete any more',
};

/** Whether an answer names this field, as a word of its own. */
function asksFor(words: string, field: string): boolean {
	return new RegExp(`\\b${field}\\b`).test(words);
}

/** An object that the API gave in full goes back as its ID. */
function toInput(value: IDataObject[string], { references }: Shape, field: string) {
	if (!references.includes(field)) return value;
	return Array.isArray(value)
		? value.map((entry) => idOf(entry) ?? entry)
		: (idOf(value) ?? value);
}

function withArticle(noun: string): string {
	return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
