import { deepEqual } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { WorkflowJson } from '../../engine';
import { CREDENTIAL, outputOf } from '../api';
import { check, type Case, type CaseContext } from '../case';

const example = resolve(__dirname, '../../examples/survey-by-phone.json');

/** The example with the test's credential, its trigger at an address of this computer. */
async function prepared({ credentials }: CaseContext): Promise<WorkflowJson> {
	const json = JSON.parse(await readFile(example, 'utf8')) as WorkflowJson;
	const nodes = json.nodes.map((node) => {
		if (!node.credentials) return node;
		const options = { ...(node.parameters.options as object) };
		const isTrigger = node.type.endsWith('LiveTrigger');
		const changes = isTrigger ? { allowUnreachableUrl: true } : { pollInterval: 1 };
		return {
			...node,
			parameters: { ...node.parameters, options: { ...options, ...changes } },
			credentials: { [CREDENTIAL]: credentials.default },
		};
	});
	return { ...json, nodes };
}

/** The example of a survey, as people use it: published, and executed by hand. */
export default {
	async skip({ n8n }) {
		const hasTables = await n8n.nodeType('n8n-nodes-base.dataTable');
		return hasTables ? undefined : 'this n8n has no Data Tables';
	},
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		check('the answers of a call come out typed, and stand in its row', async (room) => {
			const { n8n, simulator } = room;
			const workflow = await n8n.createWorkflow(await prepared(room));
			deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
			const parameters = { rating: '4', comment: 'Quick.' };
			const asks = [{ at: 11, action: 'take_survey', parameters }];
			simulator.scriptOf = ({ to_number: to }) => (to.endsWith('06') ? { asks } : {});

			const execution = await n8n.finished(await n8n.start(workflow));
			await n8n.unpublish(workflow);
			const answers = { 'n8n: Survey by phone': { rating: 4, comment: 'Quick.' } };
			deepEqual(
				outputOf(execution, 'Call and Wait').map(({ json: call }) => [
					call.outcome,
					call.answers,
				]),
				[
					['answered', answers],
					['no_answer', {}],
				],
			);
			deepEqual(
				outputOf(execution, 'Write Outcome').map(({ json: row }) => [
					...[row.phone, row.outcome, row.rating, row.comment],
				]),
				[
					['+12125550106', 'answered', 4, 'Quick.'],
					['+12125550102', 'no_answer', null, null],
				],
			);
		}),
	],
} satisfies Case;
