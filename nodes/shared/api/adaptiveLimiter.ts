import { createHash } from 'crypto';
import { sleep } from 'n8n-workflow';

import { steadyNow } from '../steadyNow';

/** What the end of a request tells about the server. Times are milliseconds. */
export type Verdict =
	/** It answered, whatever it said. */
	| { kind: 'answered' }
	/** It is overloaded, or the connection failed. */
	| { kind: 'fault' }
	/** It wants fewer requests (429), and none for this time; 0 if it does not say for how long. */
	| { kind: 'limit'; pause: number }
	/** Nothing, since the request was stopped or never left. */
	| { kind: 'nothing' };

/** Leaves the place that a request took. */
export type Leave = (verdict: Verdict) => void;

/** The first request of a round that the server refused for its rate. */
interface Refusal {
	start: number;
	at: number;
	/** How many that started later were answered before. */
	overtaken: number;
}

/** How many requests may start in any window of time. */
interface Quota {
	count: number;
	/** Milliseconds at first; it shortens, the faster the more time has gone by since then. */
	window: number;
	since: number;
	growth: number;
}

interface Waiting {
	enter(leave: Leave | undefined): void;
}

/** Requests that are open at once: at first, which is also how many start in the first second, and at most. */
const FIRST_SIZE = 50;
export const MOST_OPEN = 200;

/** After a fault or a refusal, one more may be open in so many milliseconds at best. */
const TIME_FOR_ONE_MORE = 200;

const SECOND = 1000;

/** A pause holds back others than the run that was asked for it no longer than this. */
const LONGEST_PAUSE = 60 * SECOND;

/** Some requests are on their way longer than others, so a window is longer by this than the second it was measured in. */
const LEEWAY = 70;

/** So many answers are remembered, which is more than come in a second and in the time of a request. */
const MOST_ANSWERED = 5000;

/** A window that was too short becomes longer by this factor. */
const LONGER = 1.07;

/** What is refused even so is not refused for its rate, and more waiting does not help. */
const LONGEST_WINDOW = 2 * SECOND;

/** A quota is nearly right if the server answered such a share of what it let through. */
const NEARLY = 0.95;
const BEYOND = 2;

/** So many requests may start at once, to make up for a busy event loop, but no more than this share of a quota. */
const AT_ONCE = 5;
const SHARE_AT_ONCE = 0.1;

/** A window shortens by the exponential of this, times the fourth power of the seconds. */
const GROWTH = 2.4e-6;

/** Each time that a quota proves right, it takes twice as long to grow, but two times at most. */
const SLOWER = 2 ** 4;
const SLOWEST = GROWTH / SLOWER ** 2;

/**
 * Lets as many requests be open at the same time as the server takes well. It begins with 50 and doubles
 * them with each round of answers. A fault halves them; from then on they grow by one with each round, or by one
 * in 200 ms. Slow answers mean nothing: on a busy n8n they measure n8n.
 *
 * In a second it starts no more than 50, or twice as many as were answered in one.
 *
 * Once the server has refused a request for its rate (429), as many requests start in any window of time as it
 * answered in the one before. The window shortens slowly. Executions that share the server take turns.
 */
export class AdaptiveLimiter {
	private size = FIRST_SIZE;
	private open = 0;
	/** Whether the size doubles with each round. */
	private isStarting = true;
	/** Answers in this round; as many as there are places make one. */
	private inRound = 0;
	/** Counts the refusals and faults that changed something: one round of them changes it once. */
	private lesson = 0;
	/** When the requests started that were answered in the latest time. */
	private readonly answered: number[] = [];
	/** When the answers of the latest second came, and how many came in any second. */
	private readonly ends: number[] = [];
	private mostEnds = 0;
	/** When anybody was answered last. */
	answeredAt = -Infinity;
	private heldUntil = 0;
	private refusal: Refusal | undefined;
	private quota: Quota | undefined;
	/** When the latest requests started: those that the quota counts, or without one, those of the latest second. */
	private starts: number[] = [];
	private readonly queues = new Map<object, Waiting[]>();
	private isTimed = false;
	private usedAt = steadyNow();

	/**
	 * Waits for a place.
	 *
	 * @param owner whose requests take turns with those of others.
	 * @param isAgain whether it was sent before: its time runs, so it goes before the owner's others.
	 * @returns how to leave the place, or undefined when the signal fired first or the owner was sent back.
	 */
	async enter(owner: object, signal?: AbortSignal, isAgain = false): Promise<Leave | undefined> {
		if (signal?.aborted) return undefined;
		return await new Promise((resolve) => {
			const queue = this.queues.get(owner) ?? [];
			const onAbort = () => {
				queue.splice(queue.indexOf(waiting), 1);
				if (queue.length === 0) this.queues.delete(owner);
				resolve(undefined);
			};
			const waiting: Waiting = {
				enter: (leave) => {
					signal?.removeEventListener('abort', onAbort);
					resolve(leave);
				},
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			if (isAgain) queue.unshift(waiting);
			else queue.push(waiting);
			this.queues.set(owner, queue);
			this.admit();
		});
	}

	/** Lets those of an owner who wait look anew whether they should. */
	sendBack(owner: object): void {
		const queue = this.queues.get(owner) ?? [];
		this.queues.delete(owner);
		for (const waiting of queue) waiting.enter(undefined);
	}

	/** Whether what was found out is too old: nobody has had or wanted a place for a minute. */
	get isForgotten(): boolean {
		const isInUse = this.open > 0 || this.queues.size > 0;
		return !isInUse && steadyNow() >= this.usedAt + LIFETIME;
	}

	private admit(): void {
		const held = this.heldUntil - steadyNow();
		if (held > 0) return this.admitLater(held);
		if (this.refusal) this.measure(this.refusal);
		while (this.open < this.size) {
			const wait = this.nextStart() - steadyNow();
			if (wait > 0) return this.admitLater(wait);
			const next = this.takeNext();
			if (!next) return;
			const start = steadyNow();
			this.open++;
			this.starts.push(start);
			if (this.quota && this.starts.length > this.quota.count) this.starts.shift();
			next.enter(this.placeOf(this.lesson, start));
		}
	}

	private placeOf(lesson: number, start: number): Leave {
		return (verdict) => {
			this.open--;
			this.usedAt = steadyNow();
			this.learn(verdict, lesson, start);
			this.admit();
		};
	}

	/** When the next request may start, with a quota or as long as nothing is known of one. */
	private nextStart(): number {
		const { quota, starts } = this;
		if (!quota) {
			drop(starts, steadyNow() - SECOND);
			const most = Math.max(FIRST_SIZE, 2 * this.mostEnds);
			return starts.length < most ? 0 : starts[0] + SECOND;
		}
		const { count } = quota;
		const window = windowOf(quota);
		const isFull = starts.length >= count;
		// Not all at the same moment, which a server that counts shorter times takes badly.
		const interval = window / 2 / count;
		const atOnce = Math.min(AT_ONCE, Math.ceil(SHARE_AT_ONCE * count));
		const latest = starts.at(-atOnce) ?? -Infinity;
		return Math.max(isFull ? starts[0] + window : 0, latest + atOnce * interval);
	}

	private admitLater(wait: number): void {
		if (this.isTimed || this.queues.size === 0) return;
		this.isTimed = true;
		void sleep(Math.min(wait, SECOND)).then(() => {
			this.isTimed = false;
			this.admit();
		});
	}

	/** The owner who has waited longest for a turn has the next one. */
	private takeNext(): Waiting | undefined {
		for (const [owner, queue] of this.queues) {
			this.queues.delete(owner);
			const next = queue.shift();
			if (queue.length > 0) this.queues.set(owner, queue);
			if (next) return next;
		}
		return undefined;
	}

	private learn(verdict: Verdict, lesson: number, start: number): void {
		switch (verdict.kind) {
			case 'answered':
				return this.grow(start);
			case 'fault':
				if (lesson === this.lesson) this.shrink();
				return;
			case 'limit':
				if (lesson === this.lesson) this.holdBack(verdict.pause, start);
				return;
			case 'nothing':
				return;
		}
	}

	private grow(start: number): void {
		this.answeredAt = steadyNow();
		this.answered.push(start);
		this.ends.push(this.answeredAt);
		drop(this.ends, this.answeredAt - SECOND);
		this.mostEnds = Math.max(this.mostEnds, this.ends.length);
		if (this.answered.length > MOST_ANSWERED) this.answered.shift();
		// Places that nobody waited for prove nothing.
		if (this.queues.size === 0 || ++this.inRound < this.size) return;
		this.inRound = 0;
		// With slow answers, one more with each round would take minutes.
		const inTime = Math.round((this.answeredAt - start) / TIME_FOR_ONE_MORE);
		const more = this.isStarting ? this.size : Math.min(Math.max(1, inTime), this.size);
		this.size = Math.min(this.size + more, MOST_OPEN);
	}

	private shrink(): void {
		this.lesson++;
		this.isStarting = false;
		this.inRound = 0;
		this.size = Math.max(1, Math.floor(this.size / 2));
	}

	private holdBack(pause: number, start: number): void {
		this.lesson++;
		const at = steadyNow();
		// Limits are counted in seconds or longer: without a pause, the rest of the same one refuses as well.
		this.heldUntil = at + Math.min(Math.max(pause, SECOND), LONGEST_PAUSE);
		const overtaken = this.answered.filter((other) => other > start).length;
		this.refusal = { start, at, overtaken };
	}

	/** Finds the quota that would not have been refused, when what was on its way then is answered too. */
	private measure({ start, at, overtaken }: Refusal): void {
		this.refusal = undefined;
		this.starts = [];
		const { quota } = this;
		const window = quota ? windowOf(quota, at) : SECOND;
		const time = Math.max(window, SECOND);
		const from = Math.floor(start - time);
		const isCounted = (other: number) => other >= from && other <= start;
		const answered = this.answered.filter(isCounted).length + overtaken;
		/** So many are open at that rate, where an answer takes its time. */
		const open = (answered * (at - start)) / time;
		// Where more was answered than there are places, or more places are needed, it was the rate that was too high.
		if ((!quota || answered <= this.size) && open <= this.size) this.shrink();
		const since = steadyNow();
		const share = quota ? (answered * window) / (quota.count * time) : 0;
		if (quota && share >= NEARLY && share <= BEYOND) {
			const growth = Math.max(quota.growth / SLOWER, SLOWEST);
			const count = Math.min(quota.count, answered);
			const longer = Math.min(window * LONGER, LONGEST_WINDOW);
			this.quota = { count, window: longer, since, growth };
			return;
		}
		// A few answers are no measure: the first requests may have met a limit that others had used up.
		// Nor is the size one for a rate where answers take seconds: half the quota is little enough.
		const least = quota ? Math.min(this.size, Math.ceil(quota.count / 2)) : this.size;
		const count = Math.max(answered, least);
		this.quota = { count, window: SECOND + LEEWAY, since, growth: GROWTH };
	}
}

/** Takes out the times up to this one; they are in order, or nearly so. */
function drop(times: number[], upTo: number): void {
	while (times[0] <= upTo) times.shift();
}

/** How long the window of a quota is. */
function windowOf({ window, since, growth }: Quota, at = steadyNow()): number {
	const seconds = (at - since) / SECOND;
	// By seven percent in 13 seconds, to half in 23, to nothing in 40.
	return window / Math.exp(growth * seconds ** 4);
}

/** What was found out about a server is forgotten when nobody has asked it for this time. */
const LIFETIME = 60 * SECOND;

/** Servers that are remembered; the one that was asked longest ago goes first. */
const MOST_SERVERS = 1000;

const limiters = new Map<string, AdaptiveLimiter>();

/**
 * The limiter for all requests of this process to one server with one key.
 *
 * @param server whatever tells apart what a server counts separately, e.g. base URL and key.
 */
export function limiterFor(...server: string[]): AdaptiveLimiter {
	const key = createHash('sha256').update(JSON.stringify(server)).digest('base64');
	const known = limiters.get(key);
	const limiter = known && !known.isForgotten ? known : new AdaptiveLimiter();
	limiters.delete(key);
	limiters.set(key, limiter);
	if (limiters.size > MOST_SERVERS) {
		const [oldest] = limiters.keys();
		limiters.delete(oldest);
	}
	return limiter;
}
