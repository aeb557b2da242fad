import { durationSeconds, parseTime, toIsoTime } from '../../nodes/shared/records/time';

const TIME = '2026-03-01T10:00:05.000Z';
const SECONDS = Date.parse(TIME) / 1000;

test.each([
	[TIME],
	['2026-03-01T11:00:05+01:00'],
	['2026-03-01T11:00:05.000+0100'],
	// Without an offset it is UTC, wherever the n8n server stands.
	['2026-03-01T10:00:05'],
	['2026-03-01 10:00:05'],
	[SECONDS],
	[SECONDS * 1000],
	[String(SECONDS)],
	[`${SECONDS}.0`],
	[String(SECONDS * 1000)],
])('%p is one and the same time', (value) => {
	expect(toIsoTime(value)).toBe(TIME);
});

test.each([
	[null],
	[undefined],
	[''],
	['soon'],
	[0],
	[-5],
	[Number.NaN],
	[{}],
	['12 minutes'],
	[1.8e18],
	['1800000000000000000'],
	[Infinity],
])('%p is no time and stays as it is', (value) => {
	expect(parseTime(value)).toBeUndefined();
	expect(toIsoTime(value)).toBe(value);
});

test('keeps parts of a second', () => {
	expect(toIsoTime(SECONDS + 0.25)).toBe('2026-03-01T10:00:05.250Z');
});

test('a date alone is a time', () => {
	expect(toIsoTime('2026-03-01')).toBe('2026-03-01T00:00:00.000Z');
});

test('measures across forms', () => {
	expect(durationSeconds(TIME, SECONDS + 61.5)).toBe(61.5);
	expect(durationSeconds(String(SECONDS), (SECONDS + 2) * 1000)).toBe(2);
	expect(durationSeconds(TIME, null)).toBeNull();
	expect(durationSeconds(undefined, TIME)).toBeNull();
	expect(durationSeconds(SECONDS + 5, SECONDS)).toBe(0);
});
