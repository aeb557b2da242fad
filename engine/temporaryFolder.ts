import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Makes a folder that is removed when the process exits, whatever the reason. Without a handler, a
 * signal ends Node.js before it can remove anything: see `exitOnSignals`.
 *
 * @returns its path, below the system's folder for temporary files.
 */
export function temporaryFolder(name: string): string {
	const folder = mkdtempSync(join(tmpdir(), `fluentsai-${name}-`));
	process.once('exit', () => {
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	});
	return folder;
}

/** Turns Ctrl+C and its like into an ordinary exit, for programs that have nothing else to end. */
export function exitOnSignals(): void {
	for (const signal of SIGNALS) {
		process.once(signal, () => process.exit(128 + constants.signals[signal]));
	}
}
