import { keptFields } from '../quirks';
import { invalid, notFound } from './errors';
import { type Render, renderPlain } from './render';
import type { Environment } from '../model/environment';
import type { CollectionName, StoredObject } from '../model/objects';
import type { Answer, OperationContext, OperationHandlers } from './context';
import { pageAnswer } from './paging';

export type Fields = Record<string, unknown>;

/** What is particular to a resource whose list, get, create, update and delete are the usual ones. */
export interface Resource {
	collection: CollectionName;
	/** As in the operation ids: `get` + singular, `list` + plural. */
	singular: string;
	plural: string;
	defaults: Fields;
	/** Fields that an update must carry where the API insists on full bodies (switch updateBody). */
	mainFields: string[];
	/** Checks the fields that were sent and turns references into ids. */
	read?: (context: OperationContext, fields: Fields, existing?: StoredObject) => Fields;
	render?: Render;
	/** Removes what refers to a deleted object; without it the resource cannot be deleted. */
	remove?: (environment: Environment, id: string) => void;
}

const asSent = (_context: OperationContext, fields: Fields): Fields => fields;

/** Refuses an update that leaves out main fields, where the API insists on them. */
export function checkUpdateBody(context: OperationContext, mainFields: string[]): void {
	if (context.switches.updateBody === 'partial') return;
	const missing = mainFields.filter((field) => !(field in context.body));
	if (missing.length > 0) {
		throw invalid(...missing.map((field) => ({ in: 'body', field, kind: 'missing' }) as const));
	}
}

/** Refuses an object inside of a body, if it is there, that lacks one of its fields. */
export function checkNeeded(
	name: string,
	object: Fields | null | undefined,
	needed: string[] = [],
): void {
	if (!object) return;
	const missing = needed.filter((field) => (object[field] ?? null) === null);
	if (missing.length > 0) {
		throw invalid(
			...missing.map(
				(field) => ({ in: 'body', field: `${name}.${field}`, kind: 'missing' }) as const,
			),
		);
	}
}

/** The object that the query parameter `id` names. Throws a 404 when the environment has none. */
export function chosen<T extends StoredObject>(
	context: OperationContext,
	objects: Map<string, T>,
	singular: string,
): T {
	const id = String(context.query.id);
	const stored = objects.get(id);
	if (stored === undefined) throw notFound(singular, id);
	return stored;
}

/**
 * The id that a reference in a body stands for: the id itself, or an object that carries it.
 * @param inline makes a new object from one without id; without it only references are taken
 */
export function referenceTo(
	context: OperationContext,
	collection: CollectionName,
	field: string,
	value: unknown,
	inline?: (fields: Fields) => StoredObject,
): string | null {
	if (value === null) return null;
	const fields = typeof value === 'object' ? (value as Fields) : { id: value };
	if (fields.id === undefined) {
		if (inline !== undefined) return inline(fields).id;
		throw invalid({ in: 'body', field, kind: 'value', text: 'must be an id' });
	}
	const id = String(fields.id);
	if (!context.environment[collection].has(id)) throw notFound(`${field} (${collection})`, id);
	return id;
}

/** Creates an object of a resource from the fields that were sent. */
export function createFrom(
	context: OperationContext,
	resource: Resource,
	sent: Fields,
): StoredObject {
	const { collection, defaults, read = asSent } = resource;
	const fields = keptFields(read(context, withoutIds(sent)), context.quirks);
	return context.environment.add(collection, { ...defaults, ...fields });
}

/** An object that came from a read carries ids that the server decides on. */
function withoutIds({ id: _id, user_id: _user, ...fields }: Fields): Fields {
	return fields;
}

/** The handlers of a resource by operation id. */
export function crud(resource: Resource): OperationHandlers {
	const { collection, singular, plural, mainFields, remove } = resource;
	const { read = asSent, render = renderPlain } = resource;
	const objects = ({ environment }: OperationContext): Map<string, StoredObject> =>
		environment[collection];

	const handlers: OperationHandlers = {
		[`list${plural}`]: (context) =>
			pageAnswer(context, objects(context).values(), (stored) =>
				render(context, stored, context.switches.listReferences),
			),
		[`get${singular}`]: (context) => ({
			status: 200,
			body: render(context, chosen(context, objects(context), singular), 'objects'),
		}),
		[`create${singular}`]: (context) => ({
			status: context.switches.successCode,
			body: render(context, createFrom(context, resource, context.body), 'objects'),
		}),
		[`update${singular}`]: (context) => {
			const stored = chosen(context, objects(context), singular);
			checkUpdateBody(context, mainFields);
			const fields = read(context, withoutIds(context.body), stored);
			Object.assign(stored, keptFields(fields, context.quirks));
			return {
				status: context.switches.successCode,
				body: render(context, stored, 'objects'),
			};
		},
	};
	if (remove !== undefined) {
		handlers[`delete${singular}`] = (context): Answer => {
			const stored = chosen(context, objects(context), singular);
			const body = render(context, stored, 'objects');
			objects(context).delete(stored.id);
			remove(context.environment, stored.id);
			return context.switches.deleteBody === 'object'
				? { status: 200, body }
				: { status: 200 };
		};
	}
	return handlers;
}
