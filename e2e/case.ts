import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { LaunchedWithAccount } from './launch';

/** What a case works with: the n8n that all cases share, and a Fluents.ai account of its own. */
export interface CaseContext extends LaunchedWithAccount {
	/** Folder for pictures of what a case sees, where they are wanted. */
	pictures?: string;
}

/** One thing that is checked. The checks after it are made whether it holds or not. */
export interface Check<Room> {
	/** What holds, for people to read. */
	what: string;
	/** Throws when it does not hold; what it returns is shown with the outcome. */
	run(room: Room): Promise<string | void>;
}

/** What has to hold after n8n was ended and started again, with what `prepare` left behind. */
export interface Outage<Room> {
	prepare(room: Room): Promise<void>;
	/** In this order. */
	checks: Array<Check<Room>>;
}

/**
 * What a file in cases/ exports by default. `Room` is what its checks share; they are made in their
 * order, while other cases are at work in the same n8n: so they leave alone what they have not made.
 */
export interface Case<Room = CaseContext> {
	/** It ends processes of n8n, reads their log, or needs nodes of the tests, so n8n has to be started here. */
	needsOwnN8n?: boolean;
	/** Why this n8n cannot be checked for it, and what to do about that. */
	skip?(context: CaseContext): Promise<string | undefined>;
	setUp(context: CaseContext): Promise<Room>;
	checks: Array<Check<Room>>;
	/** An agent that asks gives up soon, and nothing can make it wait longer: no other case is at work meanwhile. */
	isUrgent?: boolean;
	/**
	 * Made after those, while no other case listens in the editor: n8n 2.41 hangs for minutes when a test
	 * begins while another ends (it then clones all that it holds in memory).
	 */
	listening?: Array<Check<Room>>;
	/** n8n ends as it is asked to. */
	restart?: Outage<Room>;
	/** All processes of n8n end at once, whatever they are doing. */
	powerCut?: Outage<Room>;
	tearDown?(room: Room): Promise<void>;
}

export type NamedCase = Case<unknown> & { name: string };

export function check<Room>(what: string, run: Check<Room>['run']): Check<Room> {
	return { what, run };
}

const folder = join(__dirname, 'cases');

/** All cases, by name of their files. */
export async function loadCases(): Promise<NamedCase[]> {
	const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
	return await Promise.all(
		files.map(async (file) => {
			const { default: loaded } = (await import(join(folder, file))) as {
				default: Case<unknown>;
			};
			return { ...loaded, name: basename(file, '.ts') };
		}),
	);
}

/**
 * Tries an assertion again until it holds. The limit is for what never comes; it is no measure of speed.
 *
 * @returns what it gives.
 * @throws what it threw last, after `seconds`.
 */
export async function eventually<T>(assertion: () => T | Promise<T>, seconds = 60): Promise<T> {
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
