import { randomUUID } from 'node:crypto';

import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator';
import { N8nApi, type CredentialReference, type Owner } from './api';
import { defaultCache, installN8n, type Installation } from './install';
import { untilInterrupted } from './untilInterrupted';
import { N8nServer, serverOfOthers, type Server, type ServerOptions } from './server';
import { openServices, type ServiceAddresses } from './services';

/** A simulator of the API, and the credentials in n8n that lead to it. */
export interface Account {
	simulator: Simulator;
	/** By name of the simulator's environment, and `noRights`. */
	credentials: Record<string, CredentialReference>;
}

/** A real n8n with the packed package. */
export interface RunningN8n {
	server: Server;
	n8n: N8nApi;
	/** Starts a simulator, which ends with n8n, and saves credentials for it. */
	openAccount(options?: SimulatorOptions): Promise<Account>;
	/** Saves credentials for a simulator that another n8n uses as well. */
	saveCredentials(simulator: Simulator): Promise<Account['credentials']>;
}

export interface Launched extends RunningN8n {
	/** Of n8n. */
	version: string;
	/** Whether n8n was started here, and so can be ended, looked into, and given further nodes. */
	isOurs: boolean;
	/** The files of an n8n that was started here. */
	installation?: Installation;
	/**
	 * Starts one more n8n, as one process, which ends with the first. It has an encryption key of its
	 * own, and so another instance ID; with `ENCRYPTION_KEY` in `env` it is a copy of the first.
	 */
	openN8n(env?: Record<string, string>): Promise<RunningN8n>;
}

/** What most tasks work with. */
export type LaunchedWithAccount = Launched & Account;

export interface LaunchOptions {
	/** Version of n8n, or newest; see installN8n. */
	n8n?: string;
	/** Folder of the installations. */
	cache?: string;
	/** Starts queue mode on these services. */
	queue?: ServiceAddresses;
	/** Folders of further packages with nodes, which are installed beside this one. */
	packages?: string[];
	/** Settings of n8n. */
	env?: Record<string, string>;
	/** An n8n on this computer that has the package and is already running; nothing else is started. */
	running?: { url: string; owner: Owner };
	log: (line: string) => void;
}

/**
 * Installs n8n if need be, or takes one that is running, starts everything else on loopback, hands it to `task`, and ends everything
 * when that is done, fails, or somebody presses Ctrl+C.
 *
 * @param task its signal fires on Ctrl+C.
 * @throws Error of a part that did not start, or what `task` throws.
 */
export async function launch(
	options: LaunchOptions,
	task: (launched: Launched, interrupted: AbortSignal) => Promise<void>,
): Promise<void> {
	const { cache = defaultCache, queue, log } = options;
	const wasInterrupted = await untilInterrupted(async (closing, interrupted) => {
		const connected = (server: Server, n8n: N8nApi): RunningN8n => ({
			server,
			n8n,
			async openAccount(simulatorOptions) {
				const simulator = await startSimulator({
					validateResponses: true,
					...simulatorOptions,
				});
				closing.push(async () => await simulator.close());
				return { simulator, credentials: await saveCredentials(n8n, simulator) };
			},
			saveCredentials: async (simulator) => await saveCredentials(n8n, simulator),
		});
		const join = async ({ url, owner }: NonNullable<LaunchOptions['running']>) => {
			const { n8n, version } = await N8nApi.join(url, owner);
			const openN8n = async () =>
				await Promise.reject(new Error(`Only n8n at ${url} can be used`));
			const running = {
				...connected(serverOfOthers(url), n8n),
				version,
				isOurs: false,
				openN8n,
			};
			await task(running, interrupted);
		};
		const start = async () => {
			const installation = await installN8n(options.n8n, cache, log);
			const services = queue && (await openServices(installation, queue));
			if (services) closing.unshift(services.remove);
			const startOne = async (settings: ServerOptions): Promise<RunningN8n> => {
				const { packages } = options;
				const server = await N8nServer.prepare(installation, { packages, ...settings });
				closing.unshift(async () => await server.stop());
				const mode = settings.queue ? 'queue mode' : 'one process';
				log(`Starting n8n ${installation.version} (${mode}) at ${server.url}`);
				await server.start();
				const n8n = new N8nApi(server.url, installation.version);
				await n8n.setUp();
				return connected(server, n8n);
			};
			const first = await startOne({ queue: services?.env, env: options.env });
			const openN8n: Launched['openN8n'] = async (env) =>
				await startOne({
					env: { N8N_ENCRYPTION_KEY: randomUUID(), ...options.env, ...env },
				});
			const { version } = installation;
			await task({ ...first, version, isOurs: true, installation, openN8n }, interrupted);
		};
		await (options.running ? join(options.running) : start());
	});
	if (wasInterrupted) throw new Error('Interrupted');
}

async function saveCredentials(
	n8n: N8nApi,
	{ keys, url }: Simulator,
): Promise<Record<string, CredentialReference>> {
	const saved: Record<string, CredentialReference> = {};
	// One after the other: older versions of n8n mix up transactions of SQLite.
	for (const [environment, apiKey] of Object.entries(keys)) {
		const data = { environment, apiKey, baseUrl: url };
		saved[environment] = await n8n.createCredential(`Fluents.ai ${environment}`, data);
	}
	return saved;
}
