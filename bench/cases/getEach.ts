import { deepEqual } from 'node:assert/strict';

import { chain, manualTrigger, outputOf } from '../../e2e/api';
import type { LaunchedWithAccount } from '../../e2e/launch';
import type { Bench } from '../cases';
import { readingEach, timeOf } from '../nodes';
import { resultFrom } from '../script';
import { inTurn, type Series } from '../series';

export const name = 'getEach';

const ITEMS = 1000;

/** Latencies in milliseconds, each with the ratio to HTTP Request that is not to be exceeded. */
const LATENCIES = [
	[20, 0.5],
	[0, 0.5],
	[50, 0.5],
	[150, 0.6],
	[300, 1],
];

/** 1,000 items that each read one call, at several latencies. */
export async function run(bench: Bench): Promise<void> {
	await bench.onServer({}, async (launched) => {
		for (const [latency, most] of LATENCIES) {
			const { simulator } = launched;
			simulator.reset();
			simulator.latencyMs = latency;
			await compareReading(bench, launched, { most, distance: `${latency} ms latency` });
		}
	});
}

/** How each side reads, and what the row is called. */
interface Comparison {
	/** The ratio that is not to be exceeded. */
	most: number;
	/** For the row. */
	distance: string;
	/** Where the API is, if it is not where the simulator is. */
	baseUrl?: string;
}

/** Reads 1,000 calls with both sides in turn, and with as many connections at once as this package opened. */
export async function compareReading(
	bench: Bench,
	launched: LaunchedWithAccount,
	{ most, distance, baseUrl }: Comparison,
): Promise<void> {
	const { n8n, simulator } = launched;
	const { ids, items, ...sides } = readingEach(launched, ITEMS, baseUrl);
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
		floor: async () =>
			baseUrl === undefined ? await floor(launched, ids, mostOpen.ours) : Number.NaN,
	});

	const inMs = (measured: number[]): Series => ({ unit: 'ms', values: measured });
	const what = `${ITEMS.toLocaleString('en')} items, one call each, ${distance}`;
	bench.report({
		what,
		ours: inMs(values.ours),
		against: { name: 'HTTP Request', series: inMs(values.theirs) },
		most,
		// What is still on its way does not count as open at the simulator.
		note:
			baseUrl === undefined
				? `at most ${mostOpen.ours} requests open, ${mostOpen.theirs} by HTTP Request`
				: undefined,
		readme: `1,000 calls read one by one, ${distance}`,
	});
	if (baseUrl !== undefined) return;
	bench.report({
		what: 'the same, against the floor',
		ours: inMs(values.ours),
		against: { name: 'axios', series: inMs(values.floor) },
		most: 1.5,
	});
}

/** Milliseconds of a bare loop, in a process of its own. */
async function floor(
	{ simulator }: LaunchedWithAccount,
	ids: string[],
	atOnce: number,
): Promise<number> {
	const parameters = [simulator.url, simulator.keys.default, String(atOnce)];
	return await resultFrom('floor.ts', parameters, { input: JSON.stringify(ids) });
}
