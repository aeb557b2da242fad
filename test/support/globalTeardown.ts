import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';

import { PREFIX } from '../../engine/temporaryFolder';

/**
 * Tests, and the programs that they start, remove what they have written.
 *
 * @throws Error with what is left, which fails the run.
 */
export default function globalTeardown(): void {
	// With one process for all tests, its own folder is removed when it ends.
	const own = basename(process.env.N8N_USER_FOLDER ?? '');
	const left = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX) && name !== own);
	if (left.length > 0) {
		throw new Error(`Tests left this in the folder for temporary files: ${left.join(', ')}`);
	}
}
