import { setTimeout as sleep } from 'node:timers/promises';

import type { Bench } from '../cases';
import { resultFrom } from '../script';
import { inTurn } from '../series';

export const name = 'phoneNumbers';

/** What a list of people costs before the first of them is called. */
export async function run(bench: Bench): Promise<void> {
	// What ran before keeps the machine busy for a moment.
	await sleep(5000);
	const { read } = await inTurn(bench.pairs, {
		read: async () => await resultFrom('numbers.ts', []),
	});
	bench.report({
		what: '10,000 different numbers read, in a fresh process',
		ours: { unit: 'ms', values: read },
		most: 600,
	});
}
