import { promisify } from 'node:util';

const real = { Date, setTimeout };

/** Milliseconds since 1970 on the real clock and on this one, when it was set. */
let set = { real: 0, now: 0 };

/** How often faster this clock is than the real one. */
let speed = 1;

const now = () => set.now + (real.Date.now() - set.real) * speed;

/**
 * Gives this process a time of its own, in which it goes on faster than in reality: for dates and for
 * timers that are set from now on. Sockets and timers of Node.js itself take their time.
 */
export function startClock(howOftenFaster: number): void {
	speed = howOftenFaster;
	setClock(real.Date.now());
	globalThis.Date = new Proxy(real.Date, {
		construct: (target, given: [], newTarget) =>
			Reflect.construct(target, given.length > 0 ? given : [now()], newTarget) as Date,
		get: (target, name, receiver) =>
			name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown),
	});
	globalThis.setTimeout = Object.assign(
		(callback: (...given: unknown[]) => void, delay = 0, ...given: unknown[]) =>
			real.setTimeout(callback, delay / speed, ...given),
		{ [promisify.custom]: promisify(real.setTimeout) },
	) as unknown as typeof setTimeout;
}

/** @param time milliseconds since 1970. */
export function setClock(time: number): void {
	set = { real: real.Date.now(), now: time };
}
