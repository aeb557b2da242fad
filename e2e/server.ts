import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { temporaryFolder } from '../engine/temporaryFolder';
import { installPackages, packPackage, type Installation } from './install';
import { LoadBalancer } from './loadBalancer';
import { ownMachineProxy } from './ownMachine';
import { freePort, LOOPBACK } from './ports';
import { N8nProcess } from './process';

/** What n8n encrypts credentials with, and makes its instance ID of. */
export const ENCRYPTION_KEY = 'key-of-a-test-that-keeps-nothing';

/** Settings of an n8n on this computer that has the package, asks nobody anything and tells nobody anything. */
export const quietSettings = {
	N8N_SECURE_COOKIE: 'false',
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_ONBOARDING_FLOW_DISABLED: 'true',
};

export interface ServerOptions {
	/** Settings of the services of queue mode; without them it is one process. */
	queue?: Record<string, string>;
	/** Folders of further packages with nodes. */
	packages?: string[];
	/** Further settings of n8n. */
	env?: Record<string, string>;
}

/** An n8n with the package in it. */
export interface Server {
	readonly url: string;
	/** Where webhooks are called from outside: WEBHOOK_URL of n8n. */
	readonly webhookUrl: string;
	/** The process that people talk to, where it was started here. */
	readonly main?: N8nProcess;
	/** The processes that run executions, oldest first; empty without queue mode. */
	readonly workers: readonly N8nProcess[];
	restart: N8nServer['restart'];
	powerCut: N8nServer['powerCut'];
	startWorker: N8nServer['startWorker'];
	stopWorker: N8nServer['stopWorker'];
	log: N8nServer['log'];
	stop: N8nServer['stop'];
}

/** An n8n that somebody else has started: nothing ends it, and nobody here sees its log. */
export function serverOfOthers(url: string): Server {
	const notOurs = async () =>
		await Promise.reject(new Error(`n8n at ${url} is not ours to control`));
	return {
		url,
		webhookUrl: url,
		workers: [],
		restart: notOurs,
		powerCut: notOurs,
		startWorker: notOurs,
		stopWorker: notOurs,
		log: notOurs,
		stop: async () => {},
	};
}

/** An n8n that is started here: one process, or in queue mode a fleet of them. */
export class N8nServer implements Server {
	readonly url: string;

	readonly workers: N8nProcess[] = [];

	main!: N8nProcess;

	/** By role; those that were ended as well, for their logs. */
	private readonly processes = new Map<string, N8nProcess>();

	private started = 0;

	private constructor(
		private readonly installation: Installation,
		/** Holds everything that is written, logs too. */
		private readonly folder: string,
		private readonly tarballs: string[],
		private readonly port: number,
		private env: Record<string, string>,
		private readonly queue: { env: Record<string, string>; balancer: LoadBalancer } | undefined,
	) {
		this.url = `http://${LOOPBACK}:${port}`;
	}

	/** Packs this package for an n8n that starts from nothing; `start` starts it. */
	static async prepare(
		installation: Installation,
		{ queue, packages = [], env = {} }: ServerOptions,
	): Promise<N8nServer> {
		const folder = temporaryFolder('e2e');
		const tarballs: string[] = [];
		for (const root of [resolve(__dirname, '..'), ...packages]) {
			tarballs.push(await packPackage(root, folder));
		}
		const port = await freePort();
		const fleet = queue && {
			env: queue,
			balancer: await LoadBalancer.start(port, await freePort()),
		};
		return new N8nServer(installation, folder, tarballs, port, env, fleet);
	}

	get webhookUrl(): string {
		return this.env.WEBHOOK_URL ?? this.queue?.balancer.url ?? this.url;
	}

	/** Returns when everything is ready. */
	async start(workers = 2): Promise<void> {
		this.main = await this.run('main', ['start'], this.port, '/rest/settings');
		await this.main.ready();
		if (!this.queue) return;
		const { webhookPort } = this.queue.balancer;
		const webhooks = await this.run('webhooks', ['webhook'], webhookPort, '/healthz/readiness');
		await Promise.all([
			webhooks.ready(),
			...Array.from({ length: workers }, async () => await this.startWorker()),
		]);
	}

	/**
	 * Ends all processes as they want to be ended, and starts them again on what they have written.
	 *
	 * @param env settings that are others from now on, such as WEBHOOK_URL.
	 */
	async restart(env: Record<string, string> = {}): Promise<void> {
		await this.endAll(async (process) => await process.stop());
		this.env = { ...this.env, ...env };
		await this.start();
	}

	/** Ends all processes at once, whatever they are doing, and starts them again on what they have written. */
	async powerCut(): Promise<void> {
		await this.endAll(async (process) => await process.kill());
		await this.start();
	}

	/** Starts one more process that runs executions, and returns it when it is ready. */
	async startWorker(): Promise<N8nProcess> {
		const worker = await this.run(
			`worker ${++this.started}`,
			['worker', '--concurrency=10'],
			await freePort(),
			'/healthz/readiness',
		);
		this.workers.push(worker);
		await worker.ready();
		return worker;
	}

	/** Lets a worker finish what it runs, within n8n's grace time, and ends it. */
	async stopWorker(worker: N8nProcess): Promise<void> {
		this.workers.splice(this.workers.indexOf(worker), 1);
		await worker.stop();
	}

	/** What all of its processes have printed so far. */
	async log(): Promise<string> {
		const logs = [...this.processes.values()].map(async (process) => await process.log());
		return (await Promise.all(logs)).join('\n');
	}

	async stop(): Promise<void> {
		await this.endAll(async (process) => await process.stop());
		await this.queue?.balancer.close();
		await rm(this.folder, { recursive: true, force: true });
	}

	private async endAll(end: (process: N8nProcess) => Promise<void>): Promise<void> {
		this.workers.length = 0;
		await Promise.all([...this.processes.values()].map(end));
	}

	private async run(
		role: string,
		parameters: string[],
		port: number,
		readyPath: string,
	): Promise<N8nProcess> {
		// Each process has a user folder of its own, as on machines of their own: one that starts looks
		// into the event log there, and ends executions that it finds unfinished as crashed.
		const userFolder = join(this.folder, role.replace(' ', '-'));
		if (!existsSync(userFolder)) await installPackages(this.tarballs, userFolder);
		const process = N8nProcess.start(this.installation, {
			role,
			parameters,
			env: await this.environment(userFolder, port),
			logFile: join(userFolder, 'n8n.log'),
			readyUrl: `http://${LOOPBACK}:${port}${readyPath}`,
		});
		this.processes.set(role, process);
		return process;
	}

	/** Nothing of the caller's settings for n8n gets in, and n8n calls nobody outside. */
	private async environment(userFolder: string, port: number): Promise<Record<string, string>> {
		const { PATH = '', HOME = '' } = process.env;
		const TMPDIR = join(this.folder, 'tmp');
		await mkdir(TMPDIR, { recursive: true });
		return {
			PATH,
			HOME,
			TMPDIR,
			HTTPS_PROXY: await ownMachineProxy(),
			N8N_USER_FOLDER: userFolder,
			N8N_ENCRYPTION_KEY: ENCRYPTION_KEY,
			N8N_HOST: LOOPBACK,
			N8N_LISTEN_ADDRESS: LOOPBACK,
			N8N_PORT: String(port),
			N8N_EDITOR_BASE_URL: this.url,
			WEBHOOK_URL: this.webhookUrl,
			N8N_RUNNERS_BROKER_LISTEN_ADDRESS: LOOPBACK,
			N8N_RUNNERS_BROKER_PORT: String(await freePort()),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: LOOPBACK,
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
			...quietSettings,
			N8N_PUBLIC_API_DISABLED: 'true',
			// n8n waits so long before it repeats a publication that a crash has interrupted (default: 120).
			N8N_WORKFLOW_PUBLICATION_OUTBOX_LEASE_SECONDS: '60',
			N8N_WORKFLOW_PUBLICATION_OUTBOX_POLL_INTERVAL_MS: '1000',
			// Some of those that are checked never end by themselves (default: 5).
			N8N_WORKFLOW_PUBLICATION_CONCURRENCY: '15',
			N8N_LOG_LEVEL: 'info',
			// With one, as by default, n8n 1 mixes up the transactions of requests at the same time.
			DB_SQLITE_POOL_SIZE: '3',
			GENERIC_TIMEZONE: 'UTC',
			...this.queue?.env,
			...this.env,
		};
	}
}
