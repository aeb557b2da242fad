import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import type { INodeParameters } from 'n8n-workflow';

import { Engine, outputOf } from '../engine';
import { FLUENTS_AI, workflowFor } from './onEngine';

/**
 * Prints how many bytes the heap has grown by when calls were read and all that came is held. Needs --expose-gc.
 * Arguments: base URL, key, how many calls, and how they are read:
 *
 * - `each`: Get, on n8n's engine, less what one item takes; always the call whose ID follows.
 * - `all`: Get Many with Return All, on n8n's engine.
 * - `pages`: the answers of the API, which HTTP Request outputs as they are.
 */
async function main([baseUrl, apiKey, count, how, callId]: string[]): Promise<void> {
	const engine = await Engine.load();
	const credentials = { fluentsAiApi: { environment: 'default', apiKey, baseUrl } };
	const run = async (parameters: INodeParameters, items: number) => {
		const given = Array.from({ length: items }, () => ({ id: callId }));
		const result = await engine.run(workflowFor(parameters, given), { credentials });
		return { held: result, outputs: outputOf(result, FLUENTS_AI).length };
	};
	const get = {
		resource: 'call',
		operation: 'get',
		callId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
	};
	const getAll = { resource: 'call', operation: 'getAll', returnAll: true };
	const ways: Record<string, (calls: number) => Promise<{ held: unknown; outputs: number }>> = {
		each: async (calls) => await run(get, calls),
		all: async () => await run(getAll, 1),
		pages: async () => await readPages(baseUrl, apiKey),
	};
	const growth = async (calls: number) => {
		const before = await heap();
		const { held, outputs } = await ways[how](calls);
		const grown = (await heap()) - before;
		if (!held || outputs !== calls) throw new Error(`${calls} calls gave ${outputs} outputs`);
		return grown;
	};
	// The first runs load and compile what any run needs, and let V8 drop what it needs no more.
	await growth(Number(count));
	await growth(Number(count));
	const grown = await growth(Number(count));
	console.log(how === 'each' ? grown - (await growth(1)) : grown);
	process.exit();
}

async function readPages(baseURL: string, key: string) {
	const headers = { authorization: `Bearer ${key}` };
	const held: Array<{ items: unknown[]; has_more: boolean }> = [];
	while (held.at(-1)?.has_more ?? true) {
		const params = { size: 100, page: held.length + 1, sort_column: 'start_time' };
		held.push(
			(await axios.get('/calls/list', { baseURL, headers, params, proxy: false })).data,
		);
	}
	return { held, outputs: held.flatMap(({ items }) => items).length };
}

async function heap(): Promise<number> {
	// Connections are closed a moment after their answers.
	await sleep(500);
	global.gc?.();
	return process.memoryUsage().heapUsed;
}

void main(process.argv.slice(2));
