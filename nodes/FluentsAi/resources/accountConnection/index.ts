import { accountConnections } from '../../../shared/records/accountConnection';
import { accountConnectionLocator } from '../../fields/locators';
import type { Resource } from '../../operation';
import { createOperation, getAllOperation, getOperation, updateOperation } from '../crud';
import { accountConnectionFields } from './fields';

export const accountConnection: Resource = {
	option: {
		name: 'Account Connection',
		value: 'accountConnection',
		description: 'Your account at another provider',
	},
	operations: [
		createOperation(
			accountConnections,
			accountConnectionFields,
			'Create an account connection, which lets Fluents.ai use your account at another provider',
		),
		getOperation(
			accountConnections,
			accountConnectionLocator,
			'Get the settings of an account connection. Its credentials are masked.',
		),
		getAllOperation(accountConnections, 'Get many account connections of the environment'),
		updateOperation(
			accountConnections,
			accountConnectionLocator,
			accountConnectionFields,
			'Update an account connection. Its other credentials are kept: the node reads it first, because Fluents.ai replaces all credentials at once.',
		),
	],
};
