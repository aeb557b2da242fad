import { deepEqual } from 'node:assert/strict';
import type { INodeParameters } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import { outputOf } from '../api';
import { check, type Case, type CaseContext } from '../case';
import { readExample, skipWithoutTables } from '../example';

/** The example with the test's credential, its trigger at an address of this computer. */
async function prepared({ credentials }: CaseContext): Promise<WorkflowJson> {
	return await readExample('survey-by-phone', credentials.default, ({ type, parameters }) => ({
		...(parameters.options as INodeParameters),
		...(type.endsWith('LiveTrigger') ? { allowUnreachableUrl: true } : { pollInterval: 1 }),
	}));
}

/** The example of a survey, as people use it: published, and executed by hand. */
export default {
	skip: skipWithoutTables,
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
