import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import {
	chain,
	errorOf,
	fluentsNode,
	itemsNode,
	manualTrigger,
	outputOf,
	type Execution,
} from '../api';
import type { Simulator } from '../../simulator';
import { createAndWait } from '../calls';
import { check, type Case, type CaseContext } from '../case';

const TEST_NUMBER = '+12125550177';
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const HOUR = 3_600_000;

/** Places calls to these numbers, or not, with these parameters beside the usual ones. */
async function run(
	room: CaseContext,
	numbers: string[],
	{ options, ...parameters }: INodeParameters,
): Promise<Execution> {
	const { n8n, simulator, credentials } = room;
	simulator.reset();
	simulator.callSeconds = 2;
	const usual = createAndWait(room, { pollInterval: 1, ...(options as INodeParameters) });
	const node = fluentsNode({ ...usual.parameters, ...parameters }, credentials.default);
	const items = itemsNode(numbers.map((to) => ({ to })));
	return await n8n.run(chain(manualTrigger, items, node));
}

function givenBy(execution: Execution): IDataObject[] {
	equal(execution.status, 'success', errorOf(execution));
	return outputOf(execution, 'Fluents.ai').map(({ json }) => json);
}

/** Numbers that nobody has. */
/** What calls nobody may read the agent, but changes nothing. */
function readsOnly({ requests }: Simulator): void {
	ok(requests.every(({ method }) => method === 'GET'));
}

const people = (count: number) => Array.from({ length: count }, (_, i) => `+1212555${1000 + i}`);

/** The time of day somewhere, in so many milliseconds. */
function clock(timeZone: string, ahead: number): string {
	return new Date(Date.now() + ahead).toLocaleTimeString('en-GB', {
		timeZone,
		hour: '2-digit',
		minute: '2-digit',
	});
}

/** A window where the person lives that opens in an hour in New York, or has been open for one. */
const window = (fields: IDataObject) => ({
	callingWindow: { window: { days: DAYS, timezone: 'number', ...fields } },
});
const open = () => ({
	opensAt: clock('America/New_York', -HOUR),
	closesAt: clock('America/New_York', HOUR),
});
const closed = () => ({
	opensAt: clock('America/New_York', HOUR),
	closesAt: clock('America/New_York', 2 * HOUR),
});

/** Calls that are not placed, not to those people, or not at this hour. */
export default {
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		check('a dry run of 500 people calls nobody, and sends nothing but reads', async (room) => {
			const { simulator } = room;
			const execution = await run(room, people(500), {
				calls: '={{ $json.to ? "dryRun" : "place" }}',
				options: { pacing: { limits: { callsPerMinute: 1 } } },
			});
			const given = givenBy(execution);
			equal(given.length, 500);
			for (const [
				i,
				{ dry_run: isDry, would_call: would, to_number: to },
			] of given.entries()) {
				deepEqual([isDry, would, to], [true, true, people(500)[i]]);
			}
			const [{ country, time_zone: zone, agent_name: agent, request }] = given;
			deepEqual([country, zone, agent], ['US', 'America/New_York', 'Appointment Reminder']);
			equal((request as IDataObject).to_number, people(1)[0]);
			readsOnly(simulator);
			deepEqual([...simulator.dialled], []);
			return `${simulator.requests.length} requests`;
		}),
		check(
			'it tells why some would not be called, and its hint says that it was one',
			async (room) => {
				const { simulator } = room;
				const execution = await run(room, ['112', ...people(1)], { calls: 'dryRun' });
				const [first, second] = givenBy(execution);
				match(String(first.would_call), /emergency/);
				equal(second.would_call, true);
				const [{ hints }] = execution.data.resultData.runData['Fluents.ai'];
				// n8n 1 stores none.
				if (hints) match(hints[0].message, /2 items: dry run, nobody was called/);
				readsOnly(simulator);
			},
		),
		check('all calls go to the test number, one after the other', async (room) => {
			const { simulator } = room;
			const execution = await run(room, people(3), {
				calls: 'testNumber',
				testNumber: TEST_NUMBER,
			});
			const given = givenBy(execution);
			deepEqual(
				given.map(({ to_number: to, instead_of: person }) => [to, person]),
				people(3).map((person) => [TEST_NUMBER, person]),
			);
			deepEqual([...simulator.dialled], [[TEST_NUMBER, 3]]);
			const times = given.map(({ start_time: start }) => Date.parse(String(start)));
			ok(times[1] - times[0] >= 2000 && times[2] - times[1] >= 2000, String(times));
		}),
		check('an expression that gives nothing calls nobody', async (room) => {
			const execution = await run(room, people(1), { calls: '={{ $json.none }}' });
			match(errorOf(execution), /'Calls' gives nothing/);
			deepEqual(room.simulator.requests, []);
		}),
		check('people are called while it is open where they live', async (room) => {
			const given = givenBy(await run(room, people(1), { options: window(open()) }));
			deepEqual(
				given.map(({ to_number: to, time_zone: zone }) => [to, zone]),
				[[people(1)[0], 'America/New_York']],
			);
			deepEqual([...room.simulator.dialled], [[people(1)[0], 1]]);
			return String(given[0].local_time);
		}),
		check(
			'outside of the hours they are given back, with the time of the opening',
			async (room) => {
				const options = window({ ...closed(), outside: 'giveBack' });
				const [given] = givenBy(await run(room, people(1), { options }));
				deepEqual([given.skipped, given.to], ['outside_window', people(1)[0]]);
				const ahead = Date.parse(String(given.opens_at)) - Date.now();
				ok(ahead > HOUR - 120_000 && ahead <= HOUR, `${ahead} ms`);
				readsOnly(room.simulator);
			},
		),
		check('a number without a common hour is skipped', async (room) => {
			const nine = { opensAt: '9:00 AM', closesAt: '5pm' };
			const [given] = givenBy(await run(room, ['+18005550123'], { options: window(nine) }));
			equal(given.skipped, 'no_common_hour');
			readsOnly(room.simulator);
		}),
		check('who has asked not to be called is skipped', async (room) => {
			const { simulator } = room;
			const options = { skipIfAsked: { period: {} } };
			const detecting = { additionalFields: { doNotCallDetection: true } };
			const numbers = ['+12125550110', ...people(1)];
			const usual = createAndWait(room, { pollInterval: 1, ...options });
			const node = (name: string) =>
				fluentsNode({ ...usual.parameters, ...detecting }, room.credentials.default, {
					name,
				});
			simulator.reset();
			simulator.callSeconds = 1;
			const everybody = itemsNode(numbers.map((to) => ({ to })));
			const again = { ...everybody, id: 'again', name: 'The Same Again' };
			const workflow = chain(
				manualTrigger,
				everybody,
				node('First'),
				again,
				node('Fluents.ai'),
			);
			const given = givenBy(await room.n8n.run(workflow));
			deepEqual(
				given.map(({ skipped }) => skipped),
				['asked_not_to_be_called', undefined],
			);
			deepEqual(
				[...simulator.dialled],
				[
					[numbers[0], 1],
					[numbers[1], 2],
				],
			);
		}),
	],
} satisfies Case;
