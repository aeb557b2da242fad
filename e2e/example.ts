import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { INode } from 'n8n-workflow';

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
	const nodes = json.nodes.map((node) => {
		if (!node.credentials) return node;
		const parameters = { ...node.parameters, options: optionsOf(node) };
		return { ...node, parameters, credentials: { [CREDENTIAL]: credential } };
	});
	return { ...json, nodes };
}

/** Why a case that needs Data Tables is skipped, if it is. */
export async function skipWithoutTables({
	n8n,
}: Pick<Launched, 'n8n'>): Promise<string | undefined> {
	const hasTables = await n8n.nodeType('n8n-nodes-base.dataTable');
	return hasTables ? undefined : 'this n8n has no Data Tables';
}
