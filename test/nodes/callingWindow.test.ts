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
	const from = clock(Date.now() - 120_000);
	return { days: DAYS, from, to: clock(Date.now() - 60_000), timezone: 'UTC' };
};

test('inside of its window an item is called', async () => {
	const options = window({ days: DAYS, from: '00:00', to: '24:00' });
	const { error } = await runNode(placing('create', options), { items: [{ to: TO }] });
	expect(error).toBeUndefined();
	expect(dialled()).toEqual({ [TO]: 1 });
});

describe('outside of it', () => {
	test('an item fails, and the error tells when it opens', async () => {
		const { error } = await runNode(placing('create', window(closed())), {
			items: [{ to: TO }],
		});
		expect(error?.message).toBe('Nobody was called: it is outside the calling window');
		expect(error?.description).toMatch(/opens next on \w+day.* (\d\d:\d\d) \(UTC\)/);
		expect(dialled()).toEqual({});
	});

	test.each(['create', 'createAndWait'] as const)('%s skips it if wanted', async (operation) => {
		const options = window({ ...closed(), outside: 'skip' });
		const { json, requests, run } = await runNode(placing(operation, options), {
			items: [{ to: TO }],
		});
		expect(json).toEqual([{ to_number: TO, skipped: 'outside calling window' }]);
		expect(requests).toEqual([]);
		expect(hintsOf(run)).toEqual([expect.stringContaining('1 item: skipped')]);
	});

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
			from: '={{ $json.from }}',
			to: '={{ $json.until }}',
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

test('its time zone is that of the workflow unless it has one', async () => {
	const zones = ['Pacific/Kiritimati', 'Etc/GMT+12'];
	const days = zones.map((timeZone) =>
		new Intl.DateTimeFormat('en', { weekday: 'long', timeZone }).format().toLowerCase(),
	);
	// It is never the same day in both.
	const options = window({ days: [days[0]], from: '00:00', to: '24:00', outside: 'skip' });
	const run = async (timezone: string) =>
		(await runNode(placing('create', options), { items: [{ to: TO }], timezone })).json[0]
			.skipped;
	expect(await run(zones[0])).toBeUndefined();
	expect(await run(zones[1])).toBe('outside calling window');
});

test.each<[INodeParameters, string]>([
	[{ timezone: 'Mars/Olympus' }, "'Calling Window: Time Zone' is not known: 'Mars/Olympus'"],
	[{ from: 'nine' }, "'Calling Window: From' is not a time: 'nine'"],
	[{ to: '25:00' }, "'Calling Window: To' is not a time: '25:00'"],
	[{ from: '09:00', to: '9:00' }, "'Calling Window: To' is the same time as From"],
	[{ days: [] }, "'Calling Window: Days' has no day"],
	[{ days: '={{ "caturday" }}' }, "'Calling Window: Days' has no day 'caturday'"],
])('%j is refused before anybody is called', async (fields, message) => {
	const { error, requests } = await runNode(placing('create', window(fields)), {
		items: [{ to: TO }],
	});
	expect(error?.message).toContain(message);
	expect(requests).toEqual([]);
});
