import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** How all names begin, so that a test finds what is left. */
export const PREFIX = 'fluentsai-';

const folders: string[] = [];

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Makes a folder that is removed when the process exits, whatever the reason. Without a handler, a
 * signal ends Node.js before it can remove anything: see `exitOnSignals`.
 *
 * @returns its path, below the system's folder for temporary files.
 */
export function temporaryFolder(name: string): string {
	const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${name}-`));
	// One listener for all: Node.js takes more than ten for a mistake.
	if (folders.length === 0) process.prependOnceListener('exit', removeAll);
	folders.push(folder);
	return folder;
}

function removeAll(): void {
	// One that was made later may be inside of an earlier one.
	for (const folder of folders.toReversed()) {
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	}
}

/** Whether a folder is one of those, also of the process that started this one. */
export function isTemporary(folder = ''): boolean {
	return basename(folder).startsWith(PREFIX);
}

/**
 * Turns Ctrl+C and its like into an ordinary exit, for programs that have nothing else to end. They are
 * run by `node --import tsx`: the command `tsx` kills a program that is too busy to take the signal.
 */
export function exitOnSignals(): void {
	for (const signal of SIGNALS) {
		// Not once: a program that starts others may be sent the signal twice.
		process.on(signal, () => process.exit(128 + constants.signals[signal]));
	}
}
