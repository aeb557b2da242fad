import type { Bench } from '../cases';
import { numberFrom } from '../script';
import { inTurn } from '../series';

export const name = 'lookups';

/** What many items cost that are looked up, or outside of their calling window. */
export async function run(bench: Bench): Promise<void> {
	const { calls, window } = await inTurn(bench.pairs, {
		calls: async () => await numberFrom('lookups.ts', ['calls']),
		window: async () => await numberFrom('lookups.ts', ['window']),
	});
	bench.report({
		what: '10,000 items looked up among 10,000 earlier calls, by number and by key',
		ours: { unit: 'ms', values: calls },
		most: 2000,
	});
	bench.report({
		what: '2,000 items outside of their calling window',
		ours: { unit: 'ms', values: window },
		most: 2000,
	});
}
