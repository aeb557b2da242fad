import { deepEqual, ok } from 'node:assert/strict';

import { byId, chain, fluentsNode, itemsNode, manualTrigger, outputOf } from '../../e2e/api';
import type { Launched } from '../../e2e/launch';
import type { Bench } from '../cases';
import { httpRequest, query, timeOf } from '../nodes';
import { numberFrom } from '../script';
import { inTurn } from '../series';

export const name = 'getEach';

const ITEMS = 1000;
const AT_ONCE = 20;

/** 1,000 items that each read one call, at several latencies. */
export async function run(bench: Bench): Promise<void> {
	await bench.onServer({}, async (launched) => {
		for (const [latency, most] of [
			[20, 0.5],
			[0, 0.5],
			[50, 0.7],
		]) {
			await compare(bench, launched, latency, most);
		}
	});
}

async function compare(bench: Bench, launched: Launched, latency: number, most: number) {
	const { n8n, simulator, credentials } = launched;
	simulator.reset();
	simulator.latencyMs = latency;
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
		simulator.requests.length = 0;
		const execution = await n8n.run(chain(manualTrigger, source, node));
		deepEqual(
			outputOf(execution, node.name).map(({ json }) => json.id),
			ids,
		);
		return timeOf(execution, node.name);
	};
	let mostOpen = 0;
	const values = await inTurn(bench.pairs, {
		ours: async () => {
			const time = await measure(get);
			mostOpen = Math.max(mostOpen, ...simulator.requests.map(({ open }) => open));
			return time;
		},
		theirs: async () => await measure(request),
		...(latency === 20 && { floor: async () => await floor(launched, ids) }),
	} as Record<'ours' | 'theirs' | 'floor', () => Promise<number>>);
	ok(mostOpen <= AT_ONCE, `${mostOpen} requests were open at once`);

	const ours = { unit: 'ms', values: values.ours } as const;
	bench.report({
		what: `${ITEMS.toLocaleString('en')} items, one call each, ${latency} ms latency`,
		ours,
		against: { name: 'HTTP Request', series: { unit: 'ms', values: values.theirs } },
		most,
		note: `at most ${mostOpen} requests open`,
	});
	if (!values.floor) return;
	bench.report({
		what: 'the same, against the floor',
		ours,
		against: { name: 'axios', series: { unit: 'ms', values: values.floor } },
		most: 2.2,
	});
}

/** Milliseconds of a bare loop, in a process of its own. */
async function floor({ simulator }: Launched, ids: string[]): Promise<number> {
	const parameters = [simulator.url, simulator.keys.default, String(AT_ONCE)];
	return await numberFrom('floor.ts', parameters, { input: JSON.stringify(ids) });
}
