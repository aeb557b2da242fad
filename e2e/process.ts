import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Installation } from './install';

/** n8n gives running executions 30 seconds by default, then ends by itself. */
const LONGEST_GOODBYE = 45_000;

export interface ProcessOptions {
	/** main, worker 1, webhooks ...: for messages. */
	role: string;
	parameters: string[];
	env: Record<string, string>;
	logFile: string;
	/** Answers with JSON as soon as the process can work. */
	readyUrl: string;
}

/** Those that have not ended yet, with what they have started. */
const groups = new Set<number>();

process.once('exit', () => {
	for (const pid of groups) endGroup(pid);
});

const isWindows = process.platform === 'win32';

/** Ends a process and what it started at once. */
function endGroup(pid: number): void {
	if (isWindows) {
		spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
		return;
	}
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// The whole group has ended already.
	}
}

/** One process of n8n. It never outlives this program. */
export class N8nProcess {
	private constructor(
		private readonly child: ChildProcess,
		private readonly options: ProcessOptions,
		private readonly ended: Promise<void>,
	) {}

	static start({ command }: Installation, options: ProcessOptions): N8nProcess {
		const child = spawn(process.execPath, [command, ...options.parameters], {
			env: options.env,
			stdio: ['ignore', 'pipe', 'pipe'],
			// A group of its own: Ctrl+C reaches n8n through stop(), and nothing it started outlives it.
			detached: !isWindows,
		});
		if (child.pid !== undefined) groups.add(child.pid);
		const log = createWriteStream(options.logFile, { flags: 'a' });
		child.stdout.pipe(log);
		child.stderr.pipe(log);
		const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
		return new N8nProcess(child, options, ended);
	}

	get pid(): number {
		return this.child.pid as number;
	}

	/** @throws Error with the end of its log, when it ends or is not ready within `seconds`. */
	async ready(seconds = 180): Promise<void> {
		const deadline = Date.now() + seconds * 1000;
		while (this.isRunning && Date.now() < deadline) {
			const answer = await fetch(this.options.readyUrl).catch(() => undefined);
			// While it starts, n8n answers everything with 200 and a text.
			if (answer?.ok && /json/.test(answer.headers.get('content-type') ?? '')) return;
			await sleep(300);
		}
		throw await this.failure(this.isRunning ? `is not ready after ${seconds} s` : 'has ended');
	}

	/** Waits for as long as it runs. @throws Error with the end of its log, when it has ended. */
	async untilItEnds(): Promise<never> {
		await this.ended;
		throw await this.failure('has ended');
	}

	private async failure(what: string): Promise<Error> {
		return new Error(`n8n ${this.options.role} ${what}:\n${(await this.log()).slice(-3000)}`);
	}

	/** What it has printed so far. */
	async log(): Promise<string> {
		return await readFile(this.options.logFile, 'utf8');
	}

	/** Asks it to end (SIGTERM) and waits until it has; ends it and what it started in any case. */
	async stop(): Promise<void> {
		this.child.kill('SIGTERM');
		await Promise.race([this.ended, sleep(LONGEST_GOODBYE, undefined, { ref: false })]);
		await this.kill();
	}

	/** Ends it and what it started at once, as a power cut does (SIGKILL). */
	async kill(): Promise<void> {
		endGroup(this.pid);
		await this.ended;
		groups.delete(this.pid);
	}

	private get isRunning(): boolean {
		return this.child.exitCode === null && this.child.signalCode === null;
	}
}
