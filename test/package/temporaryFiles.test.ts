import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = resolve(__dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
	scripts: Record<string, string>;
};

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'fluentsai-interrupted-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const left = () => readdirSync(folder).filter((name) => name.startsWith('fluentsai-'));

test.each(['demo', 'soak'])('npm run %s removes its files when Ctrl+C ends it', async (name) => {
	const [command, ...parameters] = (scripts[name].split(' && ').at(-1) ?? '').split(' ');
	expect(command).toBe('node');
	const child = spawn(process.execPath, parameters, {
		cwd: root,
		env: { ...process.env, TMPDIR: folder, N8N_USER_FOLDER: undefined },
		stdio: 'ignore',
	});
	const ended = once(child, 'close');
	while (left().length === 0 && child.exitCode === null) await sleep(20);
	// It may be busy with loading n8n's engine, and the terminal sends it more than once.
	child.kill('SIGINT');
	child.kill('SIGINT');
	expect(await ended).toEqual([130, null]);
	expect(left()).toEqual([]);
});

test('tests in several processes leave nothing behind when Ctrl+C ends them', async () => {
	// The second one is slow: jest starts no workers for files that all took less than a second the last time.
	const files = ['prompt', 'pagination'].map((name) => `test/nodes/${name}.test.ts`);
	const jest = join(root, 'node_modules/jest/bin/jest.js');
	const parameters = [jest, ...files, '--maxWorkers', '2'];
	const child = spawn(process.execPath, parameters, {
		cwd: root,
		env: { ...process.env, TMPDIR: folder, N8N_USER_FOLDER: undefined },
		stdio: 'ignore',
		detached: true,
	});
	const ended = once(child, 'close');
	// Each worker has begun to load n8n's engine, which keeps it from noticing the signal.
	const inside = (folders: string[]) =>
		folders.flatMap((path) => readdirSync(path).map((name) => join(path, name)));
	const begun = () => inside(inside(inside([folder]))).filter((path) => path.endsWith('.n8n'));
	while (begun().length < 2 && child.exitCode === null) await sleep(20);
	expect(child.exitCode).toBeNull();
	// The terminal sends it to all processes at once.
	process.kill(-Number(child.pid), 'SIGINT');
	expect(await ended).toEqual([130, null]);
	expect(left()).toEqual([]);
});
