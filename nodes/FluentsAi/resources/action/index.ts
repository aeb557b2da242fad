import { actions } from '../../../shared/records/action';
import { actionLocator } from '../../fields/locators';
import type { Resource } from '../../operation';
import {
	createOperation,
	deleteOperation,
	getAllOperation,
	getOperation,
	updateOperation,
} from '../crud';
import { upsertOperation } from '../upsert';
import { actionFields } from './fields';

export const action: Resource = {
	option: { name: 'Action', value: 'action', description: 'What agents can do during a call' },
	operations: [
		// The API insists on a config also for types that have no settings (API: createAction).
		createOperation(
			actions,
			actionFields,
			'Create an action that agents can take during a call',
			{ config: {} },
		),
		upsertOperation(actions, actionFields, 'label', { config: {} }),
		deleteOperation(
			actions,
			actionLocator,
			'Delete an action. Agents that use it can no longer take it.',
		),
		getOperation(actions, actionLocator, 'Get the settings of an action'),
		getAllOperation(actions, 'Get many actions of the environment'),
		updateOperation(
			actions,
			actionLocator,
			actionFields,
			'Update an action. Its other settings are kept: the node reads the action first, because Fluents.ai replaces all settings at once.',
		),
	],
};
