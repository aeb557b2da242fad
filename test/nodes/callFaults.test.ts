import fc from 'fast-check';

import { runTrial } from '../../scripts/soak/trial';
import { engine, simulator } from '../support/harness';

/** Repeat a failure with the seed that it names. */
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);

test(`whatever fails, nobody is called twice and no item is lost (FAULT_SEED=${seed})`, async () => {
	const trials = fc.record({
		seed: fc.nat(),
		faults: fc.double({ min: 0.1, max: 0.7, noNaN: true }),
		items: fc.integer({ min: 5, max: 25 }),
		operation: fc.constantFrom('create' as const, 'createAndWait' as const),
		retryOnFail: fc.boolean(),
		retryUnconfirmed: fc.boolean(),
		twice: fc.boolean(),
		by: fc.constant('workflow' as const),
	});
	await fc.assert(
		fc.asyncProperty(trials, async (trial) => {
			const { duplicates, unaccounted } = await runTrial(engine, simulator, trial);
			expect({ duplicates, unaccounted }).toEqual({ duplicates: 0, unaccounted: [] });
		}),
		// A smaller example would take as long to find as the tests take together.
		{ seed, numRuns: 4, endOnFailure: true },
	);
}, 300_000);

test('30 percent of all requests fail while 200 calls are placed', async () => {
	const verdict = await runTrial(engine, simulator, {
		seed,
		faults: 0.3,
		items: 200,
		operation: 'create',
		retryOnFail: true,
		retryUnconfirmed: false,
		twice: false,
		by: 'workflow',
	});
	expect({ ...verdict, seed }).toMatchObject({ duplicates: 0, unaccounted: [], seed });
	// Where only the full agent is taken, three requests have to go well, and about half of the items get through.
	expect(verdict.placed).toBeGreaterThan(50);
}, 300_000);
