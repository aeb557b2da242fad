import { equal } from 'node:assert/strict';

import { byId, chain, fluentsNode, manualTrigger, node, outputOf } from '../../e2e/api';
import type { LaunchedWithAccount } from '../../e2e/launch';
import type { Bench } from '../cases';
import { heldBytes, timeOf } from '../nodes';
import { inTurn, median, type Unit } from '../series';

export const name = 'growth';

const COUNTS = [100, 1000, 10_000];

/** How the cost of one item grows with their number. */
export async function run(bench: Bench): Promise<void> {
	await bench.onServer({}, async (launched) => {
		const { simulator } = launched;
		simulator.latencyMs = 20;
		const [id] = simulator.environment('default').calls.keys();
		const perItem = async (measure: (count: number) => Promise<number>) =>
			await inTurn(
				bench.pairs,
				Object.fromEntries(
					COUNTS.map((count) => [count, async () => (await measure(count)) / count]),
				),
			);
		report(
			bench,
			'time per item',
			'ms',
			await perItem(async (count) => await time(launched, id, count)),
		);
		simulator.latencyMs = 0;
		report(
			bench,
			'memory per item beyond the first, held when the node is done',
			'kB',
			await perItem(async (count) => await memory(launched, id, count)),
		);
	});
}

function report(bench: Bench, what: string, unit: Unit, perItem: Record<string, number[]>) {
	const medians = COUNTS.map((count) => median(perItem[count]));
	const growths = medians.slice(1).map((value, i) => value / medians[i]);
	const text = COUNTS.map(
		(count, i) => `${count.toLocaleString('en')}: ${medians[i].toPrecision(3)} ${unit}`,
	);
	bench.report({
		what: `${what}, for 100, 1,000 and 10,000 items`,
		ours: { unit, values: COUNTS.flatMap((count) => perItem[count]) },
		figure: Math.max(...growths),
		most: 1.15,
		note: `figure: from one count to the next; ${text.join(', ')}`,
	});
}

async function time(
	{ n8n, credentials }: LaunchedWithAccount,
	id: string,
	count: number,
): Promise<number> {
	const jsCode = `return Array.from({ length: ${count} }, () => ({ json: { id: '${id}' } }));`;
	const items = node('Items', 'n8n-nodes-base.code', { jsCode }, { typeVersion: 2 });
	const get = fluentsNode(
		{ resource: 'call', operation: 'get', callId: byId('={{ $json.id }}') },
		credentials.default,
	);
	const execution = await n8n.run(chain(manualTrigger, items, get));
	equal(outputOf(execution, get.name).length, count);
	return timeOf(execution, get.name);
}

async function memory(launched: LaunchedWithAccount, id: string, count: number): Promise<number> {
	return (await heldBytes(launched, count, 'each', id)) / 1000;
}
