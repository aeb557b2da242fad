import { deepEqual, ok } from 'node:assert/strict';
import type { INodeParameters } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import { errorOf, outputOf } from '../api';
import { check, eventually, type Case, type CaseContext } from '../case';
import { readExample, skipWithoutTables } from '../example';

/** Options of the nodes: the table alone is to tell who has asked. */
const options: Record<string, INodeParameters> = {
	Call: { pollInterval: 1 },
	'Call Is Over': { allowUnreachableUrl: true },
};

/** The example with the test's credential, a table of its own, and its trigger at this computer. */
async function prepared({ credentials }: CaseContext): Promise<WorkflowJson> {
	const json = await readExample(
		'do-not-call',
		credentials.default,
		({ name, parameters }) => options[name] ?? (parameters.options as INodeParameters),
	);
	const text = JSON.stringify(json);
	return JSON.parse(text.replaceAll('"Do not call"', '"Do not call in e2e"')) as WorkflowJson;
}

/** The example of a list of people who asked, as people use it: published, and executed by hand. */
export default {
	skip: skipWithoutTables,
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		check('who asks gets a row in the table, and is not called again', async (room) => {
			const { n8n, simulator } = room;
			const workflow = await n8n.createWorkflow(await prepared(room));
			deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
			const callAll = async () => {
				const execution = await n8n.finished(await n8n.start(workflow));
				return outputOf(execution, 'Call').map(({ json }) => {
					ok(json.outcome, errorOf(execution));
					return [json.to_number, json.asked_not_to_be_called];
				});
			};
			deepEqual(await callAll(), [
				['+12125550101', false],
				['+12125550102', null],
				['+12125550110', true],
			]);
			await eventually(async () => {
				const { results } = await n8n.executions(workflow.id, 'success');
				const executions = results.map(async ({ id }) => await n8n.execution(id));
				const rows = (await Promise.all(executions)).flatMap((execution) =>
					outputOf(execution, 'Put on the List').map(({ json }) => json.phone),
				);
				deepEqual(rows, ['+12125550110']);
			}, 60);
			deepEqual(await callAll(), [
				['+12125550101', false],
				['+12125550102', null],
			]);
			deepEqual(
				[...simulator.dialled],
				[
					['+12125550101', 2],
					['+12125550102', 2],
					['+12125550110', 1],
				],
			);
			await n8n.unpublish(workflow);
		}),
	],
} satisfies Case;
