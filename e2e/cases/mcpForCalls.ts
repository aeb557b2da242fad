import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine';
import { CREDENTIAL, type SavedWorkflow } from '../api';
import { check, eventually, type Case, type CaseContext } from '../case';

const example = resolve(__dirname, '../../examples/mcp-server-for-calls.json');

const TOOLS = ['End_a_Call', 'Look_Up_a_Call', 'Place_a_Call', 'Read_a_Transcript'];

/** Fewer than in the example, to be there sooner. */
const CALLS_PER_HOUR = 4;

interface Room extends CaseContext {
	url: string;
	token: string;
	client: Client;
	workflow: SavedWorkflow;
	/** ID of the first call. */
	first?: string;
}

/** Publishes the example, as somebody sets it up here, and connects to it. */
async function setUp(context: CaseContext): Promise<Room> {
	const { n8n, server, credentials, simulator } = context;
	simulator.callSeconds = 2;
	const token = randomUUID();
	const bearer = await n8n.createCredential('MCP clients', { token }, 'httpBearerAuth');
	const json = JSON.parse(await readFile(example, 'utf8')) as WorkflowJson;
	const path = randomUUID();
	const nodes = json.nodes.map((node): INode => {
		if (node.type.endsWith('.mcpTrigger')) {
			const parameters = { ...node.parameters, path };
			return {
				...node,
				parameters,
				webhookId: path,
				credentials: { httpBearerAuth: bearer },
			};
		}
		if (!node.credentials) return node;
		const { parameters } = node;
		const { toolLimits } = (parameters.options ?? {}) as IDataObject;
		const options = toolLimits ? { options: fewer(toolLimits as IDataObject) } : {};
		const own = { [CREDENTIAL]: credentials.default };
		return { ...node, parameters: { ...parameters, ...options }, credentials: own };
	});
	const workflow = await n8n.createWorkflow({ ...json, nodes });
	deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
	const url = `${server.webhookUrl}/mcp/${path}`;
	const client = await eventually(async () => await connect(url, token));
	return { ...context, url, token, client, workflow };
}

function fewer({ limits }: IDataObject): INodeParameters {
	const changed = { ...(limits as INodeParameters), callsPerHour: CALLS_PER_HOUR };
	return { pollInterval: 1, toolLimits: { limits: changed } };
}

async function connect(url: string, token: string): Promise<Client> {
	const client = new Client({ name: 'assistant', version: '1.0.0' });
	const requestInit = { headers: { authorization: `Bearer ${token}` } };
	await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
	return client;
}

/** @returns what a model gets to read. */
async function ask({ client }: Room, name: string, input: IDataObject): Promise<string> {
	const { content } = await client.callTool({ name, arguments: input });
	return (content as Array<{ text?: string }>).map(({ text }) => text ?? '').join('');
}

const place = async (room: Room, to: string, more: IDataObject = {}) =>
	await ask(room, 'Place_a_Call', {
		To_Number: to,
		Person_Name: 'Anna',
		Topic: 'your appointment',
		Date: 'Tuesday at ten',
		...more,
	});

const itemOf = (answer: string) => (JSON.parse(answer) as IDataObject[])[0];

/** The example of an MCP server, asked by a client of the official SDK. */
export default {
	async skip({ n8n }) {
		const trigger = await n8n.nodeType('@n8n/n8n-nodes-langchain.mcpTrigger');
		const versions = [trigger?.version ?? []].flat();
		return versions.includes(2) ? undefined : 'this n8n has no MCP Server Trigger 2';
	},
	setUp,
	checks: [
		check('a client needs the token, and is offered four tools', async (room) => {
			const { url, client, version } = room;
			await rejects(connect(url, 'wrong'));
			const { tools } = await client.listTools();
			deepEqual(tools.map(({ name }) => name).sort(), TOOLS);
			const isOld = version.startsWith('1.');
			if (!isOld) match(String(client.getInstructions()), /Never call again/);
			return isOld ? `n8n ${version} gives clients no instructions` : undefined;
		}),
		check('it calls whom the limits allow, and looks up what came of it', async (room) => {
			const { simulator } = room;
			const placed = itemOf(await place(room, '+1 212 555 0101'));
			equal(placed.outcome, 'answered');
			deepEqual([...simulator.dialled], [['+12125550101', 1]]);
			room.first = String(placed.id);
			const found = itemOf(await ask(room, 'Look_Up_a_Call', { Call_ID: room.first }));
			deepEqual([found.id, found.to_number], [room.first, '+12125550101']);
			const { transcript } = itemOf(
				await ask(room, 'Read_a_Transcript', { Call_ID: room.first }),
			);
			match(String(transcript), /Hello Anna/);
		}),
		check('it gets to read that a call goes on, and can end it', async (room) => {
			const { simulator } = room;
			simulator.callSeconds = 300;
			const began = Date.now();
			const placed = itemOf(await place(room, '+12125550102'));
			ok(Date.now() - began < 45_000, `It took ${Date.now() - began} ms`);
			simulator.callSeconds = 2;
			equal(placed.outcome, 'in_progress');
			match(String(placed.note), /Do not call again: ask for its outcome later, by its ID/);
			await ask(room, 'End_a_Call', { Call_ID: String(placed.id) });
			const call = simulator.environment('default').calls.get(String(placed.id));
			equal(call?.status, 'ended');
			return `answered after ${Math.round((Date.now() - began) / 1000)} s`;
		}),
		check('another country is refused, whatever else is asked for', async (room) => {
			const { simulator } = room;
			const before = [...simulator.dialled];
			const wide = { toolLimits: { limits: { allowed: '', callsPerHour: 999 } } };
			const attempts: Array<[string, IDataObject]> = [
				['+88213123456', {}],
				['0088213123456', {}],
				['+88213123456', { options: wide, ...wide }],
				['+12125550109, +88213123456', {}],
				['+1 876 555 0123', {}],
			];
			const answers: string[] = [];
			for (const [to, more] of attempts) answers.push(await place(room, to, more));
			for (const answer of answers) match(answer, /Nobody was called/);
			deepEqual([...simulator.dialled], before);
			return answers[0];
		}),
		check('after so many calls within an hour, nobody is called any more', async (room) => {
			const { simulator } = room;
			const answers: string[] = [];
			for (const to of ['+12125550103', '+12125550104', '+12125550105', '+12125550106']) {
				answers.push(await place(room, to));
			}
			equal(simulator.dialled.size, CALLS_PER_HOUR);
			for (const answer of answers.slice(-2)) {
				match(answer, /Nobody was called: AI tools may place 4 calls per hour here/);
			}
			// The calls that there are can still be asked for.
			match(await ask(room, 'Look_Up_a_Call', { Call_ID: String(room.first) }), /answered/);
		}),
	],
	tearDown: async ({ client, n8n, workflow }) => {
		await client.close();
		await n8n.unpublish(workflow);
	},
} satisfies Case<Room>;
