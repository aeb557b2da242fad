import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { parse } from 'yaml';

interface Step {
	name?: string;
	uses?: string;
	run?: string;
	with?: Record<string, unknown>;
}

interface Workflow {
	on: { push: { tags?: string[] } };
	permissions: Record<string, string>;
	jobs: Record<string, { strategy?: { matrix: { node: number[] } }; steps: Step[] }>;
}

const root = resolve(__dirname, '../..');
const folder = resolve(root, '.github/workflows');
const read = (file: string) => parse(readFileSync(resolve(folder, file), 'utf8')) as Workflow;
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);
const commandsOf = (workflow: Workflow) => stepsOf(workflow).flatMap(({ run }) => run ?? []);

const { scripts, version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
	scripts: Record<string, string>;
	version: string;
};
const files = readdirSync(folder);
const ci = read('ci.yml');
const publish = read('publish.yml');

describe.each(files)('%s', (file) => {
	const workflow = read(file);

	test('uses only scripts and files that there are', () => {
		const commands = commandsOf(workflow);
		expect(commands.length).toBeGreaterThan(0);
		for (const command of commands) {
			for (const [, name] of command.matchAll(/npm run ([\w:-]+)/g)) {
				expect(Object.keys(scripts)).toContain(name);
			}
			for (const [path] of command.matchAll(/scripts\/[\w./-]+/g)) {
				expect([path, existsSync(resolve(root, path))]).toEqual([path, true]);
			}
		}
	});

	test('names the major version of each action, and has no more rights than it needs', () => {
		for (const { uses } of stepsOf(workflow)) {
			if (uses) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
		}
		const { 'id-token': _idToken, ...rights } = workflow.permissions;
		expect(rights).toEqual({ contents: 'read' });
	});
});

test('CI installs under each Node.js that a host may have, and checks all', () => {
	const [job] = Object.values(ci.jobs);
	expect(job.strategy?.matrix.node).toEqual([20, 22, 24]);
	expect(job.steps.find(({ with: inputs }) => inputs?.['node-version'])?.with).toMatchObject({
		'node-version': '${{ matrix.node }}',
	});
	expect(commandsOf(ci)).toEqual(
		expect.arrayContaining([
			'npm ci',
			'npm run build',
			'node scripts/load-dist.cjs',
			'npm run lint',
			'npm run typecheck',
			'npm test',
			'npm pack --dry-run',
		]),
	);
	expect(ci.permissions['id-token']).toBeUndefined();
});

test('a tag publishes with provenance, after all checks, and without a token', () => {
	expect(publish.on.push.tags).toEqual(['v*']);
	expect(publish.permissions['id-token']).toBe('write');
	const commands = commandsOf(publish);
	expect(commands.at(-1)).toBe('npm publish --provenance --access public');
	expect(commands).toEqual(
		expect.arrayContaining(['npm run lint', 'npm run typecheck', 'npm test', 'npm run build']),
	);
	expect(readFileSync(resolve(folder, 'publish.yml'), 'utf8')).not.toMatch(/secrets\./);
});

test.each([
	[`v${version}`, true],
	['v999.0.0', false],
	[version, false],
])('the tag %s publishes: %s', (tag, passes) => {
	const command = commandsOf(publish).find((text) => text.includes('GITHUB_REF_NAME'));
	const compare = () =>
		execFileSync('bash', ['-e', '-c', command ?? ''], {
			cwd: root,
			env: { ...process.env, GITHUB_REF_NAME: tag },
		});
	if (passes) expect(compare).not.toThrow();
	else expect(compare).toThrow();
});

test('the built package loads', () => {
	const output = execFileSync('node', ['scripts/load-dist.cjs'], { cwd: root, encoding: 'utf8' });
	expect(output).toContain('loads FluentsAi (Fluents.ai)');
	expect(output).toContain('loads FluentsAiApi (Fluents.ai API)');
});
