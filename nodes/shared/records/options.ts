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
		return options.sort((a, b) => a.name.localeCompare(b.name));
	};
}
