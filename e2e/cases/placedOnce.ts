import { deepEqual, equal, ok } from 'node:assert/strict';
import type { INode, INodeParameters } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import { chain, errorOf, itemsNode, manualTrigger, outputOf, type SavedWorkflow } from '../api';
import { createAndWait } from '../calls';
import { check, eventually, type Case, type CaseContext } from '../case';

const NUMBERS = ['+12125550110', '+12125550111', '+12125550112', '+12125550113'];

/** Each number once. */
const ONCE = NUMBERS.map((number) => [number, 1]);

/** Seconds in which n8n notices that a worker is gone. */
const LONGEST_NOTICE = 150;

/** Calls that are placed once although n8n runs them again, or dies while they are waited for. */
class Room {
	/** The workflow that runs when the power is cut, and its execution. */
	interrupted!: { workflow: SavedWorkflow; executionId: string };

	constructor(readonly context: CaseContext) {}

	workflow(options: INodeParameters = {}, changes: Partial<INode> = {}): WorkflowJson {
		return chain(
			manualTrigger,
			itemsNode(NUMBERS.map((to, order) => ({ to, order }))),
			createAndWait(this.context, { pollInterval: 1, ...options }, changes),
		);
	}

	/** Refuses to call a number, for one time. */
	refuse(number: string): void {
		this.context.simulator.faults.add({
			operationId: 'createCall',
			match: ({ body }) => (body as { to_number: string }).to_number === number,
			status: 409,
			body: { message: 'The line is busy' },
		});
	}
}

const outlives = check<Room>('a second run with keys from data finds the calls', async (room) => {
	const { n8n, server, simulator, version } = room.context;
	const { workflow, executionId } = room.interrupted;
	const statusOf = async () => (await n8n.execution(executionId)).status;
	await eventually(async () => ok((await statusOf()) !== 'running'), LONGEST_NOTICE);
	const status = await statusOf();
	// With a worker that is gone, n8n knows only that the execution failed; n8n 1 hands it to another.
	const isRepeated = version.startsWith('1.') && server.workers.length > 0;
	const ends = isRepeated ? ['success'] : ['crashed', 'error'];
	ok(ends.includes(status), `The execution is ${status}`);
	equal(await n8n.countExecutions(workflow.id), 1, 'n8n has run it again');
	deepEqual([...simulator.dialled], ONCE);

	const second = await n8n.finished(await n8n.start(workflow));
	equal(second.status, 'success', errorOf(second));
	const outputs = outputOf(second, 'Fluents.ai').map(({ json }) => json);
	deepEqual(
		outputs.map(({ to_number: to, outcome, duplicate }) => [to, outcome, duplicate]),
		NUMBERS.map((number) => [number, 'answered', true]),
	);
	deepEqual([...simulator.dialled], ONCE);
	const { calls } = simulator.environment('default');
	ok(outputs.every(({ id }) => calls.has(String(id))));
	return `the first execution is ${status}, nobody was called again`;
});

export default {
	needsOwnN8n: true,
	setUp: async (context) => await Promise.resolve(new Room(context)),
	checks: [
		check('Retry On Fail finds the calls of the first try', async (room) => {
			const { n8n, simulator } = room.context;
			room.refuse(NUMBERS[2]);
			const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 };
			const execution = await n8n.run(room.workflow({}, settings));
			equal(execution.status, 'success', errorOf(execution));
			deepEqual(
				outputOf(execution, 'Fluents.ai').map(({ json }) => [json.to_number, json.outcome]),
				NUMBERS.map((number) => [number, 'answered']),
			);
			deepEqual([...simulator.dialled], ONCE);
		}),
		check("the editor's Retry finds them as well", async (room) => {
			const { n8n, simulator } = room.context;
			simulator.dialled.clear();
			room.refuse(NUMBERS[3]);
			const saved = await n8n.createWorkflow(room.workflow());
			const failed = await n8n.finished(await n8n.start(saved));
			equal(failed.status, 'error');
			equal(simulator.dialled.size, 3);
			// It answers when the new execution has ended; n8n 1 does not tell which that is.
			await n8n.call('POST', `/executions/${failed.id}/retry`, { loadWorkflow: false });
			const retried = await n8n.finished(String(await n8n.newestExecution(saved)));
			equal(retried.status, 'success', errorOf(retried));
			deepEqual([...simulator.dialled], ONCE);
		}),
	],
	powerCut: {
		async prepare(room) {
			const { n8n, simulator } = room.context;
			simulator.dialled.clear();
			simulator.callSeconds = 30;
			const callKey = '={{ "crash " + $json.order }}';
			const workflow = await n8n.createWorkflow(room.workflow({ callKey }));
			room.interrupted = { workflow, executionId: await n8n.start(workflow) };
			await eventually(() => equal(simulator.dialled.size, NUMBERS.length));
		},
		checks: [outlives],
	},
} satisfies Case<Room>;
