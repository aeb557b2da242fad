import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

import { readmeTableOf, tableOf, type Judged } from './table';

const root = resolve(__dirname, '..');

/**
 * Writes the tables of a run into docs/benchmarks.md and README.md, between the comments that mark their place.
 *
 * @param about date, version and computer of the run, for people to read in docs/benchmarks.md.
 */
export async function writeTables(rows: Judged[], about: string): Promise<void> {
	await replaceIn('docs/benchmarks.md', `${about}\n\n${tableOf(rows)}`);
	await replaceIn('README.md', readmeTableOf(rows));
}

async function replaceIn(file: string, text: string): Promise<void> {
	const path = resolve(root, file);
	const before = await readFile(path, 'utf8');
	const [start, end] = ['<!-- measured -->', '<!-- /measured -->'];
	const from = before.indexOf(start) + start.length;
	const to = before.indexOf(end);
	if (to < from) throw new Error(`${file} has no place for the table`);
	const after = `${before.slice(0, from)}\n\n${text}\n\n${before.slice(to)}`;
	const options = { ...(await resolveConfig(path)), filepath: path };
	await writeFile(path, await format(after, options));
}
