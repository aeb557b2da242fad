import type {
	IDataObject,
	IHookFunctions,
	IWebhookFunctions,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

import { connect } from '../shared/api/connect';
import { operationError } from '../shared/api/errors';
import { createLimiter } from '../shared/api/limiter';
import { readerOfTrigger, type ParameterReader } from '../shared/parameters/reader';
import {
	requireEnvironment,
	requiredEnvironmentOption,
} from '../shared/parameters/requiredEnvironment';
import { foreignText } from '../shared/foreignText';
import type { FluentsTransport } from '../shared/api/transport';
import { whyUnreachable } from './address';
import { allowUnreachableUrlOption, optionsOf } from './fields';

/**
 * What n8n keeps for a trigger, to check deliveries with. It is written by the life cycle only: each
 * delivery gets a copy of its own, and would write all of it back.
 */
export interface TriggerData {
	secret?: string;
	/** The environment that the trigger is registered in. */
	environment?: string;
	/** Key of the signatures of live requests, in base64. */
	signatureSecret?: string;
}

/** One activation of a trigger, or one test of it in the editor. */
export interface Activation {
	context: IHookFunctions;
	/** The trigger's parameters. */
	from: ParameterReader;
	api: FluentsTransport;
	/** Address of n8n for this trigger, without a query. */
	address: string;
	/** ID of the workflow. */
	workflow: string;
	/** The trigger's part of its address, the same in tests and in production. */
	trigger: string;
	/** Whether somebody listens in the editor, beside the published workflow. */
	isTest: boolean;
	/** Under what people find it in Fluents.ai. */
	label: string;
	stored: TriggerData;
}

/** Where a trigger is registered, as far as n8n tells when it is to be removed. */
export type Place = Pick<Activation, 'api' | 'address' | 'workflow'>;

/** What a trigger has to do in Fluents.ai. */
export interface Registration {
	/** Whether nothing is left to do. */
	isComplete: boolean;
	/** What is to be stored, as far as it is known before. */
	data: TriggerData;
	/** Does it, or leaves nothing of it behind. @returns what is to be stored. */
	complete(): Promise<TriggerData>;
}

export interface Registrar {
	/** @throws NodeOperationError for what the user has to change. */
	prepare(activation: Activation): Promise<Registration>;
	/**
	 * Takes away everything that belongs to this address of n8n, from Fluents.ai's side alone: after a
	 * failed activation n8n calls it without what was stored meanwhile. What is gone counts as done.
	 */
	remove(place: Place): Promise<void>;
}

/** Labels in Fluents.ai get at most so many characters; how many it takes is not known. */
const LONGEST_LABEL = 100;

/**
 * n8n gives up on publishing after 84 seconds, with a text of its own that tells nothing. Until then it
 * tries five times, 15 seconds of pauses between, and undoes each try.
 */
const REQUEST_LIMITS = { timeout: 6000, retryBudget: 6000 };

/**
 * n8n registers the triggers of a workflow, and several workflows, at the same time. What one finds in
 * Fluents.ai must not be changed by another meanwhile.
 */
const oneAtATime = createLimiter(1);

/** The methods by which n8n registers a trigger. `create` may be called again after it has thrown. */
export function lifeCycleOf({ prepare, remove }: Registrar) {
	return {
		async checkExists(this: IHookFunctions): Promise<boolean> {
			return await perform(async () => {
				const activation = await begin(this);
				const { isComplete, data } = await prepare(activation);
				const stored = activation.stored as IDataObject;
				const isStored = Object.entries(data).every(
					([name, value]) => stored[name] === value,
				);
				return isComplete && isStored;
			});
		},

		async create(this: IHookFunctions): Promise<boolean> {
			return await perform(async () => {
				const activation = await begin(this);
				const registration = await prepare(activation);
				Object.assign(activation.stored, await registration.complete());
				return true;
			});
		},

		async delete(this: IHookFunctions): Promise<boolean> {
			return await perform(async () => {
				const api = await connect(this, REQUEST_LIMITS);
				const workflow = String(this.getWorkflow().id);
				await remove({ api, address: addressOf(this), workflow });
				const stored = triggerData(this) as IDataObject;
				for (const name of Object.keys(stored)) delete stored[name];
				return true;
			});
		},
	};
}

/** @throws what `task` throws. Of it n8n shows the message alone, so that says what to do, too. */
async function perform<T>(task: () => Promise<T>): Promise<T> {
	return await oneAtATime(task).catch((error: NodeApiError | NodeOperationError) => {
		const text = [error.message, error.description].filter(Boolean).join('. ');
		error.message = text.replace(/([.!?])\. /g, '$1 ');
		throw error;
	});
}

export function triggerData(context: IHookFunctions | IWebhookFunctions): TriggerData {
	return context.getWorkflowStaticData('node');
}

/** Cuts between characters as people see them: an emoji may be several for a computer. */
function cut(text: string, length: number): string {
	if (text.length <= length) return text;
	let end = 0;
	for (const { segment } of new Intl.Segmenter().segment(text)) {
		if (end + segment.length > length) break;
		end += segment.length;
	}
	return text.slice(0, end);
}

/** @throws NodeOperationError for an address that cannot be reached, or the wrong environment. */
async function begin(context: IHookFunctions): Promise<Activation> {
	const node = context.getNode();
	const address = addressOf(context);
	const from = readerOfTrigger(context);
	const options = optionsOf(from);
	if (!options.boolean(allowUnreachableUrlOption)) requireReachable(context, address);
	const environment = options.text(requiredEnvironmentOption, { guards: true });
	const api = await connect(context, REQUEST_LIMITS);
	requireEnvironment(node, environment, api.credential.environment);

	const { id, name = '' } = context.getWorkflow();
	const isTest = context.getMode() === 'manual';
	return {
		context,
		from,
		api,
		address,
		workflow: String(id),
		trigger: node.webhookId ?? node.id,
		isTest,
		label: cut(`${isTest ? 'n8n test' : 'n8n'}: ${name}`, LONGEST_LABEL),
		stored: triggerData(context),
	};
}

function addressOf(context: IHookFunctions): string {
	return context.getNodeWebhookUrl('default') ?? '';
}

function requireReachable(context: IHookFunctions, address: string): void {
	const reason = whyUnreachable(address);
	if (reason === undefined) return;
	throw operationError(
		context.getNode(),
		`Fluents.ai cannot reach this n8n: its address ${foreignText(originOf(address))} ${reason}`,
		{
			description:
				"Set the environment variable WEBHOOK_URL of n8n to its public https:// address and restart it. For tests in your own network, e.g. with a simulator, turn on the option 'Allow Unreachable URL'.",
		},
	);
}

function originOf(address: string): string {
	return URL.canParse(address) ? new URL(address).origin : `'${address}'`;
}
