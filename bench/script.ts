import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Runs a script of this folder in a process of its own.
 *
 * @param input what it reads from its standard input.
 * @param execArgv settings of Node.js.
 * @returns the number that it prints.
 * @throws Error with what it printed instead.
 */
export async function numberFrom(
	script: string,
	parameters: string[],
	{ input = '', execArgv = [] }: { input?: string; execArgv?: string[] } = {},
): Promise<number> {
	// What compiles TypeScript would slow down the loading of other scripts.
	const compiler = script.endsWith('.ts') ? process.execArgv : [];
	const file = join(__dirname, script);
	const child = spawn(process.execPath, [...compiler, ...execArgv, file, ...parameters]);
	child.stdin.end(input);
	const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
	const value = Number(printed.trim() || NaN);
	if (Number.isNaN(value)) throw new Error(`${script} gave no number:\n${printed}${complaints}`);
	return value;
}
