import { equal } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Bench } from '../cases';
import { readingEach } from '../nodes';
import { inTurn } from '../series';

export const name = 'rateLimit';

const ITEMS = 500;
const PER_SECOND = 50;
const WINDOW = 1000;

/** So long takes a steady reader. Who sends all that a second allows at its start needs one less. */
const STEADY = (ITEMS / PER_SECOND) * WINDOW;

/** More items than a server takes at once, which says so with 429 and Retry-After. */
export async function run(bench: Bench): Promise<void> {
	await bench.onServer({}, async (launched) => {
		const { simulator } = launched;
		simulator.rateLimit = { perSecond: PER_SECOND };
		const { read } = readingEach(launched, ITEMS);
		const measure = async (side: 'ours' | 'theirs') => {
			// What the other side has sent counts no more.
			await sleep(WINDOW);
			return await read(side);
		};
		const given: number[] = [];
		const answered: number[] = [];
		const refused: number[] = [];
		const { ours, theirs } = await inTurn(bench.pairs, {
			ours: async () => {
				const { time, outputs } = await measure('ours');
				equal(outputs.length, ITEMS);
				const share = simulator.requests.filter(({ status }) => status === 429).length;
				refused.push(share / simulator.requests.length);
				return time;
			},
			theirs: async () => {
				const { time, outputs } = await measure('theirs');
				given.push(outputs.length);
				answered.push(simulator.requests.filter(({ status }) => status === 200).length);
				return time;
			},
		});
		const ms = { unit: 'ms', values: ours } as const;
		const what = `${ITEMS} items, a server that takes ${PER_SECOND} requests a second`;
		bench.report({
			what,
			ours: ms,
			against: { name: 'HTTP Request', series: { unit: 'ms', values: theirs } },
			figure: Math.max(...ours) / STEADY,
			most: 1.15,
			note: `figure: slowest run to the ${STEADY / 1000} s of a steady reader; all ${ITEMS} succeed, with HTTP Request ${Math.max(...given)} (${Math.max(...answered)} were answered)`,
			readme: `${ITEMS} calls read at ${PER_SECOND} requests a second (HTTP Request: ${Math.max(...given)})`,
		});
		bench.report({
			what: 'the same: share of requests that the server refused (429)',
			ours: { unit: '%', values: refused.map((share) => share * 100) },
			most: 10,
		});
	});
}
