import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { owner } from './api';
import { loadCases, type Case, type CaseContext } from './cases';
import { defaultCache } from './install';
import { launch, type Launched } from './launch';
import { defaultServices } from './services';

const usage = `Runs the packed package on a real n8n server, against the simulator

  --n8n VERSION   version of n8n (default: the newest that installs)
  --queue         n8n's queue mode: main, webhook process and 2 workers on Redis and PostgreSQL
  --redis URL     Redis of the queue (default: REDIS_URL, or ${defaultServices.redis})
  --database URL  PostgreSQL of the queue (default: DATABASE_URL, or ${defaultServices.database})
  --only CASE     one case, may be repeated
  --keep          n8n stays open after the cases, until Ctrl+C
  --cache FOLDER  where n8n is installed (default: ${defaultCache})`;

/** One line of the table at the end. */
interface Row {
	caseName: string;
	what: string;
	seconds: number;
	outcome: string;
	miss: boolean;
}

const log = (line: string) => console.log(line);

async function runCase({ name, run }: Case, launched: Launched): Promise<Row[]> {
	const rows: Row[] = [];
	const check: CaseContext['check'] = async (what, task) => {
		const start = Date.now();
		const row: Row = { caseName: name, what, seconds: 0, outcome: '', miss: false };
		try {
			row.outcome = (await task()) ?? '';
		} catch (error) {
			row.outcome = error instanceof Error ? error.message : String(error);
			row.miss = true;
		}
		row.seconds = (Date.now() - start) / 1000;
		rows.push(row);
		log(`${row.miss ? 'MISS' : 'ok  '} ${name}: ${what}${row.outcome && ` (${row.outcome})`}`);
	};
	launched.simulator.reset();
	await run({ ...launched, check }).catch(async (error: Error) => {
		await check('runs to its end', async () => await Promise.reject(error));
	});
	return rows;
}

function table(rows: Row[]): string {
	const shorten = (text: string) => {
		const [line] = text.split('\n');
		return line.length > 90 ? `${line.slice(0, 87)}...` : line;
	};
	const cells = rows.map(({ caseName, what, seconds, outcome, miss }) => [
		miss ? 'MISS' : 'ok',
		caseName,
		shorten(what),
		`${seconds.toFixed(1)} s`,
		shorten(outcome),
	]);
	const width = (column: number) => Math.max(...cells.map((row) => row[column].length));
	return cells
		.map((row) =>
			row
				.map((cell, column) => cell.padEnd(width(column)))
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}

/** @returns whether all checks passed. */
function report(title: string, rows: Row[]): boolean {
	const misses = rows.filter(({ miss }) => miss);
	log(`\n${title}\n\n${table(rows)}\n`);
	log(`${rows.length - misses.length} of ${rows.length} checks passed`);
	for (const { caseName, what, outcome } of misses)
		log(`\nMISS ${caseName}: ${what}\n${outcome}`);
	return misses.length === 0;
}

async function chooseCases(only: string[] | undefined, queue: boolean): Promise<Case[]> {
	const cases = await loadCases();
	const unknown = only?.find((wanted) => !cases.some(({ name }) => name === wanted));
	if (unknown) {
		const names = cases.map(({ name }) => name).join(', ');
		throw new Error(`There is no case '${unknown}'. Cases: ${names}`);
	}
	return cases.filter(
		({ name, queueOnly }) => (only?.includes(name) ?? true) && (queue || !queueOnly),
	);
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			n8n: { type: 'string' },
			queue: { type: 'boolean', default: false },
			redis: { type: 'string', default: defaultServices.redis },
			database: { type: 'string', default: defaultServices.database },
			only: { type: 'string', multiple: true },
			keep: { type: 'boolean', default: false },
			cache: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return log(usage);
	const { n8n, cache, only, keep, redis, database } = values;
	const cases = await chooseCases(only, values.queue);
	const options = {
		n8n,
		cache,
		queue: values.queue ? { redis, database } : undefined,
		simulator: { callSeconds: 2 },
		packages: [join(__dirname, 'probe')],
		log,
	};
	let passed = false;
	await launch(options, async (launched, interrupted) => {
		const rows: Row[] = [];
		for (const one of cases) rows.push(...(await runCase(one, launched)));
		const mode = values.queue ? 'queue mode: 2 workers and a webhook process' : 'one process';
		passed = report(`n8n ${launched.installation.version}, ${mode}`, rows);
		if (!keep) return;
		log(`\n${launched.server.url} stays open for ${owner.email} with ${owner.password}`);
		await once(interrupted, 'abort');
	});
	process.exitCode = passed ? 0 : 1;
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
