import type { IDataObject } from 'n8n-workflow';

import { maskSecrets } from '../masking';
import { withPlus } from '../phoneNumbers/parse';
import { parseTranscript } from './transcript';

/** What the objects of one resource look like on their way out. */
export interface Shape {
	/** Fields that hold another object, or a list of them, each as its ID or in full (API: C10). */
	references: readonly string[];
	/** Fields that hold a phone number, which the API gives with or without its plus (API: C24). */
	phoneNumbers?: readonly string[];
	/** Whether records hold secrets, of their own or of objects that the API gives in full. */
	hasSecrets?: boolean;
	/** Brings fields of this resource into one form. Fields that it does not know it leaves alone. */
	normalize?: (record: IDataObject) => IDataObject;
	/** Takes fields for the simplified output from deeper inside. */
	flatten?: (record: IDataObject) => IDataObject;
	/** The fields of the simplified output, ten at most. Any may be null. */
	simple: OutputFields;
	/** Fields that `normalize` adds beside those, to some records or to all. */
	added?: OutputFields;
	/** Fields that `normalize` adds with Simplify off alone. */
	raw?: OutputFields;
}

/** Names and types of output fields; the editor shows them before the first run (`__schema__`). */
export interface OutputFields {
	[name: string]: 'string' | 'number' | 'boolean' | 'array' | 'object' | OutputFields;
}

export interface OutputOptions {
	simple: boolean;
	/** The only ones that are wanted, beside the ID, of all that the simplified and the raw output have. */
	fields?: string[];
	includeSecrets: boolean;
	/** Adds to a call `transcript_turns`, also when it is simplified. */
	transcriptTurns?: boolean;
}

/**
 * Makes an object of the API ready for output: references with their IDs beside them (`agent` gets
 * `agent_id`, `actions` gets `action_ids`), times as ISO 8601, phone numbers as E.164, secrets masked,
 * simplified if wanted.
 */
export function shapeRecord(
	record: IDataObject,
	shape: Shape,
	{ simple, fields: wanted, includeSecrets, transcriptTurns }: OutputOptions,
): IDataObject {
	const normalized = {
		...record,
		...phoneNumbers(record, shape),
		...shape.normalize?.(record),
		...referenceIds(record, shape),
	};
	const turns = transcriptTurns && {
		transcript_turns: parseTranscript(record.transcript, record.start_time),
	};
	if (wanted || simple) {
		const flat: IDataObject = { ...normalized, ...shape.flatten?.(record) };
		const added = Object.keys(shape.added ?? {}).filter((field) => flat[field] !== undefined);
		const fields = wanted
			? ['id', ...wanted.filter((field) => field !== 'error')]
			: [...Object.keys(shape.simple), ...added];
		const values = fields.map((field) => [
			field,
			Object.hasOwn(flat, field) ? (flat[field] ?? null) : null,
		]);
		return { ...maskSecrets(Object.fromEntries(values) as IDataObject), ...turns };
	}
	const output = includeSecrets ? normalized : maskSecrets(normalized);
	// With Retry On Fail, n8n runs a node again when the first item has a field of this name.
	const { error, ...rest } = output as IDataObject;
	return { ...rest, ...(error !== undefined && { error_info: error }), ...turns };
}

/** The ID of an object that the API gives as its ID or in full. */
export function referencedId(reference: unknown): string | null {
	if (typeof reference === 'string') return reference;
	const id = (reference as IDataObject | null | undefined)?.id;
	return typeof id === 'string' ? id : null;
}

function phoneNumbers(record: IDataObject, { phoneNumbers: fields = [] }: Shape): IDataObject {
	const present = fields.filter((field) => (record[field] ?? null) !== null);
	return Object.fromEntries(present.map((field) => [field, withPlus(record[field])]));
}

function referenceIds(record: IDataObject, { references }: Shape): IDataObject {
	const present = references.filter((field) => record[field] !== undefined);
	return Object.fromEntries(
		present.map((field) => {
			const value = record[field];
			return Array.isArray(value)
				? [`${field.replace(/s$/, '')}_ids`, value.map(referencedId)]
				: [`${field}_id`, referencedId(value)];
		}),
	);
}
