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

/** How fast requests may start, which grows since this time. */
interface Rate {
	perSecond: number;
	since: number;
}

interface Waiting {
	enter(leave: Leave | undefined): void;
}

/** Requests that are open at once: at first, and at most. */
const FIRST_SIZE = 25;
export const MOST_OPEN = 200;

const SECOND = 1000;

/** A pause holds back others than the run that was asked for it no longer than this. */
const LONGEST_PAUSE = 60 * SECOND;

/** Answers are counted in spans of this length, and as many as a pause can be long. */
const SPAN = 100;
const SPANS = LONGEST_PAUSE / SPAN;

/** A rate begins below the one that the server has just refused. */
const CAUTION = 0.97;

/** After a refusal a rate grows by the exponential of this, times the third power of the seconds since. */
const GROWTH = 3e-5;

/**
 * Lets as many requests be open at the same time as the server takes well. It begins with 25 and doubles
 * them with each round of answers. A fault halves them; from then on they grow by one with each round. Slow
 * answers mean nothing: on a busy n8n they measure n8n.
 *
 * Once the server has refused a request for its rate (429), requests start no faster than it answered them
 * in the time before, which grows slowly. Executions that share the server take turns.
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
	/** How many answers came in each of the latest spans of time. */
	private readonly answers = new Map<number, number>();
	private heldUntil = 0;
	private rate: Rate | undefined;
	/** When the rate lets the next request start. */
	private nextStart = 0;
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
		while (this.open < this.size) {
			const due = Math.max(this.heldUntil, this.nextStart);
			const wait = due - steadyNow();
			if (wait > 0) return this.admitLater(wait);
			const next = this.takeNext();
			if (!next) return;
			this.open++;
			if (this.rate) {
				// What a busy event loop held up may follow at once, for a moment.
				const planned = Math.max(this.nextStart, steadyNow() - SPAN);
				this.nextStart = planned + this.interval(this.rate);
			}
			next.enter(this.placeOf(this.lesson));
		}
	}

	private placeOf(lesson: number): Leave {
		return (verdict) => {
			this.open--;
			this.usedAt = steadyNow();
			this.learn(verdict, lesson);
			this.admit();
		};
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

	private learn(verdict: Verdict, lesson: number): void {
		switch (verdict.kind) {
			case 'answered':
				return this.grow();
			case 'fault':
				if (lesson === this.lesson) this.shrink();
				return;
			case 'limit':
				return this.slowDown(verdict.pause, lesson);
			case 'nothing':
				return;
		}
	}

	private grow(): void {
		this.count();
		// Places that nobody waited for prove nothing.
		if (this.queues.size === 0 || ++this.inRound < this.size) return;
		this.inRound = 0;
		this.size = Math.min(this.isStarting ? this.size * 2 : this.size + 1, MOST_OPEN);
	}

	private shrink(): void {
		this.lesson++;
		this.isStarting = false;
		this.inRound = 0;
		this.size = Math.max(1, Math.floor(this.size / 2));
	}

	private slowDown(pause: number, lesson: number): void {
		if (lesson !== this.lesson) return;
		const now = steadyNow();
		// Limits are counted in seconds or longer: without a pause, the rest of the same one refuses as well.
		const held = Math.min(pause || SECOND, LONGEST_PAUSE);
		const seconds = Math.max(held, SECOND) / SECOND;
		const answered = this.answersSince(now - seconds * SECOND) / seconds;
		// Where more was answered than there are places, it was the rate that was too high.
		if (answered > this.size && this.rate) this.lesson++;
		else this.shrink();
		this.heldUntil = now + held;
		// A few answers are no measure: the first requests may have met a limit that others had used up.
		const perSecond = Math.max(answered, this.size) * CAUTION;
		this.rate = { perSecond, since: this.heldUntil };
		this.nextStart = this.heldUntil;
	}

	/** Milliseconds from one start to the next. */
	private interval({ perSecond, since }: Rate): number {
		const seconds = (steadyNow() - since) / SECOND;
		// By three percent in ten seconds, to twice as much in half a minute, without end in a minute.
		return SECOND / (perSecond * Math.exp(GROWTH * seconds ** 3));
	}

	private count(): void {
		const span = Math.floor(steadyNow() / SPAN);
		this.answers.set(span, (this.answers.get(span) ?? 0) + 1);
		if (this.answers.size <= SPANS) return;
		const [oldest] = this.answers.keys();
		this.answers.delete(oldest);
	}

	private answersSince(time: number): number {
		let count = 0;
		for (const [span, answers] of this.answers) if (span * SPAN >= time) count += answers;
		return count;
	}
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
