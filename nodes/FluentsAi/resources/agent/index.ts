import { agents } from '../../../shared/records/agent';
import { agentLocator } from '../../fields/locators';
import type { Resource } from '../../operation';
import {
	createOperation,
	deleteOperation,
	getAllOperation,
	getOperation,
	updateOperation,
} from '../crud';
import { upsertOperation } from '../upsert';
import { agentFields } from './fields';

export const agent: Resource = {
	option: { name: 'Agent', value: 'agent', description: 'Voice agents that make and take calls' },
	operations: [
		createOperation(agents, agentFields, 'Create a voice agent'),
		upsertOperation(agents, agentFields, 'name'),
		deleteOperation(agents, agentLocator, 'Delete a voice agent'),
		getOperation(agents, agentLocator, 'Get the settings of a voice agent'),
		getAllOperation(agents, 'Get many voice agents of the environment'),
		updateOperation(agents, agentLocator, agentFields, 'Update the settings of a voice agent'),
	],
};
