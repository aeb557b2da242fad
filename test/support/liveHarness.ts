import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { IConnections, IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import type { LiveRequest, StoredObject } from '../../simulator';
import { FLUENTS_AI, simulator } from './harness';
import { environment, placeCall, workflowOf } from './triggerHarness';

export const FLUENTS_AI_LIVE_TRIGGER = 'n8n-nodes-fluentsai.fluentsAiLiveTrigger';

const reference = { fluentsAiApi: { id: '1', name: 'Test' } };

function nodeOf(type: string, name: string, parameters: INodeParameters): INode {
	return { id: randomUUID(), name, type, typeVersion: 1, position: [0, 0], parameters };
}

/** A Live Trigger; it may use addresses of this computer unless `options` say otherwise. */
function liveTrigger(parameters: INodeParameters, changes: Partial<INode>): INode {
	const options = { allowUnreachableUrl: true, ...(parameters.options as INodeParameters) };
	return {
		...nodeOf(FLUENTS_AI_LIVE_TRIGGER, 'Live Trigger', { ...parameters, options }),
		credentials: reference,
		webhookId: randomUUID(),
		...changes,
	};
}

/** Input fields as the form gives them: name and type, and what else there is. */
export const inputFields = (...fields: INodeParameters[]) => ({
	fields: fields.map((field) => ({ type: 'string', required: true, ...field })),
});

/** A Live Trigger with an action that needs an order number. */
export function actionTrigger(
	parameters: INodeParameters = {},
	changes: Partial<INode> = {},
): INode {
	return liveTrigger(
		{
			requestType: 'action',
			actionName: 'find_order',
			actionDescription: 'Use it when the caller asks for an order.',
			inputFields: inputFields({ name: 'order_number' }),
			...parameters,
		},
		changes,
	);
}

/** A Live Trigger that is asked who is calling. */
export function lookupTrigger(
	parameters: INodeParameters = {},
	changes: Partial<INode> = {},
): INode {
	return liveTrigger({ requestType: 'callerLookup', ...parameters }, changes);
}

/** The node that answers. */
export function respond(parameters: INodeParameters = {}, name = 'Respond'): INode {
	const operation = { resource: 'liveRequest', operation: 'respond' };
	const node = nodeOf(FLUENTS_AI, name, { ...operation, ...parameters });
	return { ...node, credentials: reference };
}

/** The node that answers with a JSON object, which may be an expression. */
export const respondJson = (resultJson: string, agentSays = '', name = 'Respond') =>
	respond({ specifyResult: 'json', resultJson, agentSays }, name);

export const code = (jsCode: string, name = 'Code') =>
	nodeOf('n8n-nodes-base.code', name, { jsCode });

export const wait = (seconds: number, name = 'Wait') =>
	nodeOf('n8n-nodes-base.wait', name, { amount: seconds });

/** A workflow: the first node, and behind it one or more rows of nodes. */
export function liveWorkflow(
	trigger: INode,
	rows: INode[][] = [[respondJson('{ "found": true }')]],
	changes: Partial<SavedWorkflow> = {},
): SavedWorkflow {
	const connections: IConnections = {};
	const connect = (from: INode, to: INode) => {
		const [ends] = (connections[from.name] ??= { main: [[]] }).main;
		ends?.push({ node: to.name, type: 'main', index: 0 });
	};
	for (const row of rows) row.forEach((node, i) => connect(i > 0 ? row[i - 1] : trigger, node));
	// n8n runs the upper one of two branches first.
	const placed = rows.flatMap((row, y) =>
		row.map((node, x): INode => ({ ...node, position: [200 * (x + 1), 200 * y] })),
	);
	return workflowOf([trigger, ...placed], { name: 'Orders', connections, ...changes });
}

/** Everything that Live Triggers may change in the environment, as a copy. */
export function liveSettings(): { actions: StoredObject[]; agents: StoredObject[] } {
	const { actions, agents } = environment();
	return structuredClone({ actions: [...actions.values()], agents: [...agents.values()] });
}

const configOf = ({ config }: StoredObject) => config as IDataObject;

/** The actions that lead to a server, or to one trigger of it, in production or for a test. */
export function actionsTo(
	server: TriggerServer,
	node?: INode,
	kind: 'webhook' | 'webhook-test' | '' = '',
): StoredObject[] {
	const { actions } = environment();
	return [...actions.values()].filter((action) => {
		const url = String(configOf(action).url ?? '');
		if (!url.startsWith(`${server.url}${kind}`)) return false;
		const [, path, id] = new URL(url).pathname.split('/');
		return (!node || id === node.webhookId) && (kind === '' || path === kind);
	});
}

/** The one action of a server. */
export function actionOf(server: TriggerServer): StoredObject & { config: IDataObject } {
	const [action, ...others] = actionsTo(server);
	if (!action || others.length > 0) throw new Error(`There are ${others.length + 1} actions`);
	return { ...action, config: configOf(action) };
}

/** IDs of the actions of an agent. */
export const actionIdsOf = (agentId: string) =>
	environment().agents.get(agentId)?.actions as string[];

export const endpointOf = (agentId: string) =>
	environment().agents.get(agentId)?.context_endpoint as string | null;

type Question = Partial<Parameters<typeof simulator.ask>[0]>;

/** An agent asks a server, outside of a call. */
export async function ask(server: TriggerServer, question: Question = {}): Promise<LiveRequest> {
	const { id } = actionOf(server);
	return await simulator.ask({ action: id, parameters: { order_number: '7' }, ...question });
}

/** What the agent says in a call until its end, without the times. */
export async function spokenIn(callId: string): Promise<string[]> {
	for (;;) {
		const { status, transcript } = environment().calls.get(callId) as StoredObject;
		const lines = [...String(transcript).matchAll(/BOT: (.*)$/gm)];
		if (status === 'ended') return lines.map(([, text]) => text);
		await pause(5);
	}
}

/** Places a call whose agent asks once (06) or twice (07). */
export async function placeAskingCall(
	server: TriggerServer,
	agentId: string,
	ending: '06' | '07',
	context: IDataObject = {},
): Promise<string> {
	return await placeCall(server, agentId, { to: `+120255501${ending}`, context });
}
