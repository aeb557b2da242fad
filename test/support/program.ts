import { resolve } from 'node:path';

/** Where the programs are run. */
export const root = resolve(__dirname, '../..');

/**
 * How to run a TypeScript program of this repository, as package.json does. The command `tsx` takes longer, and
 * kills a program that is too busy to take a signal.
 *
 * @param script its path below the repository.
 * @returns a command and its arguments, for node:child_process.
 */
export function program(script: string, ...given: string[]): [string, string[]] {
	return [process.execPath, ['--import', 'tsx', script, ...given]];
}
