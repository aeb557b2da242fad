import type { IDataObject } from 'n8n-workflow';

import { referencedId } from '../shared/records/shape';
import type { Activation } from '../triggers/activation';
import { isAt, isSameUrl, secretIn, withSecret } from '../triggers/address';
import { chainOf } from '../triggers/inheritance';
import { mayTakePlace, ownerOf, type Asking, type Owner } from '../triggers/ownership';
import { readRecord, shortId, writeRecord, type RegistrationRecord } from '../triggers/record';
import type { Part } from '../triggers/registered';

/** What a trigger wants to be there in Fluents.ai. */
export interface Wanted extends Asking, Pick<Activation, 'label'> {
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
	/** ID of the webhook that the agent has, if any. */
	from: string | null;
	/** ID of the webhook that the agent gets. */
	webhook: string | null;
}

export interface Plan {
	/** The webhook to keep. */
	own?: IDataObject;
	/** What it has to look like, and whether it does already. */
	body: IDataObject & { url: string; description: string };
	record: RegistrationRecord;
	isWritten: boolean;
	/** Agents that get it, and what they have. */
	attach: Array<Omit<AgentChange, 'webhook'>>;
	/** Agents that carry it, or one that goes, and shall not. */
	release: AgentChange[];
	/** Doubles of it, and a test of the same trigger that publishing ends. */
	gone: IDataObject[];
	/** Agents that have a webhook which may not be replaced. */
	conflicts: Array<{ agent: IDataObject; webhook: IDataObject; owner: Owner }>;
}

/**
 * Tells what is to do, from nothing but what is there: so it does not matter where a crash cut off what
 * was to do before.
 */
export function planRegistration(wanted: Wanted, found: Found): Plan {
	const owner = (webhook: IDataObject) => ownerOfWebhook(webhook, wanted, wanted.replace);
	const [own, ...doubles] = ownWebhooks(found, wanted, wanted.replace);
	const counterparts = found.webhooks.filter((webhook) => owner(webhook) === 'counterpart');
	const gone = wanted.isTest ? doubles : [...doubles, ...counterparts];
	const ours = own ? [own, ...gone] : gone;

	const attach: Plan['attach'] = [];
	const release: Plan['release'] = [];
	const conflicts: Plan['conflicts'] = [];
	const previous: RegistrationRecord['previous'] = {};
	for (const agent of found.agents) {
		const agentId = String(agent.id);
		const chain = chainOfAgent(agent, found);
		const from = referencedId(agent.webhook);
		const carries = ours.includes(chain[0]);
		// What lies above it gives it back when it goes: a test, or another trigger that has replaced it.
		const isAttached = own !== undefined && chain.includes(own);
		const below = isAttached ? chain.slice(chain.indexOf(own)) : chain;
		const before = below.find((webhook) => !ours.includes(webhook));
		const isWanted = wanted.agents === 'all' || wanted.agents.includes(agentId);

		if (before && (isWanted || carries || isAttached)) {
			previous[shortId(agentId)] = shortId(before.id);
		}
		if (isWanted && !isAttached) {
			attach.push({ agentId, from });
			if (before && !carries && !mayTakePlace(owner(before), wanted.replace, wanted)) {
				conflicts.push({ agent, webhook: before, owner: owner(before) });
			}
		}
		if (!isWanted && carries) {
			release.push({ agentId, from, webhook: referencedId(before) });
		}
	}

	const record = { ...wanted.identity, test: wanted.isTest, previous };
	const body = {
		subscriptions: wanted.events,
		url: withSecret(wanted.address, wanted.secret),
		method: 'POST',
		label: wanted.label,
		description: writeRecord(record),
	};
	const isWritten =
		own?.label === body.label &&
		own.method === body.method &&
		partsOf(own, body).every(([, isKept]) => isKept);
	return { own, body, record, isWritten, attach, release, gone, conflicts };
}

/** Agents that carry a webhook that goes, with what they had before. */
export function planRelease(gone: IDataObject[], found: Found): AgentChange[] {
	return found.agents.flatMap((agent) => {
		const chain = chainOfAgent(agent, found);
		if (!gone.includes(chain[0])) return [];
		const before = chain.find((one) => !gone.includes(one));
		const from = referencedId(agent.webhook);
		return [{ agentId: String(agent.id), from, webhook: referencedId(before) }];
	});
}

/** The webhooks of a trigger; the one that leads to its address comes first. */
export function ownWebhooks(
	{ webhooks }: Pick<Found, 'webhooks'>,
	asking: Asking,
	mayMove: boolean,
): IDataObject[] {
	return webhooks
		.filter((webhook) => ownerOfWebhook(webhook, asking, mayMove) === 'own')
		.sort((a, b) => Number(isAt(b.url, asking.address)) - Number(isAt(a.url, asking.address)));
}

export function ownerOfWebhook(
	{ url, description }: IDataObject,
	asking: Asking,
	mayMove: boolean,
): Owner {
	const secret = secretIn(url);
	return ownerOf({ url, secret, record: readRecord(description) }, asking, mayMove);
}

function chainOfAgent({ id, webhook }: IDataObject, { webhooks }: Found): IDataObject[] {
	const carried = referencedId(webhook);
	return carried === null ? [] : chainOf(shortId(id), shortId(carried), webhooks);
}

/** What of a webhook has to be as it was sent. */
export function partsOf(
	webhook: IDataObject,
	{ subscriptions, url, description }: IDataObject,
): Part[] {
	const sorted = (events: unknown) => Array.isArray(events) && [...events].sort().join();
	return [
		['description', webhook.description === description],
		['URL', isSameUrl(webhook.url, url)],
		['events', sorted(webhook.subscriptions) === sorted(subscriptions)],
	];
}
