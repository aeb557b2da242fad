import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Bench } from '../cases';
import { resultFrom } from '../script';
import { inTurn } from '../series';

export const name = 'loading';

/** What n8n pays for the package when it starts, and whoever installs it. */
export async function run(bench: Bench): Promise<void> {
	// What ran before, the build or an n8n, keeps the machine busy for a moment.
	await sleep(5000);
	const { load } = await inTurn(bench.pairs, {
		load: async () => await resultFrom('load.cjs', []),
	});
	bench.report({
		what: 'loading and constructing all nodes and the credential, in a fresh process',
		ours: { unit: 'ms', values: load },
		most: 12,
	});
	const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
		cwd: resolve(__dirname, '../..'),
		stdio: ['ignore', 'pipe', 'ignore'],
		encoding: 'utf8',
	});
	const [{ unpackedSize }] = JSON.parse(packed) as Array<{ unpackedSize: number }>;
	bench.report({
		what: 'the package, unpacked',
		ours: { unit: 'kB', values: [unpackedSize / 1000] },
		most: 600,
	});
}
