import { deepEqual, equal, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INode } from 'n8n-workflow';

import { byId, chain, errorOf, fluentsNode, itemsNode, manualTrigger, outputOf } from '../api';
import type { CaseContext } from '../cases';

export const name = 'placedOnce';

/** Milliseconds in which n8n notices that a worker is gone. */
const LONGEST_NOTICE = 150_000;

/** Calls that are placed once although n8n runs them again, or dies while they are waited for. */
export async function run({
	n8n,
	server,
	simulator,
	credentials,
	check,
	installation,
}: CaseContext): Promise<void> {
	const isRepeated = installation.version.startsWith('1.') && server.workers.length > 0;
	const environment = simulator.environment('default');
	const [agentId] = environment.agents.keys();
	const from = [...environment.numbers.values()].find(({ active }) => active === true);
	const numbers = ['+12125550110', '+12125550111', '+12125550112', '+12125550113'];
	const once = numbers.map((number) => [number, 1]);
	const workflow = (options: object, settings: Partial<INode> = {}) =>
		chain(
			manualTrigger,
			itemsNode(numbers.map((to, order) => ({ to, order }))),
			fluentsNode(
				{
					resource: 'call',
					operation: 'createAndWait',
					agentId: byId(agentId),
					fromNumber: { __rl: true, mode: 'number', value: String(from?.number) },
					toNumber: '={{ $json.to }}',
					options: { pollInterval: 1, ...options },
				},
				credentials.default,
				settings,
			),
		);

	await check('Retry On Fail finds the calls of the first try', async () => {
		simulator.faults.add({
			operationId: 'createCall',
			match: ({ body }) => (body as { to_number: string }).to_number === numbers[2],
			status: 409,
			body: { message: 'The line is busy' },
		});
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 };
		const execution = await n8n.run(workflow({}, settings));
		equal(execution.status, 'success', errorOf(execution));
		deepEqual(
			outputOf(execution, 'Fluents.ai').map(({ json }) => [json.to_number, json.status]),
			numbers.map((number) => [number, 'ended']),
		);
		deepEqual([...simulator.dialled], once);
	});
	await check("the editor's Retry finds them as well", async () => {
		simulator.dialled.clear();
		simulator.faults.add({
			operationId: 'createCall',
			match: ({ body }) => (body as { to_number: string }).to_number === numbers[3],
			status: 409,
			body: { message: 'The line is busy' },
		});
		const saved = await n8n.createWorkflow(workflow({}));
		const failed = await n8n.finished(await n8n.start(saved));
		equal(failed.status, 'error');
		equal(simulator.dialled.size, 3);
		// It answers when the new execution has ended; n8n 1 does not tell which that is.
		await n8n.call('POST', `/executions/${failed.id}/retry`, { loadWorkflow: false });
		const filter = encodeURIComponent(JSON.stringify({ workflowId: saved.id }));
		const { results } = (await n8n.call('GET', `/executions?limit=1&filter=${filter}`)) as {
			results: Array<{ id: string }>;
		};
		const [{ id }] = results;
		const retried = await n8n.finished(id);
		equal(retried.status, 'success', errorOf(retried));
		deepEqual([...simulator.dialled], once);
	});
	await check(
		'killed while calls wait; a second run with keys from data finds them',
		async () => {
			simulator.dialled.clear();
			simulator.callSeconds = 30;
			const saved = await n8n.createWorkflow(
				workflow({ callKey: '={{ "crash " + $json.order }}' }),
			);
			const executionId = await n8n.start(saved);
			while (simulator.dialled.size < numbers.length) await sleep(100);
			await server.crash();

			const deadline = Date.now() + LONGEST_NOTICE;
			let status: string;
			do {
				await sleep(500);
				({ status } = await n8n.execution(executionId));
			} while (status === 'running' && Date.now() < deadline);
			// With a worker that is gone, n8n knows only that the execution failed; n8n 1 hands it to another.
			const ends = isRepeated ? ['success'] : ['crashed', 'error'];
			ok(ends.includes(status), `The execution is ${status}`);
			equal(await n8n.countExecutions(saved.id), 1, 'n8n has run it again');
			deepEqual([...simulator.dialled], once);

			const second = await n8n.finished(await n8n.start(saved));
			equal(second.status, 'success', errorOf(second));
			const outputs = outputOf(second, 'Fluents.ai').map(({ json }) => json);
			deepEqual(
				outputs.map(({ to_number: to, status: state, duplicate }) => [
					to,
					state,
					duplicate,
				]),
				numbers.map((number) => [number, 'ended', true]),
			);
			deepEqual([...simulator.dialled], once);
			ok(outputs.every(({ id }) => environment.calls.has(String(id))));
			return `the first execution is ${status}, nobody was called again`;
		},
	);
}
