import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { fictionalNumber } from '../../simulator';
import {
	byId,
	chain,
	errorOf,
	fluentsNode,
	manualTrigger,
	node,
	outputOf,
	type N8nApi,
} from '../api';
import type { CaseContext } from '../cases';
import type { N8nProcess } from '../process';

export const name = 'queue';
export const queueOnly = true;

/** Executions before and after the change. */
const CALM = 20;

/** Milliseconds between two executions. */
const PAUSE = 300;

/** Milliseconds for all of it. */
const LONGEST = 120_000;

const MEGABYTE = 1024 * 1024;

/** What matters only where workers share the work: one that goes, one that comes, big files. */
export async function run(context: CaseContext): Promise<void> {
	const { n8n, server, simulator, credentials, check } = context;
	const environment = simulator.environment('default');
	const [agentId] = environment.agents.keys();
	const from = [...environment.numbers.values()].find(({ active }) => active === true);

	await check('no execution is lost while one worker goes and another comes', async () => {
		const path = randomUUID();
		const workflow = await n8n.createWorkflow(
			chain(
				node(
					'Webhook',
					'n8n-nodes-base.webhook',
					{ path },
					{ typeVersion: 2, webhookId: path },
				),
				fluentsNode(
					{
						resource: 'call',
						operation: 'createAndWait',
						agentId: byId(agentId),
						fromNumber: { __rl: true, mode: 'number', value: String(from?.number) },
						toNumber: '={{ "+" + $json.query.to }}',
						options: { pollInterval: 1 },
					},
					credentials.default,
				),
			),
		);
		equal((await n8n.publish(workflow)).status, 'published');
		const url = `${server.webhookUrl}/webhook/${path}`;
		const [first, second] = server.workers;
		const earlier = await Promise.all([first, second].map(executions));
		const numbers: string[] = [];
		const begin = Date.now();
		const keepComing = async (enough: () => boolean) => {
			while (!enough()) {
				numbers.push(fictionalNumber(numbers.length));
				await post(`${url}?to=${String(numbers.at(-1)).slice(1)}`);
				await sleep(PAUSE);
			}
		};
		await keepComing(() => numbers.length === CALM);
		let third: N8nProcess | undefined;
		const [goodbye] = await Promise.all([
			leave(context, first),
			server.startWorker().then((worker) => (third = worker)),
			keepComing(() => third !== undefined),
		]);
		const changed = numbers.length;
		await keepComing(() => numbers.length === changed + CALM);

		let succeeded: number;
		do {
			await sleep(500);
			succeeded = await n8n.countExecutions(workflow.id, 'success');
		} while (succeeded < numbers.length && Date.now() - begin < LONGEST);
		equal(
			succeeded,
			numbers.length,
			`Executions were lost: ${await otherStatuses(n8n, workflow.id)}`,
		);
		equal(await n8n.countExecutions(workflow.id), numbers.length, 'Executions were repeated');
		deepEqual(
			[...simulator.dialled].sort(),
			numbers.map((number) => [number, 1]).sort(),
			'Not everybody was called exactly once',
		);
		const workers = [first, second, third as N8nProcess];
		const shares = (await Promise.all(workers.map(executions))).map(
			(count, i) => count - (earlier[i] ?? 0),
		);
		ok(!shares.includes(0), `A worker did nothing: ${shares.join(', ')}`);
		return `${numbers.length} executions, by worker ${shares.join(', ')}; ${goodbye}`;
	});

	for (const megabytes of [10, 50]) {
		await check(`a recording of ${megabytes} MB goes through a worker`, async () => {
			const call = [...environment.calls.values()].find(
				({ recording_available: available }) => available === true,
			);
			ok(call, 'The simulator has no call with a recording');
			simulator.recording.bytes = megabytes * MEGABYTE;
			const before = await Promise.all(server.workers.map(peakMemory));
			const execution = await n8n.run(
				chain(
					manualTrigger,
					fluentsNode(
						{ resource: 'call', operation: 'getRecording', callId: byId(call.id) },
						credentials.default,
					),
				),
			);
			equal(execution.status, 'success', errorOf(execution));
			const after = await Promise.all(server.workers.map(peakMemory));
			const { data } = outputOf(execution, 'Fluents.ai')[0].binary ?? {};
			ok(data, 'The item has no binary data');
			equal((await n8n.binary(data)).length, megabytes * MEGABYTE);
			const growth = Math.max(...after.map((bytes, i) => bytes - before[i]));
			return `the worker's peak memory grew by ${(growth / MEGABYTE).toFixed(0)} MB`;
		});
	}
}

async function post(url: string): Promise<void> {
	const { ok: taken, status } = await fetch(url);
	if (!taken) throw new Error(`n8n answered ${status} to the webhook`);
}

async function otherStatuses(n8n: N8nApi, workflowId: string): Promise<string> {
	const counts: string[] = [];
	for (const status of ['new', 'running', 'waiting', 'error', 'canceled', 'crashed', 'unknown']) {
		counts.push(`${await n8n.countExecutions(workflowId, status)} ${status}`);
	}
	return counts.filter((count) => !count.startsWith('0 ')).join(', ') || 'no trace of them';
}

async function leave({ server }: CaseContext, worker: N8nProcess): Promise<string> {
	const start = Date.now();
	await server.stopWorker(worker);
	const seconds = ((Date.now() - start) / 1000).toFixed(1);
	const waited = /Waiting for (\d+) active/.exec(await worker.log())?.[1] ?? '0';
	return `the first left after ${seconds} s and finished ${waited} of them meanwhile`;
}

/** How many executions a worker says it has finished. */
async function executions(worker: N8nProcess): Promise<number> {
	return (await worker.log()).match(/finished execution/gi)?.length ?? 0;
}

/** The most memory that a process has had, in bytes; 0 where the system does not tell. */
async function peakMemory({ pid }: N8nProcess): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
	return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}
