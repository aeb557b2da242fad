import type { INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import type { Fail } from '../../shared/parameters/convert';
import type { ParameterReader } from '../../shared/parameters/reader';
import { shown } from '../../shared/shown';

type Entry = readonly [name: string, value: unknown];

const nameProperty: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
};

const valueProperty: INodeProperties = {
	displayName: 'Value',
	name: 'value',
	type: 'string',
	default: '',
};

/**
 * A field that takes any number of names with their values.
 *
 * @param field its own properties.
 * @param entry label and stored name of one entry, and its properties Name and Value.
 */
export function nameValueField(
	field: Pick<INodeProperties, 'displayName' | 'name' | 'description' | 'displayOptions'>,
	entry: {
		displayName: string;
		name: string;
		nameProperty: Pick<INodeProperties, 'placeholder' | 'description'>;
		valueProperty: Pick<INodeProperties, 'placeholder' | 'description'>;
	},
): INodeProperties {
	return {
		...field,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: `Add ${entry.displayName}`,
		default: {},
		options: [
			{
				displayName: entry.displayName,
				name: entry.name,
				values: [
					{ ...nameProperty, ...entry.nameProperty },
					{ ...valueProperty, ...entry.valueProperty },
				],
			},
		],
	};
}

/**
 * Reads the entries of a field that `nameValueField` made, with their values as they were given.
 *
 * @throws NodeOperationError for a name that is empty or given twice.
 */
export function readNameValues(from: ParameterReader, field: INodeProperties): Entry[] {
	const [{ displayName: one }] = field.options as INodePropertyCollection[];
	const entries = from
		.entries(field)
		.map((entry) => [entry.text(nameProperty), entry.given(valueProperty)] as const);
	return withNames(entries, one.toLowerCase(), from.failing(field));
}

/** @throws what `fail` makes of a name that is empty or given twice; `one` says what has these names. */
export function withNames(entries: Entry[], one: string, fail: Fail): Entry[] {
	const names = entries.map(([name]) => name);
	if (names.some((name) => name.trim() === '')) throw fail(`holds a ${one} without a name`);
	if (names.includes('__proto__')) throw fail(`holds a ${one} named __proto__`);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) throw fail(`holds the ${one} ${shown(twice)} twice`);
	return entries;
}
