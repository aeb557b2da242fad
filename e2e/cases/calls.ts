import { deepEqual, equal } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { WorkflowJson } from '../../engine';
import { chain, errorOf, itemsNode, manualTrigger, outputOf } from '../api';
import { createAndWait } from '../calls';
import { check, eventually, type Case, type CaseContext } from '../case';

const NUMBERS = ['+12125550101', '+12125550102', '+12125550103', '+12125550104'];

/** Each number once. */
const ONCE = NUMBERS.map((number) => [number, 1]);

interface Room extends CaseContext {
	workflow: WorkflowJson;
}

/** Calls that are placed and waited for, and what happens to them when the execution is stopped. */
export default {
	async setUp(context) {
		const items = itemsNode(NUMBERS.map((to) => ({ to })));
		const workflow = chain(manualTrigger, items, createAndWait(context, { pollInterval: 1 }));
		return await Promise.resolve({ ...context, workflow });
	},
	checks: [
		check('Create and Wait gives the outcome of each call', async (room) => {
			const execution = await room.n8n.run(room.workflow);
			equal(execution.status, 'success', errorOf(execution));
			const outcomes = outputOf(execution, 'Fluents.ai').map(({ json }) => json.outcome);
			deepEqual(outcomes, ['answered', 'no_answer', 'voicemail', 'failed']);
			deepEqual([...room.simulator.dialled], ONCE);
			return outcomes.join(', ');
		}),
		check('stopping ends the waiting, and dials nobody again', async (room) => {
			const { n8n, simulator } = room;
			simulator.dialled.clear();
			simulator.callSeconds = 60;
			const executionId = await n8n.start(await n8n.createWorkflow(room.workflow));
			await eventually(() => equal(simulator.dialled.size, NUMBERS.length));
			await n8n.stop(executionId);
			const { status } = await n8n.finished(executionId);
			equal(status, 'canceled');
			await sleep(1500);
			const looks = simulator.requests.length;
			await sleep(3000);
			equal(simulator.requests.length, looks, 'The node still looks at the calls');
			deepEqual([...simulator.dialled], ONCE);
		}),
	],
} satisfies Case<Room>;
