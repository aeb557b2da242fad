import { setTimeout as sleep } from 'node:timers/promises';

import { emptyNode, Engine, outputOf, type WorkflowJson } from '../engine';

const FLUENTS_AI = 'n8n-nodes-fluentsai.fluentsAi';

/**
 * Runs Get for so many items on n8n's engine, and prints by how many bytes more than for one item the heap
 * has grown when it is done and its outputs are held. Needs --expose-gc. Arguments: base URL, key, ID of a call, items.
 */
async function main([baseUrl, apiKey, callId, count]: string[]): Promise<void> {
	const engine = await Engine.load();
	const credentials = { fluentsAiApi: { environment: 'default', apiKey, baseUrl } };
	const run = async (items: number) => {
		const json = workflowFor(callId, items);
		const before = await heap();
		const result = await engine.run(json, { credentials });
		const growth = (await heap()) - before;
		const outputs = outputOf(result, FLUENTS_AI).length;
		if (outputs !== items) throw new Error(`${items} items gave ${outputs} outputs`);
		return growth;
	};
	// The first runs load and compile what any run needs, and let V8 drop what it needs no more.
	await run(Number(count));
	await run(Number(count));
	console.log((await run(Number(count))) - (await run(1)));
	process.exit();
}

async function heap(): Promise<number> {
	// Connections are closed a moment after their answers.
	await sleep(500);
	global.gc?.();
	return process.memoryUsage().heapUsed;
}

function workflowFor(callId: string, items: number): WorkflowJson {
	const trigger = emptyNode('n8n-nodes-base.manualTrigger');
	const source = emptyNode('n8n-nodes-base.code');
	const node = emptyNode(FLUENTS_AI, {
		resource: 'call',
		operation: 'get',
		callId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
	});
	node.credentials = { fluentsAiApi: { id: '1', name: 'Benchmark' } };
	const next = ({ name }: typeof node) => ({
		main: [[{ node: name, type: 'main' as const, index: 0 }]],
	});
	return {
		nodes: [trigger, source, node],
		connections: { [trigger.name]: next(source), [source.name]: next(node) },
		pinData: {
			[source.name]: Array.from({ length: items }, () => ({ json: { id: callId } })),
		},
	};
}

void main(process.argv.slice(2));
