import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { INode, INodeParameters } from 'n8n-workflow';

import type { WorkflowJson } from '../engine';
import { CREDENTIAL, type CredentialReference } from './api';
import type { Launched } from './launch';

/**
 * Reads an example workflow as somebody sets it up here.
 *
 * @param name of its file in examples/.
 * @param credential for all nodes that have one.
 * @param optionsOf the options of such a node.
 */
export async function readExample(
	name: string,
	credential: CredentialReference,
	optionsOf: (node: INode) => INode['parameters'],
): Promise<WorkflowJson> {
	const file = resolve(__dirname, '../examples', `${name}.json`);
	const json = JSON.parse(await readFile(file, 'utf8')) as WorkflowJson;
	const nodes = withOwnWebhooks(json.nodes).map((node) => {
		if (!node.credentials) return node;
		const parameters = { ...node.parameters, options: optionsOf(node) };
		return { ...node, parameters, credentials: { [CREDENTIAL]: credential } };
	});
	return { ...json, nodes };
}

/** Gives nodes addresses of their own, as n8n's editor does: cases may publish the same example at the same time. */
export function withOwnWebhooks(nodes: INode[]): INode[] {
	return nodes.map((node) => (node.webhookId ? { ...node, webhookId: randomUUID() } : node));
}

/** The options of a node with its calling window always open: whoever runs this may do so at night. */
export function atAnyHour(options: INodeParameters): INodeParameters {
	if (!options.callingWindow) return options;
	const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
	const { window } = options.callingWindow as { window: INodeParameters };
	const open = { ...window, days, opensAt: '00:00', closesAt: '24:00' };
	return { ...options, callingWindow: { window: open } };
}

/** Why a case that needs Data Tables is skipped, if it is. */
export async function skipWithoutTables({
	n8n,
}: Pick<Launched, 'n8n'>): Promise<string | undefined> {
	const hasTables = await n8n.nodeType('n8n-nodes-base.dataTable');
	return hasTables ? undefined : 'this n8n has no Data Tables';
}
