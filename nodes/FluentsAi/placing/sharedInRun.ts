import type { Run } from '../operation';
import { watcherOf } from '../watching/watcher';
import type { Addressee } from './addressee';
import { createDoNotCallList, type DoNotCallList } from './doNotCall';
import { createLedger, type Ledger } from './ledger';
import { createPacer, type Pacer } from './pacing';

/** What the calls of a run share. */
export interface Calls {
	/** Knows the calls that there are. */
	ledger: Ledger;
	/** Knows who is not to be called. */
	doNotCall: DoNotCallList;
	/** Let them be placed no faster than allowed: real calls, and those to a test number. */
	pacers: { real: Pacer; test: Pacer };
}

const ofRuns = new WeakMap<Run, Calls>();

export function callsOf(run: Run): Calls {
	const known = ofRuns.get(run);
	if (known) return known;
	const ledger = createLedger(run);
	const createOne = () => createPacer(run, watcherOf(run), ledger);
	const doNotCall = createDoNotCallList(run, ledger);
	const calls = { ledger, doNotCall, pacers: { real: createOne(), test: createOne() } };
	ofRuns.set(run, calls);
	return calls;
}

/** What lets the calls of a test, or real ones, be placed. */
export function pacerOf(run: Run, { insteadOf }: Pick<Addressee, 'insteadOf'>): Pacer {
	const { real, test } = callsOf(run).pacers;
	return insteadOf === undefined ? real : test;
}
