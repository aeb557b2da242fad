import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

interface Settings {
	input?: string;
	execArgv?: string[];
	env?: Record<string, string>;
}

/**
 * Runs a script of this folder in a process of its own.
 *
 * @param input what it reads from its standard input.
 * @param execArgv settings of Node.js.
 * @param env further variables of its environment.
 * @returns what it prints, which is JSON.
 * @throws Error with what it printed instead.
 */
export async function resultFrom<T = number>(
	script: string,
	parameters: string[],
	{ input = '', execArgv = [], env = {} }: Settings = {},
): Promise<T> {
	// What compiles TypeScript would slow down the loading of other scripts.
	const compiler = script.endsWith('.ts') ? process.execArgv : [];
	const file = join(__dirname, script);
	const parts = [...compiler, ...execArgv, file, ...parameters];
	const child = spawn(process.execPath, parts, { env: { ...process.env, ...env } });
	child.stdin.end(input);
	const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
	try {
		return JSON.parse(printed) as T;
	} catch {
		throw new Error(`${script} failed:\n${printed}${complaints}`);
	}
}
