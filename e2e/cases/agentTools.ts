import { deepEqual, equal, match } from 'node:assert/strict';
import type { INode, INodeParameters } from 'n8n-workflow';

import { chain, errorOf, manualTrigger, node, type Execution } from '../api';
import { check, type Case, type Check } from '../case';
import { ScriptedModel, type ModelAnswer, type ModelTurn } from '../scriptedModel';
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

interface Asked {
	execution: Execution;
	/** What the model was told by the tool, in the order of its calls. */
	outputs: string[];
}

/** Runs an AI agent whose model follows a script. */
async function ask(
	{ n8n }: ToolRoom,
	typeVersion: number,
	tool: INode,
	script: (turn: ModelTurn) => ModelAnswer,
): Promise<Asked> {
	const model = await ScriptedModel.start(script);
	try {
		const openAi = await n8n.createCredential('OpenAI', model.credential, 'openAiApi');
		const agent = node(
			'AI Agent',
			'@n8n/n8n-nodes-langchain.agent',
			{ promptType: 'define', text: 'Call them.' },
			{ typeVersion },
		);
		const chat = node(
			'Model',
			'@n8n/n8n-nodes-langchain.lmChatOpenAi',
			{ model: { __rl: true, mode: 'id', value: 'gpt-5-mini' } },
			// Agents before v3 do not take the Responses API of later versions.
			{ typeVersion: typeVersion < 3 ? 1.2 : 1.3, credentials: { openAiApi: openAi } },
		);
		const workflow = withParts(chain(manualTrigger, agent), agent.name, [
			[chat, 'ai_languageModel'],
			[tool, 'ai_tool'],
		]);
		const execution = await n8n.run(workflow);
		return { execution, outputs: model.turns.at(-1)?.outputs ?? [] };
	} finally {
		await model.close();
	}
}

/** A model that wants these calls, one after the other, and then is done. */
const wanting =
	(...inputs: object[]) =>
	({ outputs }: ModelTurn): ModelAnswer =>
		outputs.length < inputs.length
			? { tool: CALL_TOOL, input: inputs[outputs.length] }
			: { text: 'Done.' };

/** A check of a version of the agent, where this n8n has it. */
const ofAgent = (typeVersion: number, what: string, run: Check<ToolRoom>['run']): Check<ToolRoom> =>
	check(`agent ${typeVersion}${what}`, async (room) => {
		if (typeVersion >= 3 && room.version.startsWith('1.')) {
			return `n8n ${room.version} has no such agent`;
		}
		return await run(room);
	});

const placesOnce = (
	typeVersion: number,
	operation: 'create' | 'createAndWait',
	expected: RegExp,
): Check<ToolRoom> =>
	ofAgent(typeVersion, `, ${operation}: all tries of the tool place one call`, async (room) => {
		const { simulator, version } = room;
		if (version.startsWith('1.')) return `n8n ${version} tries a tool once`;
		const to = room.nextNumber();
		loseAnswer(room, ONE_SEARCH);
		const options: INodeParameters = { timeout: 500, pollInterval: 1 };
		const tool = callTool(room, operation, options, threeTries);
		const { execution, outputs } = await ask(room, typeVersion, tool, wanting({ to }));
		simulator.faults.clear();
		equal(execution.status, 'success', errorOf(execution));
		match(outputs[0], expected);
		equal(simulator.dialled.get(to), 1);
		return undefined;
	});

const isRepeat = (typeVersion: number): Check<ToolRoom> =>
	ofAgent(typeVersion, `: a model that asks again gets the earlier call`, async (room) => {
		const { simulator } = room;
		const [to, other] = [room.nextNumber(), room.nextNumber()];
		const script = wanting({ to }, { to }, { to: other });
		const { execution, outputs } = await ask(
			room,
			typeVersion,
			callTool(room, 'create'),
			script,
		);
		equal(execution.status, 'success', errorOf(execution));
		const marked = outputs.map((output) => output.includes('"duplicate":true'));
		deepEqual(marked, [false, true, false], outputs.join('\n'));
		match(outputs[1], /this person was not called again/);
		deepEqual([simulator.dialled.get(to), simulator.dialled.get(other)], [1, 1]);
	});

/** @param onError before v3, an agent gives its model nothing at all to read when a tool fails. */
const tellsDoubt = (typeVersion: number, onError?: INode['onError']): Check<ToolRoom> =>
	ofAgent(typeVersion, `: the model learns that somebody may have been called`, async (room) => {
		const { simulator } = room;
		const to = room.nextNumber();
		loseAnswer(room, Infinity);
		const tool = callTool(room, 'create', { timeout: 500 }, onError && { onError });
		const { outputs } = await ask(room, typeVersion, tool, wanting({ to }, { to }));
		simulator.faults.clear();
		equal(outputs.length, 2);
		for (const output of outputs) match(output, /may have been called/);
		equal(simulator.dialled.get(to), 1);
	});

/** What the agent has said may be the words of its model. */
const readsNoAgent = (typeVersion: number): Check<ToolRoom> =>
	ofAgent(typeVersion, `: limits do not read what the agent says`, async (room) => {
		const to = room.nextNumber();
		const allowed = "={{ true ? 'US' : $('AI Agent').first().json.output }}";
		const tool = callTool(
			room,
			'create',
			{ toolLimits: { limits: { allowed, callsPerHour: 100 } } },
			{ onError: 'continueRegularOutput' },
		);
		const { outputs } = await ask(room, typeVersion, tool, wanting({ to }));
		match(outputs[0], /'Tool Limits' is not for a language model to choose/);
		equal(room.simulator.dialled.get(to), undefined);
	});

/** v3 hands its model the message alone, and stops only where the tool is set so. */
const goesOn = (onError?: INode['onError']): Check<ToolRoom> =>
	ofAgent(
		3.1,
		`, On Error ${onError ?? 'not set'}: what follows an error of the tool`,
		async (room) => {
			const tool = callTool(
				room,
				'create',
				{ toolLimits: { limits: { allowed: 'US', callsPerHour: 100 } } },
				onError && { onError },
			);
			const { execution, outputs } = await ask(
				room,
				3.1,
				tool,
				wanting({ to: '+88213123456' }),
			);
			deepEqual([...room.simulator.dialled.keys()].includes('+88213123456'), false);
			const stops = onError === 'stopWorkflow';
			equal(execution.status, stops ? 'error' : 'success');
			equal(outputs.length, stops ? 0 : 1);
			if (stops) match(errorOf(execution), /Nobody was called: \+88213123456 is none of/);
			else match(outputs[0], /Nobody was called: \+88213123456 is none of/);
		},
	);

/** The node as a tool of AI agents: v3 hands its requests to n8n's engine, v2 runs its tools itself. */
export default {
	setUp: async (context) => await Promise.resolve(toolRoom(context)),
	checks: [
		...[2, 3.1].flatMap((typeVersion) => [
			placesOnce(typeVersion, 'create', /"to_number":"\+1212555/),
			placesOnce(typeVersion, 'createAndWait', /"outcome":"/),
			isRepeat(typeVersion),
			tellsDoubt(typeVersion, typeVersion < 3 ? 'continueRegularOutput' : undefined),
			readsNoAgent(typeVersion),
		]),
		goesOn(),
		goesOn('continueRegularOutput'),
		goesOn('stopWorkflow'),
	],
} satisfies Case<ToolRoom>;
