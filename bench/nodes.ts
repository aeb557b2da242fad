import { randomUUID } from 'node:crypto';
import type { INode, INodeParameters } from 'n8n-workflow';

import {
	byId,
	chain,
	CREDENTIAL,
	fluentsNode,
	itemsNode,
	manualTrigger,
	node,
	outputOf,
	type CredentialReference,
	type Execution,
} from '../e2e/api';
import type { LaunchedWithAccount } from '../e2e/launch';
import { resultFrom } from './script';

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

/** Both sides, each with a credential. */
type Sides = Record<'ours' | 'theirs', (credential: CredentialReference) => INode>;

/**
 * One call to read for each of many items.
 *
 * @returns the IDs, and what reads them with one of the sides.
 */
export function readingEach(
	{ n8n, simulator, saveCredentials }: LaunchedWithAccount,
	count: number,
	baseUrl = simulator.url,
) {
	const calls = simulator.environment('default').addCalls(count);
	const ids = calls.map(({ id }) => id);
	const id = '={{ $json.id }}';
	const items = itemsNode(ids.map((one) => ({ id: one })));
	const sides: Sides = {
		ours: (credential) =>
			fluentsNode({ resource: 'call', operation: 'get', callId: byId(id) }, credential),
		theirs: (credential) =>
			httpRequest({ url: `${baseUrl}/calls`, ...query({ id }) }, credential),
	};
	const read = async (side: keyof Sides) => {
		// The package forgets after a minute what it has found out about a server. With another key it begins at once.
		simulator.keys.default = randomUUID();
		const credentials = await saveCredentials({ ...simulator, url: baseUrl });
		simulator.requests.length = 0;
		const reader = sides[side](credentials.default);
		const execution = await n8n.run(chain(manualTrigger, items, reader));
		const outputs = outputOf(execution, reader.name).map(({ json }) => json);
		return { time: timeOf(execution, reader.name), outputs };
	};
	return { ids, read };
}

/** Milliseconds that a node took in its last run, as n8n's execution record says. */
export function timeOf({ data, status }: Execution, nodeName: string): number {
	const run = data.resultData.runData[nodeName]?.at(-1);
	if (!run) throw new Error(`The node '${nodeName}' has not run; the execution is ${status}`);
	return run.executionTime;
}

/** Bytes that are held after so many calls were read, as the script heap.ts tells its ways to read them. */
export async function heldBytes(
	{ simulator }: LaunchedWithAccount,
	count: number,
	...how: string[]
): Promise<number> {
	const parameters = [simulator.url, simulator.keys.default, String(count), ...how];
	// V8 drops code that has not run for a while, which would count as memory of the items.
	const execArgv = ['--expose-gc', '--no-flush-bytecode'];
	return await resultFrom('heap.ts', parameters, { execArgv });
}
