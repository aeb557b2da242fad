import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/**
 * A comment that rests on a fact about the API names its source as `(API: ...)`: an operationId of the
 * description, or the first column of a row in docs/either-truth.md.
 */

const root = resolve(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const sources = ['nodes', 'credentials', 'simulator', 'engine']
	.flatMap((folder) =>
		readdirSync(join(root, folder), { encoding: 'utf8', recursive: true }).map((path) =>
			join(folder, path),
		),
	)
	.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));

type Description = { paths: Record<string, Record<string, { operationId?: string }>> };

const operations = Object.values((parse(read('docs/fluents.openapi.yaml')) as Description).paths)
	.flatMap((path) => Object.values(path))
	.flatMap(({ operationId }) => operationId ?? []);

const rows = [...read('docs/either-truth.md').matchAll(/^\| ([^|]+?) +\|/gm)].map(([, row]) => row);

/** References with the file that holds them. A comment may break a line inside of one. */
const references = sources.flatMap((path) =>
	[
		...read(path)
			.replace(/\n\s*(\*|\/\/) ?/g, ' ')
			.matchAll(/\(API: ([^);]+)/g),
	].flatMap(([, names]) => names.split(', ').map((name) => ({ path, name: name.trim() }))),
);

test('comments name sources', () => {
	expect(references.length).toBeGreaterThan(30);
});

test('every source that a comment names exists', () => {
	const known = new Set([...operations, ...rows]);
	expect(references.filter(({ name }) => !known.has(name))).toEqual([]);
});

test('no comment points to a sheet that is not in the repository', () => {
	const stray = sources.filter((path) =>
		/\bfacts? (sheet|\d|[A-Z]\b|C\d)|\bfacts?:/.test(read(path)),
	);
	expect(stray.filter((path) => path !== 'simulator/truths.ts')).toEqual([]);
});

test('a comment names its source in no other form', () => {
	const other = /\((source [A-Z]|C\d+|[a-z]+_(create|delete|get|list|update))\b.*/g;
	const found = sources.flatMap((path) =>
		[...read(path).matchAll(other)].map(([text]) => `${path}: ${text}`),
	);
	expect(found).toEqual([]);
});
