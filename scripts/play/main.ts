import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import {
	defaultCache,
	installN8n,
	installPackages,
	packPackage,
	type Installation,
} from '../../e2e/install';
import { untilInterrupted } from '../../e2e/untilInterrupted';
import { LOOPBACK } from '../../e2e/ports';
import { N8nProcess } from '../../e2e/process';
import { quietSettings } from '../../e2e/server';
import { startSimulator } from '../../simulator';
import { printCalls } from './callLog';
import { clearFolder, openFolder, playFolder, type Ownership } from './folder';
import { ENVIRONMENTS, furnish } from './furnish';

/** Credentials and webhooks name them, so they stay the same. */
const N8N_PORT = 5688;
const BROKER_PORT = 5689;
const SIMULATOR_PORT = 4010;

const usage = `Starts n8n with this package, example workflows, and a simulated Fluents.ai that calls nobody

  --reset        deletes what you did here (.n8n-play) and begins anew
  --reset --all  deletes the installed n8n as well`;

const log = (line: string) => console.log(line);

/** @throws Error when another program listens there. */
async function needPort(port: number, owner: string): Promise<void> {
	const server = createServer().listen(port, LOOPBACK);
	try {
		await once(server, 'listening');
	} catch {
		throw new Error(
			`Port ${port}, which ${owner} needs, is taken. Is 'npm start' running already? Otherwise end the program that uses the port.`,
		);
	}
	server.close();
	await once(server, 'close');
}

async function startN8n(installation: Installation, owner: Ownership): Promise<N8nProcess> {
	const { PATH = '', HOME = '' } = process.env;
	const url = urlOf(N8N_PORT);
	const tarball = await packPackage(join(playFolder, '..'), playFolder);
	await installPackages([tarball], playFolder);
	return N8nProcess.start(installation, {
		role: 'main',
		parameters: ['start'],
		env: {
			...quietSettings,
			PATH,
			HOME,
			N8N_USER_FOLDER: playFolder,
			N8N_ENCRYPTION_KEY: owner.encryptionKey,
			N8N_HOST: LOOPBACK,
			N8N_LISTEN_ADDRESS: LOOPBACK,
			N8N_PORT: String(N8N_PORT),
			N8N_EDITOR_BASE_URL: url,
			WEBHOOK_URL: url,
			N8N_RUNNERS_BROKER_LISTEN_ADDRESS: LOOPBACK,
			N8N_RUNNERS_BROKER_PORT: String(BROKER_PORT),
		},
		logFile: join(playFolder, 'n8n.log'),
		readyUrl: `${url}/rest/settings`,
	});
}

const urlOf = (port: number) => `http://${LOOPBACK}:${port}`;

/** Starts everything, tells how to log in, and goes on until n8n ends. @param closing how to end what was started. */
async function play(closing: Array<() => Promise<void>>): Promise<void> {
	const installation = await installN8n(undefined, defaultCache, log);
	const owner = await openFolder();
	const simulator = await startSimulator({ port: SIMULATOR_PORT });
	closing.push(async () => await simulator.close());
	log(`Starting n8n ${installation.version}, which takes up to a minute`);
	const n8n = await startN8n(installation, owner);
	closing.unshift(async () => await n8n.stop());
	await n8n.ready(600);
	await furnish(urlOf(N8N_PORT), owner, simulator, log);
	printCalls(simulator, ENVIRONMENTS, log);
	log(`
  Open   ${urlOf(N8N_PORT)}/home/workflows
  Email  ${owner.email}
  Password  ${owner.password}

The workflows are examples: open "01 ..." and choose "Execute workflow". No phone rings, and nothing costs
anything: a simulator plays Fluents.ai, and prints the calls here. What happens in a call depends on how the
number ends, for example 02: nobody answers (simulator/README.md has them all). Ctrl+C ends everything.
`);
	await n8n.untilItEnds();
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			reset: { type: 'boolean', default: false },
			all: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return log(usage);
	await needPort(N8N_PORT, 'n8n');
	await needPort(BROKER_PORT, 'n8n');
	await needPort(SIMULATOR_PORT, 'the simulator');
	if (values.reset) await clearFolder();
	if (values.reset && values.all) await rm(defaultCache, { recursive: true, force: true });

	const wasInterrupted = await untilInterrupted(async (closing, interrupted) => {
		interrupted.addEventListener('abort', () => log('\nEnding n8n, which takes some seconds'));
		await play(closing);
	});
	// What was under way when somebody pressed Ctrl+C, such as an installation, ends as well.
	if (wasInterrupted) process.exit();
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
