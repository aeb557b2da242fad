import { createHash } from 'crypto';

/**
 * What a trigger says about itself in the description of its webhook or action in Fluents.ai. It stands
 * there because nothing in n8n survives a crash during activation: static data is stored only afterwards.
 */
export interface RegistrationRecord extends Identity {
	/** Whether it is that of a test in the editor. */
	test: boolean;
	/** What agents had instead before, by agent, both as short IDs. Agents that had nothing are left out. */
	previous: Record<string, string>;
}

/** Which trigger of which n8n it is: the same in tests and in production. */
export interface Identity {
	/** Short form of n8n's instance ID, 12 hex digits. */
	instance: string;
	/** Short ID of the workflow. */
	workflow: string;
	/** Short ID of the node, from its part of the address. */
	trigger: string;
	/** Short ID of the base URL of n8n, which tells a copy of an n8n from the first one. */
	home: string;
}

/** How long a description or a URL may be. What Fluents.ai keeps is not known; 255 is usual. */
export const LONGEST_FIELD = 200;

const HASH = /^[0-9a-f]{64}$/;

const SHORT = 5;
const ID = `[\\w-]{${SHORT}}`;

const RECORD = new RegExp(
	`n8n:([0-9a-f]{12})\\.(${ID})\\.(${ID})\\.(${ID})\\.([pt])((?: ${ID}=(?:${ID})+)*)(?![\\w=-])`,
);

/** Enough of an ID to tell it from others: 30 bits of its hash. */
export function shortId(id: unknown): string {
	return createHash('sha256').update(String(id)).digest('base64url').slice(0, SHORT);
}

/**
 * The start of an instance ID that n8n has made, which is a hash. One that was given with N8N_INSTANCE_ID is any
 * text, so it is hashed first.
 */
export function shortInstanceId(id: string): string {
	const hash = HASH.test(id) ? id : createHash('sha256').update(id).digest('hex');
	return hash.slice(0, 12);
}

export function writeRecord({ test, previous, ...identity }: RegistrationRecord): string {
	const { instance, workflow, trigger, home } = identity;
	const agents = new Map<string, string>();
	for (const [agent, object] of Object.entries(previous)) {
		agents.set(object, `${agents.get(object) ?? ''}${agent}`);
	}
	const groups = [...agents].map(([object, list]) => ` ${object}=${list}`);
	const mark = [instance, workflow, trigger, home, test ? 't' : 'p'].join('.');
	return `n8n:${mark}${groups.join('')}`;
}

/** @returns undefined when the description is not one that `writeRecord` made. */
export function readRecord(description: unknown): RegistrationRecord | undefined {
	const match = typeof description === 'string' ? RECORD.exec(description) : null;
	if (!match) return undefined;
	const [, instance, workflow, trigger, home, kind, groups] = match;
	const previous: RegistrationRecord['previous'] = {};
	for (const group of groups.split(' ').slice(1)) {
		const object = group.slice(0, SHORT);
		const agents = group.slice(SHORT + 1).match(new RegExp(ID, 'g')) ?? [];
		for (const agent of agents) previous[agent] = object;
	}
	return { instance, workflow, trigger, home, test: kind === 't', previous };
}

/** How many agents that get something back a record has room for. */
export function roomFor(record: RegistrationRecord): number {
	const entries = Object.entries(record.previous);
	const fits = (count: number) =>
		writeRecord({ ...record, previous: Object.fromEntries(entries.slice(0, count)) }).length <=
		LONGEST_FIELD;
	return entries.findLastIndex((_, i) => fits(i + 1)) + 1;
}
