import { prompts } from '../../../shared/records/prompt';
import { promptLocator } from '../../fields/locators';
import type { Resource } from '../../operation';
import {
	createOperation,
	deleteOperation,
	getAllOperation,
	getOperation,
	updateOperation,
} from '../crud';
import { upsertOperation } from '../upsert';
import { promptFields } from './fields';

export const prompt: Resource = {
	option: { name: 'Prompt', value: 'prompt', description: 'Instructions of agents' },
	operations: [
		createOperation(prompts, promptFields, 'Create a prompt that agents can share'),
		upsertOperation(prompts, promptFields, 'label'),
		deleteOperation(prompts, promptLocator, 'Delete a prompt'),
		getOperation(prompts, promptLocator, 'Get the text and settings of a prompt'),
		getAllOperation(prompts, 'Get many prompts of the environment'),
		updateOperation(
			prompts,
			promptLocator,
			promptFields,
			'Update the text and settings of a prompt',
		),
	],
};
