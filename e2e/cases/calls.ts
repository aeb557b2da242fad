import { deepEqual, equal } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { byId, chain, errorOf, fluentsNode, itemsNode, manualTrigger, outputOf } from '../api';
import type { CaseContext } from '../cases';

export const name = 'calls';

/** Calls that are placed and waited for, and what happens to them when the execution is stopped. */
export async function run({ n8n, simulator, credentials, check }: CaseContext): Promise<void> {
	const environment = simulator.environment('default');
	const [agentId] = environment.agents.keys();
	const from = [...environment.numbers.values()].find(({ active }) => active === true);
	const numbers = ['+12125550101', '+12125550102', '+12125550103', '+12125550104'];
	const workflow = chain(
		manualTrigger,
		itemsNode(numbers.map((to) => ({ to }))),
		fluentsNode(
			{
				resource: 'call',
				operation: 'createAndWait',
				agentId: byId(agentId),
				fromNumber: { __rl: true, mode: 'number', value: String(from?.number) },
				toNumber: '={{ $json.to }}',
				options: { pollInterval: 1 },
			},
			credentials.default,
		),
	);

	await check('Create and Wait gives the outcome of each call', async () => {
		const execution = await n8n.run(workflow);
		equal(execution.status, 'success', errorOf(execution));
		const statuses = outputOf(execution, 'Fluents.ai').map(({ json }) => json.status);
		deepEqual(statuses, ['ended', 'ended', 'ended', 'error']);
		deepEqual(
			[...simulator.dialled],
			numbers.map((number) => [number, 1]),
		);
		return statuses.join(', ');
	});
	await check('stopping an execution ends the waiting, and dials nobody again', async () => {
		simulator.dialled.clear();
		simulator.callSeconds = 60;
		const executionId = await n8n.start(await n8n.createWorkflow(workflow));
		while (simulator.dialled.size < numbers.length) await sleep(100);
		await n8n.stop(executionId);
		const { status } = await n8n.finished(executionId, 20);
		equal(status, 'canceled');
		await sleep(1500);
		const looks = simulator.requests.length;
		await sleep(3000);
		equal(simulator.requests.length, looks, 'The node still looks at the calls');
		deepEqual(
			[...simulator.dialled],
			numbers.map((number) => [number, 1]),
		);
	});
}
