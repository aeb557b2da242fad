import { voiceDefaults } from '../model/defaults';
import { crud, type Resource } from './crud';

export const voices: Resource = {
	collection: 'voices',
	singular: 'Voice',
	plural: 'Voices',
	defaults: voiceDefaults,
	mainFields: ['type', 'label'],
	remove: (environment, id) => {
		for (const agent of environment.agents.values()) if (agent.voice === id) agent.voice = null;
	},
};

export const voiceHandlers = crud(voices);
