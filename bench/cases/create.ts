import { startSimulator } from '../../simulator';
import type { Bench } from '../cases';
import type { Cost } from '../create';
import { resultFrom } from '../script';

export const name = 'create';

const PEOPLE = { complete: 10_000, quick: 1000 };

/** What placing many calls costs the process that n8n's editor and webhooks live in as well. */
export async function run(bench: Bench): Promise<void> {
	const people = PEOPLE[bench.isQuick ? 'quick' : 'complete'];
	const costs: Cost[] = [];
	const measure = async () => {
		const simulator = await startSimulator();
		const { agents, numbers } = simulator.environment('default');
		// One whose prompt needs nothing about the person.
		const agent = [...agents.values()].find(({ name }) => name === 'Reception');
		const from = [...numbers.values()].find(({ active }) => active);
		const parameters = [
			simulator.url,
			simulator.keys.default,
			String(agent?.id),
			String(from?.number),
		];
		const cost = await resultFrom<Cost>('create.ts', [...parameters, String(people)]);
		await simulator.close();
		costs.push(cost);
	};
	for (let pair = 0; pair < bench.pairs; pair++) await measure();
	const values = (of: keyof Cost) => costs.map((cost) => cost[of]);
	bench.report({
		what: `${people.toLocaleString('en')} calls placed one after the other: the longest time for which n8n does nothing else`,
		ours: { unit: 'ms', values: values('longestBlock') },
		most: 50,
	});
	bench.report({
		what: 'the same: time that the package computes for each item',
		ours: { unit: 'ms', values: values('own') },
		most: 1,
		note: "n8n's reading of the parameters is in the next row",
	});
	bench.report({
		what: "the same: time that n8n computes for each item's parameters",
		ours: { unit: 'ms', values: values('parameters') },
	});
}
