import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INode } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import { CREDENTIAL, errorOf, type Execution } from '../api';
import type { CaseContext } from '../cases';
import { LOOPBACK } from '../ports';

export const name = 'aiAgent';

const example = resolve(__dirname, '../../examples/ai-agent-with-phone.json');

const REVIEW = 'Approve the Call';
const TOOL = 'Call a Person';

/** The example of an AI agent, with a language model that always wants to call the same person. */
export async function run({ n8n, server, simulator, credentials, check }: CaseContext) {
	const reviewType = '@n8n/n8n-nodes-langchain.chatHitlTool';
	if (!(await n8n.nodeType(reviewType))) {
		await check('this n8n has no human review for tools', async () => {
			await Promise.resolve('left out');
		});
		return;
	}
	const model = await startModel();
	try {
		const openAi = await n8n.createCredential(
			'OpenAI',
			{ apiKey: 'none', url: model.url },
			'openAiApi',
		);
		const workflow = JSON.parse(await readFile(example, 'utf8')) as WorkflowJson;
		const nodes = workflow.nodes.map((node): INode => {
			if (node.credentials)
				return { ...node, credentials: { [CREDENTIAL]: credentials.default } };
			const isModel = node.type.endsWith('.lmChatOpenAi');
			return isModel ? { ...node, credentials: { openAiApi: openAi } } : node;
		});
		const asked = async () => {
			const saved = await n8n.createWorkflow({ ...workflow, nodes });
			return await waiting(REVIEW, await n8n.start(saved));
		};
		const waiting = async (nodeName: string, id: string): Promise<Execution> => {
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
		};

		await check('nobody is called before a human has approved', async () => {
			const execution = await asked();
			match(
				messageOf(execution, REVIEW).text,
				/Anna at \+12125550101 about your appointment/,
			);
			await sleep(1000);
			deepEqual([...simulator.dialled], []);
			await press(execution, 'Do not call', server.webhookUrl);
			const { data } = await waiting('Answer in Chat', execution.id);
			deepEqual([...simulator.dialled], []);
			ok(!(TOOL in data.resultData.runData), 'The tool ran');
			await n8n.stop(execution.id);
		});
		await check(
			'after the approval the tool calls, once, and the model gets the outcome',
			async () => {
				const execution = await asked();
				await press(execution, 'Call', server.webhookUrl);
				const { data } = await waiting('Answer in Chat', execution.id);
				deepEqual([...simulator.dialled], [['+12125550101', 1]]);
				equal(data.resultData.runData[TOOL].length, 1);
				match(model.lastOutput(), /"status":"ended".+Hello Anna/);
				await n8n.stop(execution.id);
			},
		);
	} finally {
		model.close();
	}
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

/** Answers as OpenAI's Responses API does: a call of the tool first, then, with its output, a text. */
async function startModel() {
	let lastOutput = '';
	const answer = async (request: IncomingMessage) => {
		const { input, model } = JSON.parse(await text(request)) as {
			model: string;
			input: Array<{ type?: string; output?: unknown }>;
		};
		const done = input.filter(({ type }) => type === 'function_call_output').at(-1);
		if (done)
			lastOutput =
				typeof done.output === 'string' ? done.output : JSON.stringify(done.output);
		const output = done
			? {
					type: 'message',
					id: 'msg_1',
					role: 'assistant',
					status: 'completed',
					content: [{ type: 'output_text', text: 'Done.', annotations: [] }],
				}
			: {
					type: 'function_call',
					id: 'fc_1',
					call_id: 'call_1',
					status: 'completed',
					name: 'Call_a_Person',
					arguments: JSON.stringify({
						toolParameters: {
							To_Number: '+12125550101',
							Person_Name: 'Anna',
							Topic: 'your appointment',
							Date: 'Tuesday at ten',
						},
						hitlParameters: {},
					}),
				};
		return {
			id: 'resp_1',
			object: 'response',
			created_at: 0,
			model,
			status: 'completed',
			output: [output],
			usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
		};
	};
	const http = createServer((request, response) => {
		void answer(request).then((body) => {
			response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
		});
	}).listen(0, LOOPBACK);
	await once(http, 'listening');
	return {
		url: `http://${LOOPBACK}:${(http.address() as AddressInfo).port}/v1`,
		lastOutput: () => lastOutput,
		close: () => void http.close(),
	};
}
