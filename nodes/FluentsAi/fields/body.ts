import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { components } from '../../shared/api/fluents';
import { hasMaskedSecret } from '../../shared/masking';
import {
	isEmpty,
	toBoolean,
	toChoiceOf,
	toChoicesOf,
	toJson,
	toNumber,
	toObject,
	toReference,
	toSimpleText,
	type Convert,
} from '../../shared/parameters/convert';
import type { ParameterReader } from '../../shared/parameters/reader';
import { sortedByLabel } from './sorted';

/** The schemas of request bodies in docs/fluents.openapi.yaml. */
type Bodies = components['schemas'];

/** Names of a body's fields; `config.url` is the field `url` of the object `config`. */
type NameIn<Body> = Extract<keyof Body, string> | `${Extract<keyof Body, string>}.${string}`;

/** A field that is not sent: it decides which other fields Create offers. */
interface FormField {
	kind: 'form';
	property: INodeProperties;
	prominent?: undefined;
}

/** One field of a request body, and how a user enters it. */
export interface SentField<Name extends string> {
	kind?: undefined;
	/** Its name in the API. Of fields that share a name, lists are joined. */
	api: Name;
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
	/** Update can change it but not clear it, since the API takes no null. */
	isNeverNull?: boolean;
}

/** A field of a form; the compiler knows a name that the schema `Body` of the API does not have. */
export type BodyField<Body extends keyof Bodies | undefined = undefined> =
	FormField | SentField<Body extends keyof Bodies ? NameIn<Bodies[Body]> : string>;

const convertByType: { [type in INodeProperties['type']]?: Convert } = {
	boolean: toBoolean,
	json: toJson,
	number: toNumber,
	resourceLocator: toReference,
	string: toSimpleText,
};

export const additionalBodyFields: INodeProperties = {
	displayName: 'Extra Body Fields (JSON)',
	name: 'additionalBodyFields',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "new_field": true }',
	description: 'Further fields of the API. They override those above.',
};

/** The collection of optional fields to create an object with. */
export const additionalFields = collectionOf('Additional Fields', 'additionalFields', []);

/** The fields to create an object with: required ones first, the others under Additional Fields. */
export function createFields(fields: BodyField[]): INodeProperties[] {
	const optional = fields.filter((field) => !standsAlone(field)).map(({ property }) => property);
	return [
		...fields.filter(standsAlone).map(({ property }) => property),
		collectionOf(additionalFields.displayName, additionalFields.name, optional.map(fromInside)),
	];
}

/** The fields to update an object with, all under Update Fields. */
export function updateFields(fields: BodyField[]): INodeProperties[] {
	const properties = fields.filter(isSent).map(({ property }) => ({
		...property,
		required: undefined,
		displayOptions: undefined,
	}));
	return [collectionOf('Update Fields', 'updateFields', properties)];
}

function isSent(field: BodyField): field is SentField<string> {
	return field.kind !== 'form';
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
 * Reads the body of a create request. Optional fields that are empty are not sent, or are as their
 * default if they stand by themselves.
 *
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readCreateBody(from: ParameterReader, fields: BodyField[]): IDataObject {
	const collection = from.inside(additionalFields);
	const body: IDataObject = {};
	for (const field of fields) {
		if (!isSent(field) || !isOffered(from, fields, field)) continue;
		const { property } = field;
		const isAlone = standsAlone(field);
		if (!isAlone && isEmpty(collection.given(property))) continue;
		const usual = property.required ? undefined : property.default;
		const value = isAlone ? toApi(from, field, usual) : toApi(collection, field);
		if (property.required && isEmptyInApi(value)) throw from.fail(property, 'is empty');
		if (value !== null && value !== undefined) put(body, field.api.split('.'), value);
	}
	return { ...body, ...readAdditional(collection) };
}

/**
 * Reads the body of an update request: what the user added to Update Fields. A field that was added
 * and left empty is cleared, by null.
 *
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readUpdateBody(from: ParameterReader, fields: BodyField[]): IDataObject {
	const updateFields = collectionOf('Update Fields', 'updateFields', []);
	const collection = from.inside(updateFields);
	const sent = fields.filter(isSent);
	const indispensable = indispensableNames(sent);
	const body: IDataObject = {};
	for (const field of sent) {
		const value = toApi(collection, field);
		if ((indispensable.has(field.api) || field.isNeverNull) && isEmptyInApi(value)) {
			const problem = 'is empty. It can be changed, but not cleared';
			throw from.fail(field.property, problem);
		}
		if (value !== undefined) put(body, field.api.split('.'), value);
	}
	Object.assign(body, readAdditional(collection));
	if (Object.keys(body).length > 0) return body;
	throw from.fail(
		updateFields,
		'holds no field to update',
		'Add the fields that are to change. A field that is added and left empty is cleared.',
	);
}

/**
 * What no object can do without, in the API's names: required fields, also those of which one of
 * several has to be given. One that only some types have may be cleared when the type changes.
 */
function indispensableNames(sent: Array<SentField<string>>): Set<string> {
	const names = new Set(sent.map(({ property }) => property.name));
	const always = sent.filter(
		({ property: { required, displayOptions } }) =>
			required && !Object.keys(displayOptions?.show ?? {}).some((name) => names.has(name)),
	);
	return new Set(always.map(({ api }) => api));
}

/** The API's names of what a body may hold, such as `label` or `config.url`. */
export function sentNames(fields: BodyField[]): string[] {
	return fields.filter(isSent).map(({ api }) => api);
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
function isOffered(from: ParameterReader, fields: BodyField[], { property }: BodyField): boolean {
	return Object.entries(property.displayOptions?.show ?? {}).every(([name, values]) => {
		const decides = fields.find((field) => field.property.name === name);
		return decides !== undefined && values?.includes(from.choice(decides.property));
	});
}

/**
 * @param usual stands for what is empty.
 * @returns the value for the API, null for what is empty, undefined for what is not to be sent.
 */
function toApi(
	from: ParameterReader,
	{ api, property, toApi: convert = convertByType[property.type] }: SentField<string>,
	usual?: unknown,
): IDataObject[string] {
	const entered = from.given(property);
	if (entered === undefined) return undefined;
	const given = isEmpty(entered) ? (usual ?? entered) : entered;
	const fail = from.failing(property);
	const choices = choicesOf(property);
	const chosen = choices && !isEmpty(given) ? choices(given, fail) : given;
	const value = convert ? convert(chosen, fail) : chosen;
	if (typeof value === 'number') from.checkRange(property, value);
	const probe: IDataObject = {};
	put(probe, api.split('.'), value as IDataObject[string]);
	refuseMasked(probe, from, property);
	const isBlank = typeof value === 'string' && value.trim() === '';
	return (isBlank ? null : value) as IDataObject[string];
}

/** Options are checked before anything else is made of them. */
function choicesOf(property: INodeProperties): Convert | undefined {
	if (property.type === 'options') return toChoiceOf(property);
	return property.type === 'multiOptions' ? toChoicesOf(property) : undefined;
}

/** Whether a field was filled in with nothing; undefined is one that was not filled in. */
function isEmptyInApi(value: IDataObject[string]): boolean {
	return value === null || (Array.isArray(value) && value.length === 0);
}

function readAdditional(collection: ParameterReader): IDataObject {
	const fields = collection.json(additionalBodyFields, toObject) ?? {};
	refuseMasked(fields, collection, additionalBodyFields);
	return fields;
}

/** Masked output that comes back as input would put stars in the place of a secret. */
function refuseMasked(fields: IDataObject, from: ParameterReader, property: INodeProperties): void {
	if (!hasMaskedSecret(fields)) return;
	throw from.fail(
		property,
		"holds only the stars of a masked secret. Enter the secret itself, which Get gives with Simplify off and the option 'Include Secrets' on",
	);
}
