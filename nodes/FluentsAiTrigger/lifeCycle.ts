import { NodeOperationError } from 'n8n-workflow';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { agents } from '../FluentsAi/resources/agent/collection';
import { readOne } from '../FluentsAi/resources/crud';
import { isSecret, newSecret, secretIn, whyUnreachable } from '../shared/address';
import { connect } from '../shared/connect';
import { orRefusal } from '../shared/errors';
import { requireEnvironment } from '../shared/requiredEnvironment';
import type { FluentsTransport } from '../shared/transport';
import { readCarriers, readEvents, readOptions } from './parameters';
import { webhooksAt, type Found, type Wanted } from './plan';
import { isRegistered, look, register, unregister } from './registration';

/** What deliveries are checked with. It is written here only: a delivery would write back an old copy. */
export interface TriggerData {
	secret?: string;
	/** The environment that the webhook is in. */
	environment?: string;
}

/** A name in Fluents.ai has at most so many characters; how many it takes is not known. */
const LONGEST_LABEL = 100;

/** An activation that nobody asked for: n8n starts, or another of its processes takes over. */
const UNATTENDED = ['init', 'leadershipChange'];

export const lifeCycle = {
	async checkExists(this: IHookFunctions): Promise<boolean> {
		const { wanted, found, api } = await prepare(this);
		const { secret, environment } = triggerData(this);
		return (
			isSecret(wanted.secret, secret) &&
			environment === api.credential.environment &&
			isRegistered(wanted, found)
		);
	},

	async create(this: IHookFunctions): Promise<boolean> {
		const { wanted, found, api } = await prepare(this);
		await register(this.getNode(), api, wanted, found);
		const { environment } = api.credential;
		Object.assign(triggerData(this), { secret: wanted.secret, environment });
		return true;
	},

	async delete(this: IHookFunctions): Promise<boolean> {
		const workflow = String(this.getWorkflow().id);
		await unregister(await connect(this), { address: addressOf(this), workflow });
		const data = triggerData(this);
		delete data.secret;
		delete data.environment;
		return true;
	},
};

export function triggerData(context: IHookFunctions | IWebhookFunctions): TriggerData {
	return context.getWorkflowStaticData('node');
}

/** @throws NodeOperationError for what the user has to change. */
async function prepare(
	context: IHookFunctions,
): Promise<{ api: FluentsTransport; wanted: Wanted; found: Found }> {
	const node = context.getNode();
	const address = addressOf(context);
	const options = readOptions(context);
	const events = readEvents(context);
	const carriers = readCarriers(context);
	if (options.allowUnreachableUrl !== true) requireReachable(context, address);
	const api = await connect(context);
	requireEnvironment(node, options.requiredEnvironment, api.credential.environment);

	const found = await look(api);
	const { id, name = '' } = context.getWorkflow();
	const [own] = webhooksAt(found, address);
	const isTest = context.getMode() === 'manual';
	const label = `${isTest ? 'n8n test' : 'n8n'}: ${name}`.slice(0, LONGEST_LABEL);
	const wanted: Wanted = {
		address,
		secret: triggerData(context).secret ?? secretIn(String(own?.url)) ?? newSecret(),
		label,
		events,
		workflow: String(id),
		trigger: node.webhookId ?? node.id,
		isTest,
		agents: carriers === 'all' ? 'all' : await existing(context, api, found, carriers),
		replace: context.getNodeParameter('ifAttached', 'fail') === 'replace',
	};
	return { api, wanted, found };
}

function addressOf(context: IHookFunctions): string {
	return context.getNodeWebhookUrl('default') ?? '';
}

/**
 * An agent that does not exist is a mistake when the workflow is published. When n8n merely starts,
 * the others still have to get their events.
 */
async function existing(
	context: IHookFunctions,
	api: FluentsTransport,
	{ agents: known }: Found,
	agentIds: string[],
): Promise<string[]> {
	const mayBeGone = UNATTENDED.includes(context.getActivationMode());
	const ids: string[] = [];
	for (const id of agentIds) {
		if (!known.some((agent) => agent.id === id)) {
			const read = await orRefusal(readOne(api, agents, id), mayBeGone ? ['404'] : []);
			if (read.refusal) {
				const { name } = context.getNode();
				context.logger.warn(`${read.refusal.message}: '${name}' gets no events of it`);
				continue;
			}
			known.push(read.value);
		}
		ids.push(id);
	}
	return ids;
}

/** @throws NodeOperationError when Fluents.ai cannot reach this n8n. */
function requireReachable(context: IHookFunctions, address: string): void {
	const reason = whyUnreachable(address);
	if (reason === undefined) return;
	throw new NodeOperationError(
		context.getNode(),
		`Fluents.ai cannot send events to this n8n: its address ${new URL(address).origin} ${reason}`,
		{
			description:
				"Set the environment variable WEBHOOK_URL of n8n to its public https:// address and restart it. For tests in your own network, e.g. through a tunnel or with a simulator, turn on the option 'Allow Unreachable URL'.",
		},
	);
}
