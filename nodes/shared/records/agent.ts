import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';

import type { components } from '../api/fluents';
import type { Collection } from './collection';
import { plainText } from '../json';

export const agents: Collection = {
	one: 'agent',
	many: 'agents',
	path: '/agents',
	shape: {
		references: ['prompt', 'voice', 'actions', 'webhook', 'openai_account_connection'],
		hasSecrets: true,
		simple: {
			id: 'string',
			name: 'string',
			label: 'string',
			description: 'string',
			language: 'string',
			initial_message: 'string',
			prompt_id: 'string',
			voice_id: 'string',
			action_ids: 'array',
			webhook_id: 'string',
		},
	},
};

/** What a change of an agent may hold (API: updateAgent). */
export const agentFieldNames = [
	'name',
	'prompt',
	'voice',
	'actions',
	'label',
	'description',
	'language',
	'initial_message',
	'initial_message_delay',
	'wait_for_greeting',
	'enable_dynamic_turns',
	'conversation_speed',
	'interrupt_sensitivity',
	'endpointing_sensitivity',
	'ivr_navigation_mode',
	'noise_suppression',
	'enable_recording',
	'run_do_not_call_detection',
	'ask_if_human_present_on_idle',
	'idle_time_seconds',
	'max_idle_check_count',
	'call_duration_sec',
	'provider',
	'model',
	'llm_temperature',
	'llm_fallback',
	'openai_model_name_override',
	'openai_account_connection',
	'transcriber',
	'deepgram_keywords',
	'context_endpoint',
	'webhook',
	'post_call_actions',
	'post_call_insights',
] as const satisfies ReadonlyArray<keyof components['schemas']['AgentUpdate']>;

/** How lists show an agent. */
export function agentName({ id, name, label }: IDataObject): string {
	return plainText(name) || plainText(label) || plainText(id);
}

/** An agent as an entry of a list. */
export function agentOption(agent: IDataObject): INodePropertyOptions & { value: string } {
	return { name: agentName(agent), value: String(agent.id) };
}
