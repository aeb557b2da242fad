import { parseArgs } from 'node:util';

import { startSimulator } from '../../simulator';
import { Engine } from '../../engine';
import { playCampaign } from './callList';
import { runTrial, type Trial } from './trial';

const usage = `Places many calls on n8n's engine while requests fail at random, half of them by tools of AI agents
and MCP clients that ask again, and counts. Then it plays days of the example call-list.json, in a
process that is killed twice.

  --seconds N   no run starts after so long (default 60)
  --days N      of the call list, 0 to leave it out (default 3)
  --items N     calls of one run (default 200)
  --faults N    percent of the requests that fail (default 30)
  --seed N      of the first run, to repeat it (default: random)`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			seconds: { type: 'string', default: '60' },
			days: { type: 'string', default: '3' },
			items: { type: 'string', default: '200' },
			faults: { type: 'string', default: '30' },
			seed: { type: 'string', default: String(Date.now() % 1_000_000) },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return console.log(usage);
	const end = Date.now() + Number(values.seconds) * 1000;
	const engine = await Engine.load();
	const total = { runs: 0, asked: 0, placed: 0, errors: 0, duplicates: 0, unaccounted: 0 };

	for (let seed = Number(values.seed); Date.now() < end; seed++) {
		const truth = seed % 2 === 0 ? 'a' : 'b';
		const trial: Trial = {
			seed,
			faults: Number(values.faults) / 100,
			items: Number(values.items),
			operation: seed % 5 === 0 ? 'createAndWait' : 'create',
			retryOnFail: seed % 3 < 2,
			retryUnconfirmed: seed % 5 < 3,
			twice: seed % 7 < 2,
			by: seed % 4 < 2 ? 'workflow' : seed % 8 < 4 ? 'agent' : 'mcp',
		};
		const simulator = await startSimulator({ truth, callSeconds: 2 });
		const start = Date.now();
		const verdict = await runTrial(engine, simulator, trial);
		await simulator.close();

		const { unaccounted, ...counts } = verdict;
		for (const [name, count] of Object.entries(counts)) {
			total[name as keyof typeof counts] += count;
		}
		total.runs++;
		total.unaccounted += unaccounted.length;
		const kinds = [
			trial.by === 'workflow' ? 'workflow' : `tool of ${trial.by}`,
			trial.operation,
			trial.retryOnFail && 'Retry On Fail',
			trial.retryUnconfirmed && 'Retry Unconfirmed Calls',
			trial.twice && 'two executions with keys from data',
		].filter(Boolean);
		const seconds = ((Date.now() - start) / 1000).toFixed(0);
		console.log(`seed ${seed}, truth ${truth}, ${seconds} s: ${kinds.join(', ')}`);
		for (const complaint of unaccounted) console.log(`  ${complaint}`);
		if (verdict.duplicates > 0) console.log(`  ${verdict.duplicates} calls too many`);
	}
	console.log(`
calls asked          ${total.asked} in ${total.runs} runs, ${values.faults} percent of all requests failing
calls placed         ${total.placed}
items with an error  ${total.errors}
duplicates           ${total.duplicates}
unaccounted items    ${total.unaccounted}`);
	const complaints = await playDays(Number(values.days), {
		seed: Number(values.seed),
		faults: Number(values.faults) / 100,
	});
	process.exitCode = total.duplicates + total.unaccounted + complaints > 0 ? 1 : 0;
}

/** @returns how much is wrong with what came of it. */
async function playDays(days: number, random: { seed: number; faults: number }): Promise<number> {
	if (days === 0) return 0;
	const truth = random.seed % 2 === 0 ? 'a' : 'b';
	console.log(`\nseed ${random.seed}, truth ${truth}: ${days} days of the call list`);
	const { complaints, ...counts } = await playCampaign({ ...random, truth, days });
	for (const complaint of complaints) console.log(`  ${complaint}`);
	console.log(`
rounds               ${counts.rounds}, killed ${counts.kills} times
people               ${counts.people}
calls placed         ${counts.calls}
complaints           ${complaints.length}`);
	return complaints.length;
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
