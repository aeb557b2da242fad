import type { Collection } from './collection';

export const prompts: Collection = {
	one: 'prompt',
	many: 'prompts',
	path: '/prompts',
	shape: {
		references: ['prompt_template'],
		simple: {
			id: 'string',
			label: 'string',
			description: 'string',
			type: 'string',
			content: 'string',
			collect_fields: 'array',
			context_endpoint: 'string',
			tags: 'array',
			prompt_template_id: 'string',
		},
	},
};
