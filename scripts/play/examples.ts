import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';

import { CREDENTIAL, type CredentialReference } from '../../e2e/api';
import type { WorkflowJson } from '../../engine';

const folder = resolve(__dirname, '../..', 'examples');

/** The one to begin with; the others follow in the order of their names. */
const FIRST = 'call-people-and-wait';

const OWN = /^n8n-nodes-fluentsai\./;
const OWN_TRIGGER = /^n8n-nodes-fluentsai\..*Trigger$/;

/**
 * The example workflows, ready to be run against the simulator.
 *
 * @param credentials by their names in the examples.
 * @returns them with numbered names, and with the credentials in the nodes of this package.
 */
export function readExamples(credentials: Map<string, CredentialReference>): WorkflowJson[] {
	const names = readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.map((file) => basename(file, '.json'))
		.sort();
	return [FIRST, ...names.filter((name) => name !== FIRST)].map((name, i) => {
		const json = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as WorkflowJson;
		const number = String(i + 1).padStart(2, '0');
		const nodes = json.nodes.map((node) =>
			OWN.test(node.type) ? prepared(node, credentials) : node,
		);
		return { ...json, name: `${number} ${json.name ?? name}`, nodes };
	});
}

/** The simulator is on the same computer, which a trigger otherwise takes for a mistake. */
function prepared(node: INode, known: Map<string, CredentialReference>): INode {
	const credential = known.get(node.credentials?.[CREDENTIAL].name ?? '');
	const credentials = credential && { [CREDENTIAL]: credential };
	if (!OWN_TRIGGER.test(node.type)) return { ...node, credentials };
	const options = node.parameters.options as IDataObject | undefined;
	const parameters = {
		...node.parameters,
		options: { ...options, allowUnreachableUrl: true },
	} as INode['parameters'];
	return { ...node, parameters, credentials };
}
