import { randomUUID } from 'node:crypto';
import type { IDataObject, INode } from 'n8n-workflow';

import { createLimiter } from '../../nodes/shared/api/limiter';
import { sameNumber } from '../../nodes/shared/phoneNumbers/parse';

import { fictionalNumber, type Simulator } from '../../simulator';
import { emptyNode, outputOf, type Engine, type RunOptions, type WorkflowJson } from '../../engine';
import { toolOf } from '../../engine/tools';
import { addRandomFaults } from './faults';

export interface Trial {
	/** Decides which requests meet which fault. */
	seed: number;
	/** Of the requests that meet a fault, from 0 to 1. */
	faults: number;
	items: number;
	operation: 'create' | 'createAndWait';
	retryOnFail: boolean;
	retryUnconfirmed: boolean;
	/** Runs the workflow a second time, with keys from its data. */
	twice: boolean;
	/** Who asks for the calls: a workflow for all of them, or tools for one each, some of them again. */
	by: 'workflow' | 'agent' | 'mcp';
}

export interface Verdict {
	asked: number;
	placed: number;
	/** Calls to somebody who had been called before. */
	duplicates: number;
	/** Items that ended neither as a call nor as an error that tells the truth. */
	unaccounted: string[];
	/** Items that ended as an error. */
	errors: number;
}

/** How many people were asked for so far. */
let people = 0;

/** Runs a workflow that places calls while requests fail at random, and judges what came of it. */
export async function runTrial(
	engine: Engine,
	simulator: Simulator,
	trial: Trial,
): Promise<Verdict> {
	simulator.reset();
	const denied = addRandomFaults(simulator, trial);
	// Others in each trial: the process remembers whom it has called.
	const numbers = Array.from({ length: trial.items }, () => fictionalNumber(people++ % 4_000));
	const [environment] = Object.keys(simulator.keys);
	const apiKey = simulator.keys[environment];
	const credentials = { fluentsAiApi: { environment, apiKey, baseUrl: simulator.url } };

	const verdict: Verdict = { asked: 0, placed: 0, duplicates: 0, unaccounted: [], errors: 0 };
	const workflow = workflowOf(simulator, numbers, trial);
	const ask =
		trial.by === 'workflow'
			? async () => {
					const run = await engine.run(workflow, { credentials });
					return outputOf(run, 'Call').map(({ json }) => json);
				}
			: askingTools(engine, workflow, credentials, numbers, trial.by);
	for (let round = 0; round < (trial.twice ? 2 : 1); round++) {
		const before = new Map(simulator.dialled);
		const outputs = await ask();
		const judged = numbers.map((to, i) => {
			const count = simulator.dialled.get(to) ?? 0;
			// Of a call that the server denies, nobody knows until it is asked for again.
			const wasCalled = count > (before.get(to) ?? 0) && !denied.has(to);
			return judge(to, outputs[i], count, wasCalled);
		});
		verdict.asked += numbers.length;
		verdict.unaccounted.push(...judged.filter((complaint) => complaint !== undefined));
		verdict.errors += outputs.filter(({ error }) => error !== undefined).length;
	}
	const counts = [...simulator.dialled.values()];
	verdict.placed = counts.reduce((sum, count) => sum + count, 0);
	verdict.duplicates = verdict.placed - counts.length;
	return verdict;
}

/** How many models ask at the same time. */
const MODELS = 60;

/**
 * Asks a tool for each call, as language models and MCP clients do: each in an execution of its own, and
 * again, at the same time or afterwards, when there was no answer.
 *
 * @returns a function that gives what came of each call, as the items of a workflow.
 */
function askingTools(
	engine: Engine,
	{ nodes }: WorkflowJson,
	credentials: RunOptions['credentials'],
	numbers: string[],
	by: 'agent' | 'mcp',
): () => Promise<IDataObject[]> {
	const node = nodes.find(({ name }) => name === 'Call')!;
	const asTool: INode = {
		...node,
		type: `${node.type}Tool`,
		onError: undefined,
	};
	const askOnce = async (to: string): Promise<IDataObject> => {
		const tool = toolOf(engine, { ...asTool, id: randomUUID() }, { credentials }, by);
		return await tool({ to }).then(
			([output]) => output,
			(error: Error) => ({ error: error.message }),
		);
	};
	const askFor = async (to: string, i: number): Promise<IDataObject> => {
		const [first] = await Promise.all(i % 3 === 0 ? [askOnce(to), askOnce(to)] : [askOnce(to)]);
		return first.error === undefined && i % 3 !== 1 ? first : await askOnce(to);
	};
	const limit = createLimiter(MODELS);
	return async () =>
		await Promise.all(numbers.map(async (to, i) => await limit(() => askFor(to, i))));
}

/**
 * @param count how often the number was called so far.
 * @param wasCalled whether that was in this run, and an error has to tell.
 * @returns what is wrong with an item's output, if anything.
 */
function judge(
	to: string,
	output: IDataObject | undefined,
	count: number,
	wasCalled: boolean,
): string | undefined {
	if (!output) return `${to}: no output, called ${count} times`;
	if (output.error === undefined) {
		const isCall =
			sameNumber(output.to_number, to) && typeof output.id === 'string' && count === 1;
		return isCall ? undefined : `${to}: ${JSON.stringify(output)}, called ${count} times`;
	}
	const admits = /It is not known whether the call/.test(String(output.error));
	return !wasCalled || admits ? undefined : `${to}: '${String(output.error)}', but was called`;
}

function workflowOf(
	simulator: Simulator,
	numbers: string[],
	{ operation, retryOnFail, retryUnconfirmed, twice, by }: Trial,
): WorkflowJson {
	const { agents, numbers: lines } = simulator.environment('default');
	const [agentId] = agents.keys();
	const from = [...lines.values()].find(({ active }) => active === true);
	const locator = (mode: string, value: unknown) => ({ __rl: true, mode, value: String(value) });
	const next = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
	const number = by === 'workflow' ? '$json.to' : "$fromAI('to')";
	const options = {
		// So that a request without an answer, and the search for its call, end soon.
		timeout: 300,
		pollInterval: 1,
		maxWait: 1,
		retryUnconfirmed,
		// Where one agent cannot be read, all items would fail, and tell nothing.
		missingVariable: 'call',
		...(twice && { callKey: `={{ "order " + ${number} }}` }),
	};
	const parameters = {
		resource: 'call',
		operation,
		agentId: locator('id', agentId),
		fromNumber: locator('number', from?.number),
		toNumber: `={{ ${number} }}`,
		options,
	};
	return {
		nodes: [
			{ ...emptyNode('n8n-nodes-base.manualTrigger'), name: 'Start' },
			{ ...emptyNode('n8n-nodes-base.code'), name: 'People' },
			{
				...emptyNode('n8n-nodes-fluentsai.fluentsAi', parameters),
				name: 'Call',
				credentials: { fluentsAiApi: { id: '1', name: 'Simulator' } },
				onError: 'continueRegularOutput',
				...(retryOnFail && { retryOnFail, maxTries: 3, waitBetweenTries: 0 }),
			},
		],
		connections: { Start: next('People'), People: next('Call') },
		pinData: { People: numbers.map((to) => ({ json: { to } })) },
	};
}
