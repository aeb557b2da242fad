import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { Simulator } from '../../simulator';
import type { WorkflowJson } from '../../engine';
import {
	CREDENTIAL,
	errorOf,
	FLUENTS_AI_LIVE_TRIGGER,
	FLUENTS_AI_TRIGGER,
	outputOf,
	type CredentialReference,
	type Execution,
	type SavedWorkflow,
} from '../api';
import { dialIn, placeCall } from '../calls';
import { check, eventually, type Case, type CaseContext, type Check } from '../case';
import { atAnyHour } from '../example';
import { ScriptedModel } from '../scriptedModel';

const folder = resolve(__dirname, '../../examples');
const OWN = /^n8n-nodes-fluentsai\./;

interface Room extends CaseContext {
	model: ScriptedModel;
	openAi: CredentialReference;
	hasDataTables: boolean;
}

/** What a language model reads in a transcript, whichever it is. */
const INSIGHT = { interest: 'high', objections: ['too early'], follow_up_date: '2026-04-01' };

/** The example that begins with a dry run. */
const REHEARSING = 'call-people-and-wait.json';

const DATA_TABLE = 'n8n-nodes-base.dataTable';

interface Example {
	file: string;
	json: WorkflowJson;
	/** Its nodes of this package. */
	own: INode[];
}

const examples = readdirSync(folder)
	.filter((file) => file.endsWith('.json'))
	.sort()
	.map((file): Example => {
		const json = JSON.parse(readFileSync(join(folder, file), 'utf8')) as WorkflowJson;
		const own = json.nodes.filter(({ type, disabled }) => OWN.test(type) && !disabled);
		return { file, json, own };
	})
	.filter(({ own }) => own.some(({ type }) => !type.endsWith('Tool')));

/** It is imported and executed; one that calls start, or ask, is also published. */
function checksOf({ file, json, own }: Example): Array<Check<Room>> {
	const needsTables = json.nodes.some(({ type }) => type === DATA_TABLE);
	const run = (what: string, workflow: WorkflowJson) =>
		check<Room>(what, async (room) => {
			const { n8n, simulator } = room;
			if (needsTables && !room.hasDataTables) return NO_TABLES;
			simulator.reset();
			addYesterdaysCalls(simulator);
			const execution = await n8n.run(prepared(workflow, room));
			const ran = judge(execution, own);
			const requests = simulator.requests.length;
			return `${ran.length} of ${own.length} Fluents.ai nodes, ${requests} requests`;
		});
	const runs = [run(file, json)];
	if (file === REHEARSING) runs.push(run(`${file}, with Place`, placing(json)));
	const trigger = own.find(({ type }) => type in published);
	if (!trigger) return runs;
	const receives = check<Room>(`${file}, published`, async (room) => {
		if (needsTables && !room.hasDataTables) return NO_TABLES;
		room.simulator.reset();
		const workflow = await publish(room, json, trigger);
		const outcome = await published[trigger.type](room, workflow, trigger, own);
		await room.n8n.unpublish(workflow);
		return outcome;
	});
	return [...runs, receives];
}

/** With Place instead of Dry Run. */
function placing(json: WorkflowJson): WorkflowJson {
	const nodes = json.nodes.map((node) =>
		node.parameters.calls === 'dryRun'
			? { ...node, parameters: { ...node.parameters, calls: 'place' } }
			: node,
	);
	return { ...json, nodes };
}

const NO_TABLES = 'not run: this n8n has no Data Tables';

/** @returns those of the nodes that were executed. */
function judge(execution: Execution, nodes: INode[]): INode[] {
	equal(execution.status, 'success', errorOf(execution));
	const ran = nodes.filter((node) => node.name in execution.data.resultData.runData);
	ok(ran.length > 0, 'None of its Fluents.ai nodes was executed');
	for (const node of ran) {
		const items = [0, 1].flatMap((output) => outputOf(execution, node.name, output));
		ok(items.length > 0, `'${node.name}' gave no items`);
		const unlinked = items.some(({ pairedItem }) => pairedItem === undefined);
		ok(!unlinked, `'${node.name}' gave items without a link to their input`);
	}
	return ran;
}

async function publish(room: Room, json: WorkflowJson, trigger: INode): Promise<SavedWorkflow> {
	const { options } = trigger.parameters as { options: object };
	const here = { options: { ...options, allowUnreachableUrl: true } };
	const nodes = withoutServices(json).map((node) =>
		node.name === trigger.name
			? { ...node, parameters: { ...node.parameters, ...here } }
			: node,
	);
	const pinned = prepared({ ...json, nodes }, room);
	const workflow = await room.n8n.createWorkflow(pinned);
	deepEqual(await room.n8n.publish(workflow), { status: 'published', errors: [] });
	return workflow;
}

/**
 * What is done with a published workflow, by the type of its trigger.
 *
 * @returns what came of it, for people to read.
 */
const published: Record<
	string,
	(context: CaseContext, workflow: SavedWorkflow, trigger: INode, own: INode[]) => Promise<string>
> = { [FLUENTS_AI_TRIGGER]: callAgents, [FLUENTS_AI_LIVE_TRIGGER]: letAgentAsk };

/** Calls the agents that the trigger is about, as somebody else's system does. */
async function callAgents(
	{ n8n, simulator }: CaseContext,
	workflow: SavedWorkflow,
	trigger: INode,
): Promise<string> {
	const agents = trigger.parameters.agents as string[];
	for (const agent of agents) await placeCall(simulator, agent);
	await eventually(async () => ok((await n8n.executions(workflow.id)).count > 0));
	const { results } = await n8n.executions(workflow.id);
	for (const { id } of results) judge(await n8n.finished(id), [trigger]);
	return `${agents.length} calls, ${results.length} executions`;
}

/** Brings an agent to ask what the trigger's pinned data asks. */
async function letAgentAsk(
	{ n8n, simulator }: CaseContext,
	workflow: SavedWorkflow,
	{ name, parameters }: INode,
	own: INode[],
): Promise<string> {
	const [agent] = parameters.agents as string[];
	const [{ json: question }] = workflow.pinData?.[name] ?? [];
	if (parameters.requestType === 'action') {
		const asks = [{ at: 11, parameters: question.input as IDataObject }];
		simulator.scriptOf = () => ({ asks });
		await placeCall(simulator, agent, '+12125550106');
	} else {
		await dialIn(simulator, agent, String(question.caller_number));
	}
	const [request] = simulator.liveRequests;
	// A fixed text goes out before n8n has noted the execution.
	await eventually(async () => ok((await n8n.newestExecution(workflow)) > 0));
	const execution = await n8n.finished(String(await n8n.newestExecution(workflow)));
	const ran = judge(execution, own);
	const answering = ran.filter((node) => node.name !== name);
	const answers = answering.map((node) => outputOf(execution, node.name)[0].json.in_time);
	if (parameters.answerUsing === 'immediately') {
		deepEqual((request.answer as IDataObject).agent_message, parameters.answerText);
	} else deepEqual(answers, [true]);
	return `${JSON.stringify(request.answer)} after ${Number(request.milliseconds) / 1000} s`;
}

/**
 * In production n8n ignores pinned data, so nodes that have some for the lack of an account become such
 * that give it.
 */
function withoutServices({ nodes, pinData }: WorkflowJson): INode[] {
	return nodes.map((node) => {
		const items = pinData?.[node.name];
		if (!items || OWN.test(node.type)) return node;
		const parameters = { jsCode: `return ${JSON.stringify(items)};` };
		return { ...node, type: 'n8n-nodes-base.code', typeVersion: 2, parameters };
	});
}

/** Some examples are about the calls of yesterday. */
function addYesterdaysCalls(simulator: Simulator): void {
	const day = 24 * 60 * 60_000;
	const noon = Math.floor(Date.now() / day) * day - day / 2;
	simulator.environment('default').addCalls(3, {
		start_time: noon,
		end_time: noon + 30_000,
		recording_available: true,
	});
}

/**
 * With the test's credential in the nodes of this package. Nodes of other services are never run:
 * they have to have pinned data.
 */
function prepared(json: WorkflowJson, { credentials, openAi }: Room): WorkflowJson {
	const nodes = json.nodes.map((node): INode => {
		if (OWN.test(node.type)) {
			const isStaging = node.credentials?.[CREDENTIAL].name.endsWith('staging');
			const credential = isStaging ? credentials.staging : credentials.default;
			const options = atAnyHour((node.parameters.options ?? {}) as INodeParameters);
			const parameters = { ...node.parameters, options };
			return { ...node, parameters, credentials: { [CREDENTIAL]: credential } };
		}
		if (node.type.endsWith('.lmChatOpenAi')) {
			return { ...node, credentials: { openAiApi: openAi } };
		}
		const pinned = json.pinData?.[node.name] !== undefined;
		ok(pinned || !node.credentials, `'${node.name}' needs pinned data`);
		return { ...node, credentials: undefined };
	});
	return { ...json, nodes };
}

/** Every workflow in examples/. */
export default {
	async setUp(context) {
		const model = await ScriptedModel.start(() => ({ text: JSON.stringify(INSIGHT) }));
		const { n8n } = context;
		return {
			...context,
			model,
			openAi: await n8n.createCredential('OpenAI', model.credential, 'openAiApi'),
			hasDataTables: (await n8n.nodeType(DATA_TABLE)) !== undefined,
		};
	},
	checks: examples.flatMap(checksOf),
	tearDown: async ({ model }) => await model.close(),
} satisfies Case<Room>;
