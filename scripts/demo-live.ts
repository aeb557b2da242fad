import { Engine, type WorkflowJson } from '../engine';

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';

import {
	shortTranscript,
	startSimulator,
	type LiveRequest,
	type Simulator,
	type StoredCall,
} from '../simulator';
import { TriggerServer, type SavedWorkflow } from '../engine/triggerServer';

/**
 * `npm run demo:live`: publishes examples/book-appointment-during-call.json and lets the simulator call
 * somebody. In the call the agent asks the workflow twice and says what it answers. Exit code 0 only if
 * both answers were said.
 */
const root = resolve(__dirname, '..');
const file = 'examples/book-appointment-during-call.json';

const day = { date: '2026-03-10', name: 'Anna Berg' };

/** What both say; {free_time} is what the agent has learned from the first answer. */
const script = {
	seconds: 44,
	turns: [
		{ at: 1, speaker: 'BOT', text: 'Hello Anna, this is the practice. What can I do for you?' },
		{ at: 6, speaker: 'HUMAN', text: 'I need an appointment, on March 10th at ten.' },
		{ at: 19, speaker: 'HUMAN', text: 'Then {free_time|later}, please. My name is Anna Berg.' },
		{ at: 33, speaker: 'HUMAN', text: 'Perfect, thank you.' },
		{ at: 37, speaker: 'BOT', text: 'See you on March 10th, goodbye.' },
	],
	asks: [
		{ at: 11, parameters: { ...day, time: '10:00' } },
		{ at: 25, parameters: { ...day, time: '{free_time|}' } },
	],
} satisfies ReturnType<NonNullable<Simulator['scriptOf']>>;

async function main(): Promise<void> {
	console.log('Fluents.ai in n8n: an agent asks a workflow during a call. Nobody is called.\n');
	// With this switch the agent says before it asks what the trigger tells it, word for word.
	const simulator = await startSimulator({ callSeconds: 6, switches: { speakOn: 'text' } });
	try {
		const server = await TriggerServer.start(await Engine.load(), {
			credentials: {
				fluentsAiApi: {
					environment: 'default',
					apiKey: simulator.keys.default,
					baseUrl: simulator.url,
				},
			},
		});
		try {
			await play(simulator, server);
		} finally {
			await server.close();
		}
	} finally {
		await simulator.close();
	}
}

async function play(simulator: Simulator, server: TriggerServer): Promise<void> {
	const workflow = read();
	await server.activate(workflow);
	const [{ parameters }] = workflow.nodes.filter(isTrigger);
	console.log(`  workflow   ${file}, published`);
	console.log(
		`  action     ${String(parameters.actionName)}, made in the simulated Fluents.ai\n`,
	);

	simulator.scriptOf = () => script;
	const [agent] = parameters.agents as string[];
	const body = { from_number: '+14155550100', to_number: '+12125550107', agent };
	const headers = {
		authorization: `Bearer ${simulator.keys.default}`,
		'content-type': 'application/json',
	};
	const url = `${simulator.url}/calls/create`;
	const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
	const { id } = (await answer.json()) as { id: string };
	const said = await showCall(simulator, id);

	await server.deactivate(workflow.id);
	console.log('\n  The workflow was unpublished: the agent has the actions that it had before.');
	const messages = simulator.liveRequests.map(messageOf);
	if (messages.length !== 2 || messages.some((message) => !said.includes(message))) {
		throw new Error('The agent did not say what the workflow has answered');
	}
}

function isTrigger({ type }: WorkflowJson['nodes'][number]): boolean {
	return type.endsWith('.fluentsAiLiveTrigger');
}

/** The example, under an address of this computer, and with its pinned data for the calendar. */
function read(): SavedWorkflow {
	const json = JSON.parse(readFileSync(join(root, file), 'utf8')) as WorkflowJson;
	for (const { parameters } of json.nodes.filter(isTrigger)) {
		parameters.options = {
			...(parameters.options as IDataObject),
			allowUnreachableUrl: true,
		} as typeof parameters;
	}
	return { ...json, id: 'demo', name: 'Book an appointment' };
}

/** Prints what is said and asked in a call, until it has ended. @returns what was said. */
async function showCall(simulator: Simulator, id: string): Promise<string> {
	let shown = 0;
	let requests = 0;
	for (;;) {
		const { status, transcript } = simulator.environment('default').calls.get(id) as StoredCall;
		const lines = typeof transcript === 'string' ? shortTranscript(transcript).split('\n') : [];
		for (const line of lines.slice(shown)) {
			const request = simulator.liveRequests[requests];
			if (request && line.includes(messageOf(request))) {
				console.log(describe(request));
				requests += 1;
			}
			console.log(`  ${line.replace('BOT:', 'Agent: ').replace('HUMAN:', 'Caller:')}`);
		}
		shown = lines.length;
		if (status === 'ended') return lines.join('\n');
		await wait(50);
	}
}

function messageOf({ answer }: LiveRequest): string {
	return String((answer as IDataObject | undefined)?.agent_message);
}

function describe({ body = '', answer, milliseconds }: LiveRequest): string {
	const { payload } = JSON.parse(body) as IDataObject;
	const { result } = answer as IDataObject;
	return [
		`            asks the workflow  ${JSON.stringify(payload)}`,
		`            ${`${milliseconds} ms later`.padEnd(17)}  ${JSON.stringify(result)}`,
	].join('\n');
}

main().catch((error: unknown) => {
	console.error(`\n${(error as Error).message}`);
	process.exitCode = 1;
});
