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
	type SavedWorkflow,
} from '../api';
import { createAndWait } from '../calls';
import { check, type Case, type CaseContext } from '../case';
import type { N8nProcess } from '../process';
import { howToRunQueue } from '../services';

/** Executions before and after the change. */
const CALM = 20;

/** Milliseconds between two executions. */
const PAUSE = 300;

/** Milliseconds for all of it. */
const LONGEST = 120_000;

const MEGABYTE = 1024 * 1024;

/** A published workflow that calls the number in the query, and its address. */
async function publishCaller(
	context: CaseContext,
): Promise<{ workflow: SavedWorkflow; url: string }> {
	const { n8n, server } = context;
	const path = randomUUID();
	const settings = { typeVersion: 2, webhookId: path };
	const caller = createAndWait(context, { pollInterval: 1 });
	caller.parameters.toNumber = '={{ "+" + $json.query.to }}';
	const workflow = await n8n.createWorkflow(
		chain(node('Webhook', 'n8n-nodes-base.webhook', { path }, settings), caller),
	);
	equal((await n8n.publish(workflow)).status, 'published');
	return { workflow, url: `${server.webhookUrl}/webhook/${path}` };
}

/**
 * Starts executions all the time, some before one worker goes and another comes, and some after it.
 *
 * @returns the numbers called, all three workers, and how the first left.
 */
async function changeWorkers(context: CaseContext, url: string) {
	const { server } = context;
	const [first, second] = server.workers;
	const numbers: string[] = [];
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
	return { numbers, workers: [first, second, third as N8nProcess], goodbye };
}

/** Waits until so many executions of a workflow have succeeded. @throws Error when they do not. */
async function allSucceed(n8n: N8nApi, { id }: SavedWorkflow, count: number): Promise<void> {
	const deadline = Date.now() + LONGEST;
	let succeeded: number;
	do {
		await sleep(500);
		succeeded = await n8n.countExecutions(id, 'success');
	} while (succeeded < count && Date.now() < deadline);
	if (succeeded < count) {
		throw new Error(`Executions were lost: ${await otherStatuses(n8n, id)}`);
	}
	equal(await n8n.countExecutions(id), count, 'Executions were repeated');
}

const losesNothing = check<CaseContext>(
	'no execution is lost while one worker goes and another comes',
	async (context) => {
		const { n8n, server, simulator } = context;
		const { workflow, url } = await publishCaller(context);
		const earlier = await Promise.all(server.workers.map(executions));
		const { numbers, workers, goodbye } = await changeWorkers(context, url);
		await allSucceed(n8n, workflow, numbers.length);
		deepEqual(
			[...simulator.dialled].sort(),
			numbers.map((number) => [number, 1]).sort(),
			'Not everybody was called exactly once',
		);
		const shares = (await Promise.all(workers.map(executions))).map(
			(count, i) => count - (earlier[i] ?? 0),
		);
		ok(!shares.includes(0), `A worker did nothing: ${shares.join(', ')}`);
		return `${numbers.length} executions, by worker ${shares.join(', ')}; ${goodbye}`;
	},
);

const bigFile = (megabytes: number) =>
	check<CaseContext>(`a recording of ${megabytes} MB goes through a worker`, async (context) => {
		const { n8n, server, simulator, credentials } = context;
		const call = [...simulator.environment('default').calls.values()].find(
			({ recording_available: available }) => available === true,
		);
		ok(call, 'The simulator has no call with a recording');
		simulator.recording.bytes = megabytes * MEGABYTE;
		const before = await Promise.all(server.workers.map(peakMemory));
		const parameters = { resource: 'call', operation: 'getRecording', callId: byId(call.id) };
		const execution = await n8n.run(
			chain(manualTrigger, fluentsNode(parameters, credentials.default)),
		);
		equal(execution.status, 'success', errorOf(execution));
		const after = await Promise.all(server.workers.map(peakMemory));
		const { data } = outputOf(execution, 'Fluents.ai')[0].binary ?? {};
		ok(data, 'The item has no binary data');
		equal((await n8n.binary(data)).length, megabytes * MEGABYTE);
		const growth = Math.max(...after.map((bytes, i) => bytes - before[i]));
		return `the worker's peak memory grew by ${(growth / MEGABYTE).toFixed(0)} MB`;
	});

/** What matters only where workers share the work: one that goes, one that comes, big files. */
export default {
	needsOwnN8n: true,
	skip: async ({ server }) => (server.workers.length > 0 ? undefined : await howToRunQueue()),
	setUp: async (context) => await Promise.resolve(context),
	checks: [losesNothing, bigFile(10), bigFile(50)],
} satisfies Case;

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
