import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { builderHint } from './builderHint';
import { execute } from './execute';
import { hints } from './hints';
import * as methods from './methods';
import { chosenOperation, properties } from './resources';
import { onEvent } from './watching/untilEvent';
import { resumeWebhooks } from './watching/fields';

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
		subtitle:
			'={{ ($parameter["operation"] + ": " + $parameter["resource"]).replace(/[A-Z]/g, " $&").toLowerCase() }}',
		description:
			'Place and manage phone calls with Fluents.ai voice agents. Placing a call dials a real person and costs money.',
		defaults: { name: 'Fluents.ai' },
		usableAsTool: true,
		builderHint,
		hints,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fluentsAiApi', required: true }],
		webhooks: resumeWebhooks,
		properties,
	};

	methods = methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await execute(this, chosenOperation)];
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await onEvent.call(this);
	}
}
