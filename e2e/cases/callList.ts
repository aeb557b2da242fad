import { deepEqual, equal, match } from 'node:assert/strict';
import type { INodeParameters } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import { errorOf, outputOf } from '../api';
import { check, type Case, type CaseContext } from '../case';
import { atAnyHour, readExample, skipWithoutTables } from '../example';

/** The example at an hour at which people may be called, with a table of its own. */
async function prepared({ credentials }: CaseContext): Promise<WorkflowJson> {
	const json = await readExample('call-list', credentials.default, ({ parameters }) => {
		const options = parameters.options as INodeParameters;
		const pacing = { limits: { callsPerMinute: 60, maxConcurrentCalls: 5 } };
		return { ...atAnyHour(options), pacing, pollInterval: 1 };
	});
	const text = JSON.stringify(json);
	return JSON.parse(text.replaceAll('"Call list"', '"Call list in e2e"')) as WorkflowJson;
}

/** The example of a call list, as people use it: executed by hand, which also makes the table. */
export default {
	skip: skipWithoutTables,
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		check('a round calls who is due, and writes what came of it', async (room) => {
			const { n8n, simulator } = room;
			const workflow = await n8n.createWorkflow(await prepared(room));
			const execution = await n8n.finished(await n8n.start(workflow));
			equal(execution.status, 'success', errorOf(execution));
			const fields = ['name', 'attempts', 'outcome', 'do_not_call', 'time_zone'];
			deepEqual(
				outputOf(execution, 'Write Back').map(({ json: row }) =>
					fields.map((field) => row[field]),
				),
				[
					['Anna', 1, 'answered', null, 'America/New_York'],
					['Ben', 1, 'no_answer', null, 'America/Chicago'],
					['Carl', 1, 'answered', true, ''],
				],
			);
			const dialled = [...simulator.dialled.entries()];
			deepEqual(
				dialled.map(([, count]) => count),
				[1, 1, 1],
			);

			const next = await n8n.finished(await n8n.start(workflow));
			equal(next.status, 'success', errorOf(next));
			equal(outputOf(next, 'Read the List').length, 3);
			equal(outputOf(next, 'Who Is Due').length, 0);
			deepEqual([...simulator.dialled.entries()], dialled);
		}),
		check(
			'a row that cannot be called says why, the others know what came of their calls',
			async (room) => {
				const { n8n } = room;
				const text = JSON.stringify(await prepared(room))
					.replaceAll('"Call list in e2e"', '"Call list with a wrong number"')
					.replace('+12125550101', '212 555 0101');
				const execution = await n8n.run(JSON.parse(text) as WorkflowJson);
				equal(execution.status, 'success', errorOf(execution));
				// Both outputs of the node that calls lead there, one after the other.
				const runs = execution.data.resultData.runData['Write Back'];
				const rows = runs
					.flatMap(({ data }) => data?.main[0] ?? [])
					.map(({ json }) => json);
				deepEqual(
					rows
						.map(({ name, attempts, do_not_call: asked }) => [name, attempts, asked])
						.sort(),
					[
						['Anna', null, null],
						['Ben', 1, null],
						// He has asked in the call of the first check.
						['Carl', null, true],
					],
				);
				equal(room.simulator.dialled.size, 3);
				const anna = rows.find(({ name }) => name === 'Anna');
				match(String(anna?.note), /no country code/);
			},
		),
	],
} satisfies Case;
