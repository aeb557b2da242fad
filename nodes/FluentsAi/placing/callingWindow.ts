import { operationError } from '../../shared/api/errors';
import { pauseUnlessStopped } from '../../shared/api/transport';
import { canonical } from '../../shared/canonical';
import { Memory } from '../../shared/memory';
import {
	isEmpty,
	toTextList,
	toTrimmedText,
	type Convert,
	type Fail,
} from '../../shared/parameters/convert';
import { ZONE_OF_NUMBER } from '../../shared/parameters/longLists';
import { timeZonesOf, toTimeZone } from '../../shared/phoneNumbers/timeZones';
import type { ItemReader } from '../../shared/parameters/reader';
import { shown } from '../../shared/shown';
import { optionsOf } from '../fields/options';
import type { Run } from '../operation';
import {
	DAYS,
	daysField,
	opensAtField,
	closesAtField,
	outsideField,
	timezoneField,
	notOnField,
	callingWindowOption,
} from './fields';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** In minutes: a day, and by how much clocks may be changed. */
const MINUTES_OF_DAY = 24 * 60;
const CLOCK_CHANGE = 3 * 60;

/** The longest search for an opening, in minutes: each day of the week has come by then. */
const LONGEST_SEARCH = 8 * MINUTES_OF_DAY;

export interface CallingWindow {
	/** In lower case. */
	days: string[];
	/** Minutes since midnight. */
	opensAt: number;
	closesAt: number;
	/** IANA names: the window is open when it is in all of them; none if nobody knows. */
	timezones: string[];
	/** Dates such as 2026-12-25. */
	notOn: string[];
	outside: 'fail' | 'giveBack' | 'wait';
}

/**
 * Each field guards: it keeps people from being called at the wrong time.
 *
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readCallingWindow(from: ItemReader, toNumber: string): CallingWindow | undefined {
	const guards = { guards: true };
	const window = optionsOf(from).entry(callingWindowOption, guards);
	if (!window) return undefined;
	const opensAt = window.json(opensAtField, toClockTime(MINUTES_OF_DAY - 1), guards);
	const closesAt = window.json(closesAtField, toClockTime(MINUTES_OF_DAY), guards);
	if (opensAt === closesAt) throw window.fail(closesAtField, 'is the same time as Opens At');
	const timezone = window.text(timezoneField, guards) || window.timezone;
	return {
		days: window.list(daysField, guards),
		opensAt: Number(opensAt),
		closesAt: Number(closesAt),
		timezones: toTimezones(timezone, toNumber, window.failing(timezoneField)),
		notOn: window.json(notOnField, toDatesIn(window.timezone), guards) ?? [],
		outside: window.choice<CallingWindow['outside']>(outsideField, guards),
	};
}

function toTimezones(name: string, toNumber: string, fail: Fail): string[] {
	if (name === ZONE_OF_NUMBER) return timeZonesOf(toNumber);
	const timezone = toTimeZone(name);
	if (timezone !== undefined) return [timezone];
	throw fail(`is not known: ${shown(name)}. Write it e.g. as Europe/Berlin`);
}

/** Dates, or the dates of times. @param timezone that of the workflow. */
const toDatesIn =
	(timezone: string): Convert<string[]> =>
	(value, fail) => {
		// As where an expression asks for a field that the items of a calendar do not have.
		if (Array.isArray(value) && value.some(isEmpty))
			throw fail('holds an entry without a date');
		return toTextList(value, fail).map((text) => {
			const date = dateOf(text, timezone);
			if (date !== undefined) return date;
			throw fail(`has no date: ${shown(text)}. Write it e.g. as 2026-12-25`);
		});
	};

/**
 * The date of a time is the one that stands in it. But JavaScript gives each time in UTC, and databases give
 * a date as its midnight in the time zone of n8n: 2026-12-24T23:00:00.000Z is Christmas Day in Berlin.
 */
function dateOf(text: string, timezone: string): string | undefined {
	const [, date, time] = /^(\d{4}-\d\d-\d\d)(T.+)?$/.exec(text) ?? [];
	const at = Date.parse(text);
	// JavaScript takes 30 February for 2 March.
	if (date === undefined || Number.isNaN(at) || dayAfter(date, 0) !== date) return undefined;
	const isInUtc = time?.endsWith('Z') && !/^T00:00(?::00(?:\.0+)?)?Z$/.test(time);
	return isInUtc ? wallClock(timezone, at).date : date;
}

/** @param latest the last minute of the day that will do. */
const toClockTime =
	(latest: number): Convert<number> =>
	(value, fail) => {
		const minutes = minutesOf(toTrimmedText(value, fail));
		if (minutes !== undefined && minutes <= latest) return minutes;
		throw fail(`is not a time: ${shown(value)}. Write it e.g. as 09:00 or 9:00 AM`);
	};

/** Minutes since midnight, up to 24:00, of a time such as 09:00, 9:00 AM or 9am. */
export function minutesOf(text: string): number | undefined {
	const [, hours, minutes = '0', half] =
		/^(\d{1,2})(?::(\d\d)(?::00)?)?(?:\s*([ap])\.?m\.?)?$/i.exec(text) ?? [];
	const isBare = half === undefined && !text.includes(':');
	if (hours === undefined || isBare || Number(minutes) >= 60) return undefined;
	if (half === undefined) {
		const total = Number(hours) * 60 + Number(minutes);
		return total <= MINUTES_OF_DAY ? total : undefined;
	}
	if (Number(hours) < 1 || Number(hours) > 12) return undefined;
	const afternoon = half.toLowerCase() === 'p' ? 12 : 0;
	return ((Number(hours) % 12) + afternoon) * 60 + Number(minutes);
}

/** Whether the window is open at a time (milliseconds since 1970), by the clocks on its walls. */
export function isOpen(window: CallingWindow, time: number): boolean {
	return window.timezones.every((timezone) => isOpenIn(timezone, window, time));
}

function isOpenIn(timezone: string, window: CallingWindow, time: number): boolean {
	const { days, opensAt, closesAt, notOn } = window;
	const { date, weekday, minutes } = wallClock(timezone, time);
	if (notOn.includes(date)) return false;
	const isOn = (day: number) =>
		days.includes(DAYS[(day + 7) % 7].toLowerCase()) &&
		(notOn.length === 0 || !notOn.includes(dayAfter(date, day - weekday)));
	if (opensAt < closesAt) return isOn(weekday) && minutes >= opensAt && minutes < closesAt;
	// Over midnight: the part after it belongs to the day before.
	return (isOn(weekday) && minutes >= opensAt) || (isOn(weekday - 1) && minutes < closesAt);
}

const formats = new Memory<Intl.DateTimeFormat>(1000, Infinity);

/** @throws RangeError for a time zone that does not exist. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
	const known = formats.get(timeZone);
	if (known) return known;
	const fields = {
		weekday: 'long',
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
	} as const;
	const format = new Intl.DateTimeFormat('en', { ...fields, hourCycle: 'h23', timeZone });
	formats.set(timeZone, format);
	return format;
}

interface WallClock {
	/** Such as 2026-12-25. */
	date: string;
	/** From Monday, which is 0. */
	weekday: number;
	/** Since midnight. */
	minutes: number;
}

function wallClock(timezone: string, time: number): WallClock {
	const parts = formatOf(timezone).formatToParts(time);
	const part = (wanted: string) => parts.find(({ type }) => type === wanted)?.value ?? '';
	return {
		date: `${part('year')}-${part('month')}-${part('day')}`,
		weekday: DAYS.indexOf(part('weekday')),
		minutes: Number(part('hour')) * 60 + Number(part('minute')),
	};
}

function dayAfter(date: string, days: number): string {
	return new Date(Date.parse(date) + days * MINUTES_OF_DAY * MINUTE).toISOString().slice(0, 10);
}

/**
 * The first full minute from a time on at which the window is open, also over changes of the clocks.
 *
 * @returns milliseconds since 1970; undefined when that is more than eight days away, apart from dates
 * that are left out: as where zones have no common hour.
 */
export function nextOpening(window: CallingWindow, time: number): number | undefined {
	const first = Math.ceil(time / MINUTE);
	const last = first + LONGEST_SEARCH + window.notOn.length * MINUTES_OF_DAY;
	for (let minute = first; minute <= last;) {
		const closed = window.timezones.find((zone) => !isOpenIn(zone, window, minute * MINUTE));
		if (closed === undefined) return minute * MINUTE;
		minute += minutesToOpeningTime(closed, window.opensAt, minute);
	}
	return undefined;
}

/** How far one may go without missing when a clock shows the time at which the window opens. */
function minutesToOpeningTime(timezone: string, opensAt: number, minute: number): number {
	const clockAt = (at: number) => wallClock(timezone, at * MINUTE).minutes;
	const ahead = (opensAt - clockAt(minute) + MINUTES_OF_DAY) % MINUTES_OF_DAY;
	if (ahead > 0 && clockAt(minute + ahead) === opensAt) return ahead;
	return Math.max(1, ahead - CLOCK_CHANGE);
}

/** The next opening of each window that was closed at a time; undefined is remembered as well. */
const openings = new Memory<{ closedAt: number; opening: number | undefined }>(
	1000,
	LONGEST_SEARCH * MINUTE,
);

/** @param now a time at which the window is closed. */
function openingAfter(window: CallingWindow, now: number): number | undefined {
	const { days, opensAt, closesAt, timezones, notOn } = window;
	const name = canonical([days, opensAt, closesAt, timezones, notOn]);
	const known = openings.get(name);
	const isCurrent =
		known && known.closedAt <= now && now < (known.opening ?? known.closedAt + HOUR);
	if (isCurrent) return known.opening;
	const opening = nextOpening(window, now);
	openings.set(name, { closedAt: now, opening });
	return opening;
}

/**
 * What the clocks show where a number lies, as fields of the output. For a number that may lie in
 * several zones, they are all named, and the time is from the earliest to the latest.
 */
export function localTime(timezones: string[], time: number) {
	const times = timezones.map((timezone) => {
		const { date, minutes } = wallClock(timezone, time);
		const twoDigits = (number: number) => String(number).padStart(2, '0');
		return `${date}T${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
	});
	const [earliest, latest] = [times.sort()[0], times.at(-1)];
	return {
		local_time: earliest === latest ? (earliest ?? null) : `${earliest} to ${latest}`,
		time_zone: timezones.join(', ') || null,
	};
}

/** How a window stands at a time. */
type WindowState =
	| { kind: 'open' }
	| { kind: 'closed'; opensAt: number }
	/** It does not open within eight days. */
	| { kind: 'never' }
	/** It is never open in all zones in which the number may lie. */
	| { kind: 'noCommonHour' };

function stateOf(window: CallingWindow, now: number): WindowState {
	if (window.timezones.length === 0) return { kind: 'noCommonHour' };
	if (isOpen(window, now)) return { kind: 'open' };
	const opensAt = openingAfter(window, now);
	if (opensAt !== undefined) return { kind: 'closed', opensAt };
	return { kind: window.timezones.length > 1 ? 'noCommonHour' : 'never' };
}

/** When a window opens that is closed at a time, in milliseconds since 1970. */
export function openingOf(window: CallingWindow, now: number): number | undefined {
	const state = stateOf(window, now);
	return state.kind === 'closed' ? state.opensAt : undefined;
}

/** Why an item would not be called now, nor after waiting for its window. */
export function whyClosed(window: CallingWindow | undefined, maxWait: number): string | undefined {
	if (!window) return undefined;
	const now = Date.now();
	const state = stateOf(window, now);
	switch (state.kind) {
		case 'open':
			return undefined;
		case 'noCommonHour':
			return 'The calling window is never open in all time zones that the number may belong to';
		case 'never':
			return `${outsideText(window)} ${NEVER}`;
		case 'closed': {
			const { outside } = window;
			if (outside === 'wait' && state.opensAt - now <= maxWait) return undefined;
			const then = outside === 'giveBack' ? ' The item would be given back.' : '';
			return `${outsideText(window)} ${openingText(window, state.opensAt)}${then}`;
		}
	}
}

/** How a window is when an item comes to it. */
type Wall =
	| { kind: 'open' }
	| { kind: 'outside'; opensAt: number }
	/** It is never open in all zones in which the number may lie. */
	| { kind: 'noCommonHour' };

/**
 * Waits until the window of an item is open, if the user wants that.
 *
 * @param maxWait milliseconds.
 * @returns `outside` when the item is to be given back.
 * @throws NodeOperationError when nobody may be called now.
 */
export async function waitForWindow(
	run: Run,
	window: CallingWindow | undefined,
	maxWait: number,
): Promise<Wall> {
	const now = Date.now();
	if (!window) return { kind: 'open' };
	const state = stateOf(window, now);
	if (state.kind === 'never') throw closedError(run, window, NEVER);
	if (state.kind !== 'closed') return state;
	const { opensAt } = state;
	switch (window.outside) {
		case 'giveBack':
			return { kind: 'outside', opensAt };
		case 'wait':
			if (opensAt - now > maxWait) {
				throw closedError(
					run,
					window,
					`${openingText(window, opensAt)} That is later than 'Max Wait' allows; raise it, or let the option 'Calling Window' give the items back.`,
				);
			}
			if (await pauseUnlessStopped(opensAt - now, run.signal)) run.signal.throwIfAborted();
			return { kind: 'open' };
		case 'fail':
			throw closedError(
				run,
				window,
				`${openingText(window, opensAt)} Run the workflow then, or let the option 'Calling Window' wait or give the items back.`,
			);
	}
}

const NEVER = 'The window does not open this week.';

function openingText({ timezones: [timezone] }: CallingWindow, opensAt: number): string {
	const clock = new Date(opensAt).toLocaleString('en-GB', {
		timeZone: timezone,
		...({ weekday: 'long', hour: '2-digit', minute: '2-digit' } as const),
	});
	return `The window opens next on ${clock} (${timezone}).`;
}

function outsideText({ timezones }: CallingWindow): string {
	return `It is outside the calling window in ${timezones.join(', ')}.`;
}

function closedError({ context }: Run, window: CallingWindow, description: string) {
	return operationError(
		context.getNode(),
		`Nobody was called: it is outside the calling window in ${window.timezones.join(', ')}`,
		{
			description,
		},
	);
}
