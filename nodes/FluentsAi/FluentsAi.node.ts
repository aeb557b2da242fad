import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { operationError } from '../shared/api/errors';
import { foreignText } from '../shared/foreignText';
import { execute } from './execute';
import * as methods from './methods';
import { findOperation, properties } from './resources';
import { onEvent, resumeWebhooks } from './watching/untilEvent';

export class FluentsAi implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Fluents.ai',
		name: 'fluentsAi',
		icon: {
			light: 'file:../../icons/fluentsai.svg',
			dark: 'file:../../icons/fluentsai.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description:
			'Place and manage phone calls with Fluents.ai voice agents. Placing a call dials a real person and costs money.',
		defaults: { name: 'Fluents.ai' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fluentsAiApi', required: true }],
		webhooks: resumeWebhooks,
		properties,
	};

	methods = methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0) as string;
		const name = this.getNodeParameter('operation', 0) as string;
		const operation = findOperation(resource, name);
		if (!operation) {
			throw operationError(
				this.getNode(),
				`This version of the node has no operation '${foreignText(name)}' for the resource '${foreignText(resource)}'`,
				{
					description:
						'Choose another operation, or update the package n8n-nodes-fluentsai.',
				},
			);
		}
		return [await execute(this, operation)];
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await onEvent.call(this);
	}
}
