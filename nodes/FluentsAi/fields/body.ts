import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { parameterError } from '../../shared/errors';
import { toJsonObject, type Convert } from './convert';

/** One field of a request body, and how a user enters it. */
export interface BodyField {
	/** Its name in the API. */
	api: string;
	/** Required fields stand by themselves when something is created; the others in a collection. */
	property: INodeProperties;
	/** Makes the API's value of what the user entered, where that is not the same. */
	toApi?: Convert;
}

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
	const optional = fields.filter(({ property }) => !property.required);
	return [
		...fields.filter(({ property }) => property.required).map(({ property }) => property),
		collectionOf('Additional Fields', 'additionalFields', optional),
	];
}

/** The fields to update an object with, all under Update Fields. */
export function updateFields(fields: BodyField[]): INodeProperties[] {
	return [collectionOf('Update Fields', 'updateFields', fields)];
}

function collectionOf(displayName: string, name: string, fields: BodyField[]): INodeProperties {
	return {
		displayName,
		name,
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		options: [
			...fields.map(({ property }) => ({ ...property, required: undefined })),
			additionalBodyFields,
		].sort((a, b) => a.displayName.localeCompare(b.displayName)),
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
		const { name, displayName, required } = field.property;
		const given = required ? context.getNodeParameter(name, itemIndex, '') : collection[name];
		const value = toApi(context, field, given, itemIndex);
		if (required && value === null) {
			throw parameterError(context.getNode(), displayName, 'is empty', itemIndex);
		}
		if (value !== null) body[field.api] = value;
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
	const body: IDataObject = {};
	for (const field of fields) {
		const given = collection[field.property.name];
		if (given !== undefined) body[field.api] = toApi(context, field, given, itemIndex);
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

/** @returns the value for the API, null for what is empty. */
function toApi(
	context: IExecuteFunctions,
	{ property, toApi: convert }: BodyField,
	given: unknown,
	itemIndex: number,
): IDataObject[string] {
	const fail = (problem: string) =>
		parameterError(context.getNode(), property.displayName, problem, itemIndex);
	const value = convert && given !== undefined ? convert(given, fail) : given;
	const trimmed = typeof value === 'string' && value.trim() === '' ? null : value;
	return (trimmed ?? null) as IDataObject[string];
}

function readAdditional(
	context: IExecuteFunctions,
	{ additionalBodyFields: given = {} }: IDataObject,
	itemIndex: number,
): IDataObject {
	return toJsonObject(given, (problem) =>
		parameterError(context.getNode(), additionalBodyFields.displayName, problem, itemIndex),
	);
}
