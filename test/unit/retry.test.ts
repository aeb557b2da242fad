import type { Failure } from '../../nodes/shared/api/errors';
import { nextStep, parseRetryAfter, type FailedTry } from '../../nodes/shared/api/retry';

const answer = (status: number, retryAfter?: number): Failure => ({
	kind: 'answer',
	status,
	body: '',
	retryAfter,
});
const lost: Failure = { kind: 'connection', reason: 'broke', sent: true };
const unsent: Failure = { kind: 'connection', reason: 'refused', sent: false };
const local: Failure = { kind: 'local', reason: 'no' };
const stopped: Failure = { kind: 'cancelled' };

/** With the longest jitter; the backoff of the first try is then 400 milliseconds. */
const stepAfter = (failed: Partial<FailedTry> & { failure: Failure }) =>
	nextStep({ effect: 'read', tries: 1, timeLeft: 60_000, ...failed }, () => 1);

const repeat = (after: number) => ({ kind: 'repeat', after });
const hold = (milliseconds: number) => ({ kind: 'hold', for: milliseconds });
const giveUp = { kind: 'giveUp' };

describe('what follows a failed try', () => {
	test.each<[string, Failure, unknown, unknown, unknown]>([
		// failure, then the step for a read, for a repeatable change, for any other change
		['400', answer(400), giveUp, giveUp, giveUp],
		['404', answer(404), giveUp, giveUp, giveUp],
		['408', answer(408), giveUp, giveUp, giveUp],
		['500', answer(500), giveUp, giveUp, giveUp],
		['502', answer(502), repeat(400), repeat(400), giveUp],
		['503', answer(503), repeat(400), repeat(400), giveUp],
		['504', answer(504), repeat(400), repeat(400), giveUp],
		['503 with a pause', answer(503, 2000), repeat(2000), repeat(2000), giveUp],
		['200 that is no answer', answer(200), giveUp, giveUp, giveUp],
		['302', answer(302), giveUp, giveUp, giveUp],
		['429', answer(429), hold(400), hold(400), hold(400)],
		['429 with a pause', answer(429, 2000), hold(2000), hold(2000), hold(2000)],
		['429 with a pause of 0', answer(429, 0), hold(400), hold(400), hold(400)],
		['a lost answer', lost, repeat(400), repeat(400), giveUp],
		['a request that never left', unsent, repeat(400), repeat(400), repeat(400)],
		['a fault of n8n', local, giveUp, giveUp, giveUp],
		['a stop', stopped, giveUp, giveUp, giveUp],
	])('%s', (_name, failure, read, repeatable, write) => {
		expect(stepAfter({ failure })).toEqual(read);
		expect(stepAfter({ failure, effect: 'repeatable' })).toEqual(repeatable);
		expect(stepAfter({ failure, effect: 'write' })).toEqual(write);
	});

	test.each([
		[1, 400],
		[2, 800],
		[3, 1600],
		[4, 3200],
	])('after try %d the pause is %d ms', (tries, after) => {
		expect(stepAfter({ failure: lost, tries })).toEqual(repeat(after));
	});

	test('faults are met five times, limits as often as the time allows', () => {
		expect(stepAfter({ failure: lost, tries: 5 })).toEqual(giveUp);
		expect(stepAfter({ failure: answer(429, 0), tries: 5 })).toEqual(hold(6400));
		expect(stepAfter({ failure: answer(429, 0), tries: 1000 })).toEqual(hold(10_000));
	});

	test('the jitter takes away up to half of the pause', () => {
		const failed = { effect: 'read', failure: lost, tries: 1, timeLeft: 60_000 } as const;
		expect(nextStep(failed, () => 0)).toEqual(repeat(200));
	});

	test('what would take longer than the time left is given up', () => {
		expect(stepAfter({ failure: lost, timeLeft: 400 })).toEqual(repeat(400));
		expect(stepAfter({ failure: lost, timeLeft: 399 })).toEqual(giveUp);
		const asked = answer(429, 61_000);
		expect(stepAfter({ failure: asked })).toEqual({ kind: 'giveUp', hold: 61_000 });
	});

	test('a caller that waits itself gets every limit at once', () => {
		const callerWaits = true;
		expect(stepAfter({ failure: answer(429), callerWaits })).toEqual(giveUp);
		const asked = { failure: answer(429, 2000), callerWaits };
		expect(stepAfter(asked)).toEqual({ kind: 'giveUp', hold: 2000 });
	});
});

describe('Retry-After', () => {
	const now = Date.UTC(2026, 0, 31, 12);
	test.each([
		['5', 5000],
		['0', 0],
		['0.5', 500],
		['86400', 86_400_000],
		['Sat, 31 Jan 2026 12:00:30 GMT', 30_000],
		['Saturday, 31-Jan-26 12:00:30 GMT', 30_000],
		['Sat, 31 Jan 2026 11:00:00 GMT', 0],
		['Thu, 01 Jan 1970 00:00:00 GMT', 0],
		// More than a day.
		['86401', undefined],
		['9'.repeat(400), undefined],
		['Sat, 31 Jan 2099 12:00:00 GMT', undefined],
		['-5', undefined],
		['+5', undefined],
		['1e9', undefined],
		['soon', undefined],
		['', undefined],
		['5, 5', undefined],
	])('%j', (header, milliseconds) => {
		expect(parseRetryAfter(header, now)).toBe(milliseconds);
	});

	test('is not there', () => {
		expect(parseRetryAfter(undefined)).toBeUndefined();
	});
});
