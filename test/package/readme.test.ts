import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IPinData } from 'n8n-workflow';

const root = resolve(__dirname, '../..');
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Commands of npm that are not scripts of the package; CI runs those in its own steps. */
const BUILT_IN = new Set(['ci', 'install', 'pack', 'publish', 'start', 'test', 'version']);

const documents = ['.', 'docs', 'examples', 'simulator'].flatMap((folder) =>
	readdirSync(resolve(root, folder))
		.filter((file) => file.endsWith('.md'))
		.map((file) => join(folder, file)),
);

/** As GitHub makes them from headings. */
function anchorsIn(path: string): string[] {
	const headings = read(path).matchAll(/^#+ (.+)$/gm);
	return [...headings].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}_ -]/gu, '')
			.replaceAll(' ', '-'),
	);
}

describe.each(documents)('%s', (file) => {
	test('names only commands that exist', () => {
		const commands = [...read(file).matchAll(/(?:^ *|`|&& )npm (run )?([a-z][\w:-]*)/gm)];
		for (const [text, run, name] of commands) {
			const known = run ? name in scripts : BUILT_IN.has(name);
			expect([text, known]).toEqual([text, true]);
		}
	});

	test('links only to files and headings that exist', () => {
		const links = [...read(file).matchAll(/\]\((?!https?:|mailto:)([^)#]*)#?([^)]*)\)/g)];
		for (const [, path, anchor] of links) {
			const target = path ? join(file, '..', path) : file;
			expect([path, existsSync(resolve(root, target))]).toEqual([path, true]);
			if (anchor) expect(anchorsIn(target)).toContain(anchor);
		}
	});
});

test('the README has at most 1,500 words beside its tables and code', () => {
	const text = read('README.md').replace(/```[^]*?```/g, '');
	const lines = text.split('\n').filter((line) => !line.startsWith('|'));
	expect(lines.join(' ').trim().split(/\s+/).length).toBeLessThanOrEqual(1500);
});

test('the index of examples lists each of them once', () => {
	const listed = [...read('examples/README.md').matchAll(/\]\(([^)]+\.json)\)/g)];
	const files = readdirSync(resolve(root, 'examples')).filter((file) => file.endsWith('.json'));
	expect(listed.map(([, file]) => file).sort()).toEqual(files.sort());
});

test("docs/triggers.md names every field of the trigger's output", () => {
	const { pinData } = JSON.parse(read('examples/transcripts-to-table.json')) as {
		pinData: IPinData;
	};
	const rows = [...read('docs/triggers.md').matchAll(/^\| `(\w+)` +\|/gm)].map(
		([, field]) => field,
	);
	expect(rows).toEqual(Object.keys(pinData['Transcript Is There'][0].json));
});

test('the README names every operation of the node', async () => {
	const { resources } = await import('../../nodes/FluentsAi/resources');
	const readme = read('README.md');
	for (const { option, operations } of resources) {
		const row = readme.split('\n').find((line) => line.startsWith(`| ${option.name} `));
		expect(row).toBeDefined();
		const listed = row!
			.split('|')[2]
			.split(',')
			.map((name) => name.trim());
		expect(listed).toEqual(operations.map((operation) => operation.option.name));
	}
});
