import { deepEqual, ok } from 'node:assert/strict';

import { chain, manualTrigger, outputOf } from '../../e2e/api';
import type { LaunchedWithAccount } from '../../e2e/launch';
import type { Bench } from '../cases';
import { readingEach, timeOf } from '../nodes';
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

async function compare(bench: Bench, launched: LaunchedWithAccount, latency: number, most: number) {
	const { n8n, simulator } = launched;
	simulator.reset();
	simulator.latencyMs = latency;
	const { ids, items, ...sides } = readingEach(launched, ITEMS);
	const mostOpen = { ours: 0, theirs: 0 };
	const measure = async (side: 'ours' | 'theirs') => {
		simulator.requests.length = 0;
		const { name: nodeName } = sides[side];
		const execution = await n8n.run(chain(manualTrigger, items, sides[side]));
		const outputs = outputOf(execution, nodeName).map(({ json }) => json.id);
		deepEqual(outputs, ids);
		const open = simulator.requests.map((request) => request.open);
		mostOpen[side] = Math.max(mostOpen[side], ...open);
		return timeOf(execution, nodeName);
	};
	const values = await inTurn(bench.pairs, {
		ours: async () => await measure('ours'),
		theirs: async () => await measure('theirs'),
		...(latency === 20 && { floor: async () => await floor(launched, ids) }),
	} as Record<'ours' | 'theirs' | 'floor', () => Promise<number>>);
	ok(mostOpen.ours <= AT_ONCE, `${mostOpen.ours} requests were open at once`);

	const ours = { unit: 'ms', values: values.ours } as const;
	bench.report({
		what: `${ITEMS.toLocaleString('en')} items, one call each, ${latency} ms latency`,
		ours,
		against: { name: 'HTTP Request', series: { unit: 'ms', values: values.theirs } },
		most,
		note: `at most ${mostOpen.ours} requests open, ${mostOpen.theirs} by HTTP Request`,
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
async function floor({ simulator }: LaunchedWithAccount, ids: string[]): Promise<number> {
	const parameters = [simulator.url, simulator.keys.default, String(AT_ONCE)];
	return await numberFrom('floor.ts', parameters, { input: JSON.stringify(ids) });
}
