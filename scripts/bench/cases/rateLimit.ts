import { equal } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { byId, chain, fluentsNode, itemsNode, manualTrigger, outputOf } from '../../e2e/api';
import type { Bench } from '../cases';
import { httpRequest, query, timeOf } from '../nodes';
import { inTurn } from '../series';

export const name = 'rateLimit';

const ITEMS = 500;
const PER_SECOND = 50;
const WINDOW = 1000;

/** The first requests are let through at once, the last ones when so many seconds are over. */
const IDEAL = (ITEMS / PER_SECOND - 1) * WINDOW;

/** More items than a server takes at once, which says so with 429 and Retry-After. */
export async function run(bench: Bench): Promise<void> {
	await bench.onServer({}, async ({ n8n, simulator, credentials }) => {
		simulator.rateLimit = { perSecond: PER_SECOND };
		const ids = simulator
			.environment('default')
			.addCalls(ITEMS)
			.map(({ id }) => id);
		const source = itemsNode(ids.map((id) => ({ id })));
		const get = fluentsNode(
			{ resource: 'call', operation: 'get', callId: byId('={{ $json.id }}') },
			credentials.default,
		);
		const request = httpRequest(
			{ url: `${simulator.url}/calls`, ...query({ id: '={{ $json.id }}' }) },
			credentials.default,
		);
		const measure = async (node: typeof get) => {
			// What the other side has sent counts no more.
			await sleep(WINDOW);
			simulator.requests.length = 0;
			const execution = await n8n.run(chain(manualTrigger, source, node));
			return {
				time: timeOf(execution, node.name),
				items: outputOf(execution, node.name).length,
			};
		};
		const given: number[] = [];
		const answered: number[] = [];
		const { ours, theirs } = await inTurn(bench.pairs, {
			ours: async () => {
				const { time, items } = await measure(get);
				equal(items, ITEMS);
				return time;
			},
			theirs: async () => {
				const { time, items } = await measure(request);
				given.push(items);
				answered.push(simulator.requests.filter(({ status }) => status === 200).length);
				return time;
			},
		});
		bench.report({
			what: `${ITEMS} items, a server that takes ${PER_SECOND} requests a second`,
			ours: { unit: 'ms', values: ours },
			against: { name: 'HTTP Request', series: { unit: 'ms', values: theirs } },
			figure: Math.max(...ours) / IDEAL,
			most: 1.15,
			note: `figure: slowest run to the ${IDEAL / 1000} s that the limit needs; all ${ITEMS} succeed, with HTTP Request ${Math.max(...given)} (${Math.max(...answered)} were answered)`,
		});
	});
}
