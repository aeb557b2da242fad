import type { StoredObject } from './objects';

type Fields = Record<string, unknown>;

const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];

const isObject = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the ancestor cannot read in a schema, undefined for nothing. */
function faultIn(schema: unknown, path: string, speaks: boolean): string | undefined {
	if (!isObject(schema)) return `${path} is not an object`;
	const { type, required, properties, items } = schema;
	const named = [type ?? []].flat() as unknown[];
	const unknown = named.find((name) => !types.includes(String(name)));
	if (unknown !== undefined) return `${path} has the unknown type ${String(unknown)}`;
	if (required !== undefined && !Array.isArray(required)) {
		return `"required" of ${path} is not a list`;
	}
	if (named.includes('object') && speaks && !isObject(properties)) {
		return `${path} is an object without properties`;
	}
	const fields = isObject(properties) ? Object.entries(properties) : [];
	const parts = [...fields, ...(items === undefined ? [] : [['items', items] as const])];
	for (const [name, part] of parts) {
		const fault = faultIn(part, `${path}.${name}`, speaks);
		if (fault !== undefined) return fault;
	}
	return undefined;
}

/**
 * Why an agent with these external actions cannot be built (API: C26): one of their input schemas has a type
 * that does not exist, a `required` that is no list, an object without properties while the agent speaks
 * when it asks, or the field `user_message`, which the agent has itself.
 */
export function brokenSchemaIn(actions: StoredObject[]): string | undefined {
	for (const { config } of actions) {
		const { name, input_schema: schema, speak_on_send: speaks } = config as Fields;
		const properties = isObject(schema) ? schema.properties : undefined;
		const isReserved = isObject(properties) && 'user_message' in properties;
		const fault = isReserved
			? 'input_schema has the reserved field user_message'
			: faultIn(schema, 'input_schema', speaks !== false && speaks !== '');
		if (fault !== undefined) return `Action ${String(name)}: ${fault}`;
	}
	return undefined;
}
