import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

import { defaultCache } from '../e2e/install';
import { launch } from '../e2e/launch';
import { loadCases, type Bench, type Row } from './cases';
import { describe, median } from './series';

const usage = `Measures the packed package beside n8n's own nodes on a real n8n server

  --pairs N       how often each side is measured (default 5)
  --case NAME     one case, may be repeated
  --output FILE   where the measured values go (default benchmark.json)
  --n8n VERSION   version of n8n, or newest (default: the one whose engine the tests run on)
  --cache FOLDER  where n8n is installed (default: ${defaultCache})`;

const log = (line: string) => console.log(line);

/** A row with its figure and the verdict over it. */
interface Judged extends Row {
	caseName: string;
	figure: number;
	reached?: boolean;
}

function judge(caseName: string, row: Row): Judged {
	const ours = median(row.ours.values);
	const figure = row.figure ?? (row.against ? ours / median(row.against.series.values) : ours);
	const { most, least } = row;
	const reached =
		most === undefined && least === undefined
			? undefined
			: figure <= (most ?? Infinity) && figure >= (least ?? -Infinity);
	return { ...row, caseName, figure, reached };
}

function line({ what, ours, against, figure, most, least, reached, note }: Judged): string[] {
	const target =
		most !== undefined ? `at most ${most}` : least !== undefined ? `at least ${least}` : '';
	return [
		what,
		describe(ours),
		against ? `${against.name}: ${describe(against.series)}` : '',
		figure.toLocaleString('en', { maximumSignificantDigits: 3 }),
		target,
		reached === undefined ? '' : reached ? 'reached' : 'NOT REACHED',
		note ?? '',
	];
}

const HEADER = ['Case', 'This package', 'Instead', 'Figure', 'Target', '', ''];

function table(rows: Judged[]): string {
	const cells = [HEADER, HEADER.map(() => ''), ...rows.map(line)];
	const widths = HEADER.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
	cells[1] = widths.map((width) => '-'.repeat(width));
	return cells
		.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`)
		.join('\n');
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			pairs: { type: 'string', default: '5' },
			case: { type: 'string', multiple: true },
			output: { type: 'string', default: 'benchmark.json' },
			n8n: { type: 'string' },
			cache: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return log(usage);
	const { n8n, cache, output } = values;
	const cases = (await loadCases()).filter(({ name }) => values.case?.includes(name) ?? true);
	if (cases.length === 0) throw new Error(`There is no case '${String(values.case)}'`);

	const rows: Judged[] = [];
	let version = '';
	for (const { name, run } of cases) {
		const bench: Bench = {
			pairs: Number(values.pairs),
			log: (text) => log(`${name}: ${text}`),
			async onServer(env, task) {
				await launch({ n8n, cache, env, log }, async (launched) => {
					({ version } = launched.installation);
					await task({ ...launched, ...(await launched.openAccount()) });
				});
			},
			report(row) {
				const judged = judge(name, row);
				rows.push(judged);
				bench.log(line(judged).filter(Boolean).join(' | '));
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
	log(
		`\n${Object.entries(machine)
			.map(([key, value]) => `${key}: ${value}`)
			.join(', ')}`,
	);
	log(`\n${table(rows)}\n\nAll values are in ${output}`);
	process.exitCode = rows.some(({ reached }) => reached === false) ? 1 : 0;
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
