import { deepEqual, equal, match } from 'node:assert/strict';
import type { IDataObject } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import {
	byId,
	chain,
	errorOf,
	fluentsNode,
	itemsNode,
	manualTrigger,
	node,
	outputOf,
} from '../api';
import { check, type Case, type CaseContext } from '../case';

const MISSING = '00000000-0000-4000-a000-000000000000';

type OnError = 'continueErrorOutput' | 'continueRegularOutput' | 'stopWorkflow';

interface Room extends CaseContext {
	items: Array<{ n: number; id: string }>;
	/** Those of the items that name a call. */
	found: Array<{ n: number; id: string }>;
	/** Reads the calls that the items name. */
	workflow(onError: OnError): WorkflowJson;
}

async function setUp(context: CaseContext): Promise<Room> {
	const calls = context.simulator.environment('default').addCalls(40);
	const items = calls.map(({ id }, n) => ({ n, id: n % 10 === 7 ? MISSING : id }));
	const get = { resource: 'call', operation: 'get', callId: byId('={{ $json.id }}') };
	const value = "={{ $('Items').item.json.n }}";
	const assignments = [{ id: 'n', name: 'n', type: 'number', value }];
	const after = { assignments: { assignments } };
	return await Promise.resolve({
		...context,
		items,
		found: items.filter(({ id }) => id !== MISSING),
		workflow: (onError) =>
			chain(
				manualTrigger,
				itemsNode(items),
				fluentsNode(get, context.credentials.default, { onError }),
				node('After', 'n8n-nodes-base.set', after, { typeVersion: 3.4 }),
			),
	});
}

/** Order, item links and error output of many items, as the nodes after it see them. */
export default {
	setUp,
	checks: [
		check('items come out in order, linked to their inputs', async (room) => {
			const execution = await room.n8n.run(room.workflow('continueErrorOutput'));
			equal(execution.status, 'success', errorOf(execution));
			deepEqual(
				outputOf(execution, 'Fluents.ai').map(({ json }) => json.id),
				room.found.map(({ id }) => id),
			);
			deepEqual(
				outputOf(execution, 'After').map(({ json }) => json.n),
				room.found.map(({ n }) => n),
			);
			return `${room.found.length} items`;
		}),
		check('what failed goes to the error output, linked as well', async (room) => {
			const execution = await room.n8n.run(room.workflow('continueErrorOutput'));
			const failed = outputOf(execution, 'Fluents.ai', 1);
			deepEqual(
				failed.map(({ pairedItem }) => pairedItem),
				[7, 17, 27, 37].map((item) => ({ item })),
			);
			match(String(failed[0].json.error), /does not exist/);
			equal((failed[0].json.details as IDataObject).httpCode, '404');
			return String(failed[0].json.error);
		}),
		check('with Continue, the failed items keep their place', async (room) => {
			const execution = await room.n8n.run(room.workflow('continueRegularOutput'));
			deepEqual(
				outputOf(execution, 'After').map(({ json }) => json.n),
				room.items.map(({ n }) => n),
			);
		}),
		check('without, the execution ends and says what to do', async (room) => {
			const execution = await room.n8n.run(room.workflow('stopWorkflow'));
			equal(execution.status, 'error');
			match(errorOf(execution), /environment 'default'/);
			return errorOf(execution);
		}),
	],
} satisfies Case<Room>;
