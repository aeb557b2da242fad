import type { BodyField } from '../../fields/body';
import { contextEndpointField, descriptionField, labelField } from '../../fields/common';
import { toId, toList } from '../../../shared/parameters/convert';

/** What a prompt is created and updated with (API: createPrompt, updatePrompt). */
export const promptFields: Array<BodyField<'PromptInput'>> = [
	{
		api: 'content',
		property: {
			displayName: 'Content',
			name: 'content',
			type: 'string',
			typeOptions: { rows: 6 },
			default: '',
			required: true,
			placeholder: 'e.g. You are the reception of a small hotel.',
			description:
				'What the agent is told, e.g. You are the reception of a small hotel. Write context variables as Fluents.ai shows them.',
		},
	},
	{ ...labelField, prominent: true },
	descriptionField,
	contextEndpointField,
	{
		api: 'collect_fields',
		property: {
			displayName: 'Collect Fields',
			name: 'collectFields',
			type: 'string',
			default: '',
			placeholder: 'e.g. email, order_number',
			description: 'What the agent should find out, separated by commas',
		},
		toApi: toList,
	},
	{
		api: 'tags',
		property: {
			displayName: 'Tags',
			name: 'tags',
			type: 'string',
			default: '',
			placeholder: 'e.g. phone, reception',
			description: 'Tags of the prompt, separated by commas',
		},
		toApi: toList,
	},
	{
		api: 'type',
		property: {
			displayName: 'Type',
			name: 'type',
			type: 'options',
			options: [
				{ name: 'Block', value: 'block' },
				{ name: 'Prompt', value: 'prompt' },
			],
			default: 'prompt',
			description: 'A whole prompt, or a building block of others',
		},
	},
	{
		api: 'prompt_template',
		property: {
			displayName: 'Prompt Template ID',
			name: 'promptTemplate',
			type: 'string',
			default: '',
			placeholder: 'e.g. 550e8400-e29b-41d4-a716-446655440000',
			description: 'The template behind the prompt',
		},
		toApi: toId,
	},
];
