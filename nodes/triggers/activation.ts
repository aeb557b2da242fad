import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { FluentsTransport } from '../shared/api/transport';
import type { ParameterReader } from '../shared/parameters/reader';
import type { Identity } from './record';

/**
 * What n8n keeps for a trigger, to check deliveries with. It is written by the life cycle only: each
 * delivery gets a copy of its own, and would write all of it back. n8n stores it with each execution.
 */
export interface TriggerData {
	/** SHA-256 of the secret in the address, in hex. */
	secretHash?: string;
	/** The environment that the trigger is registered in. */
	environment?: string;
	/** Start of the hash of base URL and key, which tells environments apart even if renamed. */
	keyHash?: string;
	/** Key of the signatures of live requests, in base64. */
	signatureSecret?: string;
}

/** One activation of a trigger, one test of it in the editor, or its removal. */
export interface Activation {
	context: IHookFunctions;
	/** The trigger's parameters. */
	from: ParameterReader;
	api: FluentsTransport;
	/** Address of n8n for this trigger, without a query. */
	address: string;
	identity: Identity;
	/** Whether somebody listens in the editor, beside the published workflow. */
	isTest: boolean;
	/** Whether a person publishes: n8n also registers by itself, when it starts or another process takes over. */
	isAttended: boolean;
	/** Under what people find it in Fluents.ai. */
	label: string;
	stored: TriggerData;
	/** Keeps what `read` finds from `checkExists` to `create`, which n8n calls right after it. */
	look<T>(read: () => Promise<T>): Promise<T>;
}

export function triggerData(context: IHookFunctions | IWebhookFunctions): TriggerData {
	return context.getWorkflowStaticData('node');
}
