import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { defaultCache } from '../e2e/install';
import { launch } from '../e2e/launch';
import { loadCases, type Bench } from './cases';
import { writeTables } from './documents';
import { cellsOf, judge, tableOf, type Judged } from './table';

const usage = `Measures the packed package beside n8n's own nodes on a real n8n server

  --pairs N       how often each side is measured (default 3)
  --quick         a rough look at every row: each side once, and fewer events
  --write         writes the tables of docs/benchmarks.md and README.md; for complete runs
  --case NAME     one case, may be repeated
  --output FILE   where the measured values go (default benchmark.json)
  --n8n VERSION   version of n8n, or newest (default: the one whose engine the tests run on)
  --cache FOLDER  where n8n is installed (default: ${defaultCache})`;

/** Nodes that do as little as a node of their kind can, to compare with. */
const probe = join(__dirname, '../e2e/probe');

const log = (line: string) => console.log(line);

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			pairs: { type: 'string' },
			quick: { type: 'boolean', default: false },
			write: { type: 'boolean', default: false },
			case: { type: 'string', multiple: true },
			output: { type: 'string', default: 'benchmark.json' },
			n8n: { type: 'string' },
			cache: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return log(usage);
	const { n8n, cache, output, quick, write } = values;
	if (write && (quick || values.case)) throw new Error('--write is for complete runs');
	const cases = (await loadCases()).filter(({ name }) => values.case?.includes(name) ?? true);
	if (cases.length === 0) throw new Error(`There is no case '${String(values.case)}'`);

	const rows: Judged[] = [];
	let version = '';
	for (const { name, run } of cases) {
		const bench: Bench = {
			pairs: Number(values.pairs ?? (quick ? 1 : 3)),
			isQuick: quick,
			log: (text) => log(`${name}: ${text}`),
			async onServer(env, task) {
				await launch({ n8n, cache, env, log, packages: [probe] }, async (launched) => {
					({ version } = launched);
					await task({ ...launched, ...(await launched.openAccount()) });
				});
			},
			report(row) {
				const judged = judge(name, row);
				rows.push(judged);
				bench.log(cellsOf(judged).filter(Boolean).join(' | '));
			},
		};
		await run(bench);
	}

	const machine = {
		date: new Date().toISOString(),
		n8n: version,
		node: process.version,
		cpu: `${cpus().length} x ${cpus()[0].model.trim()}`,
		memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
	};
	await writeFile(output, `${JSON.stringify({ ...machine, rows }, undefined, '\t')}\n`);
	const about = Object.entries(machine)
		.map(([key, value]) => `${key}: ${value}`)
		.join(', ');
	log(`\n${about}\n\n${tableOf(rows)}\n\nAll values are in ${output}`);
	if (write) await writeTables(rows, about);
	process.exitCode = rows.some(({ reached }) => reached === false) ? 1 : 0;
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
