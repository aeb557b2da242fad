import { promptDefaults } from '../model/defaults';
import { crud, type Resource } from './crud';

export const prompts: Resource = {
	collection: 'prompts',
	singular: 'Prompt',
	plural: 'Prompts',
	defaults: promptDefaults,
	mainFields: ['label', 'content'],
	remove: (environment, id) => {
		for (const agent of environment.agents.values())
			if (agent.prompt === id) agent.prompt = null;
	},
};

export const promptHandlers = crud(prompts);
