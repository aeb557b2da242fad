import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	NodeOperationError,
} from 'n8n-workflow';

import { catchStatus, operationError } from '../../shared/api/errors';
import { hasMaskedSecret } from '../../shared/masking';
import { getRecords } from '../../shared/api/pagination';
import { readOne, sendChanges, type Collection } from '../../shared/records/collection';
import { shapeRecord, type OutputFields, type OutputOptions } from '../../shared/records/shape';
import {
	createFields,
	readCreateBody,
	readUpdateBody,
	sentNames,
	updateFields,
	type BodyField,
} from '../fields/body';
import { limitFields, readLimit } from '../fields/limit';
import { listOptions, readListQuery, sortField } from '../fields/list';
import { batchedOptionsField, optionsField, optionsOf } from '../fields/options';
import { readOutputOptions, secretsOptions, simplifyField } from '../fields/output';
import type { Operation, Run } from '../operation';
import { findIn, writeOnce } from '../writeOnce';

export function getOperation(
	collection: Collection,
	locator: INodeProperties,
	description: string,
	{
		action = `Get ${withArticle(collection.one)}`,
		outputs = [simplifyField],
		options = [],
		added,
	}: {
		action?: string;
		outputs?: INodeProperties[];
		options?: INodeProperties[];
		added?: OutputFields;
	} = {},
): Operation<{ id: string; output: OutputOptions }> {
	const { shape } = collection;
	return {
		option: { name: 'Get', value: 'get', action, description },
		properties: [
			locator,
			...outputs,
			batchedOptionsField([...options, ...secretsOptions(shape)]),
		],
		output: shape.simple,
		added: { ...shape.added, ...added },
		kind: 'read',
		read: (from) => ({ id: from.id(locator), output: readOutputOptions(from, shape) }),
		async execute({ api }, { id, output }) {
			return [{ json: shapeRecord(await readOne(api, collection, id), shape, output) }];
		},
	};
}

/** What Get Many of any resource reads from its parameters. */
export interface ListParameters {
	limit: number;
	query: IDataObject;
	output: OutputOptions;
}

export function getAllOperation(
	{ many, path, shape, sort = {} }: Collection,
	description: string,
): Operation<ListParameters> {
	return {
		option: { name: 'Get Many', value: 'getAll', action: `Get many ${many}`, description },
		properties: [
			...limitFields,
			sortField,
			simplifyField,
			optionsField([...listOptions, ...secretsOptions(shape)]),
		],
		output: shape.simple,
		kind: 'read',
		read: (from) => ({
			limit: readLimit(from),
			query: readListQuery(from, sort),
			output: readOutputOptions(from, shape),
		}),
		async execute({ api }, { limit, query, output }) {
			const records = await getRecords(api, `${path}/list`, { query, limit });
			return records.map((record) => ({ json: shapeRecord(record, shape, output) }));
		},
	};
}

/** @param least what the body holds also where the user gives nothing for it. */
export function createOperation(
	collection: Collection,
	fields: BodyField[],
	description: string,
	least: IDataObject = {},
): Operation<{ body: IDataObject; output: OutputOptions }> {
	const { one, shape } = collection;
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
		read: (from) => ({
			body: { ...least, ...readCreateBody(from, fields) },
			output: readOutputOptions(from),
		}),
		async execute(run, { body, output }, i) {
			const record = await createRecord(run, i, collection, body);
			return [{ json: shapeRecord(record, shape, output) }];
		},
	};
}

/** Creates an object, once for an item. */
export async function createRecord(
	run: Run,
	itemIndex: number,
	collection: Collection,
	body: IDataObject,
): Promise<IDataObject> {
	const { one, path } = collection;
	return await writeOnce(
		run,
		itemIndex,
		{
			path: `${path}/create`,
			body,
			ifUnclear: `Check with Get Many whether the ${one} exists before you run this again.`,
			read: async (id) => await readOne(run.api, collection, id),
			find: async () =>
				typeof body.label === 'string'
					? await findIn(run, path, ({ label }) => label === body.label)
					: 'unknown',
		},
		({ id }) => run.note(`${one} '${String(id)}' created`),
	);
}

export function updateOperation(
	collection: Collection,
	locator: INodeProperties,
	fields: BodyField[],
	description: string,
): Operation<{ id: string; body: IDataObject; output: OutputOptions }> {
	const { one, shape } = collection;
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
		read: (from) => ({
			id: from.id(locator),
			body: readUpdateBody(from, fields),
			output: readOutputOptions(from),
		}),
		async execute(run, { id, body, output }) {
			const record = await updateRecord(run, collection, fields, id, body);
			return [{ json: shapeRecord({ id, ...record }, shape, output) }];
		},
	};
}

/** Changes an object. */
export async function updateRecord(
	{ api, context }: Run,
	collection: Collection,
	fields: BodyField[],
	id: string,
	body: IDataObject,
): Promise<IDataObject> {
	const { one, path } = collection;
	return await sendChanges(api, collection, sentNames(fields), body, {
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
}

/** No source says that the API masks what it gives. If it does, sending that back would destroy secrets. */
function secretsNotKept(context: IExecuteFunctions, one: string): NodeOperationError {
	return operationError(
		context.getNode(),
		`The ${one} was not updated: Fluents.ai shows its secrets only masked, so they would be lost`,
		{
			description:
				'Enter all of its secrets under Update Fields, together with what you want to change.',
		},
	);
}

export function ifUpdateUnclear({ one }: Collection): string {
	return `Check with Get whether the ${one} has changed. Updating it again does no harm.`;
}

export function deleteOperation(
	{ one, path }: Collection,
	locator: INodeProperties,
	description: string,
): Operation<{ id: string; ignoreMissing: boolean }> {
	return {
		option: {
			name: 'Delete',
			value: 'delete',
			action: `Delete ${withArticle(one)} for good`,
			description,
		},
		properties: [locator, optionsField([ignoreMissingOption])],
		output: { deleted: 'boolean' },
		kind: 'write',
		read: (from) => ({
			id: from.id(locator),
			ignoreMissing: optionsOf(from).boolean(ignoreMissingOption),
		}),
		async execute({ api, note }, { id, ignoreMissing }) {
			const request = api.delete(
				`${path}/delete`,
				{ id },
				{
					object: `${one} '${id}'`,
					ifUnclear: `Check with Get whether the ${one} is still there.`,
				},
			);
			const { refusal } = await catchStatus(request, ignoreMissing ? ['404'] : []);
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
	description: 'Whether the item succeeds if nothing is left to delete',
};

export function withArticle(noun: string): string {
	return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
