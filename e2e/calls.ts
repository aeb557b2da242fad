import type { INode, INodeParameters } from 'n8n-workflow';

import type { Simulator } from '../simulator';
import { byId, fluentsNode } from './api';
import type { Account } from './launch';

/** A node that calls each item's `to` with the first agent, and waits for the outcome. */
export function createAndWait(
	{ simulator, credentials }: Account,
	options: INodeParameters,
	changes: Partial<INode> = {},
): INode {
	const [agentId] = simulator.environment('default').agents.keys();
	return fluentsNode(
		{
			resource: 'call',
			operation: 'createAndWait',
			agentId: byId(agentId),
			fromNumber: { __rl: true, mode: 'number', value: activeNumber(simulator) },
			toNumber: '={{ $json.to }}',
			context: { mappingMode: 'defineBelow', value: { name: 'Anna' } },
			options,
		},
		credentials.default,
		changes,
	);
}

/** A number of the account that calls can come from. */
function activeNumber(simulator: Simulator): string {
	const { numbers } = simulator.environment('default');
	return String([...numbers.values()].find(({ active }) => active === true)?.number);
}

/**
 * Places a call by the API, as somebody's other system does.
 *
 * @returns its ID, when all of its events have been delivered.
 */
export async function placeCall(
	simulator: Simulator,
	agent: string,
	to = '+12125550101',
): Promise<string> {
	const response = await fetch(`${simulator.url}/calls/create`, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${simulator.keys.default}`,
			'content-type': 'application/json',
		},
		body: JSON.stringify({ agent, from_number: activeNumber(simulator), to_number: to }),
	});
	if (!response.ok) throw new Error(`The call was not placed: ${await response.text()}`);
	const { id } = (await response.json()) as { id: string };
	await simulator.allDelivered();
	return id;
}

/**
 * Lets somebody call the number that an agent answers.
 *
 * @returns the ID of the call, when the agent has learned who is calling.
 * @throws Error when the agent answers no number.
 */
export async function dialIn(simulator: Simulator, agent: string, from: string): Promise<string> {
	const { numbers } = simulator.environment('default');
	const line = [...numbers.values()].find(
		({ inbound_agent: answering, active }) => answering === agent && active === true,
	);
	if (!line) throw new Error(`Agent ${agent} answers no number`);
	return await simulator.dialIn({ from, to: String(line.number) });
}
