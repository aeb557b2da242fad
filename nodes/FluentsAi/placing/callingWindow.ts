import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { parameterError } from '../../shared/api/errors';
import { pauseUnlessStopped } from '../../shared/api/transport';
import { toList, toText } from '../../shared/parameters/convert';
import { readOptions } from '../fields/options';
import type { Run } from '../operation';

const MINUTE = 60_000;

/** In the order of a week, as Intl names them. */
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Minutes: a day, and by how much clocks may be changed. */
const DAY = 24 * 60;
const CLOCK_CHANGE = 3 * 60;

export const OUTSIDE = 'outside calling window';

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
			values: [
				{
					displayName: 'Days',
					name: 'days',
					type: 'multiOptions',
					default: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
					description:
						'Days on which people are called. To know which hours the law allows is your duty.',
				},
				{
					displayName: 'From',
					name: 'from',
					type: 'string',
					default: '09:00',
					placeholder: 'e.g. 09:00',
					description: 'When the window opens, as hours and minutes (24 hours)',
				},
				{
					displayName: 'Outside of It',
					name: 'outside',
					type: 'options',
					options: [
						{
							name: 'Fail',
							value: 'fail',
						},
						{
							name: 'Skip',
							value: 'skip',
						},
						{
							name: 'Wait',
							value: 'wait',
							description: 'If it opens within Max Wait;	otherwise the item fails',
						},
					],
					default: 'fail',
					description: 'What to do with an item whose turn comes outside of the window',
				},
				{
					displayName: 'Time Zone',
					name: 'timezone',
					type: 'string',
					default: '',
					placeholder: 'e.g. Europe/Berlin',
					description:
						"Where the people are who are called. Without it, the workflow's time zone.",
				},
				{
					displayName: 'To',
					name: 'to',
					type: 'string',
					default: '17:00',
					placeholder: 'e.g. 17:00',
					description:
						'When it closes. A time before From is on the next day;	24:00 is the end of the day.',
				},
			],
		},
	],
};

export interface CallingWindow {
	/** In lower case. */
	days: string[];
	/** Minutes since midnight. */
	from: number;
	to: number;
	timezone: string;
	outside: 'fail' | 'skip' | 'wait';
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
	const { days = DAYS.slice(0, 5), from = '09:00', to = '17:00', outside = 'fail' } = window;

	const timezone = toText(window.timezone) || context.getTimezone();
	if (!isTimezone(timezone)) {
		throw failAt('Time Zone')(`is not known: '${timezone}'. Write it e.g. as Europe/Berlin`);
	}
	const names = (toList(days, failAt('Days')) as string[]).map((day) => day.toLowerCase());
	const stray = names.find((day) => !DAYS.some((name) => name.toLowerCase() === day));
	if (stray !== undefined) throw failAt('Days')(`has no day '${stray}'. Write it e.g. as monday`);
	if (names.length === 0) throw failAt('Days')('has no day');
	const read = (field: string, value: unknown) => {
		const minutes = minutesOf(toText(value));
		if (minutes !== undefined) return minutes;
		throw failAt(field)(`is not a time: '${toText(value)}'. Write it e.g. as 09:00`);
	};
	const times = { from: read('From', from), to: read('To', to) };
	if (times.from === times.to) throw failAt('To')('is the same time as From');
	return { days: names, ...times, timezone, outside: outside as CallingWindow['outside'] };
}

function isTimezone(timeZone: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone });
		return true;
	} catch {
		return false;
	}
}

/** Minutes since midnight, up to 24:00. */
function minutesOf(text: string): number | undefined {
	const [, hours, minutes] = /^(\d{1,2}):(\d\d)(?::00)?$/.exec(text) ?? [];
	const total = Number(hours) * 60 + Number(minutes);
	return Number(minutes) < 60 && total <= DAY ? total : undefined;
}

/** Whether the window is open at a time (milliseconds since 1970), by the clocks on its walls. */
export function isOpen({ days, from, to, timezone }: CallingWindow, time: number): boolean {
	const { weekday, minutes } = wallClock(timezone, time);
	const isOn = (day: number) => days.includes(DAYS[(day + 7) % 7].toLowerCase());
	if (from < to) return isOn(weekday) && minutes >= from && minutes < to;
	// Over midnight: the part after it belongs to the day before.
	return (isOn(weekday) && minutes >= from) || (isOn(weekday - 1) && minutes < to);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(timeZone: string, time: number): { weekday: number; minutes: number } {
	let format = formats.get(timeZone);
	if (!format) {
		const fields = { weekday: 'long', hour: '2-digit', minute: '2-digit' } as const;
		format = new Intl.DateTimeFormat('en', { ...fields, hourCycle: 'h23', timeZone });
		formats.set(timeZone, format);
	}
	const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
	return {
		weekday: DAYS.indexOf(parts.get('weekday') ?? ''),
		minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
	};
}

/** The first full minute from a time on at which the window is open, also over changes of the clocks. */
export function nextOpening(window: CallingWindow, time: number): number {
	let minute = Math.ceil(time / MINUTE);
	while (!isOpen(window, minute * MINUTE)) {
		const { minutes } = wallClock(window.timezone, minute * MINUTE);
		const ahead = (window.from - minutes + DAY) % DAY;
		minute += Math.max(1, ahead - CLOCK_CHANGE);
	}
	return minute * MINUTE;
}

/**
 * Waits until the window of an item is open, if the user wants that.
 *
 * @param maxWait milliseconds.
 * @returns false when the item is to be skipped.
 * @throws NodeOperationError when nobody may be called now.
 */
export async function waitForWindow(
	run: Run,
	window: CallingWindow | undefined,
	maxWait: number,
): Promise<boolean> {
	const now = Date.now();
	if (!window || isOpen(window, now)) return true;
	if (window.outside === 'skip') return false;
	const opening = nextOpening(window, now);
	const waits = window.outside === 'wait';
	if (!waits || opening - now > maxWait) throw closedError(run, window, opening, waits);
	if (await pauseUnlessStopped(opening - now, run.signal)) run.signal.throwIfAborted();
	return true;
}

function closedError({ context }: Run, window: CallingWindow, opening: number, waits: boolean) {
	const { timezone } = window;
	const clock = new Date(opening).toLocaleString('en-GB', {
		timeZone: timezone,
		...({ weekday: 'long', hour: '2-digit', minute: '2-digit' } as const),
	});
	return new NodeOperationError(
		context.getNode(),
		'Nobody was called: it is outside the calling window',
		{
			description: `The window opens next on ${clock} (${timezone}). ${
				waits
					? "That is later than 'Max Wait' allows; raise it, or run the workflow then."
					: "Run the workflow then, or let the option 'Calling Window' skip or wait."
			}`,
		},
	);
}
