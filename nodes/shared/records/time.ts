import { tryToParseDateTime } from 'n8n-workflow';

/** Numbers from here on are milliseconds: as seconds this would be the year 33658. */
const FIRST_MILLISECONDS = 1e12;

/** The last time that JavaScript has, in milliseconds. */
const LAST_TIME = 8.64e15;

/**
 * Reads a time in any form the API is known to use (API: C5; ISO 8601, epoch seconds as number or
 * text, milliseconds).
 *
 * @returns milliseconds since 1970, or undefined when `value` is no time.
 */
export function parseTime(value: unknown): number | undefined {
	if (typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value))) {
		const number = Number(value);
		const milliseconds = Math.round(number >= FIRST_MILLISECONDS ? number : number * 1000);
		return milliseconds > 0 && milliseconds <= LAST_TIME ? milliseconds : undefined;
	}
	if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
	// A time without an offset is UTC; JavaScript alone would take it for the n8n server's local time.
	const hasOffset = /(z|[+-]\d{2}:?\d{2})$/i.test(value) || !/\d:\d/.test(value);
	const milliseconds = Date.parse(hasOffset ? value : `${value}Z`);
	return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/**
 * Reads a time that a user entered: a date as ISO 8601, without an offset in `timezone` (that of the
 * workflow, as everywhere in n8n), or seconds or milliseconds since 1970.
 *
 * @returns milliseconds since 1970, or undefined when `value` is no time.
 */
export function parseUserTime(value: unknown, timezone: string): number | undefined {
	const text = String(value instanceof Date ? value.toJSON() : value).trim();
	if (/^\d{10,}$/.test(text)) return parseTime(text);
	// n8n's own parser tries other forms too, and then makes a date even of "hello 5".
	if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
	try {
		const time = tryToParseDateTime(text, timezone);
		const isSameDay = time.toISODate() === text.slice(0, 10); // 30 February would become 2 March
		return isSameDay ? time.toMillis() : undefined;
	} catch {
		return undefined;
	}
}

/** ISO 8601 in UTC; what is not a time (null, text of another kind) comes back as it is. */
export function toIsoTime<T>(value: T): T | string {
	const milliseconds = parseTime(value);
	return milliseconds === undefined ? value : new Date(milliseconds).toISOString();
}

/** Seconds between two times in any form, or null when one of them is missing. */
export function durationSeconds(start: unknown, end: unknown): number | null {
	const from = parseTime(start);
	const to = parseTime(end);
	return from === undefined || to === undefined ? null : Math.max(0, (to - from) / 1000);
}
