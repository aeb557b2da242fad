import { deepEqual, equal, ok } from 'node:assert/strict';
import type { IConnections, INode } from 'n8n-workflow';

import { fictionalNumber, scripts } from '../../simulator';
import type { WorkflowJson } from '../../engine';
import {
	byId,
	chain,
	errorOf,
	fluentsNode,
	itemsNode,
	manualTrigger,
	node,
	type Execution,
} from '../../e2e/api';
import type { LaunchedWithAccount } from '../../e2e/launch';
import type { Bench } from '../cases';
import { httpRequest, query } from '../nodes';
import { median } from '../series';

export const name = 'placeAndWait';

const CALLS = 100;
const AT_ONCE = 50;
const CALL_SECONDS = 30;
const POLL_SECONDS = 2;

/** With as many at once as allowed, and nothing but the calls taking time. */
const IDEAL = (CALLS / AT_ONCE) * CALL_SECONDS * 1000;

/** Many calls that are placed, at most so many in progress at once, and waited for. */
export async function run(bench: Bench): Promise<void> {
	await bench.onServer({}, async (launched) => {
		const workflows = { ours: ourWorkflow(launched), theirs: theirWorkflow(launched) };
		const times = { ours: [] as number[], theirs: [] as number[] };
		const requests = { ours: [] as number[], theirs: [] as number[] };
		for (let pair = 0; pair < bench.pairs; pair++) {
			for (const side of ['ours', 'theirs'] as const) {
				const measured = await measure(launched, workflows[side]);
				times[side].push(measured.time);
				requests[side].push(measured.requests);
			}
		}
		const what = `${CALLS} calls of ${CALL_SECONDS} s placed and waited for, ${AT_ONCE} at once, a look every ${POLL_SECONDS} s`;
		bench.report({
			what: `${what}: requests`,
			readme: `${CALLS} calls of ${CALL_SECONDS} s placed, ${AT_ONCE} at once, and waited for`,
			ours: { unit: 'requests', values: requests.ours },
			against: {
				name: 'HTTP Request, Wait, If',
				series: { unit: 'requests', values: requests.theirs },
			},
			most: 0.5,
		});
		bench.report({
			what: 'the same: time',
			ours: { unit: 'ms', values: times.ours },
			against: { name: 'the same', series: { unit: 'ms', values: times.theirs } },
			figure: median(times.ours) / IDEAL,
			most: 1.1,
			note: `figure: to the ${IDEAL / 1000} s that the calls need`,
		});
	});
}

async function measure({ n8n, simulator }: LaunchedWithAccount, workflow: WorkflowJson) {
	simulator.dialled.clear();
	simulator.requests.length = 0;
	const execution = await n8n.finished(await n8n.start(await n8n.createWorkflow(workflow)));
	equal(execution.status, 'success', errorOf(execution));
	deepEqual([...simulator.dialled.values()], new Array(CALLS).fill(1));
	const calls = [...simulator.environment('default').calls.values()].slice(-CALLS);
	ok(calls.every(({ status }) => status === 'ended'));
	return { time: timeFromItems(execution), requests: simulator.requests.length };
}

/** Milliseconds from when the items were there to the end. */
function timeFromItems({ data }: Execution): number {
	const runs = Object.values(data.resultData.runData).flat();
	const ends = runs.map(({ startTime, executionTime }) => startTime + executionTime);
	const [items] = data.resultData.runData.Items;
	return Math.max(...ends) - (items.startTime + items.executionTime);
}

function source({ simulator }: LaunchedWithAccount) {
	const { agents, numbers } = simulator.environment('default');
	const [agent] = agents.keys();
	const from = [...numbers.values()].find(({ active }) => active === true);
	simulator.callSeconds = CALL_SECONDS;
	simulator.scriptOf = () => scripts.find(({ name: script }) => script === 'answered');
	const people = Array.from({ length: CALLS }, (_, i) => ({ to: fictionalNumber(i) }));
	return { agent, from: String(from?.number), items: itemsNode(people) };
}

function ourWorkflow(launched: LaunchedWithAccount): WorkflowJson {
	const { agent, from, items } = source(launched);
	const options = {
		pacing: { limits: { maxConcurrentCalls: AT_ONCE } },
		pollInterval: POLL_SECONDS,
	};
	const call = fluentsNode(
		{
			resource: 'call',
			operation: 'createAndWait',
			agentId: byId(agent),
			fromNumber: { __rl: true, mode: 'number', value: from },
			toNumber: '={{ $json.to }}',
			context: { mappingMode: 'defineBelow', value: { name: 'Anna' } },
			options,
		},
		launched.credentials.default,
	);
	return chain(manualTrigger, items, call);
}

/** 50 at a time: placed, then read every 2 seconds until all of them have ended. */
function theirWorkflow(launched: LaunchedWithAccount): WorkflowJson {
	const { agent, from, items } = source(launched);
	const { simulator, credentials } = launched;
	const loop = node(
		'Loop',
		'n8n-nodes-base.splitInBatches',
		{ batchSize: AT_ONCE, options: {} },
		{ typeVersion: 3 },
	);
	const create = httpRequest(
		{
			method: 'POST',
			url: `${simulator.url}/calls/create`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: `={{ { agent: '${agent}', from_number: '${from}', to_number: $json.to } }}`,
		},
		credentials.default,
		'Create',
	);
	const wait = node(
		'Wait',
		'n8n-nodes-base.wait',
		{ amount: POLL_SECONDS },
		{ typeVersion: 1.1 },
	);
	const read = httpRequest(
		{ url: `${simulator.url}/calls`, ...query({ id: '={{ $json.id }}' }) },
		credentials.default,
		'Read',
	);
	const condition = {
		id: 'ended',
		leftValue:
			"={{ $input.all().every((item) => ['ended', 'error'].includes(item.json.status)) }}",
		rightValue: '',
		operator: { type: 'boolean', operation: 'true', singleValue: true },
	};
	const ended = node(
		'Ended',
		'n8n-nodes-base.if',
		{
			conditions: {
				options: { caseSensitive: true, typeValidation: 'strict', version: 2 },
				conditions: [condition],
				combinator: 'and',
			},
			options: {},
		},
		{ typeVersion: 2.2 },
	);
	const to = ({ name: target }: INode) => [{ node: target, type: 'main' as const, index: 0 }];
	const connections: IConnections = {
		[manualTrigger.name]: { main: [to(items)] },
		[items.name]: { main: [to(loop)] },
		// The first output is for what is done, the second one for the next 50.
		[loop.name]: { main: [[], to(create)] },
		[create.name]: { main: [to(wait)] },
		[wait.name]: { main: [to(read)] },
		[read.name]: { main: [to(ended)] },
		[ended.name]: { main: [to(loop), to(wait)] },
	};
	const nodes = [manualTrigger, items, loop, create, wait, read, ended];
	return { nodes, connections, settings: { executionOrder: 'v1' } };
}
