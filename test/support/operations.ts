import type { INodeParameters } from 'n8n-workflow';

import { resources } from '../../nodes/FluentsAi/resources';
import { plainAgent } from './callFixtures';
import { byId, byNumber, simulator } from './harness';

const first = (kind: 'agents' | 'calls' | 'prompts' | 'voices' | 'webhooks' | 'actions') =>
	byId([...simulator.environment('default')[kind].keys()][0]);
const connection = () => byId([...simulator.environment('default').accountConnections.keys()][0]);
const ownNumber = () =>
	String([...simulator.environment('default').numbers.values()].find((n) => n.active)?.number);
const recorded = () =>
	[...simulator.environment('default').calls.values()].find((call) => call.recording_available);

/** The least that each operation needs, by resource and operation. */
export const leastParameters: Record<string, () => INodeParameters> = {
	'accountConnection create': () => ({
		type: 'account_connection_openai',
		openAiApiKey: 'sk-1',
	}),
	'accountConnection get': () => ({ accountConnectionId: connection() }),
	'accountConnection update': () => ({
		accountConnectionId: connection(),
		updateFields: { label: 'New' },
	}),
	'action create': () => ({ type: 'action_end_conversation' }),
	'action upsert': () => ({ label: 'New', type: 'action_end_conversation' }),
	'action delete': () => ({ actionId: first('actions') }),
	'action get': () => ({ actionId: first('actions') }),
	'action update': () => ({ actionId: first('actions'), updateFields: { label: 'New' } }),
	'agent create': () => ({
		name: 'New Agent',
		promptSource: 'existing',
		promptId: first('prompts'),
		voiceId: first('voices'),
	}),
	'agent upsert': () => ({
		name: 'New Agent',
		promptSource: 'existing',
		promptId: first('prompts'),
		voiceId: first('voices'),
	}),
	'agent delete': () => ({ agentId: first('agents') }),
	'agent get': () => ({ agentId: first('agents') }),
	'agent update': () => ({ agentId: first('agents'), updateFields: { name: 'New' } }),
	'apiRequest send': () => ({
		path: '/agents',
		query: {
			parameters: [
				{ name: 'id', value: [...simulator.environment('default').agents.keys()][0] },
			],
		},
	}),
	'call create': () => ({
		agentId: byId(plainAgent().id),
		fromNumber: byNumber(ownNumber()),
		toNumber: '+12125550101',
		// What is searched for after a lost answer is given up sooner.
		options: { timeout: 300 },
	}),
	'call createAndWait': () => ({
		agentId: byId(plainAgent().id),
		fromNumber: byNumber(ownNumber()),
		toNumber: '+12125550101',
		options: { pollInterval: 1, timeout: 300 },
	}),
	'call end': () => {
		simulator.callSeconds = 60;
		const [call] = simulator.environment('default').addCalls(1, {
			status: 'in_progress',
			end_time: null,
		});
		return { callId: byId(call.id) };
	},
	'call get': () => ({ callId: first('calls') }),
	'call getRecording': () => ({ callId: byId(String(recorded()?.id)) }),
	'call wait': () => ({ callId: first('calls') }),
	'phoneNumber buy': () => ({ chooseBy: 'areaCode', areaCode: '415' }),
	'phoneNumber cancel': () => ({ phoneNumberId: byNumber(ownNumber()), confirm: true }),
	'phoneNumber detach': () => ({ phoneNumberId: byNumber(ownNumber()) }),
	'phoneNumber get': () => ({ phoneNumberId: byNumber(ownNumber()) }),
	'phoneNumber link': () => ({ phoneNumber: '+12125550188', accountConnectionId: connection() }),
	'phoneNumber update': () => ({
		phoneNumberId: byNumber(ownNumber()),
		updateFields: { label: 'New' },
	}),
	'prompt create': () => ({ content: 'You are friendly.' }),
	'prompt upsert': () => ({ label: 'New', content: 'You are friendly.' }),
	'prompt delete': () => ({ promptId: first('prompts') }),
	'prompt get': () => ({ promptId: first('prompts') }),
	'prompt update': () => ({ promptId: first('prompts'), updateFields: { content: 'New' } }),
	'voice create': () => ({ type: 'voice_azure', voiceName: 'en-US-JennyNeural' }),
	'voice upsert': () => ({ label: 'New', type: 'voice_azure', voiceName: 'en-US-JennyNeural' }),
	'voice delete': () => ({ voiceId: first('voices') }),
	'voice get': () => ({ voiceId: first('voices') }),
	'voice update': () => ({ voiceId: first('voices'), updateFields: { label: 'New' } }),
	'webhook create': () => ({ events: ['event_transcript'], url: 'https://example.com/hook' }),
	'webhook upsert': () => ({
		label: 'New',
		events: ['event_transcript'],
		url: 'https://example.com/hook',
	}),
	'webhook delete': () => ({ webhookId: first('webhooks') }),
	'webhook get': () => ({ webhookId: first('webhooks') }),
	'webhook update': () => ({ webhookId: first('webhooks'), updateFields: { label: 'New' } }),
};

/** The answer to a live request goes out through n8n, and asks Fluents.ai nothing. */
const asking = resources.filter(({ option }) => option.value !== 'liveRequest');

/** All operations that ask Fluents.ai something. */
export const operations = asking.flatMap(({ option, operations: of }) =>
	of.map((operation) => ({
		name: `${option.value} ${operation.option.value}`,
		resource: option.value,
		operation: operation.option.value,
		properties: operation.properties,
		/** What each of its outputs has with Simplify on. */
		simpleFields: Object.keys(operation.output),
	})),
);
