import type { Collection } from './collection';

export const voices: Collection = {
	one: 'voice',
	many: 'voices',
	path: '/voices',
	shape: {
		references: [],
		hasSecrets: true,
		simple: {
			id: 'string',
			label: 'string',
			description: 'string',
			type: 'string',
			voice_id: 'string',
			voice_name: 'string',
			speaker: 'string',
			model_id: 'string',
		},
	},
};
