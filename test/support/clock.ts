import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import { promisify } from 'node:util';

type Global = Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'Date'>;

interface Waiting {
	due: number;
	canBeSkipped: boolean;
	run: () => void;
}

/** Pauses in milliseconds that are skipped. A shorter one is over as soon; a longer one is to outlast its test. */
const SHORTEST = 10;
const LONGEST = 60_000;

/** So many turns of the event loop, one after the other, have to find that nothing happens. */
const QUIET_TURNS = 5;

/** What Node.js calls work that is on its way: with files, names of hosts, sockets, other programs. */
const WORK = /Req|Immediate|Connect|Write|Shutdown|Process/;

const real = { setTimeout, clearTimeout, now: Date.now };

/**
 * Skips the time in which nothing happens. The nodes, n8n's engine and the simulator are in one process. So
 * while no request is open and nothing is read or written, all of them wait for a timer, and the clock
 * moves on to the next one. A test of retries that take a minute is over at once.
 *
 * Only setTimeout and Date know of it. Timers of Node.js itself, such as those of sockets and of
 * AbortSignal.timeout, take their time, and so does jest's limit for a test.
 */
class Clock {
	/** Milliseconds by which this clock is ahead. It never goes back, also from one test file to the next. */
	private ahead = 0;
	private readonly waiting = new Map<NodeJS.Timeout, Waiting>();
	private readonly open = new Set<EventEmitter>();
	/** Whether anything has happened since the last look. */
	private hasStirred = false;
	/** Turns in a row in which nothing has happened; -1 while something is under way. */
	private quietTurns = 0;
	private isWatching = false;
	/** Where this clock is in use, each with what was there before. */
	private replaced = new Map<Global, Global>();

	/** Gives this clock to all code that takes timers and times from these global objects. */
	start(globals: Global[]): void {
		for (const global of globals) {
			const { setTimeout, clearTimeout, Date } = global;
			this.replaced.set(global, { setTimeout, clearTimeout, Date });
			Object.assign(global, {
				setTimeout: this.setTimeout,
				clearTimeout: this.clearTimeout,
				Date: this.dateOf(Date),
			});
			Date.now = this.now;
		}
		subscribe('http.client.request.start', this.onRequest);
		subscribe('http.server.request.start', this.onRequest);
	}

	/** Gives the time back. What still waits goes on waiting by it. */
	stop(): void {
		for (const [global, before] of this.replaced) {
			Object.assign(global, before);
			before.Date.now = real.now;
		}
		this.replaced.clear();
		unsubscribe('http.client.request.start', this.onRequest);
		unsubscribe('http.server.request.start', this.onRequest);
		this.open.clear();
	}

	/** Moves on at once, also where something happens. */
	advance(milliseconds: number): void {
		this.ahead += milliseconds;
	}

	private readonly now = () => real.now() + this.ahead;

	private dateOf(date: DateConstructor): DateConstructor {
		const { now } = this;
		return new Proxy(date, {
			construct: (target, given: [], newTarget) =>
				Reflect.construct(target, given.length > 0 ? given : [now()], newTarget) as Date,
		});
	}

	private readonly onRequest = (message: unknown) => {
		// A server tells of the request and of the response, which ends later.
		const { request, response } = message as Record<string, EventEmitter | undefined>;
		const end = (response ?? request) as EventEmitter;
		this.open.add(end);
		this.hasStirred = true;
		end.once('close', () => {
			this.open.delete(end);
			this.hasStirred = true;
		});
	};

	private readonly setTimeout = Object.assign(
		(callback: (...given: unknown[]) => void, delay = 0, ...given: unknown[]) => {
			const run = () => {
				if (this.waiting.delete(timer)) callback(...given);
			};
			const timer = real.setTimeout(run, delay);
			const canBeSkipped = delay <= LONGEST;
			this.waiting.set(timer, { due: this.now() + delay, canBeSkipped, run });
			this.hasStirred = true;
			if (delay >= SHORTEST) this.watch();
			return timer;
		},
		{ [promisify.custom]: promisify(real.setTimeout) },
	);

	private readonly clearTimeout = (timer: NodeJS.Timeout | undefined) => {
		if (timer) this.waiting.delete(timer);
		real.clearTimeout(timer);
	};

	/** Looks in the next turn while all may be about to become quiet, else in a millisecond. */
	private watch(): void {
		if (this.isWatching) return;
		this.isWatching = true;
		const look = () => {
			this.isWatching = false;
			if (this.waiting.size === 0 || this.replaced.size === 0) return;
			this.countTurn();
			if (this.quietTurns === QUIET_TURNS) this.skip();
			this.runDue();
			this.watch();
		};
		const isSettling = this.quietTurns >= 0 && this.quietTurns < QUIET_TURNS;
		if (isSettling || this.hasStirred) setImmediate(look);
		else real.setTimeout(look, 1).unref();
	}

	private countTurn(): void {
		const isBusy = this.open.size > 0 || isWorking();
		if (isBusy) this.quietTurns = -1;
		else this.quietTurns = this.hasStirred ? 0 : this.quietTurns + 1;
		this.hasStirred = false;
	}

	/** Moves on to the next timer. */
	private skip(): void {
		const next = [...this.waiting.values()].filter(({ canBeSkipped }) => canBeSkipped);
		const left = Math.min(...next.map(({ due }) => due)) - this.now();
		if (left > 0 && left < Infinity) this.ahead += left;
	}

	private runDue(): void {
		const now = this.now();
		const due = [...this.waiting].filter(([, timer]) => timer.due <= now);
		for (const [timer, { run }] of due.sort(([, a], [, b]) => a.due - b.due)) {
			real.clearTimeout(timer);
			setImmediate(run);
			this.hasStirred = true;
		}
	}
}

const isWorking = () => process.getActiveResourcesInfo().some((name) => WORK.test(name));

export const clock = new Clock();
