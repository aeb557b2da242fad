import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { copyPackage, packageFolder } from '../../scripts/dev/copyPackage';

let folder: string;
let source: string;
let target: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'fluentsai-dev-'));
	source = join(folder, 'source');
	mkdirSync(join(folder, '.n8n'));
	mkdirSync(join(source, 'dist/nodes'), { recursive: true });
	mkdirSync(join(source, 'node_modules/dist'), { recursive: true });
	const n8n = { nodes: ['dist/nodes/X.node.js'], credentials: [] };
	writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'n8n-nodes-x', n8n }));
	writeFileSync(join(source, 'README.md'), 'not for n8n');
	writeFileSync(join(source, 'node_modules/dist/other.js'), 'not for n8n');
	writeFileSync(join(source, 'dist/nodes/X.node.js'), 'first');
	target = packageFolder(folder, 'n8n-nodes-x');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('the package is copied to where n8n loads community packages from', async () => {
	expect(target).toBe(join(folder, '.n8n/nodes/node_modules/n8n-nodes-x'));
	expect(packageFolder(join(folder, '.n8n/'), 'n8n-nodes-x')).toBe(target);
	expect((await copyPackage(source, target)).sort()).toEqual([
		'dist/nodes/X.node.js',
		'package.json',
	]);
	expect(readFileSync(join(target, 'dist/nodes/X.node.js'), 'utf8')).toBe('first');
	expect(existsSync(join(target, 'README.md'))).toBe(false);
	expect(existsSync(join(target, 'node_modules'))).toBe(false);
});

test('only what has changed is written, and what is gone is removed', async () => {
	writeFileSync(join(source, 'dist/gone.js'), 'old');
	await copyPackage(source, target);
	const anHourAgo = new Date(Date.now() - 60 * 60_000);
	utimesSync(join(target, 'package.json'), anHourAgo, anHourAgo);
	expect(await copyPackage(source, target)).toEqual([]);

	writeFileSync(join(source, 'dist/nodes/X.node.js'), 'again');
	rmSync(join(source, 'dist/gone.js'));
	expect((await copyPackage(source, target)).sort()).toEqual([
		'dist/gone.js',
		'dist/nodes/X.node.js',
	]);
	expect(readFileSync(join(target, 'dist/nodes/X.node.js'), 'utf8')).toBe('again');
	expect(existsSync(join(target, 'dist/gone.js'))).toBe(false);
	expect(statSync(join(target, 'package.json')).mtime).toEqual(anHourAgo);
});

test('a package that is being built is left as it was', async () => {
	await copyPackage(source, target);
	rmSync(join(source, 'dist/nodes/X.node.js'));
	await expect(copyPackage(source, target)).rejects.toThrow(
		/dist\/nodes\/X.node.js is not built/,
	);
	expect(readFileSync(join(target, 'dist/nodes/X.node.js'), 'utf8')).toBe('first');
});

test('a folder where n8n has never run, and a linked package, are told', () => {
	expect(() => packageFolder(join(folder, 'source'), 'n8n-nodes-x')).toThrow(
		/no n8n user folder at .*source\/\.n8n\. Start n8n once/,
	);
	mkdirSync(join(folder, '.n8n/nodes/node_modules'), { recursive: true });
	symlinkSync(source, target);
	expect(() => packageFolder(folder, 'n8n-nodes-x')).toThrow(/is a link/);
});
