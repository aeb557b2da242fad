import type { IDataObject } from 'n8n-workflow';

import { namesField, catchStatus } from '../api/errors';
import type { FluentsTransport } from '../api/transport';
import { referencedId, type Shape } from './shape';

/** What the operations that all resources share need to know about one of them. */
export interface Collection {
	/** As messages and labels name one object, e.g. `call`. */
	one: string;
	many: string;
	/** Path of the API for one object; `<path>/list` gives all of them, and so on. */
	path: string;
	shape: Shape;
	/** Sort order of the list unless the user chooses one, where the API is known to take one. */
	sort?: IDataObject;
}

/** @throws NodeApiError, with code 404 when the environment has no such object. */
export async function readOne(
	api: FluentsTransport,
	{ one, path }: Collection,
	id: string,
): Promise<IDataObject> {
	return await api.get(path, { id }, { object: `${one} '${id}'` });
}

/** The fields that the API has asked for in updates, as a run has learned them. */
const askedFor = new WeakMap<FluentsTransport, Map<string, string[]>>();

/**
 * Sends what changes. Sources disagree whether the rest may be left out (API: C21), so when the
 * answer asks for fields that were left out, the object is read and sent in full, once. Later changes of
 * the run are sent in full at once.
 *
 * @param api of the run.
 * @returns the object as the API answers it.
 * @throws what `read` and `send` throw.
 */
export async function sendChanges(
	api: FluentsTransport,
	{ path, shape }: Collection,
	fields: readonly string[],
	changes: IDataObject,
	{
		read,
		send,
	}: {
		read: () => Promise<IDataObject>;
		send: (body: IDataObject) => Promise<IDataObject>;
	},
): Promise<IDataObject> {
	const insides = fields.filter((name) => name.includes('.'));
	const objects = topLevelNames(insides).filter((name) => isObject(changes[name]));
	const body = objects.length > 0 ? withRest(await read(), changes, objects) : changes;

	const names = topLevelNames(fields);
	const sendWhole = async (missing: string[]) => {
		const current = await read();
		const unchanged = names
			.filter((name) => missing.includes(name) || (current[name] ?? null) !== null)
			.map((name) => [name, toInput(current[name] ?? null, shape, name)] as const);
		return await send({ ...Object.fromEntries(unchanged), ...body });
	};
	const learned = askedFor.get(api) ?? new Map<string, string[]>();
	askedFor.set(api, learned);
	const known = (learned.get(path) ?? []).filter((name) => !(name in body));
	if (known.length > 0) return await sendWhole(known);

	const partial = await catchStatus(send(body), ['400', '422']);
	if (!partial.refusal) return partial.value;
	const missing = names.filter((name) => !(name in body) && namesField(partial.refusal, name));
	if (missing.length === 0) throw partial.refusal;
	learned.set(path, missing);
	return await sendWhole(missing);
}

/**
 * An object inside of another, such as the config of an action, is replaced as a whole by the API. So
 * what the user left alone is put back, with the type, which tells its form. A new type has another form.
 */
function withRest(current: IDataObject, changes: IDataObject, objects: string[]): IDataObject {
	const { type } = current;
	if ('type' in changes && changes.type !== type) return changes;
	const whole = objects.map((name) => [
		name,
		{ ...(current[name] as IDataObject), ...(changes[name] as IDataObject) },
	]);
	return { ...(type !== undefined && { type }), ...changes, ...Object.fromEntries(whole) };
}

function isObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields at the top of a body: of `config.url`, this is `config`. */
export function topLevelNames(fields: readonly string[]): string[] {
	return [...new Set(fields.map((name) => name.split('.')[0]))];
}

/** An object that the API gave in full goes back as its ID. */
function toInput(value: IDataObject[string], { references }: Shape, field: string) {
	if (!references.includes(field)) return value;
	return Array.isArray(value)
		? value.map((entry) => referencedId(entry) ?? entry)
		: (referencedId(value) ?? value);
}
