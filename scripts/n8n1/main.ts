import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { temporaryFolder } from '../../engine/temporaryFolder';
import { defaultCache, installEngine, packPackage, unpackInto } from '../../e2e/install';
import { keyChecks } from './checks';

/**
 * Proves on the engine of n8n 1.99.1, the oldest n8n that the README names, that the API key goes to the
 * origin of the credential's Base URL only: its HTTP client is an older one, and treats addresses and redirects
 * in its own way.
 */
const VERSIONS = { 'n8n-core': '1.98.0', 'n8n-workflow': '1.96.0' };

async function main(): Promise<void> {
	const folder = join(defaultCache, `n8n-core-${VERSIONS['n8n-core']}`);
	await installEngine(VERSIONS, folder, console.log);
	const tarball = await packPackage(resolve(__dirname, '../..'), folder);
	const root = await unpackInto(folder, tarball);
	if (!existsSync(root)) throw new Error(`The package is not in ${root}`);
	process.env.N8N_USER_FOLDER = temporaryFolder('n8n1');
	process.env.N8N_ENCRYPTION_KEY = 'key-of-a-check';
	const misses = await keyChecks(folder, root, console.log);
	// The engine keeps connections and timers.
	process.exit(misses > 0 ? 1 : 0);
}

void main();
