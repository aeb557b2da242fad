import {
	isOpen,
	localTime,
	minutesOf,
	nextOpening,
	waitForWindow,
	type CallingWindow,
} from '../../nodes/FluentsAi/placing/callingWindow';
import type { Run } from '../../nodes/FluentsAi/operation';
import { timeZonesOf } from '../../nodes/shared/phoneNumbers/timeZones';

const hours = (text: string) => {
	const [h, m] = text.split(':').map(Number);
	return h * 60 + m;
};
const workdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const window = (
	opensAt: string,
	closesAt: string,
	timezone = 'Europe/Berlin',
	days = workdays,
): CallingWindow => ({
	days,
	opensAt: hours(opensAt),
	closesAt: hours(closesAt),
	timezones: [timezone],
	notOn: [],
	outside: 'fail',
});

test.each([
	['09:00', 540],
	['9:00', 540],
	['09:00:00', 540],
	['9:00 AM', 540],
	['9am', 540],
	['12 a.m.', 0],
	['12:30 PM', 750],
	['5:45pm', 1065],
	['00:00', 0],
	['24:00', 1440],
])('%s is minute %i of the day', (text, minutes) => {
	expect(minutesOf(text)).toBe(minutes);
});

test.each(['', '9', '0900', '25:00', '24:01', '13pm', '0am', '9:60', 'nine', '9:00 xm', '-1:00'])(
	"'%s' is no time of day",
	(text) => {
		expect(minutesOf(text)).toBeUndefined();
	},
);

describe('a window is open', () => {
	// 2026-03-27 is a Friday; Berlin is at +01:00 until 29 March, then at +02:00.
	test.each([
		['2026-03-27T08:59:59+01:00', false],
		['2026-03-27T09:00:00+01:00', true],
		['2026-03-27T16:59:59+01:00', true],
		['2026-03-27T17:00:00+01:00', false],
		['2026-03-28T12:00:00+01:00', false],
		['2026-03-30T08:30:00+02:00', false],
		['2026-03-30T09:00:00+02:00', true],
	])('from nine to five at %s: %s', (time, open) => {
		expect(isOpen(window('09:00', '17:00'), Date.parse(time))).toBe(open);
	});

	test.each([
		['2026-03-27T23:30:00+01:00', true],
		['2026-03-28T01:59:00+01:00', true], // belongs to Friday
		['2026-03-28T02:00:00+01:00', false],
		['2026-03-28T23:30:00+01:00', false],
		['2026-03-30T01:00:00+02:00', false], // belongs to Sunday
	])('over midnight at %s: %s', (time, open) => {
		expect(isOpen(window('22:00', '02:00'), Date.parse(time))).toBe(open);
	});

	test('until 24:00 at the end of the day', () => {
		const late = window('18:00', '24:00');
		expect(isOpen(late, Date.parse('2026-03-26T23:59:00+01:00'))).toBe(true);
		expect(isOpen(late, Date.parse('2026-03-27T00:00:00+01:00'))).toBe(false);
	});

	test('by the clocks of its own time zone', () => {
		const time = Date.parse('2026-03-27T14:00:00Z');
		expect(isOpen(window('09:00', '17:00', 'America/New_York'), time)).toBe(true);
		expect(isOpen(window('09:00', '17:00', 'Asia/Tokyo'), time)).toBe(false);
	});
});

describe('the next opening', () => {
	test.each([
		['the same day', '2026-03-27T06:00:30+01:00', '2026-03-27T09:00:00+01:00'],
		[
			'over a weekend on which clocks go forward',
			'2026-03-27T18:00:00+01:00',
			'2026-03-30T09:00:00+02:00',
		],
		[
			'over a weekend on which clocks go back',
			'2026-10-23T18:00:00+02:00',
			'2026-10-26T09:00:00+01:00',
		],
		['a moment before', '2026-03-27T08:59:59.999+01:00', '2026-03-27T09:00:00+01:00'],
	])('%s', (_when, from, to) => {
		expect(nextOpening(window('09:00', '17:00'), Date.parse(from))).toBe(Date.parse(to));
	});

	test('at a time that the clocks leave out is when they go on', () => {
		const sundays = window('02:30', '05:00', 'Europe/Berlin', ['sunday']);
		expect(nextOpening(sundays, Date.parse('2026-03-28T12:00:00+01:00'))).toBe(
			Date.parse('2026-03-29T03:00:00+02:00'),
		);
	});

	test('at a time that the clocks show twice is the first of the two', () => {
		const sundays = window('02:30', '05:00', 'Europe/Berlin', ['sunday']);
		expect(nextOpening(sundays, Date.parse('2026-10-24T12:00:00+02:00'))).toBe(
			Date.parse('2026-10-25T02:30:00+02:00'),
		);
	});

	test('is none when the clocks leave out the only hour of the week', () => {
		const sundays = window('02:10', '02:50', 'Europe/Berlin', ['sunday']);
		expect(nextOpening(sundays, Date.parse('2026-03-23T12:00:00+01:00'))).toBeUndefined();
	});

	test('is none, and found out soon, for a window that never opens', () => {
		const never = { ...window('09:00', '17:00'), opensAt: 24 * 60, closesAt: 0 };
		expect(nextOpening(never, Date.parse('2026-03-23T12:00:00+01:00'))).toBeUndefined();
	});

	test('a week later, when the only day has just passed', () => {
		const mondays = window('09:00', '09:01', 'America/New_York', ['monday']);
		expect(nextOpening(mondays, Date.parse('2026-03-02T09:01:00-05:00'))).toBe(
			Date.parse('2026-03-09T09:00:00-04:00'),
		);
	});
});

describe('a number that may lie in several zones', () => {
	const australia: CallingWindow = {
		...window('09:00', '17:00'),
		timezones: ['Australia/Sydney', 'Australia/Perth'],
	};

	// 2026-07-01 is a Wednesday; Sydney is at +10:00, Perth at +08:00.
	test.each([
		['2026-07-01T09:30:00+10:00', false],
		['2026-07-01T09:30:00+08:00', true],
		['2026-07-01T16:30:00+10:00', true],
		['2026-07-01T16:30:00+08:00', false],
	])('is called only when the window is open in all of them: at %s %s', (time, open) => {
		expect(isOpen(australia, Date.parse(time))).toBe(open);
	});

	test('is called next when the last zone opens', () => {
		const opening = nextOpening(australia, Date.parse('2026-07-01T18:00:00+10:00'));
		expect(opening).toBe(Date.parse('2026-07-02T09:00:00+08:00'));
	});

	test('has no opening where zones have no common hour, and that is found at once', () => {
		const worldwide = { ...australia, timezones: timeZonesOf('+18005550123') };
		const before = process.cpuUsage();
		expect(nextOpening(worldwide, Date.parse('2026-07-01T00:00:00Z'))).toBeUndefined();
		const { user, system } = process.cpuUsage(before);
		expect((user + system) / 1000).toBeLessThan(500);
	});

	test('has its local times and zones in the output', () => {
		expect(localTime(australia.timezones, Date.parse('2026-07-01T07:05:00Z'))).toEqual({
			local_time: '2026-07-01T15:05 to 2026-07-01T17:05',
			time_zone: 'Australia/Sydney, Australia/Perth',
		});
		expect(
			localTime(window('09:00', '17:00').timezones, Date.parse('2026-07-01T07:05:00Z')),
		).toEqual({
			local_time: '2026-07-01T09:05',
			time_zone: 'Europe/Berlin',
		});
	});
});

describe('dates that are left out', () => {
	const closed = (notOn: string[], opensAt = '09:00', closesAt = '17:00') => ({
		...window(opensAt, closesAt),
		notOn,
	});

	test.each([
		['2026-12-24T12:00:00+01:00', true],
		['2026-12-25T12:00:00+01:00', false],
	])('at %s: %s', (time, open) => {
		expect(isOpen(closed(['2026-12-25']), Date.parse(time))).toBe(open);
	});

	test('are dates where the person lives', () => {
		const tokyo = { ...closed(['2026-12-25']), timezones: ['Asia/Tokyo'] };
		expect(isOpen(tokyo, Date.parse('2026-12-25T00:30:00Z'))).toBe(false);
		expect(isOpen(tokyo, Date.parse('2026-12-24T00:30:00Z'))).toBe(true);
	});

	test('are left out from midnight on, with the night that begins on them', () => {
		const night = closed(['2026-12-24'], '22:00', '04:00');
		expect(isOpen(night, Date.parse('2026-12-23T23:59:00+01:00'))).toBe(true);
		expect(isOpen(night, Date.parse('2026-12-24T00:00:00+01:00'))).toBe(false);
		expect(isOpen(night, Date.parse('2026-12-24T22:00:00+01:00'))).toBe(false);
		expect(isOpen(night, Date.parse('2026-12-25T01:00:00+01:00'))).toBe(false);
	});

	test('may be more than a week', () => {
		const dates = Array.from({ length: 14 }, (_, i) => `2026-12-${String(i + 14)}`);
		const opening = nextOpening(closed(dates), Date.parse('2026-12-13T12:00:00+01:00'));
		expect(opening).toBe(Date.parse('2026-12-28T09:00:00+01:00'));
	});
});

test('the next opening is searched for once, and not for each item', async () => {
	const now = Date.UTC(2026, 0, 3, 12); // a Saturday
	const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
	const looks = jest.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
	const monday = { kind: 'outside', opensAt: Date.UTC(2026, 0, 5, 8) };
	const ITEMS = 2000;
	for (let i = 0; i < ITEMS; i++) {
		const outside = { ...window('09:00', '17:00'), outside: 'giveBack' } as const;
		expect(await waitForWindow({} as Run, outside, 0)).toEqual(monday);
	}
	// One look at the clock for each, and those of the search.
	expect(looks.mock.calls.length).toBeLessThan(ITEMS + 100);
	looks.mockRestore();
	clock.mockRestore();
});
