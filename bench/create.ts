import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import type { INodeExecutionData, INodeType } from 'n8n-workflow';

import { Engine, outputOf } from '../engine';
import { BlockWatch } from '../engine/blockWatch';
import { FLUENTS_AI, workflowFor } from './onEngine';

/** What one run of Create costs n8n's process, in milliseconds. */
export interface Cost {
	/** The longest that nothing else got to run while the node executed. */
	longestBlock: number;
	/** Computed for each item by code of the package, and by n8n for its parameters. */
	own: number;
	parameters: number;
}

/** Of these items, the profile is taken; it would slow down the others. */
const PROFILED = 2000;

/**
 * Runs Create for so many people on n8n's engine, and prints its cost as JSON. Arguments: base URL, key, ID of the
 * agent, own number, how many people.
 */
async function main([baseUrl, apiKey, agentId, fromNumber, count]: string[]): Promise<void> {
	const engine = await Engine.load();
	const node = engine.nodeType(FLUENTS_AI) as NodeType;
	const credentials = { fluentsAiApi: { environment: 'default', apiKey, baseUrl } };
	const parameters = {
		resource: 'call',
		operation: 'create',
		agentId: { __rl: true, mode: 'id', value: agentId },
		fromNumber: { __rl: true, mode: 'number', value: fromNumber },
		toNumber: '={{ $json.phone }}',
	};
	let called = 0;
	const run = async <T>(people: number, around: Around<T>): Promise<T> => {
		const { execute } = node;
		let seen: T | undefined;
		node.execute = async function (this: unknown) {
			const { result, value } = await around(async () => await execute.call(this));
			seen = value;
			return result;
		};
		const numbers = Array.from({ length: people }, () => ({
			phone: `+1415${2_000_000 + called++}`,
		}));
		const json = workflowFor(parameters, numbers);
		const result = await engine.run(json, { credentials });
		const outputs = outputOf(result, FLUENTS_AI);
		node.execute = execute;
		const failed = outputs.find(({ json: output }) => 'error' in output);
		if (failed ?? outputs.length !== people) {
			const { error } = result.data.resultData;
			throw new Error(
				`${outputs.length} outputs: ${error?.message ?? JSON.stringify(failed)}`,
			);
		}
		return seen as T;
	};
	// What any run needs is loaded by the first one.
	await run(100, blocked);
	const longestBlock = await run(Number(count), blocked);
	const computed = await run(PROFILED, profiled);
	const cost: Cost = {
		longestBlock,
		own: computed.own / PROFILED,
		parameters: computed.parameters / PROFILED,
	};
	console.log(JSON.stringify(cost));
	process.exit();
}

type Outputs = INodeExecutionData[][];
type NodeType = Omit<INodeType, 'execute'> & { execute(this: unknown): Promise<Outputs> };
type Around<T> = (task: () => Promise<Outputs>) => Promise<{ result: Outputs; value: T }>;

const blocked: Around<number> = async (task) => {
	const watch = new BlockWatch();
	const result = await task();
	watch.stop();
	return { result, value: watch.longest };
};

const profiled: Around<{ own: number; parameters: number }> = async (task) => {
	const session = new Session();
	session.connect();
	await session.post('Profiler.enable');
	await session.post('Profiler.setSamplingInterval', { interval: 250 });
	await session.post('Profiler.start');
	const result = await task();
	const { profile } = await session.post('Profiler.stop');
	session.disconnect();
	return { result, value: byOwner(profile) };
};

/** Milliseconds by who asked for them: what n8n or Node.js does without a file of its own counts for its caller. */
function byOwner({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile) {
	const frames = new Map(nodes.map((frame) => [frame.id, frame]));
	const callers = new Map(
		nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
	);
	const sums = { own: 0, parameters: 0 };
	for (const [i, sample] of samples.entries()) {
		const stack: Profiler.ProfileNode[] = [];
		for (let id: number | undefined = sample; id !== undefined; id = callers.get(id)) {
			stack.push(frames.get(id) as Profiler.ProfileNode);
		}
		const milliseconds = timeDeltas[i] / 1000;
		const owner = stack.find(
			({ callFrame }) => callFrame.url !== '' && !callFrame.url.startsWith('node:'),
		);
		if (stack.some(({ callFrame }) => callFrame.functionName.endsWith('getNodeParameter'))) {
			sums.parameters += milliseconds;
		} else if (owner?.callFrame.url.includes('/dist/nodes/')) {
			sums.own += milliseconds;
		}
	}
	return sums;
}

void main(process.argv.slice(2));
