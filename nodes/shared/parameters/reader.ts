import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	INode,
	INodeProperties,
	INodePropertyCollection,
	IWebhookFunctions,
	NodeOperationError,
} from 'n8n-workflow';

import { operationError } from '../api/errors';
import { foreignText } from '../foreignText';
import { isObject } from '../json';
import {
	fromLocator,
	isEmpty,
	toBoolean,
	toChoiceOf,
	toChoicesOf,
	toId,
	toJson,
	toNumber,
	toPhoneNumber,
	toSimpleText,
	toTimeIn,
	toTrimmedText,
	withoutDates,
	type Convert,
	type Fail,
} from './convert';
import { shown } from '../shown';

/** How to read a parameter, where its kind alone does not tell. */
export interface Reading {
	/**
	 * The parameter keeps the user from harm, so its default is the dangerous side: an expression that
	 * gives nothing is an error then, instead of the default.
	 */
	guards?: boolean;
}

/** Where values come from: the parameters of a node, or a collection among them. */
interface Source {
	node(): INode;
	timezone(): string;
	/** undefined in triggers, which have no items. */
	itemIndex: number | undefined;
	/** Goes before the labels of fields, as in 'Calling Window: From'. */
	prefix: string;
	/** What the parameter holds; undefined when it is not set, null when its expression gives nothing. */
	evaluate(property: INodeProperties): unknown;
	/** The same, as it is written in the node. */
	written(property: INodeProperties): unknown;
}

/**
 * Reads the parameters of a node: each kind of value in one way, the same in all three nodes.
 *
 * Each method takes the field as the description has it (`INodeProperties`), where label, default,
 * options, `required`, `minValue`, `maxValue` and `numberPrecision: 0` (whole numbers only) come from.
 *
 * - What is not set or empty (undefined, null, white space) gives the field's default. If that is
 *   empty too, a `required` field throws; others give '', [] or undefined.
 * - Text is taken for what it says: 'true', '4', '["a"]', `{"a":1}`. A date is its ISO text.
 * - What is not of the kind throws a NodeOperationError with the label, the item, and what was given.
 * - Values are evaluated once per reader, a collection in one go.
 *
 *     const options = from.inside(optionsField());       // a collection
 *     const timeout = options.number(timeoutOption);
 *     const window = options.entry(callingWindowOption); // a fixedCollection; undefined if not set
 *     const variables = from.entries(variablesField);    // one with multipleValues
 *     const calls = from.choice(callsField, { guards: true });
 */
export class ParameterReader {
	private readonly values = new Map<string, unknown>();

	constructor(private readonly source: Source) {}

	/** Text without white space around it; numbers and dates become text. */
	text(property: INodeProperties, reading?: Reading): string {
		return this.required(property, this.convert(property, toTrimmedText, reading) ?? '');
	}

	/** Text with its white space, for what is spoken or written out. */
	prose(property: INodeProperties, reading?: Reading): string {
		return this.required(property, this.convert(property, toSimpleText, reading) ?? '');
	}

	/** A number within the limits of the field; one without a default has to be given. */
	number(property: INodeProperties, reading?: Reading): number {
		const number = this.convert(property, toNumber, reading);
		if (number === null) throw this.fail(property, 'is empty');
		this.checkRange(property, number);
		return number;
	}

	/** Checks a number that was read in another way against the limits of its field. */
	checkRange(property: INodeProperties, number: number): void {
		const { minValue, maxValue, numberPrecision } = property.typeOptions ?? {};
		const isBelow = minValue !== undefined && number < minValue;
		const isAbove = maxValue !== undefined && number > maxValue;
		const isBroken = numberPrecision === 0 && !Number.isInteger(number);
		if (!isBelow && !isAbove && !isBroken) return;
		const what = numberPrecision === 0 ? 'a whole number' : 'a number';
		const range = [
			...(minValue === undefined ? [] : [`${minValue} or more`]),
			...(maxValue === undefined ? [] : [`${maxValue} or less`]),
		].join(' and ');
		const wanted = [what, range].filter(Boolean).join(' of ');
		throw this.fail(property, `has to be ${wanted}, not ${number}`);
	}

	boolean(property: INodeProperties, reading?: Reading): boolean {
		return this.convert(property, toBoolean, reading) ?? false;
	}

	/** The stored value of one of the field's options, which may also be given by its name. */
	choice<T extends string = string>(property: INodeProperties, reading?: Reading): T {
		const choice = this.convert(property, toChoiceOf(property), reading) ?? '';
		return this.required(property, choice) as T;
	}

	/** A list of texts, each once; of a multiOptions field, each one of its options. */
	list(property: INodeProperties, reading?: Reading): string[] {
		const list = this.convert(property, toChoicesOf(property), reading) ?? [];
		if (list.length === 0 && (reading?.guards || property.required)) {
			throw this.fail(property, 'is empty');
		}
		return list;
	}

	/** A JSON value, or what `kind` makes of it (`toObject`, `toObjects`); undefined when empty. */
	json<T = unknown>(
		property: INodeProperties,
		kind: Convert<T> = toJson as Convert<T>,
		reading?: Reading,
	): NonNullable<T> | undefined {
		return this.required(property, this.convert(property, kind, reading) ?? undefined);
	}

	/** Milliseconds since 1970, or undefined; a time without an offset is in the workflow's zone. */
	time(property: INodeProperties, reading?: Reading): number | undefined {
		const toTime = toTimeIn(this.source.timezone());
		return this.required(property, this.convert(property, toTime, reading) ?? undefined);
	}

	/** A phone number in E.164, or undefined; also from a locator. */
	phoneNumber(property: INodeProperties, reading?: Reading): string | undefined {
		return this.required(property, this.convert(property, toPhoneNumber, reading) ?? undefined);
	}

	/** An ID, as text or from a locator; the address of an object's page does as well. */
	id(property: INodeProperties, reading?: Reading): string {
		const id = this.convert(property, toId, reading) ?? '';
		if (id !== '' || !property.required) return id;
		throw this.fail(property, 'is empty', 'Choose an entry from the list, or enter an ID.');
	}

	/** The time zone of the workflow. */
	get timezone(): string {
		return this.source.timezone();
	}

	/** The mode of a locator, e.g. `id`; undefined where an expression gives the value alone. */
	mode(property: INodeProperties): string | undefined {
		const value = this.given(property);
		return isObject(value) && typeof value.mode === 'string' ? value.mode : undefined;
	}

	/** Whether a field was added to a collection, even if left empty. */
	has(property: INodeProperties): boolean {
		return this.given(property) !== undefined;
	}

	/** What was given, of any kind, for conversions of one's own; report problems with `failing`. */
	given(property: INodeProperties): unknown {
		const { name } = property;
		if (!this.values.has(name)) this.values.set(name, this.evaluate(property));
		return this.values.get(name);
	}

	/** What is written in a field, expressions as they are; of a collection, all of it. */
	written(property: INodeProperties): unknown {
		return this.source.written(property);
	}

	/** The fields that were added to a collection. */
	inside(collection: INodeProperties, reading?: Reading): ParameterReader {
		const { prefix } = this.source;
		const values = this.objectOf(collection, this.given(collection), reading) ?? {};
		return this.among(values, prefix, () => this.source.written(collection));
	}

	/** What a collection holds whose fields are not known, such as the values of a resource mapper. */
	object(collection: INodeProperties): IDataObject {
		return this.objectOf(collection, this.given(collection)) ?? {};
	}

	/** The fields of a fixedCollection that holds one entry; undefined when it was not added. */
	entry(collection: INodeProperties, reading?: Reading): ParameterReader | undefined {
		const group = this.groupIn(collection, reading);
		const entry = group === undefined ? group : this.objectOf(collection, group, reading);
		if (entry === undefined) {
			if (reading?.guards && this.has(collection)) throw this.fail(collection, ...NO_ENTRY);
			return undefined;
		}
		return this.among(entry, prefixOf(collection), () =>
			writtenIn(this.source.written(collection), nameOfGroup(collection)),
		);
	}

	/** The entries of a fixedCollection that can hold many. */
	entries(collection: INodeProperties): ParameterReader[] {
		const group = this.groupIn(collection) ?? [];
		const entries: unknown[] = Array.isArray(group) ? group : [group];
		return entries.map((entry, i) =>
			this.among(this.entryOf(collection, entry), prefixOf(collection), () =>
				writtenIn(this.source.written(collection), nameOfGroup(collection), i),
			),
		);
	}

	/** Makes errors about the value of a field; `advice` is the description. */
	failing(property: INodeProperties): Fail {
		const isSecret = property.typeOptions?.password === true;
		const hidden = 'does not hold what belongs there (it is secret, so it is not shown)';
		return (problem, advice) => this.fail(property, isSecret ? hidden : problem, advice);
	}

	/** An error about a field: `'Label' problem [item N]`. */
	fail({ displayName }: INodeProperties, problem: string, advice?: string): NodeOperationError {
		const { itemIndex, prefix } = this.source;
		const where = itemIndex === undefined ? '' : ` [item ${itemIndex}]`;
		const message = `'${prefix}${displayName}' ${problem}${where}`;
		return operationError(this.source.node(), message, { itemIndex, description: advice });
	}

	/** @returns null when nothing was given and the field has no default. */
	private convert<T>(property: INodeProperties, kind: Convert<T>, reading?: Reading): T | null {
		const given = valueOf(property, this.given(property));
		if (!isEmpty(given)) return kind(given, this.failing(property));
		this.refuseNothing(property, reading);
		const usual = valueOf(property, property.default);
		return isEmpty(usual) ? null : kind(usual, this.failing(property));
	}

	/** @throws NodeOperationError when the expression of a field that guards gives nothing. */
	private refuseNothing(property: INodeProperties, { guards = false }: Reading = {}): void {
		if (!guards || !this.has(property) || !isExpression(this.source.written(property))) return;
		throw this.fail(
			property,
			'gives nothing',
			'This setting guards against a mistake, so it must have a value. Correct the expression, or remove the field if you do not need it.',
		);
	}

	private required<T>(property: INodeProperties, value: T): T {
		if (property.required && (value === '' || value === undefined)) {
			throw this.fail(property, 'is empty');
		}
		return value;
	}

	/** The entry or entries of a fixedCollection with one kind of them, as all of ours are. */
	private groupIn(collection: INodeProperties, reading?: Reading): unknown {
		const name = nameOfGroup(collection);
		const object = this.objectOf(collection, this.given(collection), reading) ?? {};
		return Object.hasOwn(object, name) ? (object[name] ?? null) : undefined;
	}

	/** @returns undefined for what was not added, or is empty. */
	private objectOf(
		collection: INodeProperties,
		given: unknown,
		reading?: Reading,
	): IDataObject | undefined {
		if (!isEmpty(given)) return this.entryOf(collection, given);
		this.refuseNothing(collection, reading);
		return undefined;
	}

	private entryOf(collection: INodeProperties, given: unknown): IDataObject {
		if (isObject(given)) return given;
		throw this.fail(collection, `holds no fields, but ${shown(given)}`);
	}

	private evaluate(property: INodeProperties): unknown {
		try {
			return withoutDates(this.source.evaluate(property));
		} catch (caught) {
			const { name, message, description } = Object(caught) as NodeOperationError;
			// n8n itself walks through each value, as deep as it goes.
			const isTooDeep = name === 'RangeError';
			throw this.fail(
				property,
				isTooDeep
					? 'nests too deep, or holds itself'
					: `could not be evaluated: ${foreignText(message)}`,
				description ?? 'Correct the expression in this field.',
			);
		}
	}

	private among(values: IDataObject, prefix: string, written: () => unknown): ParameterReader {
		return new ParameterReader({
			...this.source,
			prefix,
			evaluate: ({ name }) =>
				Object.hasOwn(values, name) ? (values[name] ?? null) : undefined,
			written: ({ name }) => writtenIn(written(), name),
		});
	}
}

/** n8n makes an empty collection of an expression that stands for a whole fixedCollection. */
const NO_ENTRY = [
	'is empty',
	'This setting guards against a mistake, so it must hold something. Fill in its fields, or remove it.',
] as const;

function nameOfGroup({ options }: INodeProperties): string {
	const [{ name }] = options as INodePropertyCollection[];
	return name;
}

function isExpression(written: unknown): written is string {
	return typeof written === 'string' && written.startsWith('=');
}

/** What is written in a field of a collection; one expression may give the whole of it. */
function writtenIn(collection: unknown, ...names: Array<string | number>): unknown {
	return names.reduce<unknown>(
		(outer, name) =>
			isExpression(outer)
				? outer
				: (outer as Record<string | number, unknown> | null | undefined)?.[name],
		collection,
	);
}

function valueOf({ type }: INodeProperties, given: unknown): unknown {
	return type === 'resourceLocator' ? fromLocator(given) : given;
}

function prefixOf({ displayName }: INodeProperties): string {
	return `${displayName}: `;
}

/** The parameters of the action node for one item. */
export class ItemReader extends ParameterReader {
	constructor(
		readonly context: IExecuteFunctions,
		readonly itemIndex: number,
	) {
		super({
			node: () => context.getNode(),
			timezone: () => context.getTimezone(),
			itemIndex,
			prefix: '',
			// A parameter that is not shown is not there.
			evaluate: ({ name, default: usual = '' }) =>
				context.getNodeParameter(name, itemIndex, usual) ?? null,
			written: ({ name }) =>
				context.getNodeParameter(name, itemIndex, '', { rawExpressions: true }),
		});
	}
}

/** The parameters of a trigger. */
export function readerOfTrigger(context: IHookFunctions | IWebhookFunctions): ParameterReader {
	return new ParameterReader({
		node: () => context.getNode(),
		timezone: () => context.getTimezone(),
		itemIndex: undefined,
		prefix: '',
		evaluate: ({ name, default: usual = '' }) => context.getNodeParameter(name, usual) ?? null,
		written: ({ name }) => context.getNodeParameter(name, '', { rawExpressions: true }),
	});
}
