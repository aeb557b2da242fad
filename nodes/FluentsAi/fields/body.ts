import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { parameterError } from '../../shared/api/errors';
import { hasMaskedSecret } from '../../shared/masking';
import {
	toBoolean,
	toJson,
	toJsonObject,
	toList,
	toNumber,
	toReference,
	toSimpleText,
	type Convert,
} from '../../shared/parameters/convert';
import { sortedByLabel } from './sorted';

/** One field of a request body, and how a user enters it. */
export interface BodyField {
	/**
	 * Its name in the API; `config.url` is the field `url` of the object `config`. Of fields that share
	 * a name, lists are joined. Without a name it is not sent: it decides which other fields Create offers.
	 */
	api?: string;
	/**
	 * Required fields stand by themselves when something is created; the others in a collection.
	 * `displayOptions` may name such a field of its own, e.g. the type: Create offers the property for
	 * these values of it only, Update, which does not know them, for all.
	 */
	property: INodeProperties;
	/** Stands with the required fields although it may be left empty. An empty list is sent then. */
	prominent?: boolean;
	/**
	 * Makes the API's value of what the user entered, where the property's type does not tell how.
	 * undefined is not sent, null clears.
	 */
	toApi?: Convert;
}

const convertByType: { [type in INodeProperties['type']]?: Convert } = {
	boolean: toBoolean,
	json: toJson,
	multiOptions: toList,
	number: toNumber,
	resourceLocator: toReference,
	string: toSimpleText,
};

const additionalBodyFields: INodeProperties = {
	displayName: 'Additional Body Fields (JSON)',
	name: 'additionalBodyFields',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "new_field": true }',
	description:
		'Fields of the Fluents.ai API that this node does not offer, as a JSON object. They win over the fields above.',
};

/** The fields to create an object with: required ones first, the others under Additional Fields. */
export function createFields(fields: BodyField[]): INodeProperties[] {
	const optional = fields.filter((field) => !standsAlone(field)).map(({ property }) => property);
	return [
		...fields.filter(standsAlone).map(({ property }) => property),
		collectionOf('Additional Fields', 'additionalFields', optional.map(fromInside)),
	];
}

/** The fields to update an object with, all under Update Fields. */
export function updateFields(fields: BodyField[]): INodeProperties[] {
	const sent = fields.filter(({ api }) => api !== undefined);
	const properties = sent.map(({ property }) => ({
		...property,
		required: undefined,
		displayOptions: undefined,
	}));
	return [collectionOf('Update Fields', 'updateFields', properties)];
}

function standsAlone({ property, prominent }: BodyField): boolean {
	return property.required === true || prominent === true;
}

/** In a collection, the name of a field outside of it starts with a slash. */
function fromInside(property: INodeProperties): INodeProperties {
	const conditions = Object.entries(property.displayOptions?.show ?? {});
	if (conditions.length === 0) return property;
	const show = Object.fromEntries(conditions.map(([name, values]) => [`/${name}`, values]));
	return { ...property, displayOptions: { show } };
}

function collectionOf(
	displayName: string,
	name: string,
	properties: INodeProperties[],
): INodeProperties {
	return {
		displayName,
		name,
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		options: sortedByLabel([...properties, additionalBodyFields]),
	};
}

/**
 * Reads the body of a create request. Optional fields that are empty are not sent.
 *
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readCreateBody(
	context: IExecuteFunctions,
	fields: BodyField[],
	itemIndex: number,
): IDataObject {
	const collection = context.getNodeParameter('additionalFields', itemIndex, {});
	const body: IDataObject = {};
	for (const field of fields) {
		if (field.api === undefined || !isOffered(context, field, itemIndex)) continue;
		const { name, displayName, required } = field.property;
		// An expression may give undefined.
		const given = standsAlone(field)
			? (context.getNodeParameter(name, itemIndex, '') ?? '')
			: collection[name];
		const value = toApi(context, field, given, itemIndex);
		if (required && isEmpty(value)) {
			throw parameterError(context.getNode(), displayName, 'is empty', itemIndex);
		}
		if (value !== null && value !== undefined) put(body, field.api.split('.'), value);
	}
	return { ...body, ...readAdditional(context, collection, itemIndex) };
}

/**
 * Reads the body of an update request: what the user added to Update Fields. A field that was added
 * and left empty is cleared, by null.
 *
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readUpdateBody(
	context: IExecuteFunctions,
	fields: BodyField[],
	itemIndex: number,
): IDataObject {
	const collection = context.getNodeParameter('updateFields', itemIndex, {});
	const indispensable = indispensableNames(fields);
	const body: IDataObject = {};
	for (const field of fields) {
		const { name, displayName } = field.property;
		const value = toApi(context, field, collection[name], itemIndex);
		if (indispensable.has(field.api) && isEmpty(value)) {
			const problem = 'is empty. It can be changed, but not cleared';
			throw parameterError(context.getNode(), displayName, problem, itemIndex);
		}
		if (field.api !== undefined && value !== undefined) {
			put(body, field.api.split('.'), value);
		}
	}
	Object.assign(body, readAdditional(context, collection, itemIndex));
	if (Object.keys(body).length > 0) return body;
	throw parameterError(
		context.getNode(),
		'Update Fields',
		'holds no field to update',
		itemIndex,
		'Add the fields that are to change. A field that is added and left empty is cleared.',
	);
}

/**
 * What no object can do without, in the API's names: required fields, also those of which one of
 * several has to be given. One that only some types have may be cleared when the type changes.
 */
function indispensableNames(fields: BodyField[]): Set<string | undefined> {
	const sent = new Set(
		fields.filter(({ api }) => api !== undefined).map(({ property }) => property.name),
	);
	const always = fields.filter(
		({ property: { required, displayOptions } }) =>
			required && !Object.keys(displayOptions?.show ?? {}).some((name) => sent.has(name)),
	);
	return new Set(always.map(({ api }) => api));
}

/** The API's names of what a body may hold, such as `label` or `config.url`. */
export function sentNames(fields: BodyField[]): string[] {
	return fields.flatMap(({ api }) => api ?? []);
}

function put(body: IDataObject, [name, ...inside]: string[], value: IDataObject[string]): void {
	const before = body[name];
	if (inside.length > 0) {
		const object: IDataObject = { ...(before as IDataObject | null) };
		put(object, inside, value);
		body[name] = object;
	} else {
		const joins = Array.isArray(before) && Array.isArray(value);
		body[name] = joins ? [...new Set([...before, ...value] as string[])] : value;
	}
}

/** Whether the field exists for what the user chose, e.g. for this type of voice. */
function isOffered(
	context: IExecuteFunctions,
	{ property }: BodyField,
	itemIndex: number,
): boolean {
	return Object.entries(property.displayOptions?.show ?? {}).every(([name, values]) =>
		values?.includes(context.getNodeParameter(name, itemIndex, '') as string),
	);
}

/** @returns the value for the API, null for what is empty, undefined for what is not to be sent. */
function toApi(
	context: IExecuteFunctions,
	{ api = '', property, toApi: convert = convertByType[property.type] }: BodyField,
	given: unknown,
	itemIndex: number,
): IDataObject[string] {
	if (given === undefined) return undefined;
	const fail = (problem: string) =>
		parameterError(context.getNode(), property.displayName, problem, itemIndex);
	const value = convert ? convert(given, fail) : given;
	const probe: IDataObject = {};
	put(probe, api.split('.'), value as IDataObject[string]);
	refuseMasked(probe, fail);
	const isBlank = typeof value === 'string' && value.trim() === '';
	return (isBlank ? null : value) as IDataObject[string];
}

/** Whether a field was filled in with nothing; undefined is one that was not filled in. */
function isEmpty(value: IDataObject[string]): boolean {
	return value === null || (Array.isArray(value) && value.length === 0);
}

function readAdditional(
	context: IExecuteFunctions,
	{ additionalBodyFields: given = {} }: IDataObject,
	itemIndex: number,
): IDataObject {
	const fail = (problem: string) =>
		parameterError(context.getNode(), additionalBodyFields.displayName, problem, itemIndex);
	const fields = toJsonObject(given, fail);
	refuseMasked(fields, fail);
	return fields;
}

/** Masked output that comes back as input would put stars in the place of a secret. */
function refuseMasked(fields: IDataObject, fail: (problem: string) => Error): void {
	if (!hasMaskedSecret(fields)) return;
	throw fail(
		"holds only the stars of a masked secret. Enter the secret itself, which Get gives with Simplify off and the option 'Include Secrets' on",
	);
}
