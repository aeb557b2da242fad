import type { IDataObject } from 'n8n-workflow';

export function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value from outside as text. An object has none, since a field `toString` of it would make `String` throw. */
export function plainText(value: unknown): string {
	return typeof value === 'object' || value === undefined ? '' : String(value);
}

/** The value of a JSON text, or undefined. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/** So many objects and lists inside of each other are looked into. Nothing known of the API comes near. */
export const DEEPEST = 100;

/** Stands in a copy for what nests deeper than that. */
const TOO_DEEP = '[nested too deep]';

/** Whether a value nests too deep to be looked through, or holds itself. */
export function isTooDeep(value: unknown, left = DEEPEST): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return left === 0 || Object.values(value).some((inner) => isTooDeep(inner, left - 1));
}

/** What becomes of a value on a walk through all that is in it. `C` is what is known on the way. */
interface Walk<C> {
	/** Replaces what is neither a list nor an object. */
	leaf(value: unknown, context: C): unknown;
	/** What is known about the value of a field. */
	inField?(name: string, context: C): C;
	rename?(name: string): string;
}

/** A changed copy of a value, whoever made it: what nests too deep does not exceed the stack. */
export function mapDeep<C>(value: unknown, walk: Walk<C>, context: C, left = DEEPEST): unknown {
	if (typeof value !== 'object' || value === null) return walk.leaf(value, context);
	if (left === 0) return TOO_DEEP;
	if (Array.isArray(value)) return value.map((entry) => mapDeep(entry, walk, context, left - 1));
	const entries = Object.entries(value).map(([name, inner]) => {
		const below = walk.inField?.(name, context) ?? context;
		return [walk.rename?.(name) ?? name, mapDeep(inner, walk, below, left - 1)];
	});
	return Object.fromEntries(entries) as unknown;
}
