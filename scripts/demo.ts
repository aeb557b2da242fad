import { Engine, outputOf, type RunOptions, type WorkflowJson } from '../engine';

import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { IDataObject, ITaskData } from 'n8n-workflow';

import { scripts, startSimulator, type Simulator } from '../simulator';

/**
 * `npm run demo`: runs examples/call-people-and-wait.json on n8n's engine, with the built package,
 * against the simulator. Exit code 0 only if every call ended as its script says.
 */
const root = resolve(__dirname, '..');

/** The scripts of the simulator that give these outcomes. */
const OUTCOMES: Record<string, string> = {
	answered: 'answered',
	no_answer: 'unanswered',
	voicemail: 'voicemail',
};

async function main(): Promise<void> {
	const file = 'examples/call-people-and-wait.json';
	const workflow = JSON.parse(readFileSync(join(root, file), 'utf8')) as WorkflowJson;

	console.log('Fluents.ai in n8n: a demo without an account. Nobody is called.\n');
	const simulator = await startSimulator({ callSeconds: 4 });
	try {
		console.log(`  simulator of the Fluents.ai API  ${simulator.url}`);
		console.log(`  workflow                         ${file}`);
		const engine = await Engine.load();
		console.log('  n8n engine                       loaded, with the built package\n');
		const credentials = {
			fluentsAiApi: {
				environment: 'default',
				apiKey: simulator.keys.default,
				baseUrl: simulator.url,
			},
		};
		console.log('  First a dry run, as the workflow comes:\n');
		await rehearse(engine, workflow, { credentials });
		console.log("  Now with 'Calls' set to Place:\n");
		await placeCalls(engine, simulator, placing(workflow), { credentials });
	} finally {
		await simulator.close();
	}
}

/** Tells what would become of each person. */
async function rehearse(
	engine: Engine,
	workflow: WorkflowJson,
	options: RunOptions,
): Promise<void> {
	const run = await engine.run(workflow, options);
	const { error } = run.data.resultData;
	if (error) throw error;
	for (const { json } of outputOf(run, 'Call and Wait')) {
		const { to_number: to, would_call: would, agent_name: agent, time_zone: zone } = json;
		const verdict = would === true ? 'would be called' : String(would);
		console.log(`      ${String(to)}  ${verdict}, by '${String(agent)}' (${String(zone)})`);
	}
	console.log('');
}

/** The workflow with Place instead of Dry Run. */
function placing(workflow: WorkflowJson): WorkflowJson {
	const nodes = workflow.nodes.map((node) =>
		node.parameters.calls === 'dryRun'
			? { ...node, parameters: { ...node.parameters, calls: 'place' } }
			: node,
	);
	return { ...workflow, nodes };
}

async function placeCalls(
	engine: Engine,
	simulator: Simulator,
	workflow: WorkflowJson,
	options: RunOptions,
): Promise<void> {
	const stopProgress = showCalls(simulator);
	const run = await engine.run(workflow, {
		...options,
		onNode: (name, result) => console.log(`  ${describeNode(name, result)}`),
	});
	stopProgress();
	const { error } = run.data.resultData;
	if (error) throw error;

	const calls = outputOf(run, 'Get Transcripts').map(({ json }) => json);
	console.log(`\n${table(calls)}\n`);

	const [recording] = outputOf(run, 'Get Recording');
	const path = join(root, 'recordings', String(recording.json.file_name));
	mkdirSync(join(root, 'recordings'), { recursive: true });
	await pipeline(await engine.readBinary(recording), createWriteStream(path));
	console.log(`Recording: ${relative(process.cwd(), path)}`);

	const people = workflow.pinData?.['People to Call'].length;
	const unexpected = calls.filter((call) => !endedAsScripted(call));
	if (calls.length !== people || unexpected.length > 0) {
		throw new Error(`${unexpected.length} of ${people} calls did not end as scripted`);
	}
}

function describeNode(name: string, { data, executionTime, error }: ITaskData): string {
	const count = data?.main[0]?.length ?? 0;
	const result = error ? error.message : `${count} item${count === 1 ? '' : 's'}`;
	return `${error ? '✗' : '✓'} ${name.padEnd(32)} ${result} (${executionTime} ms)`;
}

/** Prints a line whenever a call reaches a new status, as the simulator sees it. */
function showCalls(simulator: Simulator): () => void {
	const shown = new Map<string, unknown>();
	const look = () => {
		for (const [id, call] of simulator.environment('default').calls) {
			const isNew =
				simulator.dialled.has(String(call.to_number)) && shown.get(id) !== call.status;
			if (isNew) console.log(`      ${String(call.to_number)}  ${String(call.status)}`);
			shown.set(id, call.status);
		}
	};
	look();
	const timer = setInterval(look, 100);
	return () => {
		clearInterval(timer);
		look();
	};
}

function table(calls: IDataObject[]): string {
	const rows = calls.map((call) => [
		String(call.to_number),
		String(call.outcome),
		`${String(call.duration_seconds)} s`,
		firstWords(call.transcript),
	]);
	const all = [['To', 'Outcome', 'Duration', 'First words'], ...rows];
	const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
	const lines = all.map((row) =>
		row
			.map((cell, i) => cell.padEnd(widths[i]))
			.join('  ')
			.trimEnd(),
	);
	return [lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join(
		'\n',
	);
}

function firstWords(transcript: unknown): string {
	const [line = ''] = String(transcript ?? '').split('\n');
	const words = line.replace(/^\[[^\]]*\]\s*\w+:\s*/, '');
	return words.length > 50 ? `${words.slice(0, 49)}…` : words || '(nothing was said)';
}

/** The simulator chooses how a call goes by the last two digits of the number called. */
function endedAsScripted({ to_number: to, outcome }: IDataObject): boolean {
	const script = scripts.find(({ ending }) => String(to).endsWith(ending));
	return script?.name === OUTCOMES[String(outcome)];
}

main().catch((error: unknown) => {
	console.error(`\n${(error as Error).message}`);
	process.exitCode = 1;
});
