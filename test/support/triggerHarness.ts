import { randomUUID } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';

import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type {
	SavedWorkflow,
	StartedExecution,
	TriggerServer,
	TriggerServerOptions,
} from '../../engine/triggerServer';
import type { RequestRecord, StoredObject } from '../../simulator';
import { byId, byNumber, credentialFor, engine, runNode, simulator } from './harness';

/** From test/support/environment.ts. */
const { TriggerServer: Server } = globalThis as unknown as {
	TriggerServer: typeof TriggerServer;
};

export const FLUENTS_AI_TRIGGER = 'n8n-nodes-fluentsai.fluentsAiTrigger';

const servers: TriggerServer[] = [];

beforeEach(() => {
	simulator.reset();
	simulator.callSeconds = 0.1;
});

afterEach(async () => {
	await Promise.all(servers.splice(0).map(async (server) => await server.close()));
});

/** Starts an n8n that is ended with the test. */
export async function startServer(
	options: Partial<TriggerServerOptions> = {},
): Promise<TriggerServer> {
	const credentials = { fluentsAiApi: credentialFor() };
	const server = await Server.start(engine, { credentials, ...options });
	servers.push(server);
	return server;
}

/** A Fluents.ai Trigger; it may use addresses of this computer unless `options` say otherwise. */
export function trigger(parameters: INodeParameters = {}, changes: Partial<INode> = {}): INode {
	return {
		id: randomUUID(),
		name: 'Fluents.ai Trigger',
		type: FLUENTS_AI_TRIGGER,
		typeVersion: 1,
		position: [0, 0],
		webhookId: randomUUID(),
		credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
		...changes,
		parameters: {
			events: ['event_phone_call_ended'],
			call: 'none',
			...parameters,
			options: { allowUnreachableUrl: true, ...(parameters.options as INodeParameters) },
		},
	};
}

/** A workflow with triggers. */
export function workflowOf(
	nodes: INode | INode[],
	changes: Partial<SavedWorkflow> = {},
): SavedWorkflow {
	return { id: randomUUID(), name: 'Calls', nodes: [nodes].flat(), connections: {}, ...changes };
}

/** The workflow with other parameters of its first trigger. */
export function edited(workflow: SavedWorkflow, parameters: INodeParameters): SavedWorkflow {
	const [first, ...others] = workflow.nodes;
	const changed = { ...first, parameters: { ...first.parameters, ...parameters } };
	return { ...workflow, nodes: [changed, ...others] };
}

export const environment = (name = 'default') => simulator.environment(name);

/** IDs of the agents of the seeds: the first and the last have no webhook, the second has one. */
export function seededAgents(): [reminder: string, followUp: string, reception: string] {
	return [...environment().agents.keys()] as [string, string, string];
}

/** The webhook of the seeds, which the second agent has. */
export function foreignWebhook(): StoredObject {
	const [first] = environment().webhooks.values();
	return first;
}

/** Everything that triggers may change in the environment, as a copy. */
export function settings(): { webhooks: StoredObject[]; agents: StoredObject[] } {
	const { webhooks, agents } = environment();
	return structuredClone({ webhooks: [...webhooks.values()], agents: [...agents.values()] });
}

/** The webhook of an agent. */
export function webhookOf(agentId: string): StoredObject | undefined {
	const { agents, webhooks } = environment();
	return webhooks.get(String(agents.get(agentId)?.webhook));
}

/** Webhooks that lead to a server, or to one trigger of it, in production or for a test. */
export function webhooksTo(
	server: TriggerServer,
	node?: INode,
	kind: 'webhook' | 'webhook-test' | '' = '',
): StoredObject[] {
	const { webhooks } = environment();
	return [...webhooks.values()].filter(({ url }) => {
		const { origin, pathname } = new URL(String(url));
		const [, path, id] = pathname.split('/');
		const isMeant = (!node || id === node.webhookId) && (kind === '' || path === kind);
		return new URL(server.url).origin === origin && isMeant;
	});
}

/** The address with its secret that Fluents.ai has of a trigger. */
export function addressOf(
	server: TriggerServer,
	node: INode,
	kind: 'webhook' | 'webhook-test' = 'webhook',
): string {
	const [webhook] = webhooksTo(server, node, kind);
	if (!webhook) throw new Error('No webhook leads to this trigger');
	return String(webhook.url);
}

export function secretOf(server: TriggerServer, node: INode): string {
	return new URL(addressOf(server, node)).searchParams.get('n8n_secret') ?? '';
}

/**
 * Does what a user does to get rid of everything: allows triggers to replace webhooks, starts and ends
 * listening where that was ever begun, publishes what is not published, whether that works or not, and
 * unpublishes it.
 */
export async function tidyUp(server: TriggerServer, workflows: SavedWorkflow[]): Promise<void> {
	for (const workflow of workflows) {
		const nodes = workflow.nodes.map((node) => ({
			...node,
			parameters: { ...node.parameters, ifAttached: 'replace' },
		}));
		const willing = { ...workflow, nodes };
		if (server.listenedTo.has(workflow.id)) {
			await server.listen(willing).catch(() => {});
			await server.stopListening(workflow.id);
		}
		if (!server.published(workflow.id)) await server.activate(willing).catch(() => {});
		if (server.published(workflow.id)) await server.deactivate(workflow.id);
	}
}

/** Whether Fluents.ai holds anything else since a request. */
export function hasWritten({ method, status }: RequestRecord): boolean {
	return method !== 'GET' && Number(status) < 400;
}

/** For a fault that hits requests by their number from now on, the first one being 1. */
export function counting(isHit: (number: number) => boolean): () => boolean {
	let count = 0;
	return () => isHit(++count);
}

/** A connection of its own for each request: none is met by a server that closes idle ones. */
const httpAgent = new HttpAgent({ keepAlive: false });

/** Sends something to an address of n8n; any answer will do. */
export async function send(
	url: string,
	data?: unknown,
	config: AxiosRequestConfig = {},
): Promise<AxiosResponse<unknown>> {
	const method = data === undefined ? 'GET' : 'POST';
	const validateStatus = () => true;
	return await axios.request({ method, url, data, httpAgent, validateStatus, ...config });
}

/** Places a call, and waits until all that it causes has happened. */
export async function placeCall(
	server: TriggerServer,
	agentId: string,
	{ to = '+12025550101', context = {} }: { to?: string; context?: IDataObject } = {},
): Promise<string> {
	const { json, error } = await runNode({
		resource: 'call',
		operation: 'create',
		agentId: byId(agentId),
		fromNumber: byNumber('+14155550100'),
		toNumber: to,
		specifyContext: 'json',
		contextJson: JSON.stringify(context),
		options: { missingVariable: 'call' },
	});
	if (error) throw new Error(error.message);
	await simulator.allDelivered();
	await server.settled();
	return String(json[0].id);
}

/** What executions have as their one item. */
export function outputs(executions: StartedExecution[]): IDataObject[] {
	return executions.map(({ items }) => items[0].json);
}
