import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { connect } from '../shared/connect';
import { eachRecord } from '../shared/pagination';
import { labelled } from './listSearch';
import { actions } from './resources/action/collection';
import { actionTypes } from './resources/action/fields';

export const loadOptions = {
	/** All actions of the environment, for fields that take several of them. */
	async getActions(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		const options: INodePropertyOptions[] = [];
		for await (const action of eachRecord(await connect(this), `${actions.path}/list`)) {
			options.push(labelled('type', actionTypes)(action));
		}
		return options.sort((a, b) => a.name.localeCompare(b.name));
	},
};
