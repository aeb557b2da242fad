import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { namesField, orRefusal } from '../../shared/errors';
import { hasMaskedSecret } from '../../shared/masking';
import { getRecords, type Choice } from '../../shared/pagination';
import { idOf, shapeRecord, type OutputOptions, type Shape } from '../../shared/shape';
import type { FluentsTransport } from '../../shared/transport';
import {
	createFields,
	readCreateBody,
	readUpdateBody,
	topLevelNames,
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
	/**
	 * @param query of the list request; its sort order tells when to stop.
	 * @returns undefined when the user sets no condition, so that no more is read than the limit.
	 * @throws NodeOperationError that names the parameter and the item.
	 */
	read(
		context: IExecuteFunctions,
		itemIndex: number,
		query: IDataObject,
	): ((record: IDataObject) => Choice) | undefined;
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
	options?: INodeProperties[],
): Operation<{ id: string; output: OutputOptions }> {
	const { one, locator, shape } = collection;
	return {
		option: { name: 'Get', value: 'get', action: `Get ${withArticle(one)}`, description },
		properties: [locator, simplifyField, optionsField(options)],
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
	{ filter, options = [] }: { filter?: RecordFilter; options?: INodeProperties[] } = {},
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
			optionsField([...options, ...listOptions]),
		],
		output: shape.simple,
		kind: 'read',
		read(context, i) {
			const query = readListQuery(context, sort, i);
			return {
				limit: readLimit(context, i),
				query,
				choose: filter?.read(context, i, query),
				output: readOutputOptions(context, i),
			};
		},
		async execute({ api }, { limit, query, choose, output }) {
			const records = await getRecords(api, `${path}/list`, { query, limit, choose });
			return records.map((record) => ({ json: shapeRecord(record, shape, output) }));
		},
	};
}

/** @param least what the body holds also where the user gives nothing for it. */
export function createOperation(
	{ one, path, shape }: Collection,
	description: string,
	fields: BodyField[],
	least: IDataObject = {},
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
			body: { ...least, ...readCreateBody(context, fields, i) },
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
	const { one, path, locator, shape } = collection;
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
		async execute({ api, context }, { id, body, output }) {
			const record = await sendChanges(collection, fields, body, {
				read: async () => await readOne(api, collection, id),
				send: async (changes) => {
					if (hasMaskedSecret(changes)) throw secretsNotKept(context, one);
					return await api.post(`${path}/update`, {
						query: { id },
						body: changes,
						object: `${one} '${id}'`,
						ifUnclear: ifUpdateUnclear(collection),
					});
				},
			});
			return [{ json: shapeRecord({ id, ...record }, shape, output) }];
		},
	};
}

/** No source says that the API masks what it gives. If it does, sending that back would destroy secrets. */
function secretsNotKept(context: IExecuteFunctions, one: string): NodeOperationError {
	return new NodeOperationError(
		context.getNode(),
		`The ${one} was not updated: Fluents.ai shows its secrets only masked, so they would be lost`,
		{ description: 'Enter all of its secrets under Update Fields, beside what is to change.' },
	);
}

export function ifUpdateUnclear({ one }: Collection): string {
	return `Look with Get whether the ${one} has changed. Updating it again does no harm.`;
}

/**
 * Sends what changes. Sources disagree whether the rest may be left out (facts C21), so when the
 * answer asks for fields that were left out, the object is read and sent in full, once.
 *
 * @returns the object as the API answers it.
 * @throws what `read` and `send` throw.
 */
export async function sendChanges(
	{ shape }: Collection,
	fields: BodyField[],
	changes: IDataObject,
	{
		read,
		send,
	}: {
		read: () => Promise<IDataObject>;
		send: (body: IDataObject) => Promise<IDataObject>;
	},
): Promise<IDataObject> {
	const insides = fields.filter(({ api: name }) => name?.includes('.'));
	const objects = topLevelNames(insides).filter((name) => isObject(changes[name]));
	const body = objects.length > 0 ? withRest(await read(), changes, objects) : changes;

	const partial = await orRefusal(send(body), ['400', '422']);
	if (!partial.refusal) return partial.value;
	const names = topLevelNames(fields);
	const missing = names.filter((name) => !(name in body) && namesField(partial.refusal, name));
	if (missing.length === 0) throw partial.refusal;

	const current = await read();
	const unchanged = names
		.filter((name) => missing.includes(name) || (current[name] ?? null) !== null)
		.map((name) => [name, toInput(current[name] ?? null, shape, name)] as const);
	return await send({ ...Object.fromEntries(unchanged), ...body });
}

/**
 * An object inside of another, such as the config of an action, is replaced as a whole by the API. So
 * what the user left alone is put back, with the type, which tells its form. A new type has another form.
 */
function withRest(current: IDataObject, changes: IDataObject, objects: string[]): IDataObject {
	const { type } = current;
	if ('type' in changes && changes.type !== type) return changes;
	const whole = objects.map((name) => [
		name,
		{ ...(current[name] as IDataObject), ...(changes[name] as IDataObject) },
	]);
	return { ...(type !== undefined && { type }), ...changes, ...Object.fromEntries(whole) };
}

function isObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
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
