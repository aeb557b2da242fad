import { monitorEventLoopDelay } from 'node:perf_hooks';

import { sleep } from 'n8n-workflow';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { BlockWatch } from '../support/eventLoop';
import { engine, FLUENTS_AI, runNode, simulator, truth } from '../support/harness';
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
async function measureNode(parameters: INodeParameters, items: number) {
	const type = engine.nodeType(FLUENTS_AI) as { execute: Execute };
	const { execute } = type;
	let measured: Measured<unknown> | undefined;
	type.execute = async function (this: unknown) {
		const own = await measure(async () => await execute.call(this as never));
		measured = own;
		return own.result;
	};
	try {
		const given = Array.from({ length: items }, (_, i) => ({ to: `number ${i}` }));
		const settings = { onError: 'continueRegularOutput' } as const;
		const run = await runNode(parameters, { items: given, settings });
		return { ...run, ...(measured as Measured<unknown>) };
	} finally {
		type.execute = execute;
	}
}

/** Computes and gives way as the node is to do. */
async function reference(): Promise<void> {
	for (const end = Date.now() + 1000; Date.now() < end; await sleep(0)) {
		for (const turn = performance.now() + 10; performance.now() < turn;);
	}
}

// It is the same under both truths: nothing is asked.
(truth === 'a' ? test : test.skip)('10,000 items are read without holding n8n up', async () => {
	simulator.reset();
	const parameters = {
		...leastParameters['call create'](),
		resource: 'call',
		operation: 'create',
		toNumber: '={{ $json.to }}',
	};
	await measureNode(parameters, 100);
	const usual = await measure(reference);
	const { json, requests, delay, turns } = await measureNode(parameters, ITEMS);
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
