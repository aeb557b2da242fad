import { fork } from 'node:child_process';
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
	const child = fork(join(__dirname, script), parameters, {
		// What compiles TypeScript would slow down the loading of other scripts.
		execArgv: script.endsWith('.ts') ? [...process.execArgv, ...execArgv] : execArgv,
		stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
	});
	child.stdin?.end(input);
	const streams = [child.stdout, child.stderr] as NodeJS.ReadableStream[];
	const [printed, complaints] = await Promise.all(
		streams.map(async (stream) => await text(stream)),
	);
	const value = Number(printed.trim() || NaN);
	if (Number.isNaN(value)) throw new Error(`${script} gave no number:\n${printed}${complaints}`);
	return value;
}
