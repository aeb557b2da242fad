/**
 * What a webhook of a trigger says about itself, in its description in Fluents.ai. It stands there
 * because nothing in n8n survives a crash during activation: static data is stored only afterwards.
 */
export interface WebhookRecord {
	/** ID of the workflow in n8n. */
	workflow: string;
	/** The node's part of its webhook address; stays the same in production and while listening. */
	trigger: string;
	/** The webhooks that agents had before, by ID of the agent. Agents without one are left out. */
	previous: Record<string, string>;
}

const NOTICE =
	'Kept by n8n, which deletes it when the workflow is unpublished. Do not change this text: with it, agents get back the webhooks that they had.';

export function writeRecord(record: WebhookRecord): string {
	return `${NOTICE} ${JSON.stringify(record)}`;
}

/** @returns undefined when the description is not one that `writeRecord` made. */
export function readRecord(description: unknown): WebhookRecord | undefined {
	if (typeof description !== 'string') return undefined;
	const record = parse(description.slice(description.indexOf('{')));
	const { workflow, trigger, previous } = record ?? {};
	if (typeof workflow !== 'string' || typeof trigger !== 'string') return undefined;
	return { workflow, trigger, previous: { ...previous } };
}

function parse(text: string): Partial<WebhookRecord> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' ? (value ?? undefined) : undefined;
	} catch {
		return undefined;
	}
}
