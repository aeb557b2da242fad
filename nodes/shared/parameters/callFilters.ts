import type { INodeProperties } from 'n8n-workflow';

/** By what calls are chosen, the same in the trigger and in Get Many. */

export const agentsField: INodeProperties = {
	displayName: 'Agent Names or IDs',
	name: 'agents',
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: 'getAgents' },
	default: [],
	description:
		'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
};

export const directionField: INodeProperties = {
	displayName: 'Direction',
	name: 'direction',
	type: 'options',
	options: [
		{ name: 'Incoming', value: 'inbound' },
		{ name: 'Outgoing', value: 'outbound' },
	],
	default: 'outbound',
	description: 'Only calls that people make, or only calls that agents make',
};

export const outcomeField: INodeProperties = {
	displayName: 'Outcome',
	name: 'outcome',
	type: 'multiOptions',
	options: [
		{
			name: 'Answered',
			value: 'answered',
			description: 'Somebody picked up, and no machine was detected',
		},
		{ name: 'Busy', value: 'busy', description: 'The line was busy' },
		{ name: 'Failed', value: 'failed', description: 'The call ended with an error' },
		{ name: 'In Progress', value: 'in_progress', description: 'The call is not over yet' },
		{ name: 'No Answer', value: 'no_answer', description: 'It rang, and nobody picked up' },
		{
			name: 'Not Connected',
			value: 'not_connected',
			description: 'The call did not get through',
		},
		{
			name: 'Transferred',
			value: 'transferred',
			description: 'The agent handed the call over to somebody else',
		},
		{
			name: 'Unknown',
			value: 'unknown',
			description: 'Fluents.ai does not tell what came of the call',
		},
		{
			name: 'Voicemail',
			value: 'voicemail',
			description: 'A machine picked up',
		},
	],
	default: [],
	description: 'Only calls with one of these outcomes',
};
