import type { OpenAPIBackend } from 'openapi-backend';

import { kindOf } from '../../simulator/api';
import type { LiveAnswer } from './facts';

/** The parts of a schema of the description that matter here; `$ref`s are resolved already. */
interface Schema {
	properties?: Record<string, Schema>;
	additionalProperties?: unknown;
	items?: Schema;
	anyOf?: Schema[];
	allOf?: Schema[];
	type?: string | string[];
	'x-known-values'?: string[];
	'x-unconfirmed'?: boolean;
}

const LONGEST_VALUE = 60;

/** A schema and all that it is made of. */
function parts(schema: Schema): Schema[] {
	return [schema, ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap(parts)];
}

const isObjectSchema = ({ type, properties }: Schema) =>
	properties !== undefined || [type].flat().includes('object');

/** Whether any field may be there: such an object has no unknown ones. */
const isOpen = (schema: Schema) =>
	isObjectSchema(schema) && (schema.additionalProperties !== undefined || !schema.properties);

/**
 * Calls `tell` for what a value shows beyond the description.
 * @param tell `about` is the part of the description that it concerns; one line on each will do
 */
function compare(
	schema: Schema,
	value: unknown,
	path: string,
	tell: (line: string, about?: Schema) => void,
): void {
	const all = parts(schema);
	if (Array.isArray(value)) {
		const items = all.find((part) => part.items)?.items;
		if (items) for (const item of value) compare(items, item, `${path}/*`, tell);
	} else if (kindOf(value) === 'object') {
		for (const [name, child] of Object.entries(value as object)) {
			const known = all.flatMap(({ properties }) => properties?.[name] ?? []);
			const [described] = known;
			if (described === undefined) {
				const isUnknown = all.some(isObjectSchema) && !all.some(isOpen);
				if (isUnknown) tell(`${path}/${name}: unknown field, ${kindOf(child)}`);
				continue;
			}
			if (described['x-unconfirmed'] === true && child !== null) {
				tell(`${path}/${name}: unconfirmed field, is there (${kindOf(child)})`, described);
			}
			compare(described, child, `${path}/${name}`, tell);
		}
	} else if (typeof value === 'string') {
		const values = all.flatMap((part) => part['x-known-values'] ?? []);
		if (values.length > 0 && !values.includes(value)) {
			tell(`${path}: unknown value "${value.slice(0, LONGEST_VALUE)}"`);
		}
	}
}

/**
 * What answers hold beyond the description: fields and values that it does not know, and fields that
 * it marks as unconfirmed and that are there. No contents but the unknown values of sets that are known.
 */
export function newsIn(api: OpenAPIBackend, answers: LiveAnswer[]): string[] {
	const news = new Set<string>();
	const told = new Set<unknown>();
	const tell = (line: string, about?: Schema) => {
		if (!told.has(about ?? line)) news.add(line);
		told.add(about ?? line);
	};
	for (const { operationId, status, body } of answers) {
		const responses = api.getOperation(operationId)?.responses as
			Record<string, { content?: Record<string, { schema?: Schema }> }> | undefined;
		const schema = responses?.[`${Math.floor(status / 100)}XX`]?.content?.['application/json'];
		if (schema?.schema) {
			compare(schema.schema, body, operationId, tell);
		}
	}
	return [...news];
}
