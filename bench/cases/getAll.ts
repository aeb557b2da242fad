import { equal } from 'node:assert/strict';
import type { IDataObject } from 'n8n-workflow';

import { chain, fluentsNode, manualTrigger, outputOf, type Execution } from '../../e2e/api';
import type { Bench } from '../cases';
import { heldBytes, httpRequest, query, timeOf } from '../nodes';
import { inTurn } from '../series';

export const name = 'getAll';

const CALLS = 10_000;

/** All calls of a large environment, from a list that gives 100 at a time. */
export async function run(bench: Bench): Promise<void> {
	await bench.onServer({}, async (launched) => {
		const { n8n, simulator, credentials } = launched;
		simulator.latencyMs = 20;
		const environment = simulator.environment('default');
		environment.addCalls(CALLS - environment.calls.size);

		const getAll = fluentsNode(
			{ resource: 'call', operation: 'getAll', returnAll: true },
			credentials.default,
		);
		const request = httpRequest(
			{
				url: `${simulator.url}/calls/list`,
				...query({ size: '100', sort_column: 'start_time', sort_desc: 'true' }),
				options: {
					pagination: {
						pagination: {
							parameters: {
								parameters: [
									{ type: 'qs', name: 'page', value: '={{ $pageCount + 1 }}' },
								],
							},
							paginationCompleteWhen: 'other',
							completeExpression: '={{ !$response.body.has_more }}',
						},
					},
				},
			},
			credentials.default,
		);
		const check = (execution: Execution, records: IDataObject[], nodeName: string) => {
			equal(new Set(records.map(({ id }) => id)).size, CALLS);
			equal(records.length, CALLS);
			return timeOf(execution, nodeName);
		};
		const { ours, theirs } = await inTurn(bench.pairs, {
			ours: async () => {
				const execution = await n8n.run(chain(manualTrigger, getAll));
				const records = outputOf(execution, getAll.name).map(({ json }) => json);
				return check(execution, records, getAll.name);
			},
			theirs: async () => {
				const execution = await n8n.run(chain(manualTrigger, request));
				const pages = outputOf(execution, request.name).map(({ json }) => json);
				const records = pages.flatMap(({ items }) => items as IDataObject[]);
				return check(execution, records, request.name);
			},
		});
		bench.report({
			what: '10,000 calls in pages of 100, 20 ms latency',
			readme: '10,000 calls read from the list, 20 ms latency',
			ours: { unit: 'ms', values: ours },
			against: { name: 'HTTP Request', series: { unit: 'ms', values: theirs } },
			most: 0.33,
		});

		simulator.latencyMs = 0;
		const held = await inTurn(bench.pairs, {
			ours: async () => (await heldBytes(launched, CALLS, 'all')) / 1e6,
			theirs: async () => (await heldBytes(launched, CALLS, 'pages')) / 1e6,
		});
		bench.report({
			what: 'the same: memory that they take in the output',
			ours: { unit: 'MB', values: held.ours },
			against: { name: 'pages as they come', series: { unit: 'MB', values: held.theirs } },
			most: 1,
		});
	});
}
