import { deepEqual, equal, match } from 'node:assert/strict';
import type { IDataObject } from 'n8n-workflow';

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
import type { CaseContext } from '../cases';

export const name = 'outputs';

/** Order, item links and error output of many items, as the nodes after it see them. */
export async function run({ n8n, simulator, credentials, check }: CaseContext): Promise<void> {
	const calls = simulator.environment('default').addCalls(40);
	const missing = '00000000-0000-4000-a000-000000000000';
	const items = calls.map(({ id }, n) => ({ n, id: n % 10 === 7 ? missing : id }));
	const found = items.filter(({ id }) => id !== missing);
	const get = { resource: 'call', operation: 'get', callId: byId('={{ $json.id }}') };
	const workflow = (onError: 'continueErrorOutput' | 'continueRegularOutput' | 'stopWorkflow') =>
		chain(
			manualTrigger,
			itemsNode(items),
			fluentsNode(get, credentials.default, { onError }),
			node(
				'After',
				'n8n-nodes-base.set',
				{
					assignments: {
						assignments: [
							{
								id: 'n',
								name: 'n',
								type: 'number',
								value: "={{ $('Items').item.json.n }}",
							},
						],
					},
				},
				{ typeVersion: 3.4 },
			),
		);

	await check('items come out in order, linked to their inputs', async () => {
		const execution = await n8n.run(workflow('continueErrorOutput'));
		equal(execution.status, 'success', errorOf(execution));
		deepEqual(
			outputOf(execution, 'Fluents.ai').map(({ json }) => json.id),
			found.map(({ id }) => id),
		);
		deepEqual(
			outputOf(execution, 'After').map(({ json }) => json.n),
			found.map(({ n }) => n),
		);
		return `${found.length} items`;
	});
	await check('what failed goes to the error output, linked as well', async () => {
		const execution = await n8n.run(workflow('continueErrorOutput'));
		const failed = outputOf(execution, 'Fluents.ai', 1);
		deepEqual(
			failed.map(({ pairedItem }) => pairedItem),
			[7, 17, 27, 37].map((item) => ({ item })),
		);
		match(String(failed[0].json.error), /does not exist/);
		equal((failed[0].json.details as IDataObject).httpCode, '404');
		return String(failed[0].json.error);
	});
	await check('with Continue, the failed items keep their place', async () => {
		const execution = await n8n.run(workflow('continueRegularOutput'));
		deepEqual(
			outputOf(execution, 'After').map(({ json }) => json.n),
			items.map(({ n }) => n),
		);
	});
	await check('without, the execution ends and says what to do', async () => {
		const execution = await n8n.run(workflow('stopWorkflow'));
		equal(execution.status, 'error');
		match(errorOf(execution), /environment 'default'/);
		return errorOf(execution);
	});
}
