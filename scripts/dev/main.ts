import { execFile } from 'node:child_process';
import { readFileSync, watch } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { copyPackage, packageFolder } from './copyPackage';

const root = resolve(__dirname, '../..');

/** What the build reads. */
const SOURCES = ['credentials', 'icons', 'nodes', 'package.json'];

/** Milliseconds without a change after which it is built: editors write more than one file. */
const QUIET = 200;

const usage = `Builds on every change into the folder of a running n8n

  npm run dev -- FOLDER   FOLDER is n8n's user folder: the one that has .n8n in it (N8N_USER_FOLDER, or your home)`;

/** How n8n comes to know of a new build; for n8n 2.41.1. */
const reload = (folder: string) => `
n8n that is started now with N8N_DEV_RELOAD=true loads each build by itself, and an open editor shows it:
  N8N_USER_FOLDER=${folder} N8N_DEV_RELOAD=true n8n start
Without that, or after a change of package.json, start n8n again. Ctrl+C ends the watching.`;

async function build(target: string): Promise<void> {
	const start = Date.now();
	try {
		await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: root });
		const changed = await copyPackage(root, target);
		const seconds = ((Date.now() - start) / 1000).toFixed(1);
		console.log(`Built in ${seconds} s, ${changed.length} files changed in ${target}`);
	} catch (error) {
		const { stderr, stdout, message } = error as Error & { stderr?: string; stdout?: string };
		console.error(`Not built:\n${stderr || stdout || message}`);
	}
}

async function main([folder]: string[]): Promise<void> {
	if (!folder || folder === '--help') return console.log(usage);
	const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
		name: string;
	};
	const target = packageFolder(folder, name);
	await build(target);
	console.log(reload(folder));

	let timer: NodeJS.Timeout | undefined;
	let building = Promise.resolve();
	const buildNext = () => {
		building = building.then(async () => await build(target));
	};
	const changed = () => {
		clearTimeout(timer);
		timer = setTimeout(buildNext, QUIET);
	};
	for (const source of SOURCES) watch(join(root, source), { recursive: true }, changed);
}

main(process.argv.slice(2)).catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
