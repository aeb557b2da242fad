import type { IBuilderHint } from 'n8n-workflow';

import { resources } from './resources';

/** Operations whose name says all, next to that of their resource. Calls have some of them, too. */
const USUAL = /^(create|delete|get|getAll|update|upsert)$/;

/**
 * What n8n's assistant and MCP builder read beside the fields; n8n 1 does not know it.
 *
 * The type that n8n makes of an operation has the description of its resource. What it does is told here.
 */
export const builderHint: IBuilderHint = {
	searchHint:
		'Places phone calls with AI voice agents and reads their outcome, transcript and answers. Create and Wait outputs the outcome: put an If or Switch node on it. Set calls to dryRun while you build: then it calls nobody.',
	relatedNodes: [
		{
			nodeType: 'n8n-nodes-fluentsai.fluentsAiLiveTrigger',
			relationHint:
				'An agent asks the workflow during a call, and Live Request: Respond answers',
		},
		{
			nodeType: 'n8n-nodes-fluentsai.fluentsAiTrigger',
			relationHint: 'Starts a workflow when a call has ended, without waiting for it',
		},
		{
			nodeType: 'n8n-nodes-base.if',
			relationHint:
				'Goes on by the outcome after Create and Wait, e.g. answered or no_answer',
		},
	],
	extraTypeDefContent: resources.flatMap(({ option: resource, operations }) =>
		operations
			.filter(({ option }) => resource.value === 'call' || !USUAL.test(option.value))
			.map(({ option }) => ({
				content: option.description,
				displayOptions: {
					show: { resource: [resource.value], operation: [option.value] },
				},
			})),
	),
};
