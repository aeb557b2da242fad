import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

import { loadOptions } from '../triggers/loadOptions';
import { properties } from './fields';
import { receive } from './receive';
import { leave, prepare } from './registration';
import { webhookMethodsOf } from '../triggers/webhookMethods';

export class FluentsAiTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Fluents.ai Trigger',
		name: 'fluentsAiTrigger',
		icon: {
			light: 'file:../../icons/fluentsai.svg',
			dark: 'file:../../icons/fluentsai.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ").replaceAll("event_", "") }}',
		// n8n shows one entry for this node and the node Fluents.ai, with this description.
		description:
			'Place phone calls with AI voice agents, and start workflows when something happens in a call',
		builderHint: {
			searchHint:
				'Starts a workflow by events of phone calls, such as the end of a call with its outcome and transcript.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-fluentsai.fluentsAi',
					relationHint: 'Places the calls, and gets recordings when they are ready',
				},
			],
		},
		defaults: { name: 'Fluents.ai Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fluentsAiApi', required: true }],
		webhooks: [
			// Its address works with the secret only, which the panel cannot show.
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				path: 'webhook',
				ndvHideUrl: true,
			},
			// Fluents.ai is said to send events by GET too (API: C8). It needs no registration of its own.
			{
				name: 'setup',
				httpMethod: 'GET',
				responseMode: 'onReceived',
				path: 'webhook',
				ndvHideUrl: true,
			},
		],
		eventTriggerDescription: 'Waiting for a call event of Fluents.ai',
		activationMessage: 'Call events of Fluents.ai now start this workflow.',
		triggerPanel: {
			header: 'Get events from phone calls',
			executionsHelp: {
				inactive:
					'<b>While building your workflow</b>, click Execute step, then place a call with one of the agents. n8n gives the agents a webhook for the test, and removes it afterwards.<br><br><b>Once the workflow works</b>, publish it. Then it runs for each event.',
				active: '<b>While building your workflow</b>, click Execute step, then place a call with one of the agents. During the test, the agents send their events to the editor instead of the published workflow.<br><br><b>The published workflow</b> runs for each event. See the results in the executions list.',
			},
			activationHint: 'Once the workflow works, publish it: then it runs for each event.',
		},
		properties,
	};

	methods = { loadOptions };

	webhookMethods = { default: webhookMethodsOf({ prepare, leave }) };

	webhook = receive;
}
