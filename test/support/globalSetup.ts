import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

import { exitOnSignals, temporaryFolder } from '../../engine/temporaryFolder';

/** Milliseconds that workers have to end in after Ctrl+C: they may be busy with loading n8n's engine. */
const LONGEST_END = 5_000;

/** Gives the run a folder for temporary files of its own, which all its processes use. */
export default function globalSetup(): void {
	const folder = temporaryFolder('tests');
	process.env.TMPDIR = folder;
	// Workers and the programs that tests start all load n8n's engine: it is compiled once.
	process.env.NODE_COMPILE_CACHE = resolve(__dirname, '../../node_modules/.cache/compiled');
	// A worker that still runs when the folder is removed makes it anew.
	process.prependOnceListener('exit', (code) => {
		if (code > 128) waitUntilEmpty(folder);
	});
	exitOnSignals();
}

/** Workers empty it as they end. When a process exits, it can wait for others in no other way. */
function waitUntilEmpty(folder: string): void {
	const deadline = Date.now() + LONGEST_END;
	const cell = new Int32Array(new SharedArrayBuffer(4));
	while (readdirSync(folder).length > 0 && Date.now() < deadline) Atomics.wait(cell, 0, 0, 50);
}
