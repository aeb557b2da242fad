import type { INodeParameters } from 'n8n-workflow';

import { byId, byNumber, runNode, simulator } from './harness';

/** Numbers that nobody has, all of them answered. */
export const numbers = (count: number, first = 1000) =>
	Array.from({ length: count }, (_, i) => `+1212555${first + i}`);

export const toItems = (all: string[]) => all.map((to) => ({ to }));

/** The agent that tests call with: its prompt needs no variables. */
export const plainAgent = (environment = 'default') => {
	const agents = [...simulator.environment(environment).agents.values()];
	return agents.find(({ name }) => name === 'Reception')!;
};

/** Parameters that place a call to the number in the item's field `to`. */
export function placing(
	operation: 'create' | 'createAndWait',
	options: INodeParameters = {},
	changes: INodeParameters = {},
): INodeParameters {
	const { numbers: lines } = simulator.environment('default');
	const from = [...lines.values()].find(({ active }) => active === true);
	return {
		resource: 'call',
		operation,
		agentId: byId(plainAgent().id),
		fromNumber: byNumber(String(from?.number)),
		toNumber: '={{ $json.to }}',
		options,
		...changes,
	};
}

/**
 * Places a call before the first test: the simulator prepares for a kind of request when it comes for the
 * first time, which may take longer than the time-outs and the pace of a test.
 */
export async function placeFirst(): Promise<void> {
	await runNode(placing('create'), { items: toItems(numbers(1)) });
}

/** How often each number was called. */
export const dialled = () => Object.fromEntries(simulator.dialled);

/** The times at which calls were placed, in milliseconds. */
export const placedAt = () =>
	simulator.requests
		.filter(({ operationId, status = 500 }) => operationId === 'createCall' && status < 300)
		.map(({ at }) => at);
