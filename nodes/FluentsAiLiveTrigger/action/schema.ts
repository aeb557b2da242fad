import type { IDataObject } from 'n8n-workflow';

import { DEEPEST, isObject, isTooDeep } from '../../shared/json';

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** A field of this name loses its schema in the ancestor of the API (API: C26). */
const LOST = 'title';

/** Under this name, agents hand over what they say before they ask (API: C7). */
const SPOKEN = 'user_message';

/** What else of a schema holds schemas, in a list or by name. */
const ALTERNATIVES = ['allOf', 'anyOf', 'oneOf', '$defs', 'definitions'];

/**
 * Tells why an agent could not be built from a JSON Schema (API: C26). Fluents.ai takes such a schema, and
 * then every call of the agent fails.
 *
 * @returns undefined when nothing speaks against it; else what is wrong and what to write instead, in
 *   words that follow the name of a parameter.
 */
export function schemaProblem(schema: IDataObject): string | undefined {
	if (schema.type !== 'object') {
		return 'must describe an object. Write { "type": "object", "properties": { ... } }';
	}
	if (isTooDeep(schema))
		return `nests too deep. Write at most ${DEEPEST} objects into each other`;
	const { properties } = schema;
	if (isObject(properties) && SPOKEN in properties) {
		return `has a field named '${SPOKEN}', which agents need for what they say. Give it another name, e.g. 'message'`;
	}
	return problemIn(schema, []);
}

/** @param outer names of fields that are described around it, which an alternative may require. */
function problemIn(schema: unknown, path: string[], outer: string[] = []): string | undefined {
	const field = path.length > 0 ? `'${path.join('.')}'` : 'the input';
	if (!isObject(schema)) {
		return `describes ${field} by ${JSON.stringify(schema)}. Write an object, e.g. { "type": "string" }`;
	}
	const { type, required, properties, items, enum: allowed } = schema;
	const types = type === undefined ? [] : [type].flat();
	const unknown = types.find((one) => !TYPES.includes(one as string));
	if (unknown !== undefined) {
		return `gives ${field} the unknown type ${JSON.stringify(unknown)}. Write one of ${TYPES.join(', ')}`;
	}
	if (types.includes('object') && !isObject(properties)) {
		return `describes ${field} as an object without "properties". Write "properties": {} if it has no fields that are known before`;
	}
	const names = isObject(properties) ? Object.keys(properties) : [];
	if (required !== undefined && !isListOf(required, [...names, ...outer])) {
		return path.length > 0 && typeof required === 'boolean'
			? `has "required": ${required} inside of ${field}. Write "required": ["${path[path.length - 1]}"] next to the "properties" that hold the field`
			: `has in "required" of ${field} something other than names of its properties. Write a list of them, e.g. "required": ["order_number"]`;
	}
	if (allowed !== undefined && !(Array.isArray(allowed) && allowed.length > 0)) {
		return `has no values in "enum" of ${field}. Write a list of them, e.g. "enum": ["morning", "afternoon"]`;
	}
	if (names.includes(LOST)) {
		return `has a field named '${LOST}', which agents ignore. Give it another name, e.g. 'job_title'`;
	}
	const inside = [
		...entriesOf(properties).map(([name, one]) => problemIn(one, [...path, name])),
		...(items === undefined ? [] : [problemIn(items, [...path, 'items'])]),
		...ALTERNATIVES.flatMap((keyword) =>
			entriesOf(schema[keyword]).map(([name, one]) =>
				problemIn(one, [...path, keyword, name], names),
			),
		),
	];
	return inside.find((problem) => problem !== undefined);
}

function entriesOf(value: unknown): Array<[string, unknown]> {
	return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function isListOf(value: unknown, names: string[]): boolean {
	return Array.isArray(value) && value.every((name) => names.includes(name as string));
}
