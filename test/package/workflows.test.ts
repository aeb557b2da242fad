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

interface Job {
	strategy?: { matrix: { node?: number[]; command?: string[] } };
	needs?: string;
	environment?: string;
	permissions?: Record<string, string>;
	steps: Step[];
}

interface Workflow {
	on: { push: { tags?: string[] } };
	permissions: Record<string, string>;
	jobs: Record<string, Job>;
}

const root = resolve(__dirname, '../..');
const folder = resolve(root, '.github/workflows');
const textOf = (file: string) => readFileSync(resolve(folder, file), 'utf8');
const read = (file: string) => parse(textOf(file)) as Workflow;
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

	test('pins each action by its commit, and names the version', () => {
		const used = [...textOf(file).matchAll(/uses: (.+)/g)].map(([, action]) => action);
		expect(used.length).toBeGreaterThan(0);
		for (const action of used) {
			expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
		}
	});

	test('has no more rights than it needs, and leaves no token in the clone', () => {
		const allowed = file === 'publish.yml' ? {} : { contents: 'read' };
		expect(workflow.permissions).toEqual(allowed);
		for (const { uses, with: inputs } of stepsOf(workflow)) {
			if (uses?.startsWith('actions/checkout@')) {
				expect(inputs).toMatchObject({ 'persist-credentials': false });
			}
		}
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
});

test('CI runs the package in a real n8n, as one process and in queue mode', () => {
	const { e2e } = ci.jobs;
	const commands = e2e.strategy?.matrix.command ?? [];
	expect(commands).toEqual(['npm run e2e', 'npm run e2e -- --queue']);
	expect(Object.keys(scripts)).toContain('e2e');
	expect(e2e.steps.at(-1)?.run).toBe('${{ matrix.command }}');
});

test('a tag publishes with provenance, after all checks, and without a stored token', () => {
	expect(publish.on.push.tags).toEqual(['v*']);
	const { build, publish: last, ...others } = publish.jobs;
	expect(others).toEqual({});
	expect(build.permissions).toEqual({ contents: 'read' });
	expect(build.steps.flatMap(({ run }) => run ?? [])).toEqual(
		expect.arrayContaining([
			'npm ci',
			'npm run lint',
			'npm run typecheck',
			'npm test',
			'npm run build',
			'npm pack',
		]),
	);
	expect(last).toMatchObject({
		needs: 'build',
		environment: 'npm',
		permissions: { 'id-token': 'write' },
	});
	expect(textOf('publish.yml')).not.toMatch(/secrets\./);
});

test('the job that may publish runs nothing of this repository', () => {
	const { permissions, steps } = publish.jobs.publish;
	expect(permissions).toEqual({ 'id-token': 'write' });
	expect(steps.filter(({ uses }) => uses?.includes('checkout'))).toEqual([]);
	expect(steps.flatMap(({ run }) => run ?? [])).toEqual([
		'npm publish ./*.tgz --provenance --access public --ignore-scripts',
	]);
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
