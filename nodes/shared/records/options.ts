import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { connect } from '../api/connect';
import { eachRecord } from '../api/pagination';
import type { Collection } from './collection';

/** Loads all objects of the environment, sorted by name, for fields that take several of them. */
export function optionsOf(
	{ path }: Collection,
	toOption: (record: IDataObject) => INodePropertyOptions,
): (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]> {
	return async function () {
		const options: INodePropertyOptions[] = [];
		for await (const record of eachRecord(await connect(this), `${path}/list`)) {
			options.push(toOption(record));
		}
		return toldApart(options).sort((a, b) => a.name.localeCompare(b.name));
	};
}

/** Entries of a list, of which those with the same name show their ID as well. */
export function toldApart<T extends { name: string; value: unknown }>(entries: T[]): T[] {
	const counts = new Map<string, number>();
	for (const { name } of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
	return entries.map((entry) =>
		counts.get(entry.name) === 1
			? entry
			: { ...entry, name: `${entry.name} - ${String(entry.value)}` },
	);
}
