import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { LaunchedWithAccount } from '../e2e/launch';
import type { Series } from './series';

/** What a case works with. */
export interface Bench {
	/** How often each side is measured. */
	pairs: number;
	/** Whether a rough look is enough, with fewer events. */
	isQuick: boolean;
	log(line: string): void;
	/** Starts a fresh n8n and simulator for a task, and ends them afterwards. */
	onServer(
		env: Record<string, string>,
		task: (launched: LaunchedWithAccount) => Promise<void>,
	): Promise<void>;
	/** Adds a line to the table. */
	report(row: Row): void;
}

/** One line of the table. */
export interface Row {
	/** What is done. */
	what: string;
	/** What this package needs for it. */
	ours: Series;
	/** What a user would take instead, and what that needs. */
	against?: { name: string; series: Series };
	/** The figure that counts: by default the ratio of the medians, ours to theirs; without others, our median. */
	figure?: number;
	/** The figure is not to be above this. */
	most?: number;
	/** The figure is not to be below this. */
	least?: number;
	note?: string;
	/** What the README calls it, for rows that stand there. */
	readme?: string;
}

/** What a file in cases/ exports. */
export interface Case {
	name: string;
	run(bench: Bench): Promise<void>;
}

const folder = join(__dirname, 'cases');

/** All cases, by name of their files. */
export async function loadCases(): Promise<Case[]> {
	const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
	return await Promise.all(files.map(async (file) => (await import(join(folder, file))) as Case));
}
