import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { owner } from './api';
import { loadCases, type NamedCase } from './case';
import { defaultCache } from './install';
import { launch } from './launch';
import { runCases, type Row } from './run';
import { defaultServices } from './services';

const usage = `Runs the packed package on a real n8n server, against the simulator

  --n8n VERSION   version of n8n, or newest (default: the one whose engine the tests run on)
  --queue         n8n's queue mode: main, webhook process and 2 workers on Redis and PostgreSQL
  --redis URL     Redis of the queue (default: REDIS_URL, or ${defaultServices.redis})
  --database URL  PostgreSQL of the queue (default: DATABASE_URL, or ${defaultServices.database})
  --url URL       an n8n on this computer that is running with the package in it; cases that end n8n are skipped
  --email EMAIL   of its owner (default: ${owner.email}); a fresh n8n gets this owner
  --password TEXT of its owner (default: ${owner.password})
  --only CASE     one case, may be repeated
  --pictures DIR  the case 'editor' takes the pictures of the documents
  --keep          n8n stays open after the cases, until Ctrl+C
  --cache FOLDER  where n8n is installed (default: ${defaultCache})`;

const log = (line: string) => console.log(line);

function table(rows: Row[]): string {
	const shorten = (text: string) => {
		const [line] = text.split('\n');
		return line.length > 90 ? `${line.slice(0, 87)}...` : line;
	};
	const cells = rows.map(({ caseName, what, seconds, outcome, result }) => [
		result,
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
	const [made, skipped] = [rows.filter(isMade), rows.filter((row) => !isMade(row))];
	const misses = rows.filter(({ result }) => result === 'MISS');
	log(`\n${title}\n\n${table(rows)}\n`);
	log(`${made.length - misses.length} of ${made.length} checks passed`);
	for (const { caseName, what } of skipped) log(`Skipped: ${caseName}, ${what}`);
	for (const { caseName, what, outcome } of misses) {
		log(`\nMISS ${caseName}: ${what}\n${outcome}`);
	}
	return misses.length === 0;
}

function isMade({ result }: Row): boolean {
	return result !== 'skip';
}

async function chooseCases(only: string[] | undefined): Promise<NamedCase[]> {
	const cases = await loadCases();
	const unknown = only?.find((wanted) => !cases.some(({ name }) => name === wanted));
	if (unknown) {
		const names = cases.map(({ name }) => name).join(', ');
		throw new Error(`There is no case '${unknown}'. Cases: ${names}`);
	}
	return cases.filter(({ name }) => only?.includes(name) ?? true);
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			n8n: { type: 'string' },
			queue: { type: 'boolean', default: false },
			redis: { type: 'string', default: defaultServices.redis },
			database: { type: 'string', default: defaultServices.database },
			url: { type: 'string' },
			email: { type: 'string', default: owner.email },
			password: { type: 'string', default: owner.password },
			only: { type: 'string', multiple: true },
			pictures: { type: 'string' },
			keep: { type: 'boolean', default: false },
			cache: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return log(usage);
	const { n8n, cache, only, keep, pictures, redis, database, url, email, password } = values;
	const cases = await chooseCases(only);
	const options = {
		n8n,
		cache,
		queue: values.queue ? { redis, database } : undefined,
		running: url === undefined ? undefined : { url, owner: { ...owner, email, password } },
		packages: [join(__dirname, 'probe')],
		log,
	};
	let passed = false;
	await launch(options, async (launched, interrupted) => {
		const start = Date.now();
		const rows = await runCases(cases, launched, log, pictures);
		const minutes = ((Date.now() - start) / 60_000).toFixed(1);
		const ours = values.queue ? 'queue mode: 2 workers and a webhook process' : 'one process';
		const mode = launched.isOurs ? ours : `at ${launched.server.url}`;
		passed = report(`n8n ${launched.version}, ${mode}, ${minutes} minutes`, rows);
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
