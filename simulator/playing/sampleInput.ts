type Fields = Record<string, unknown>;

interface Schema {
	type?: string | string[];
	enum?: unknown[];
	default?: unknown;
	examples?: unknown[];
	properties?: Record<string, Schema>;
}

/** A variable in the type that the schema asks for. Variables of a call are often texts. */
function converted(value: unknown, type: string | undefined): unknown {
	if (typeof value !== 'string') return type === 'string' ? String(value) : value;
	if (type === 'boolean') return value === 'true';
	return type === 'number' || type === 'integer' ? Number(value) : value;
}

function valueFor(name: string, schema: Schema, variables: Fields): unknown {
	const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
	if (variables[name] !== undefined) return converted(variables[name], type);
	const suggested = schema.default ?? schema.examples?.[0] ?? schema.enum?.[0];
	if (suggested !== undefined) return suggested;
	switch (type) {
		case 'number':
		case 'integer':
			return 1;
		case 'boolean':
			return true;
		case 'array':
			return [];
		case 'object':
			return sampleInput(schema, variables);
		default:
			return `some ${name.replaceAll('_', ' ')}`;
	}
}

/**
 * What an agent might collect for an input schema: each field has the variable of the conversation with
 * its name, else what the schema suggests, else any value of its type.
 */
export function sampleInput(schema: Schema, variables: Fields): Fields {
	const properties = Object.entries(schema.properties ?? {});
	return Object.fromEntries(
		properties.map(([name, field]) => [name, valueFor(name, field, variables)]),
	);
}
