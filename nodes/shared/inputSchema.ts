import type { IDataObject } from 'n8n-workflow';

import { isObject, parseJson } from './json';

/** What an agent has sent, read as its schema wants it. */
interface Read {
	/** Undefined for what counts as not given. */
	value: unknown;
	/** What does not fit, a sentence each; none if all fits. */
	problems: string[];
}

/** Keywords that limit a size, by the type of value they are for. */
const LIMITS = {
	number: { least: 'minimum', most: 'maximum', unit: '' },
	string: { least: 'minLength', most: 'maxLength', unit: ' characters' },
	array: { least: 'minItems', most: 'maxItems', unit: ' entries' },
};

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Words and numbers that stand for true or false. */
const BOOLEANS = new Map([
	...['true', 'yes', '1'].map((word) => [word, true] as const),
	...['false', 'no', '0'].map((word) => [word, false] as const),
]);

/**
 * Reads what an agent has sent by the JSON Schema that it was given. Models send `1234` for a text, `"4"`
 * for a number and `""` for nothing, so what does not fit as it is gets read as what it means, and is a
 * problem only when no reading fits. It knows the keywords that describe a form: type, enum, required,
 * properties, items, and limits of numbers, texts and lists. What others ask for is left to the workflow.
 */
export function readInput(
	given: IDataObject,
	schema: unknown,
): { input: IDataObject; problems: string[] } {
	const { value, problems } = readValue(given, schema, 'The input');
	return { input: isObject(value) ? value : given, problems };
}

function readValue(given: unknown, schema: unknown, name: string): Read {
	if (!isObject(schema)) return { value: given, problems: [] };
	const types = [schema.type].flat().filter((type) => typeof type === 'string');
	const allowed = Array.isArray(schema.enum) ? schema.enum : undefined;
	const isRight = (value: unknown) =>
		(types.length === 0 || types.some((type) => isOfType(value, type))) &&
		(!allowed || allowed.some((one) => one === value));
	const readings = [given, ...types.map((type) => readAs(type, given)), meant(given, allowed)];
	const value = readings.find((reading) => reading !== undefined && isRight(reading));
	if (value === undefined) {
		const wanted = allowed
			? allowed.map((one) => JSON.stringify(one)).join(' or ')
			: `of the type ${types.join(' or ')}`;
		return { value: given, problems: [`${name} has to be ${wanted}.`] };
	}
	const inside = readInside(value, schema, name);
	return { ...inside, problems: [...problemsOfSize(value, schema, name), ...inside.problems] };
}

function readInside(value: unknown, schema: IDataObject, name: string): Read {
	if (Array.isArray(value)) {
		const entries = value.map((one, i) => readValue(one, schema.items, `${name}[${i}]`));
		return {
			value: entries.map((one) => one.value),
			problems: entries.flatMap(({ problems }) => problems),
		};
	}
	return isObject(value) ? readFields(value, schema) : { value, problems: [] };
}

function readFields(given: IDataObject, { required, properties }: IDataObject): Read {
	const names = Array.isArray(required) ? required.map(String) : [];
	const value = new Map(Object.entries(given));
	const missing = names.filter((name) => (value.get(name) ?? '') === '');
	const problems = missing.map((name) => `'${name}' is missing.`);
	for (const [name, schema] of isObject(properties) ? Object.entries(properties) : []) {
		if ((value.get(name) ?? null) === null || missing.includes(name)) continue;
		const read = readValue(value.get(name), schema, `'${name}'`);
		if (read.problems.length > 0 && value.get(name) === '') {
			// An empty text for what need not be given, which does not fit as a value.
			value.delete(name);
			continue;
		}
		value.set(name, read.value as IDataObject[string]);
		problems.push(...read.problems);
	}
	return { value: Object.fromEntries(value), problems };
}

/** @returns undefined when the value cannot be read so. */
function readAs(type: string, given: unknown): unknown {
	const text = isScalar(given) && isWhole(given) ? String(given).trim() : undefined;
	switch (type) {
		case 'string':
			return text;
		case 'integer':
		case 'number':
			return text !== undefined && NUMBER.test(text) ? Number(text) : undefined;
		case 'boolean':
			return text !== undefined ? BOOLEANS.get(text.toLowerCase()) : undefined;
		case 'object':
			return typeof given === 'string' ? parseJson(given) : undefined;
		case 'array': {
			const list = typeof given === 'string' ? parseJson(given) : undefined;
			if (Array.isArray(list)) return list;
			return text === '' || given === null ? undefined : [given];
		}
		default:
			return undefined;
	}
}

/** The allowed value that is written the same, apart from capitals and spaces around it. */
function meant(given: unknown, allowed: unknown[] = []): unknown {
	if (!isScalar(given)) return undefined;
	const plain = (value: unknown) => String(value).trim().toLowerCase();
	const found = allowed.filter((one) => isScalar(one) && plain(one) === plain(given));
	return found.length === 1 ? found[0] : undefined;
}

/** Of a number with many digits, such as that of an order, JSON loses the last ones. */
function isWhole(value: string | number | boolean): boolean {
	return !Number.isInteger(value) || Number.isSafeInteger(value);
}

function isScalar(value: unknown): value is string | number | boolean {
	return ['string', 'number', 'boolean'].includes(typeof value);
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
		case 'number':
			return Number.isFinite(value);
		case 'object':
			return isObject(value);
		default:
			return typeof value === type;
	}
}
