import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { parameterError } from '../../shared/api/errors';
import { pauseUnlessStopped } from '../../shared/api/transport';
import { canonical } from '../../shared/canonical';
import { Memory } from '../../shared/memory';
import { toList, toText } from '../../shared/parameters/convert';
import { readOptions } from '../fields/options';
import type { Run } from '../operation';

const MINUTE = 60_000;

/** In the order of a week, as Intl names them. */
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** In minutes: a day, and by how much clocks may be changed. */
const MINUTES_OF_DAY = 24 * 60;
const CLOCK_CHANGE = 3 * 60;

/** The longest search for an opening, in minutes: each day of the week has come by then. */
const LONGEST_SEARCH = 8 * MINUTES_OF_DAY;

const daysField: INodeProperties = {
	displayName: 'Days',
	name: 'days',
	type: 'multiOptions',
	options: DAYS.map((name) => ({ name, value: name.toLowerCase() })),
	default: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
	description:
		'Days on which people are called. To know which hours the law allows is your duty.',
};

const opensAtField: INodeProperties = {
	displayName: 'Opens At',
	name: 'opensAt',
	type: 'string',
	default: '09:00',
	placeholder: 'e.g. 09:00',
	description: 'From when on people are called, e.g. 09:00 or 9 AM',
};

const closesAtField: INodeProperties = {
	displayName: 'Closes At',
	name: 'closesAt',
	type: 'string',
	default: '17:00',
	placeholder: 'e.g. 17:00',
	description:
		'Until when people are called, e.g. 17:00 or 5 PM. A time before Opens At is on the next day;	24:00 is the end of the day.',
};

const outsideField: INodeProperties = {
	displayName: 'Outside of It',
	name: 'outside',
	type: 'options',
	options: [
		{ name: 'Fail', value: 'fail' },
		{
			name: 'Give Back',
			value: 'giveBack',
			description:
				'The item comes out as it went in, with skipped and opens_at, to be handed in again by then',
		},
		{
			name: 'Wait',
			value: 'wait',
			description:
				'Until it opens, if that is within Max Wait;	otherwise the item fails. The execution stays in memory.',
		},
	],
	default: 'fail',
	description: 'What to do with an item whose turn comes outside of the window',
};

const timezoneField: INodeProperties = {
	displayName: 'Time Zone',
	name: 'timezone',
	type: 'string',
	default: '',
	placeholder: 'e.g. Europe/Berlin',
	description: "Where the people are who are called. Without it, the workflow's time zone.",
};

export const callingWindowOption: INodeProperties = {
	displayName: 'Calling Window',
	name: 'callingWindow',
	placeholder: 'Add Calling Window',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { window: {} },
	options: [
		{
			displayName: 'Calling Window',
			name: 'window',
			// In the order in which one thinks of them.
			values: [daysField, opensAtField, closesAtField, timezoneField, outsideField],
		},
	],
};

export interface CallingWindow {
	/** In lower case. */
	days: string[];
	/** Minutes since midnight. */
	opensAt: number;
	closesAt: number;
	timezone: string;
	outside: 'fail' | 'giveBack' | 'wait';
}

/** @throws NodeOperationError that names the parameter and the item. */
export function readCallingWindow(
	context: IExecuteFunctions,
	itemIndex: number,
): CallingWindow | undefined {
	const { callingWindow } = readOptions(context, itemIndex);
	const { window } = (callingWindow ?? {}) as { window?: IDataObject };
	if (!window || Object.keys(window).length === 0) return undefined;
	const failAt = (field: string) => (problem: string) =>
		parameterError(context.getNode(), `Calling Window: ${field}`, problem, itemIndex);
	const { days, outside } = window;
	const timezone = toText(window.timezone) || context.getTimezone();
	if (!isTimezone(timezone)) {
		throw failAt('Time Zone')(`is not known: '${timezone}'. Write it e.g. as Europe/Berlin`);
	}
	const given = (toList(days, failAt('Days')) as string[]).map((day) => day.toLowerCase());
	const stray = given.find((day) => !DAYS.some((name) => name.toLowerCase() === day));
	if (stray !== undefined) throw failAt('Days')(`has no day '${stray}'. Write it e.g. as monday`);
	if (Array.isArray(days) && given.length === 0) throw failAt('Days')('has no day');
	const read = ({ displayName, name, default: usual }: INodeProperties, latest: number) => {
		const text = toText(window[name]) || String(usual);
		const minutes = minutesOf(text);
		if (minutes !== undefined && minutes <= latest) return minutes;
		throw failAt(displayName)(`is not a time: '${text}'. Write it e.g. as 09:00 or 9:00 AM`);
	};
	const opensAt = read(opensAtField, MINUTES_OF_DAY - 1);
	const closesAt = read(closesAtField, MINUTES_OF_DAY);
	if (opensAt === closesAt) throw failAt('Closes At')('is the same time as Opens At');
	return {
		days: given.length > 0 ? given : (daysField.default as string[]),
		opensAt,
		closesAt,
		timezone,
		outside: outside === 'giveBack' || outside === 'wait' ? outside : 'fail',
	};
}

function isTimezone(timezone: string): boolean {
	try {
		formatOf(timezone);
		return true;
	} catch {
		return false;
	}
}

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
	const { days, opensAt, closesAt, timezone } = window;
	const { weekday, minutes } = wallClock(timezone, time);
	const isOn = (day: number) => days.includes(DAYS[(day + 7) % 7].toLowerCase());
	if (opensAt < closesAt) return isOn(weekday) && minutes >= opensAt && minutes < closesAt;
	// Over midnight: the part after it belongs to the day before.
	return (isOn(weekday) && minutes >= opensAt) || (isOn(weekday - 1) && minutes < closesAt);
}

const formats = new Memory<Intl.DateTimeFormat>(1000, Infinity);

/** @throws RangeError for a time zone that does not exist. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
	const known = formats.get(timeZone);
	if (known) return known;
	const fields = { weekday: 'long', hour: '2-digit', minute: '2-digit' } as const;
	const format = new Intl.DateTimeFormat('en', { ...fields, hourCycle: 'h23', timeZone });
	formats.set(timeZone, format);
	return format;
}

function wallClock(timezone: string, time: number): { weekday: number; minutes: number } {
	const parts = formatOf(timezone).formatToParts(time);
	const part = (wanted: string) => parts.find(({ type }) => type === wanted)?.value ?? '';
	return {
		weekday: DAYS.indexOf(part('weekday')),
		minutes: Number(part('hour')) * 60 + Number(part('minute')),
	};
}

/**
 * The first full minute from a time on at which the window is open, also over changes of the clocks.
 *
 * @returns milliseconds since 1970; undefined when that is more than eight days away, as where the
 * clocks leave out the only hour of the week.
 */
export function nextOpening(window: CallingWindow, time: number): number | undefined {
	const first = Math.ceil(time / MINUTE);
	for (let minute = first; minute <= first + LONGEST_SEARCH;) {
		if (isOpen(window, minute * MINUTE)) return minute * MINUTE;
		const { minutes } = wallClock(window.timezone, minute * MINUTE);
		const ahead = (window.opensAt - minutes + MINUTES_OF_DAY) % MINUTES_OF_DAY;
		minute += Math.max(1, ahead - CLOCK_CHANGE);
	}
	return undefined;
}

/** The next opening of each window that was closed at a time. */
const openings = new Memory<{ closedAt: number; opening: number }>(1000, LONGEST_SEARCH * MINUTE);

/** @param now a time at which the window is closed. */
function openingAfter(window: CallingWindow, now: number): number | undefined {
	const { days, opensAt, closesAt, timezone } = window;
	const name = canonical([days, opensAt, closesAt, timezone]);
	const known = openings.get(name);
	if (known && known.closedAt <= now && now < known.opening) return known.opening;
	const opening = nextOpening(window, now);
	if (opening !== undefined) openings.set(name, { closedAt: now, opening });
	return opening;
}

/** How a window is when an item comes to it. */
type Wall = { kind: 'open' } | { kind: 'outside'; opensAt: number };

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
	if (!window || isOpen(window, now)) return { kind: 'open' };
	const opensAt = openingAfter(window, now);
	if (opensAt === undefined)
		throw closedError(run, window, 'The window does not open this week.');
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

function openingText({ timezone }: CallingWindow, opensAt: number): string {
	const clock = new Date(opensAt).toLocaleString('en-GB', {
		timeZone: timezone,
		...({ weekday: 'long', hour: '2-digit', minute: '2-digit' } as const),
	});
	return `The window opens next on ${clock} (${timezone}).`;
}

function closedError({ context }: Run, window: CallingWindow, description: string) {
	return new NodeOperationError(
		context.getNode(),
		`Nobody was called: it is outside the calling window in ${window.timezone}`,
		{ description },
	);
}
