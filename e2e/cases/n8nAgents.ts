import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { INode } from 'n8n-workflow';

import { FLUENTS_AI } from '../api';
import { check, type Case } from '../case';
import { ScriptedModel } from '../scriptedModel';
import { CALL_TOOL, callTool, loseAnswer, toolRoom, type ToolRoom } from '../tools';

/** Makes an agent that has one tool. @returns its path in n8n's REST API. */
async function createAgent({ n8n }: ToolRoom, tool: INode, openAi: string): Promise<string> {
	const project = (await n8n.call('GET', '/projects/personal')) as { id: string };
	const agents = `/projects/${project.id}/agents/v2`;
	const { id } = (await n8n.call('POST', agents, { name: 'Caller' })) as { id: string };
	const path = `${agents}/${id}`;
	const { configHash } = (await n8n.call('GET', `${path}/config`)) as { configHash: string };
	const { name, typeVersion, parameters, credentials } = tool;
	const node = {
		nodeType: FLUENTS_AI,
		nodeTypeVersion: typeVersion,
		nodeParameters: parameters,
		credentials,
	};
	const config = {
		name: 'Caller',
		model: 'openai/gpt-5-mini',
		credential: openAi,
		instructions: 'Call them.',
		tools: [{ type: 'node', name, description: 'Calls a person by phone.', node }],
	};
	await n8n.call('PUT', `${path}/config`, { config, baseConfigHash: configHash });
	return path;
}

/**
 * Lets an agent call people.
 *
 * @returns what its model was told by the tool, in the order of its calls.
 */
async function ask(room: ToolRoom, tool: INode, numbers: string[]): Promise<string[]> {
	const { n8n } = room;
	const model = await ScriptedModel.start(({ outputs }) =>
		outputs.length < numbers.length
			? { tool: CALL_TOOL, input: { to: numbers[outputs.length] } }
			: { text: 'Done.' },
	);
	try {
		const openAi = await n8n.createCredential('OpenAI', model.credential, 'openAiApi');
		const path = await createAgent(room, tool, openAi.id);
		const said = await n8n.text('POST', `${path}/chat`, { message: 'Call them.' });
		const { outputs = [] } = model.turns.at(-1) ?? {};
		ok(outputs.length === numbers.length, `The agent said: ${said}`);
		return outputs;
	} finally {
		await model.close();
	}
}

/** The node as a tool of n8n's Agents, which run each request by a node and a workflow of its own. */
export default {
	async skip({ n8n }) {
		const { id } = (await n8n.call('GET', '/projects/personal')) as { id: string };
		return await n8n.call('GET', `/projects/${id}/agents/v2`).then(
			() => undefined,
			() => 'this n8n has no Agents',
		);
	},
	setUp: async (context) => await Promise.resolve(toolRoom(context)),
	checks: [
		check('a model that asks again gets the earlier call', async (room) => {
			const [to, other] = [room.nextNumber(), room.nextNumber()];
			const outputs = await ask(room, callTool(room, 'create'), [to, to, other]);
			const marked = outputs.map((output) => output.includes('was not called again'));
			deepEqual(marked, [false, true, false], outputs.join('\n'));
			const { dialled } = room.simulator;
			deepEqual([dialled.get(to), dialled.get(other)], [1, 1]);
		}),
		check('Create and Wait gives the outcome', async (room) => {
			const to = room.nextNumber();
			const tool = callTool(room, 'createAndWait', { pollInterval: 1 });
			const [output] = await ask(room, tool, [to]);
			match(output, /"outcome":"/);
			equal(room.simulator.dialled.get(to), 1);
		}),
		check('a call whose answer was lost is found, and not placed again', async (room) => {
			const to = room.nextNumber();
			loseAnswer(room, 0);
			const tool = callTool(room, 'create', { timeout: 500 });
			const outputs = await ask(room, tool, [to, to]);
			room.simulator.faults.clear();
			match(outputs[0], new RegExp(`\\${to}`));
			equal(room.simulator.dialled.get(to), 1);
		}),
	],
} satisfies Case<ToolRoom>;
