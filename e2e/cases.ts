import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Launched } from './launch';

/** What a case works with. The simulator is reset before each case. */
export interface CaseContext extends Launched {
	/**
	 * One thing that is checked: it is shown with its outcome, and the case goes on after a miss.
	 * What `task` returns is shown as well.
	 */
	check(what: string, task: () => Promise<string | void>): Promise<void>;
}

/** What a file in cases/ exports. */
export interface Case {
	name: string;
	/** Whether it needs workers; left out, it runs in both modes. */
	queueOnly?: boolean;
	run(context: CaseContext): Promise<void>;
}

const folder = join(__dirname, 'cases');

/** All cases, by name of their files. */
export async function loadCases(): Promise<Case[]> {
	const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
	return await Promise.all(files.map(async (file) => (await import(join(folder, file))) as Case));
}

/**
 * Tries an assertion again until it holds.
 *
 * @throws what it threw last, after `seconds`.
 */
export async function eventually(assertion: () => Promise<void>, seconds = 20): Promise<void> {
	const deadline = Date.now() + seconds * 1000;
	for (;;) {
		try {
			return await assertion();
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await sleep(200);
		}
	}
}
