import type { INode, INodeParameters } from 'n8n-workflow';

import { CREDENTIAL, node, type CredentialReference, type Execution } from '../e2e/api';

/** n8n's own HTTP Request node, which signs in with the credential of this package. */
export function httpRequest(
	parameters: INodeParameters,
	credential: CredentialReference,
	name = 'HTTP Request',
): INode {
	return node(
		name,
		'n8n-nodes-base.httpRequest',
		{
			authentication: 'predefinedCredentialType',
			nodeCredentialType: CREDENTIAL,
			options: {},
			...parameters,
		},
		{ typeVersion: 4.2, credentials: { [CREDENTIAL]: credential } },
	);
}

/** Parameters of HTTP Request for a query. */
export function query(parameters: Record<string, string>): INodeParameters {
	const list = Object.entries(parameters).map(([name, value]) => ({ name, value }));
	return { sendQuery: true, queryParameters: { parameters: list } };
}

/** Milliseconds that a node took in its last run, as n8n's execution record says. */
export function timeOf({ data, status }: Execution, nodeName: string): number {
	const run = data.resultData.runData[nodeName]?.at(-1);
	if (!run) throw new Error(`The node '${nodeName}' has not run; the execution is ${status}`);
	return run.executionTime;
}
