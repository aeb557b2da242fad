import type { INodeParameters } from 'n8n-workflow';

import { hintsOf, runNode, simulator } from '../support/harness';
import { dialled, numbers, placing } from '../support/callFixtures';

beforeEach(() => simulator.reset());

const [TO] = numbers(1);
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const window = (fields: INodeParameters): INodeParameters => ({
	callingWindow: { window: fields },
});

/** Hours and minutes in UTC. */
const clock = (time: number) => new Date(time).toISOString().slice(11, 16);

/** A window of one minute that has just closed, and opens again in a day. */
const closed = (): INodeParameters => {
	const opensAt = clock(Date.now() - 120_000);
	return { days: DAYS, opensAt, closesAt: clock(Date.now() - 60_000), timezone: 'UTC' };
};

test('inside of its window an item is called', async () => {
	const options = window({ days: DAYS, opensAt: '00:00', closesAt: '24:00' });
	const { error } = await runNode(placing('create', options), { items: [{ to: TO }] });
	expect(error).toBeUndefined();
	expect(dialled()).toEqual({ [TO]: 1 });
});

describe('outside of it', () => {
	test('an item fails, and the error tells when it opens', async () => {
		const { error } = await runNode(placing('create', window(closed())), {
			items: [{ to: TO }],
		});
		expect(error?.message).toBe('Nobody was called: it is outside the calling window in UTC');
		expect(error?.description).toMatch(/opens next on \w+day.* (\d\d:\d\d) \(UTC\)/);
		expect(dialled()).toEqual({});
	});

	test.each(['create', 'createAndWait'] as const)(
		'%s gives it back if wanted',
		async (operation) => {
			const options = window({ ...closed(), outside: 'giveBack' });
			const { json, requests, run } = await runNode(placing(operation, options), {
				items: [{ to: TO, name: 'Anna' }],
			});
			expect(json).toEqual([
				{
					to: TO,
					name: 'Anna',
					skipped: 'outside_window',
					opens_at: expect.any(String),
					local_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/),
					time_zone: 'UTC',
				},
			]);
			const opening = Date.parse(String(json[0].opens_at)) - Date.now();
			expect(opening).toBeGreaterThan(23 * 3_600_000);
			expect(opening).toBeLessThan(24 * 3_600_000);
			expect(requests.map(({ operationId }) => operationId)).toEqual(['getAgent']);
			expect(hintsOf(run)).toEqual([expect.stringContaining('1 item: given back')]);
		},
	);

	test('an item fails at once when it would wait longer than Max Wait', async () => {
		const options = { ...window({ ...closed(), outside: 'wait' }), maxWait: 60 };
		const { error } = await runNode(placing('create', options), { items: [{ to: TO }] });
		expect(error?.description).toContain("later than 'Max Wait' allows");
		expect(dialled()).toEqual({});
	});

	test('an item is called as soon as it opens, and does not hold up the others', async () => {
		const [late, early] = numbers(2);
		const opening = Math.ceil((Date.now() + 1000) / 60_000) * 60_000;
		const options = window({
			days: DAYS,
			opensAt: '={{ $json.from }}',
			closesAt: '={{ $json.until }}',
			timezone: 'UTC',
			outside: 'wait',
		});
		const begin = Date.now();
		const { json, error } = await runNode(placing('create', { ...options, maxWait: 2 }), {
			items: [
				{ to: late, from: clock(opening), until: clock(opening + 600_000) },
				{ to: early, from: '00:00', until: '24:00' },
			],
		});
		expect(error).toBeUndefined();
		expect(json.map(({ to_number: to }) => to)).toEqual([late, early]);
		const at = (to: string) =>
			simulator.requests.find(
				({ operationId, body }) =>
					operationId === 'createCall' &&
					(body as { to_number: string }).to_number === to,
			)?.at ?? 0;
		expect(at(late)).toBeGreaterThanOrEqual(opening);
		expect(at(late) - opening).toBeLessThan(2000);
		expect(at(early) - begin).toBeLessThan(1000);
	}, 90_000);
});

describe('in the time zone of the number called', () => {
	/** In that zone, in an hour and for an hour. */
	const inAnHour = (timeZone: string): INodeParameters => {
		const time = (at: number) =>
			new Date(at).toLocaleTimeString('en-GB', {
				timeZone,
				hour: '2-digit',
				minute: '2-digit',
			});
		const now = Date.now();
		return { opensAt: time(now + 3_600_000), closesAt: time(now + 7_200_000) };
	};
	const ofNumber = (fields: INodeParameters) =>
		window({ days: DAYS, timezone: 'number', outside: 'giveBack', ...fields });

	test('an item is called, or given back, by the clock where its number is from', async () => {
		const open = ofNumber({ opensAt: '00:00', closesAt: '24:00' });
		const called = await runNode(placing('create', open), { items: [{ to: '+4930901820' }] });
		expect(called.error).toBeUndefined();
		expect(called.json).toMatchObject([
			{ to_number: '+4930901820', time_zone: 'Europe/Berlin' },
		]);

		const closed = ofNumber(inAnHour('Asia/Tokyo'));
		const { json } = await runNode(placing('create', closed), {
			items: [{ to: '+81312345678' }],
		});
		expect(json).toMatchObject([{ skipped: 'outside_window', time_zone: 'Asia/Tokyo' }]);
		const opening = Date.parse(String(json[0].opens_at)) - Date.now();
		expect(Math.abs(opening - 3_600_000)).toBeLessThan(120_000);
	});

	test.each(['+18005550123', '+80012345678'])(
		'%s is skipped, since its zones have no common hour',
		async (to) => {
			const { json, requests, run } = await runNode(
				placing('createAndWait', ofNumber({ opensAt: '09:00', closesAt: '17:00' })),
				{ items: [{ to, name: 'Anna' }] },
			);
			expect(json).toMatchObject([{ to, name: 'Anna', skipped: 'no_common_hour' }]);
			expect(requests.map(({ operationId }) => operationId)).toEqual(['getAgent']);
			expect(hintsOf(run)).toEqual([expect.stringContaining('1 item: skipped')]);
		},
	);
});

test.each(['Romance Standard Time', 'Europe/Paris'])('knows the time zone %s', async (timezone) => {
	const options = window({ days: DAYS, opensAt: '00:00', closesAt: '24:00', timezone });
	const { json } = await runNode(placing('create', options), { items: [{ to: TO }] });
	expect(json).toMatchObject([{ to_number: TO, time_zone: 'Europe/Paris' }]);
});

test.each<[string, INodeParameters[string]]>([
	['a text', '2026-01-01, {today}'],
	['a list', '={{ ["2026-01-01", "{today}"] }}'],
	['times', '={{ ["{today}T00:00:00Z"] }}'],
])('nobody is called on a date that is left out, given as %s', async (_form, given) => {
	const today = new Date(Date.now()).toISOString().slice(0, 10);
	const notOn = String(given).replace('{today}', today);
	const always = { days: DAYS, opensAt: '00:00', closesAt: '24:00', timezone: 'UTC' };
	const options = window({ ...always, notOn, outside: 'giveBack' });
	const { json } = await runNode(placing('create', options), { items: [{ to: TO }] });
	expect(json).toMatchObject([{ skipped: 'outside_window' }]);
});

test.each([
	[
		'midnight in the zone of the workflow, as a database gives a date',
		'{today}T00:00+09:00',
		true,
	],
	['that midnight in UTC, of the day after', '{tomorrow}T00:00+09:00', false],
])('a JavaScript date that is %s', async (_what, given, isToday) => {
	const timezone = 'Asia/Tokyo';
	const dayIn = (at: number) => new Date(at).toLocaleDateString('sv', { timeZone: timezone });
	const now = Date.now();
	const written = given
		.replace('{today}', dayIn(now))
		.replace('{tomorrow}', dayIn(now + 86_400_000));
	const always = { days: DAYS, opensAt: '00:00', closesAt: '24:00', timezone };
	const notOn = `={{ [new Date("${written}")] }}`;
	const options = window({ ...always, notOn, outside: 'giveBack' });
	const { json } = await runNode(placing('create', options), { items: [{ to: TO }], timezone });
	expect(json[0].skipped).toBe(isToday ? 'outside_window' : undefined);
});

test('its time zone is that of the workflow unless it has one', async () => {
	const zones = ['Pacific/Kiritimati', 'Etc/GMT+12'];
	const days = zones.map((timeZone) =>
		new Intl.DateTimeFormat('en', { weekday: 'long', timeZone })
			.format(Date.now())
			.toLowerCase(),
	);
	// It is never the same day in both.
	const options = window({
		days: [days[0]],
		opensAt: '00:00',
		closesAt: '24:00',
		outside: 'giveBack',
	});
	const run = async (timezone: string) =>
		(await runNode(placing('create', options), { items: [{ to: TO }], timezone })).json[0]
			.skipped;
	expect(await run(zones[0])).toBeUndefined();
	expect(await run(zones[1])).toBe('outside_window');
});

test.each<[INodeParameters, string]>([
	[{ timezone: 'Mars/Olympus' }, "'Calling Window: Time Zone' is not known: 'Mars/Olympus'"],
	[{ notOn: 'Christmas' }, "'Calling Window: Not On' has no date: 'Christmas'"],
	[
		{ notOn: '={{ ["2026-12-25", $json.holiday] }}' },
		"'Calling Window: Not On' holds an entry without a date",
	],
	[{ notOn: '2026-02-30' }, "'Calling Window: Not On' has no date: '2026-02-30'"],
	[{ timezone: 'BST' }, "'Calling Window: Time Zone' is not known: 'BST'"],
	[{ notOn: '2026-13-01' }, "'Calling Window: Not On' has no date: '2026-13-01'"],
	[{ opensAt: 'nine' }, "'Calling Window: Opens At' is not a time: 'nine'"],
	[{ opensAt: '24:00', closesAt: '00:00' }, "'Calling Window: Opens At' is not a time: '24:00'"],
	[{ opensAt: '13:00 PM' }, "'Calling Window: Opens At' is not a time: '13:00 PM'"],
	[{ closesAt: '25:00' }, "'Calling Window: Closes At' is not a time: '25:00'"],
	[
		{ opensAt: '09:00', closesAt: '9am' },
		"'Calling Window: Closes At' is the same time as Opens At",
	],
	[{ days: [] }, "'Calling Window: Days' is empty"],
	[{ days: '={{ "caturday" }}' }, "'Calling Window: Days' is none of the choices: 'caturday'"],
	[{ days: '={{ $json.days }}' }, "'Calling Window: Days' gives nothing"],
	[{ opensAt: '={{ $json.opens }}' }, "'Calling Window: Opens At' gives nothing"],
	[{ timezone: '={{ null }}' }, "'Calling Window: Time Zone' gives nothing"],
	[{ notOn: '={{ undefined }}' }, "'Calling Window: Not On' gives nothing"],
	[{ outside: '={{ $json.outside }}' }, "'Calling Window: Outside of It' gives nothing"],
	[
		{ outside: '={{ "ignore" }}' },
		"'Calling Window: Outside of It' is none of the choices: 'ignore'",
	],
	[{ closesAt: '={{ null }}' }, "'Calling Window: Closes At' gives nothing"],
])('%j is refused before anybody is called', async (fields, message) => {
	const { error, requests } = await runNode(placing('create', window(fields)), {
		items: [{ to: TO }],
	});
	expect(error?.message).toContain(message);
	expect(requests).toEqual([]);
});

test.each<[INodeParameters[string]]>([
	[{}],
	['={{ null }}'],
	['={{ { window: { opensAt: "09:00" } } }}'],
])('an option that holds no window, but %j, calls nobody at any hour', async (callingWindow) => {
	const { error, requests } = await runNode(placing('create', { callingWindow }), {
		items: [{ to: TO }],
	});
	expect(error?.message).toContain("'Calling Window' is empty");
	expect(requests).toEqual([]);
});
