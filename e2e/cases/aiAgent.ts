import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INode } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import { CREDENTIAL, errorOf, type Execution } from '../api';
import { check, type Case, type CaseContext } from '../case';
import { ScriptedModel, type ModelAnswer, type ModelTurn } from '../scriptedModel';

const example = resolve(__dirname, '../../examples/ai-agent-with-phone.json');

const REVIEW = 'Approve the Call';
const TOOL = 'Call a Person';

interface Room extends CaseContext {
	model: ScriptedModel;
	workflow: WorkflowJson;
}

/** The example, with the test's credentials. */
async function setUp(context: CaseContext): Promise<Room> {
	const { n8n, credentials } = context;
	const model = await ScriptedModel.start(callsTheTool);
	const openAi = await n8n.createCredential('OpenAI', model.credential, 'openAiApi');
	const workflow = JSON.parse(await readFile(example, 'utf8')) as WorkflowJson;
	const nodes = workflow.nodes.map((node): INode => {
		if (node.credentials) {
			return { ...node, credentials: { [CREDENTIAL]: credentials.default } };
		}
		const isModel = node.type.endsWith('.lmChatOpenAi');
		return isModel ? { ...node, credentials: { openAiApi: openAi } } : node;
	});
	return { ...context, model, workflow: { ...workflow, nodes } };
}

/** Wants to call the same person each time, then says that it is done. */
function callsTheTool({ outputs }: ModelTurn): ModelAnswer {
	if (outputs.length > 0) return { text: 'Done.' };
	const toolParameters = {
		To_Number: '+12125550101',
		Person_Name: 'Anna',
		Topic: 'your appointment',
		Date: 'Tuesday at ten',
	};
	return { tool: 'Call_a_Person', input: { toolParameters, hitlParameters: {} } };
}

/** Starts the workflow. @returns the execution, which waits for the approval. */
async function asked(room: Room): Promise<Execution> {
	const saved = await room.n8n.createWorkflow(room.workflow);
	return await waiting(room, REVIEW, await room.n8n.start(saved));
}

async function waiting({ n8n }: Room, nodeName: string, id: string): Promise<Execution> {
	for (let tries = 0; tries < 150; tries++) {
		const execution = await n8n.execution(id);
		const isWaiting = execution.status === 'waiting';
		if (isWaiting && execution.data.resultData.lastNodeExecuted === nodeName) {
			return execution;
		}
		if (['error', 'success', 'crashed'].includes(execution.status)) {
			throw new Error(`Ended with ${execution.status} before: ${errorOf(execution)}`);
		}
		await sleep(200);
	}
	throw new Error(`Execution ${id} did not come to wait at '${nodeName}'`);
}

interface Message {
	text: string;
	buttons: Array<{ text: string; link: string }>;
}

/** What the chat shows for a node that waits. */
function messageOf({ data }: Execution, nodeName: string): Message {
	const [result] = data.resultData.runData[nodeName];
	const [item] = Object.values(result.data ?? {}).flatMap((ends) =>
		ends.flatMap((end) => end ?? []),
	);
	return (item as unknown as { sendMessage: Message }).sendMessage;
}

/** Presses a button of the message that asks for approval. */
async function press(execution: Execution, label: string, webhookUrl: string): Promise<void> {
	const button = messageOf(execution, REVIEW).buttons.find((one) => one.text === label);
	ok(button, `There is no button '${label}'`);
	// Without a WEBHOOK_URL, the link names the process that made it, in queue mode a worker.
	const { pathname, search } = new URL(button.link);
	// n8n takes programs that are no browsers for previews of links.
	const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' };
	const { status } = await fetch(`${webhookUrl}${pathname}${search}`, { headers });
	equal(status, 200);
}

/** The example of an AI agent, with a language model that always wants to call the same person. */
export default {
	async skip({ n8n }) {
		const hasReview = await n8n.nodeType('@n8n/n8n-nodes-langchain.chatHitlTool');
		return hasReview ? undefined : 'this n8n has no human review for tools';
	},
	setUp,
	checks: [
		check('nobody is called before a human has approved', async (room) => {
			const { n8n, server, simulator } = room;
			const execution = await asked(room);
			match(
				messageOf(execution, REVIEW).text,
				/Anna at \+12125550101 about your appointment/,
			);
			await sleep(1000);
			deepEqual([...simulator.dialled], []);
			await press(execution, 'Do not call', server.webhookUrl);
			const { data } = await waiting(room, 'Answer in Chat', execution.id);
			deepEqual([...simulator.dialled], []);
			ok(!(TOOL in data.resultData.runData), 'The tool ran');
			await n8n.stop(execution.id);
		}),
		check('after the approval it calls, once, and the model gets the outcome', async (room) => {
			const { n8n, server, simulator, model } = room;
			const execution = await asked(room);
			await press(execution, 'Call', server.webhookUrl);
			const { data } = await waiting(room, 'Answer in Chat', execution.id);
			deepEqual([...simulator.dialled], [['+12125550101', 1]]);
			equal(data.resultData.runData[TOOL].length, 1);
			match(String(model.outputs.at(-1)), /"outcome":"answered".+Hello Anna/);
			await n8n.stop(execution.id);
		}),
	],
	tearDown: async ({ model }) => await model.close(),
} satisfies Case<Room>;
