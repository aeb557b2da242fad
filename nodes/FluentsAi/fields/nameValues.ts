import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { toText } from '../../shared/parameters/convert';

type Entry = readonly [name: string, value: unknown];

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
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						...entry.nameProperty,
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						...entry.valueProperty,
					},
				],
			},
		],
	};
}

/**
 * Reads the entries of a field that `nameValueField` made.
 *
 * @throws what `fail` makes of a name that is empty or given twice.
 */
export function readNameValues(
	context: IExecuteFunctions,
	{ name: field, options = [] }: INodeProperties,
	itemIndex: number,
	fail: (problem: string) => Error,
): Entry[] {
	const [{ name, displayName }] = options as INodeProperties[];
	const given = context.getNodeParameter(field, itemIndex, {}) as IDataObject;
	const entries = ((given[name] ?? []) as IDataObject[]).map(
		(entry) => [toText(entry.name), entry.value] as const,
	);
	return withNames(entries, displayName.toLowerCase(), fail);
}

/** @throws what `fail` makes of a name that is empty or given twice; `one` says what has these names. */
export function withNames(
	entries: Entry[],
	one: string,
	fail: (problem: string) => Error,
): Entry[] {
	const names = entries.map(([name]) => name);
	if (names.includes('')) throw fail(`have a ${one} without a name`);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) throw fail(`have the ${one} '${twice}' twice`);
	return entries;
}
