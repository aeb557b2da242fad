import { setTimeout as sleep } from 'node:timers/promises';

import type { CaseContext, Check, NamedCase, Outage } from './case';
import type { Launched } from './launch';
import type { Server } from './server';

/** So many cases are at work in n8n at once. */
const SIDE_BY_SIDE = 5;

/** Milliseconds in which n8n forgets a test, after the trigger was told of its end. */
const FORGETTING = 2000;

/** Outcome of one check. */
export interface Row {
	caseName: string;
	what: string;
	seconds: number;
	/** What the check says, or why it missed or was skipped. */
	outcome: string;
	result: 'ok' | 'MISS' | 'skip';
}

/** A case at work. */
class Running {
	readonly rows: Row[] = [];

	private room: unknown;

	private isReady = false;

	constructor(
		private readonly one: NamedCase,
		private readonly log: (line: string) => void,
	) {}

	async setUp(launched: Launched, pictures: string | undefined): Promise<void> {
		await this.perform('sets up what its checks share', async () => {
			if (this.one.needsOwnN8n && !launched.isOurs) {
				const what = 'it needs an n8n that the run starts itself: leave out --url';
				return this.add({ what, result: 'skip' });
			}
			const account = await launched.openAccount({ callSeconds: 2 });
			const context: CaseContext = { ...launched, ...account, pictures };
			const reason = await this.one.skip?.(context);
			if (reason) return this.add({ what: reason, result: 'skip' });
			this.room = await this.one.setUp(context);
			this.isReady = true;
		});
	}

	get isUrgent(): boolean {
		return this.one.isUrgent ?? false;
	}

	get checks(): Array<Check<unknown>> {
		return this.one.checks;
	}

	get listening(): Array<Check<unknown>> {
		return this.one.listening ?? [];
	}

	async makeChecks(checks: Array<Check<unknown>>): Promise<void> {
		if (!this.isReady) return;
		for (const { what, run } of checks) {
			await this.perform(what, async () => {
				const start = Date.now();
				const outcome = (await run(this.room)) ?? '';
				this.add({ what, outcome, seconds: (Date.now() - start) / 1000 });
			});
		}
	}

	outage(kind: 'restart' | 'powerCut'): Outage<unknown> | undefined {
		return this.isReady ? this.one[kind] : undefined;
	}

	async prepare(outage: Outage<unknown>): Promise<void> {
		await this.perform(
			'gets ready for n8n to end',
			async () => await outage.prepare(this.room),
		);
	}

	async tearDown(): Promise<void> {
		if (!this.isReady) return;
		await this.perform('clears up', async () => await this.one.tearDown?.(this.room));
	}

	/** A task that fails is a miss. */
	private async perform(what: string, task: () => Promise<void>): Promise<void> {
		const start = Date.now();
		try {
			await task();
		} catch (error) {
			const outcome = error instanceof Error ? error.message : String(error);
			this.add({ what, outcome, result: 'MISS', seconds: (Date.now() - start) / 1000 });
		}
	}

	private add(row: Pick<Row, 'what'> & Partial<Row>): void {
		const { what, outcome = '', result = 'ok', seconds = 0 } = row;
		this.rows.push({ caseName: this.one.name, what, outcome, result, seconds });
		this.log(`${result.padEnd(4)} ${this.one.name}: ${what}${outcome && ` (${outcome})`}`);
	}
}

/**
 * Makes all checks: cases side by side, then what has to outlive a restart of n8n, and a power cut.
 *
 * @param log receives a line for each check, as soon as it is made.
 * @param pictures folder for pictures of what cases see.
 */
export async function runCases(
	cases: NamedCase[],
	launched: Launched,
	log: (line: string) => void,
	pictures?: string,
): Promise<Row[]> {
	const all = cases.map((one) => new Running(one, log));
	// One after the other: older versions of n8n mix up transactions of SQLite.
	for (const running of all) await running.setUp(launched, pictures);
	let listening = Promise.resolve();
	const makeChecks = async (running: Running) => {
		await running.makeChecks(running.checks);
		if (running.listening.length === 0) return;
		listening = listening.then(async () => {
			await running.makeChecks(running.listening);
			await sleep(FORGETTING);
		});
		await listening;
	};
	await sideBySide(
		all.filter(({ isUrgent }) => !isUrgent),
		makeChecks,
	);
	for (const running of all.filter(({ isUrgent }) => isUrgent)) await makeChecks(running);
	if (launched.isOurs) await endEachWay(all, launched.server);
	await Promise.all(all.map(async (running) => await running.tearDown()));
	return all.flatMap(({ rows }) => rows);
}

async function endEachWay(all: Running[], server: Server): Promise<void> {
	await endAndStart(all, 'restart', async () => await server.restart());
	await endAndStart(all, 'powerCut', async () => await server.powerCut());
}

async function endAndStart(
	all: Running[],
	kind: 'restart' | 'powerCut',
	task: () => Promise<void>,
): Promise<void> {
	const affected = all.flatMap((running) => {
		const outage = running.outage(kind);
		return outage ? [{ running, outage }] : [];
	});
	if (affected.length === 0) return;
	const together = affected.map(({ running, outage }) => running.prepare(outage));
	await Promise.all(together);
	await task();
	await Promise.all(affected.map(({ running, outage }) => running.makeChecks(outage.checks)));
}

async function sideBySide<T>(entries: T[], task: (entry: T) => Promise<void>): Promise<void> {
	const left = [...entries];
	const lane = async () => {
		for (let next = left.shift(); next !== undefined; next = left.shift()) await task(next);
	};
	await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
}
