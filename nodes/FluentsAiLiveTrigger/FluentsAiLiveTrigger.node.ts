import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

import { longLists } from '../shared/parameters/longLists';
import { loadOptions } from '../triggers/loadOptions';
import { properties } from './fields';
import { receive } from './receive';
import { leave, prepare } from './registration';
import { webhookMethodsOf } from '../triggers/webhookMethods';

/** n8n's response mode for each way to answer. */
const responseMode =
	'={{ { respond: "responseNode", lastNode: "lastNode", immediately: "onReceived" }[$parameter["answerUsing"]] }}';

export class FluentsAiLiveTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Fluents.ai Live Trigger',
		name: 'fluentsAiLiveTrigger',
		icon: {
			light: 'file:../../icons/fluentsai.svg',
			dark: 'file:../../icons/fluentsai.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["requestType"] === "action" ? $parameter["actionName"] : "caller lookup" }}',
		description: "Answers a Fluents.ai agent's questions while the person is on the line",
		builderHint: {
			searchHint:
				'Starts when a voice agent asks for data or an action during a call, or who is calling. Answer within seconds, with Live Request: Respond of the node Fluents.ai.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-fluentsai.fluentsAi',
					relationHint: 'Live Request: Respond gives the agent its answer',
				},
			],
		},
		defaults: { name: 'Fluents.ai Live Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fluentsAiApi', required: true }],
		webhooks: [
			// Its address works with the secret only, which the panel cannot show.
			{ name: 'default', httpMethod: 'POST', responseMode, path: 'live', ndvHideUrl: true },
			// A caller lookup comes by GET (API: caller number), and its query may be lost (API: C25), so its
			// secret is the last part of its path. n8n keeps one such path apart from another by its text.
			{
				name: 'setup',
				httpMethod: 'GET',
				responseMode,
				path: '=:{{$webhookId}}',
				isFullPath: true,
				ndvHideUrl: true,
			},
		],
		eventTriggerDescription: 'Waiting for an agent of Fluents.ai to ask',
		activationMessage: 'Agents of Fluents.ai can now ask this workflow.',
		triggerPanel: {
			header: 'Answer agents during phone calls',
			executionsHelp: {
				inactive:
					'<b>While building your workflow</b>, click Execute step, then call one of the agents, or let it call you, and get it to ask. For the test, n8n points the agents to the editor, and restores them afterwards.<br><br><b>Once the workflow works</b>, publish it. Then it answers each question.',
				active: '<b>While building your workflow</b>, click Execute step, then get one of the agents to ask. During the test, the agents ask the editor instead of the published workflow.<br><br><b>The published workflow</b> answers each question. See the results in the executions list.',
			},
			activationHint:
				'Once the workflow works, publish it: then it answers the agents during calls.',
		},
		properties,
	};

	methods = { loadOptions: { ...loadOptions, ...longLists } };

	webhookMethods = { default: webhookMethodsOf({ prepare, leave }) };

	webhook = receive;
}
