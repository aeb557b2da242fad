import { deepEqual } from 'node:assert/strict';

import type { LaunchedWithAccount } from '../../e2e/launch';
import type { Bench } from '../cases';
import { readingEach } from '../nodes';
import { resultFrom } from '../script';
import { inTurn, type Series } from '../series';

export const name = 'getEach';

const ITEMS = 1000;

/** Latencies in milliseconds, each with the ratio to HTTP Request that is not to be exceeded. */
const LATENCIES = [
	{ latency: 20, most: 0.5, isInReadme: true },
	{ latency: 0, most: 0.5 },
	{ latency: 50, most: 0.5 },
	{ latency: 150, most: 0.6, isInReadme: true },
	{ latency: 300, most: 1 },
];

/** 1,000 items that each read one call, at several latencies. */
export async function run(bench: Bench): Promise<void> {
	await bench.onServer({}, async (launched) => {
		for (const { latency, ...row } of LATENCIES) {
			const { simulator } = launched;
			simulator.reset();
			simulator.latencyMs = latency;
			await compareReading(bench, launched, { ...row, distance: `${latency} ms latency` });
		}
	});
}

/** How each side reads, and what the row is called. */
interface Comparison {
	/** The ratio that is not to be exceeded. */
	most: number;
	/** For the row. */
	distance: string;
	isInReadme?: boolean;
	/** Where the API is, if it is not where the simulator is, and what the floor needs to get there. */
	far?: { baseUrl: string; env: Record<string, string>; relay: { mostOpen: number } };
}

/** Reads 1,000 calls with both sides in turn, and with as many connections at once as this package opened. */
export async function compareReading(
	bench: Bench,
	launched: LaunchedWithAccount,
	{ most, distance, isInReadme, far }: Comparison,
): Promise<void> {
	const { simulator } = launched;
	const { ids, read } = readingEach(launched, ITEMS, far?.baseUrl);
	const mostOpen = { ours: 0, theirs: 0 };
	const measure = async (side: 'ours' | 'theirs') => {
		if (far) far.relay.mostOpen = 0;
		const { time, outputs } = await read(side);
		deepEqual(
			outputs.map(({ id }) => id),
			ids,
		);
		// What is still on its way is not yet open at the simulator.
		const open = far ? [far.relay.mostOpen] : simulator.requests.map((request) => request.open);
		mostOpen[side] = Math.max(mostOpen[side], ...open);
		return time;
	};
	const floor = async () => {
		const { url, keys } = simulator;
		const parameters = [far?.baseUrl ?? url, keys.default, String(mostOpen.ours)];
		return await resultFrom('floor.ts', parameters, {
			input: JSON.stringify(ids),
			env: far?.env,
		});
	};
	const values = await inTurn(bench.pairs, {
		ours: async () => await measure('ours'),
		theirs: async () => await measure('theirs'),
		floor,
	});

	const inMs = (measured: number[]): Series => ({ unit: 'ms', values: measured });
	const what = `${ITEMS.toLocaleString('en')} items, one call each, ${distance}`;
	bench.report({
		what,
		ours: inMs(values.ours),
		against: { name: 'HTTP Request', series: inMs(values.theirs) },
		most,
		note: `at most ${mostOpen.ours} ${far ? 'connections' : 'requests'} open, ${mostOpen.theirs} by HTTP Request`,
		readme: isInReadme ? `1,000 calls read one by one, ${distance}` : undefined,
	});
	bench.report({
		what: 'the same, against the floor',
		ours: inMs(values.ours),
		against: { name: 'axios', series: inMs(values.floor) },
		most: 1.5,
	});
}
