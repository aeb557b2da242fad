import { waitForWindow } from '../nodes/FluentsAi/placing/callingWindow';
import { indexListed } from '../nodes/FluentsAi/placing/ledger';
import type { Run } from '../nodes/FluentsAi/operation';

/**
 * Prints the milliseconds in which a process that has just started looks up 10,000 items among 10,000
 * earlier calls (`calls`), or finds out when 2,000 items may be called (`window`).
 */
const tasks: Record<string, () => void | Promise<void>> = {
	calls() {
		const number = (i: number) => `+1${2_000_000_000 + i}`;
		const earlier = Array.from({ length: 10_000 }, (_, i) => ({
			id: String(i),
			to_number: number(i),
			context: { n8n_call_key: `order ${i}` },
		}));
		const index = indexListed(earlier);
		for (let i = 0; i < earlier.length; i++) {
			const found = [...index.toNumber(number(i)), ...index.withKey(`order ${i}`)];
			if (found.length !== 2) throw new Error(`${found.length} calls to ${number(i)}`);
		}
	},
	async window() {
		const now = new Date();
		const closed = now.getUTCHours() < 12 ? [13 * 60, 14 * 60] : [60, 120];
		const [opensAt, closesAt] = closed;
		const week = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
		for (let i = 0; i < 2000; i++) {
			const window = {
				days: week,
				opensAt,
				closesAt,
				timezones: ['UTC'],
				notOn: [],
				outside: 'giveBack' as const,
			};
			const { kind } = await waitForWindow({} as Run, window, 0);
			if (kind !== 'outside') throw new Error(`The window is ${kind}`);
		}
	},
};

async function main(): Promise<void> {
	const start = performance.now();
	await tasks[process.argv[2]]();
	console.log(performance.now() - start);
}

void main();
