import { monitorEventLoopDelay } from 'node:perf_hooks';

import { sleep } from 'n8n-workflow';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { BlockWatch } from '../../engine/blockWatch';
import { byId, engine, FLUENTS_AI, runNode, simulator, truth } from '../support/harness';
import { leastParameters } from '../support/operations';

/**
 * n8n's webhooks and other executions live in the same event loop as the node, and reading 10,000 items
 * takes seconds.
 */

const ITEMS = 10_000;

/** Milliseconds after which the node lets n8n do something else. */
const LONGEST = 25;

interface Measured<T> {
	result: T;
	/** What a request to n8n would have waited, in nanoseconds; on a busy machine also for others. */
	delay: ReturnType<typeof monitorEventLoopDelay>;
	/** For how many milliseconds this thread computed without a pause, each time. */
	turns: number[];
}

async function measure<T>(task: () => Promise<T>): Promise<Measured<T>> {
	const delay = monitorEventLoopDelay({ resolution: 5 });
	const watch = new BlockWatch();
	delay.enable();
	try {
		return { result: await task(), delay, turns: watch.turns };
	} finally {
		delay.disable();
		watch.stop();
	}
}

type Execute = () => Promise<INodeExecutionData[][]>;

/** Measures around `execute` alone, without what n8n does before and after it. */
async function measureNode(parameters: INodeParameters, given: IDataObject[]) {
	const type = engine.nodeType(FLUENTS_AI) as { execute: Execute };
	const { execute } = type;
	let measured: Measured<unknown> | undefined;
	type.execute = async function (this: unknown) {
		const own = await measure(async () => await execute.call(this as never));
		measured = own;
		return own.result;
	};
	try {
		const settings = { onError: 'continueRegularOutput' } as const;
		const run = await runNode(parameters, { items: given, settings });
		return { ...run, ...(measured as Measured<unknown>) };
	} finally {
		type.execute = execute;
	}
}

const placing = () => ({
	...leastParameters['call create'](),
	resource: 'call',
	operation: 'create',
	toNumber: '={{ $json.to }}',
});

const itemsOf = (count: number, to: (i: number) => string) =>
	Array.from({ length: count }, (_, i) => ({ to: to(i) }));

/** Computes and gives way as the node is to do. */
async function reference(): Promise<void> {
	for (const end = Date.now() + 1000; Date.now() < end; await sleep(0)) {
		for (const turn = performance.now() + 10; performance.now() < turn;);
	}
}

// It is the same under both truths: nothing is asked.
(truth === 'a' ? test : test.skip)('10,000 items are read without holding n8n up', async () => {
	simulator.reset();
	const wrong = (count: number) => itemsOf(count, (i) => `number ${i}`);
	await measureNode(placing(), wrong(100));
	const usual = await measure(reference);
	const { json, requests, delay, turns } = await measureNode(placing(), wrong(ITEMS));
	expect(json).toHaveLength(ITEMS);
	expect(json[ITEMS - 1].error).toContain(`[item ${ITEMS - 1}]`);
	expect(requests).toEqual([]);

	// Now and then, the collection of garbage falls into a turn.
	const long = turns.filter((turn) => turn > LONGEST);
	expect(turns.length).toBeGreaterThan(50);
	expect(long.length).toBeLessThan(turns.length / 20);
	expect(Math.max(...turns)).toBeLessThan(8 * LONGEST);
	const noise = usual.delay.percentile(99);
	expect(delay.percentile(95)).toBeLessThan(Math.max(LONGEST * 1e6, noise) * 3);
});

// Here, too: both truths find out in the same way what a call lacks.
(truth === 'a' ? test : test.skip)(
	'what 2,000 calls lack is found without holding n8n up',
	async () => {
		simulator.reset();
		const agents = [...simulator.environment('default').agents.values()];
		const needy = agents.find(({ name }) => name === 'Appointment Reminder');
		const parameters = { ...placing(), agentId: byId(String(needy?.id)) };
		const people = itemsOf(2000, (i) => `+1415${2_000_000 + i}`);
		const { json, turns } = await measureNode(parameters, people);
		expect(json.at(-1)?.error).toContain("no value for 'name'");
		expect(json).toHaveLength(people.length);
		// Now and then, the collection of garbage falls into a turn.
		expect(turns.filter((turn) => turn > LONGEST).length).toBeLessThan(4);
	},
);
