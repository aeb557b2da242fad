import type { Run } from '../operation';
import { createWatcher, type Watcher } from '../watching/watcher';
import { createLedger, type Ledger } from './ledger';
import { createPacer, type Pacer } from './pacing';

/** What the calls of a run share. */
export interface Calls {
	/** Looks at calls in progress. */
	watcher: Watcher;
	/** Knows the calls that there are. */
	ledger: Ledger;
	/** Lets them be placed no faster than allowed. */
	pacer: Pacer;
}

const ofRuns = new WeakMap<Run, Calls>();

export function callsOf(run: Run): Calls {
	const known = ofRuns.get(run);
	if (known) return known;
	const watcher = createWatcher(run);
	const ledger = createLedger(run);
	const calls = { watcher, ledger, pacer: createPacer(run, watcher, ledger) };
	ofRuns.set(run, calls);
	return calls;
}
