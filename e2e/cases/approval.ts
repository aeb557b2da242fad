import { deepEqual, equal } from 'node:assert/strict';
import type { INodeParameters } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import { errorOf, outputOf } from '../api';
import { check, type Case, type CaseContext } from '../case';
import { readExample } from '../example';

/** The example with the test's credential, its trigger at an address of this computer. */
async function prepared({ credentials }: CaseContext): Promise<WorkflowJson> {
	return await readExample('approval-by-phone', credentials.default, (node) => {
		const options = node.parameters.options as INodeParameters;
		if (node.type.endsWith('LiveTrigger')) return { ...options, allowUnreachableUrl: true };
		return node.parameters.resource === 'call' ? { ...options, pollInterval: 1 } : options;
	});
}

/** The example of an approval, as people use it: published, and executed by hand. */
export default {
	isUrgent: true,
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		check('the workflow goes on as the person on duty has said', async (room) => {
			const { n8n, simulator } = room;
			const workflow = await n8n.createWorkflow(await prepared(room));
			deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
			const said = [
				{ approved: true, words: 'Yes, pay it back.' },
				{ approved: false, words: 'No, they have it already.' },
				undefined,
			];
			for (const parameters of said) {
				const answered = { asks: parameters ? [{ at: 11, parameters }] : [] };
				simulator.scriptOf = () => answered;
				const execution = await n8n.finished(await n8n.start(workflow));
				equal(execution.status, 'success', errorOf(execution));
				const [{ json: decision }] = outputOf(execution, 'Decision');
				deepEqual(
					[decision.approved, decision.words],
					[parameters?.approved ?? false, parameters?.words ?? ''],
				);
				const next = decision.approved ? 'Carry It Out' : 'Stop Here';
				equal(outputOf(execution, next).length, 1);
			}
			await n8n.unpublish(workflow);
		}),
	],
} satisfies Case;
