import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { connect } from '../shared/connect';
import { eachRecord } from '../shared/pagination';
import { agentEntry, labelled } from './listSearch';
import { actions } from './resources/action/collection';
import { actionTypes } from './resources/action/fields';
import { agents } from './resources/agent/collection';
import type { Collection } from './resources/crud';

/** All objects of the environment, for fields that take several of them. */
function optionsOf(
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

export const getActions = optionsOf(actions, labelled('type', actionTypes));

export const getAgents = optionsOf(agents, agentEntry);
