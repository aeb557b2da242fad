import type { Activation } from './lifeCycle';

/**
 * What a trigger says about itself in the description of its webhook or action in Fluents.ai. It stands
 * there because nothing in n8n survives a crash during activation: static data is stored only afterwards.
 */
export interface RegistrationRecord {
	/** ID of the workflow in n8n. */
	workflow: string;
	/** The node's part of its webhook address; stays the same in production and while listening. */
	trigger: string;
	/** Whether it is that of a test in the editor. */
	test: boolean;
	/** What agents had instead before, by ID of the agent. Agents that had nothing are left out. */
	previous: Record<string, string>;
}

const NOTICE =
	'Kept by n8n, which deletes it when the workflow is unpublished. Do not change this text: it tells what agents get back then.';

export function writeRecord(record: RegistrationRecord): string {
	return `${NOTICE} ${JSON.stringify(record)}`;
}

/** @returns undefined when the description is not one that `writeRecord` made. */
export function readRecord(description: unknown): RegistrationRecord | undefined {
	if (typeof description !== 'string') return undefined;
	const record = parse(description.slice(description.indexOf('{')));
	const { workflow, trigger, test, previous } = record ?? {};
	if (typeof workflow !== 'string' || typeof trigger !== 'string') return undefined;
	return { workflow, trigger, test: test === true, previous: { ...previous } };
}

function parse(text: string): Partial<RegistrationRecord> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' ? (value ?? undefined) : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Whether a record is that of the same trigger, in a test for the published one and the reverse. Their
 * addresses cannot tell: in queue mode they may have different hosts.
 */
export function isCounterpart(
	{ workflow, trigger, isTest }: Pick<Activation, 'workflow' | 'trigger' | 'isTest'>,
	description: unknown,
): boolean {
	const record = readRecord(description);
	return record?.workflow === workflow && record.trigger === trigger && record.test !== isTest;
}

/**
 * Whether what has this description is of this workflow, or tells nothing. In n8n 1, a copy of a workflow
 * takes over the address of the first one, whose removal has to leave it alone.
 */
export function isOwn({ workflow }: Pick<Activation, 'workflow'>, description: unknown): boolean {
	return (readRecord(description)?.workflow ?? workflow) === workflow;
}
