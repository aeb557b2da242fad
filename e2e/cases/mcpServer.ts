import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { INode, INodeParameters } from 'n8n-workflow';

import { chain, node } from '../api';
import { check, eventually, type Case } from '../case';
import {
	CALL_TOOL,
	callTool,
	loseAnswer,
	ONE_SEARCH,
	threeTries,
	toolRoom,
	withParts,
	type ToolRoom,
} from '../tools';

/** Milliseconds after which the client gives up; a call takes longer. */
const IMPATIENT = 1500;

/** Seconds that a call takes here. */
const CALL_SECONDS = 4;

/** Milliseconds that a client waits which wants an answer. */
const PATIENT = 60_000;

/** Publishes an MCP server that has one tool. @returns its address. */
async function publishServer({ n8n, server }: ToolRoom, tool: INode): Promise<string> {
	const path = randomUUID();
	const trigger = node(
		'MCP Server Trigger',
		'@n8n/n8n-nodes-langchain.mcpTrigger',
		{ authentication: 'none', path },
		{ typeVersion: 2, webhookId: path },
	);
	const workflow = withParts(chain(trigger), trigger.name, [[tool, 'ai_tool']]);
	equal((await n8n.publish(await n8n.createWorkflow(workflow))).status, 'published');
	return `${server.webhookUrl}/mcp/${path}`;
}

/** A client of an MCP server, as assistants are. */
class Assistant {
	private constructor(private readonly client: Client) {}

	static async connect(url: string): Promise<Assistant> {
		const client = new Client({ name: 'assistant', version: '1.0.0' });
		// The server is there a moment after n8n says that it is published.
		await eventually(
			async () => await client.connect(new StreamableHTTPClientTransport(new URL(url))),
		);
		return new Assistant(client);
	}

	/** @returns what a model gets to read. @throws Error when there is no answer in time. */
	async call(to: string, timeout = PATIENT): Promise<string> {
		const request = { name: CALL_TOOL, arguments: { to } };
		const { content } = await this.client.callTool(request, undefined, { timeout });
		return (content as Array<{ text?: string }>).map(({ text }) => text ?? '').join('');
	}

	async close(): Promise<void> {
		await this.client.close();
	}
}

/** Lets assistants ask an MCP server whose tool calls people. */
async function asking(
	room: ToolRoom,
	{
		operation,
		options,
		changes,
	}: {
		operation: 'create' | 'createAndWait';
		options?: INodeParameters;
		changes?: Partial<INode>;
	},
	task: (connect: () => Promise<Assistant>) => Promise<void>,
): Promise<void> {
	const tool = callTool(room, operation, { pollInterval: 1, ...options }, changes);
	const url = await publishServer(room, tool);
	const connected: Assistant[] = [];
	try {
		await task(async () => {
			const assistant = await Assistant.connect(url);
			connected.push(assistant);
			return assistant;
		});
	} finally {
		await Promise.all(connected.map(async (assistant) => await assistant.close()));
	}
}

/** The node as a tool of n8n's MCP Server Trigger, asked by a client of the official SDK. */
export default {
	async skip({ n8n }) {
		const trigger = await n8n.nodeType('@n8n/n8n-nodes-langchain.mcpTrigger');
		const versions = [trigger?.version ?? []].flat();
		return versions.includes(2) ? undefined : 'this n8n has no MCP Server Trigger 2';
	},
	async setUp(context) {
		context.simulator.callSeconds = CALL_SECONDS;
		return await Promise.resolve(toolRoom(context));
	},
	checks: [
		check('a client that asks for a call gets it', async (room) => {
			const to = room.nextNumber();
			await asking(room, { operation: 'create' }, async (connect) => {
				match(await (await connect()).call(to), new RegExp(`"to_number":"\\${to}"`));
				equal(room.simulator.dialled.get(to), 1);
			});
		}),
		check(
			'one that repeats after its time-out gets the call of the first time',
			async (room) => {
				const to = room.nextNumber();
				await asking(room, { operation: 'createAndWait' }, async (connect) => {
					const assistant = await connect();
					await rejects(assistant.call(to, IMPATIENT), /timed out/i);
					const answer = await assistant.call(to);
					match(answer, /"outcome":"/);
					match(answer, /"duplicate":true/);
					match(answer, /this person was not called again/);
					equal(room.simulator.dialled.get(to), 1);
				});
			},
		),
		check('so does one that connects anew', async (room) => {
			const to = room.nextNumber();
			await asking(room, { operation: 'createAndWait' }, async (connect) => {
				await rejects((await connect()).call(to, IMPATIENT), /timed out/i);
				match(await (await connect()).call(to), /"duplicate":true/);
				equal(room.simulator.dialled.get(to), 1);
			});
		}),
		check('another number, or one that is asked for by itself, is called', async (room) => {
			const numbers = [room.nextNumber(), room.nextNumber()];
			await asking(room, { operation: 'create' }, async (connect) => {
				const assistant = await connect();
				const answers = await Promise.all(
					numbers.map(async (to) => await assistant.call(to)),
				);
				ok(answers.every((answer) => !answer.includes('duplicate')));
				deepEqual(
					numbers.map((to) => room.simulator.dialled.get(to)),
					[1, 1],
				);
			});
		}),
		check(
			'a call whose answer was lost is placed once in all tries and repeats',
			async (room) => {
				const { simulator, server, version } = room;
				// In queue mode, and in n8n 1, a tool of this trigger runs once, also with Retry On Fail.
				const isTriedAgain = server.workers.length === 0 && !version.startsWith('1.');
				const to = room.nextNumber();
				const options = { timeout: 500 };
				const tool = { operation: 'create', options, changes: threeTries } as const;
				await asking(room, tool, async (connect) => {
					const assistant = await connect();
					loseAnswer(room, ONE_SEARCH);
					const answer = await assistant.call(to);
					simulator.faults.clear();
					match(answer, isTriedAgain ? /"to_number":/ : /may have been called/);
					match(await assistant.call(to), /"duplicate":true/);
					equal(simulator.dialled.get(to), 1);
				});
			},
		),
	],
} satisfies Case<ToolRoom>;
