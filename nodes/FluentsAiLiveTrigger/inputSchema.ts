import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../shared/json';

/** Keywords that limit a size, by the type of value they are for. */
const LIMITS = {
	number: { least: 'minimum', most: 'maximum', unit: '' },
	string: { least: 'minLength', most: 'maxLength', unit: ' characters' },
	array: { least: 'minItems', most: 'maxItems', unit: ' entries' },
};

/**
 * Checks what an agent has sent against the JSON Schema that it was given. It knows the keywords that
 * describe a form: type, enum, required, properties, items, and limits of numbers, texts and lists. What
 * others ask for is left to the workflow.
 *
 * @returns what does not fit, a sentence each; none if all fits.
 */
export function problemsOf(value: unknown, schema: unknown, name = 'The input'): string[] {
	if (!isObject(schema)) return [];
	const types = [schema.type].flat().filter((type) => typeof type === 'string');
	if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
		return [`${name} has to be of the type ${types.join(' or ')}.`];
	}
	const { enum: allowed } = schema;
	if (Array.isArray(allowed) && !allowed.some((one) => one === value)) {
		return [`${name} has to be ${allowed.map((one) => JSON.stringify(one)).join(' or ')}.`];
	}
	const inside = Array.isArray(value)
		? value.flatMap((entry, i) => problemsOf(entry, schema.items, `${name}[${i}]`))
		: isObject(value)
			? problemsOfFields(value, schema)
			: [];
	return [...problemsOfSize(value, schema, name), ...inside];
}

function problemsOfFields(value: IDataObject, { required, properties }: IDataObject): string[] {
	const names = Array.isArray(required) ? required.map(String) : [];
	const missing = names.filter((name) => (value[name] ?? '') === '');
	const known = isObject(properties) ? Object.entries(properties) : [];
	const given = known.filter(
		([name]) => (value[name] ?? null) !== null && !missing.includes(name),
	);
	return [
		...missing.map((name) => `'${name}' is missing.`),
		...given.flatMap(([name, schema]) => problemsOf(value[name], schema, `'${name}'`)),
	];
}

function problemsOfSize(value: unknown, schema: IDataObject, name: string): string[] {
	const type = Array.isArray(value) ? 'array' : typeof value;
	if (type !== 'number' && type !== 'string' && type !== 'array') return [];
	const { least, most, unit } = LIMITS[type];
	const size = type === 'number' ? (value as number) : (value as { length: number }).length;
	const { [least]: from, [most]: to } = schema;
	if (typeof from === 'number' && size < from)
		return [`${name} has to be at least ${from}${unit}.`];
	if (typeof to === 'number' && size > to) return [`${name} has to be at most ${to}${unit}.`];
	return [];
}

function isOfType(value: unknown, type: string): boolean {
	switch (type) {
		case 'array':
			return Array.isArray(value);
		case 'integer':
			return Number.isInteger(value);
		case 'null':
			return value === null;
		case 'object':
			return isObject(value);
		default:
			return typeof value === type;
	}
}
