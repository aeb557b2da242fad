import type { IDataObject } from 'n8n-workflow';

import { referencedId } from '../shared/records/shape';
import { isAt, withSecret } from '../triggers/address';
import type { Activation } from '../triggers/lifeCycle';
import {
	isCounterpart,
	readRecord,
	writeRecord,
	type RegistrationRecord,
} from '../triggers/record';

/** What a trigger wants to be there in Fluents.ai. */
export interface Wanted extends Pick<
	Activation,
	'address' | 'label' | 'workflow' | 'trigger' | 'isTest'
> {
	secret: string;
	events: string[];
	/** IDs of the agents that are to carry the webhook. */
	agents: string[] | 'all';
	/** Whether an agent's other webhook may be replaced, until this one is removed. */
	replace: boolean;
}

/** What is there: all webhooks and agents of the environment. */
export interface Found {
	webhooks: IDataObject[];
	agents: IDataObject[];
}

export interface AgentChange {
	agentId: string;
	/** ID of the webhook that the agent gets. */
	webhook: string | null;
}

export interface Plan {
	/** The webhook to keep. */
	own?: IDataObject;
	/** What it has to look like, and whether it does already. */
	body: IDataObject;
	isWritten: boolean;
	/** Whether agents have something to get back. */
	hasPrevious: boolean;
	/** Agents that get it. */
	attach: string[];
	/** Agents that carry it, or one that goes, and shall not. */
	release: AgentChange[];
	/** Doubles of it, and a test of the same trigger that publishing ends. */
	gone: IDataObject[];
	/** Agents that have a webhook which may not be replaced. */
	conflicts: Array<{ agent: IDataObject; webhook: IDataObject }>;
}

/**
 * Tells what is to do, from nothing but what is there: so it does not matter where a crash cut off what
 * was to do before.
 */
export function planRegistration(wanted: Wanted, found: Found): Plan {
	const [own, ...doubles] = webhooksAt(found, wanted.address);
	const counterparts = found.webhooks.filter(({ description }) =>
		isCounterpart(wanted, description),
	);
	const gone = wanted.isTest ? doubles : [...doubles, ...counterparts];
	const ours = own ? [own, ...gone] : gone;

	const attach: Plan['attach'] = [];
	const release: Plan['release'] = [];
	const conflicts: Plan['conflicts'] = [];
	const previous: RegistrationRecord['previous'] = {};
	for (const agent of found.agents) {
		const agentId = String(agent.id);
		const chain = chainOf(agentId, agent.webhook, found);
		const carries = ours.includes(chain[0]);
		// What lies above it gives it back when it goes: a test, or another trigger that has replaced it.
		const isAttached = own !== undefined && chain.includes(own);
		const below = isAttached ? chain.slice(chain.indexOf(own)) : chain;
		const before = below.find((webhook) => !ours.includes(webhook));
		const isWanted = wanted.agents === 'all' || wanted.agents.includes(agentId);

		if (before && (isWanted || carries || isAttached)) previous[agentId] = String(before.id);
		if (isWanted && !isAttached) {
			attach.push(agentId);
			const mayReplace =
				wanted.replace || carries || (before && counterparts.includes(before));
			if (before && !mayReplace) conflicts.push({ agent, webhook: before });
		}
		if (!isWanted && carries) release.push({ agentId, webhook: referencedId(before) });
	}

	const { workflow, trigger, isTest: test } = wanted;
	const body = {
		subscriptions: wanted.events,
		url: withSecret(wanted.address, wanted.secret),
		method: 'POST',
		label: wanted.label,
		description: writeRecord({ workflow, trigger, test, previous }),
	};
	const isWritten = own !== undefined && isSame(own, body);
	const hasPrevious = Object.keys(previous).length > 0;
	return { own, body, isWritten, hasPrevious, attach, release, gone, conflicts };
}

/** Agents that carry a webhook that goes, with what they had before. */
export function planRelease(gone: IDataObject[], found: Found): AgentChange[] {
	return found.agents.flatMap(({ id, webhook }) => {
		const agentId = String(id);
		const chain = chainOf(agentId, webhook, found);
		if (!gone.includes(chain[0])) return [];
		return [{ agentId, webhook: referencedId(chain.find((one) => !gone.includes(one))) }];
	});
}

/**
 * The webhooks that would give an agent back one that goes, with the description that gives it what
 * that one would have. So workflows that share an agent can be unpublished in any order.
 */
export function planHeirs(
	gone: IDataObject[],
	found: Found,
): Array<{ heir: IDataObject; description: string }> {
	return found.webhooks.flatMap((heir) => {
		const record = readRecord(heir.description);
		const isGone = (webhook: string) => gone.some(({ id }) => id === webhook);
		if (!record || gone.includes(heir)) return [];
		if (!Object.values(record.previous).some(isGone)) return [];
		const previous = Object.entries(record.previous).flatMap(([agentId, webhook]) => {
			const inherited = chainOf(agentId, webhook, found).find((one) => !gone.includes(one));
			return inherited ? [[agentId, String(inherited.id)] as const] : [];
		});
		const description = writeRecord({ ...record, previous: Object.fromEntries(previous) });
		return [{ heir, description }];
	});
}

/** The webhooks with this address of n8n, whatever their query is. */
export function webhooksAt({ webhooks }: Pick<Found, 'webhooks'>, address: string): IDataObject[] {
	return webhooks.filter(({ url }) => isAt(url, address));
}

/**
 * The webhook that an agent carries, then the one that it gets back from that one's record, and so on:
 * longer than one when triggers have replaced each other's webhooks.
 */
function chainOf(agentId: string, carried: unknown, { webhooks }: Found): IDataObject[] {
	const chain: IDataObject[] = [];
	let next = referencedId(carried);
	while (next !== null) {
		const webhook = webhooks.find(({ id }) => id === next);
		if (!webhook || chain.includes(webhook)) break;
		chain.push(webhook);
		next = readRecord(webhook.description)?.previous[agentId] ?? null;
	}
	return chain;
}

function isSame(webhook: IDataObject, { subscriptions, ...texts }: IDataObject): boolean {
	const sorted = (events: unknown) => [...(events as string[])].sort().join();
	return (
		Object.entries(texts).every(([field, value]) => webhook[field] === value) &&
		Array.isArray(webhook.subscriptions) &&
		sorted(webhook.subscriptions) === sorted(subscriptions)
	);
}
