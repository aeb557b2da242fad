import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INode, NodeApiError } from 'n8n-workflow';

import { agents } from '../FluentsAi/resources/agent/collection';
import { agentFields } from '../FluentsAi/resources/agent/fields';
import { readOne, sendChanges, type Collection } from '../FluentsAi/resources/crud';
import { webhooks } from '../FluentsAi/resources/webhook/collection';
import { withoutQuery } from '../shared/address';
import { eachRecord } from '../shared/pagination';
import type { FluentsTransport } from '../shared/transport';
import {
	planHeirs,
	planRegistration,
	planRelease,
	webhooksAt,
	type AgentChange,
	type Found,
	type Plan,
	type Wanted,
} from './plan';
import { readRecord } from './record';

/** Reads all webhooks and agents of the environment. */
export async function look(api: FluentsTransport): Promise<Found> {
	return { webhooks: await readAll(api, webhooks), agents: await readAll(api, agents) };
}

/** Whether nothing is left to do. */
export function isRegistered(wanted: Wanted, found: Found): boolean {
	const { isWritten, attach, release, gone } = planRegistration(wanted, found);
	return isWritten && [attach, release, gone].every((list) => list.length === 0);
}

/**
 * Makes Fluents.ai send the events. Whatever is there already, of an earlier try or of a crash, is
 * used. When it cannot be done as a whole, nothing of it is left.
 *
 * @throws NodeOperationError for an agent with a webhook that may not be replaced.
 * @throws NodeApiError of what could not be done.
 */
export async function register(
	node: INode,
	api: FluentsTransport,
	wanted: Wanted,
	found: Found,
): Promise<void> {
	const plan = planRegistration(wanted, found);
	if (plan.conflicts.length > 0) throw conflictError(node, plan.conflicts);
	await carryOut(node, api, wanted, plan).catch(async (error: NodeApiError) => {
		await unregister(api, wanted).catch((left: NodeApiError) => {
			const more = `What was done before could not be undone: ${left.message}. Publish or unpublish the workflow once more to tidy up.`;
			error.description = [error.description, more].filter(Boolean).join(' ');
		});
		throw error;
	});
}

/**
 * Removes what a trigger has registered, and gives agents back what they had. It needs nothing that
 * n8n has stored. What is gone already counts as done.
 *
 * @throws NodeApiError of what could not be done, after all the rest is.
 */
export async function unregister(
	api: FluentsTransport,
	{ address, workflow }: Pick<Wanted, 'address' | 'workflow'>,
): Promise<void> {
	const found = await look(api);
	// A copy of a workflow may have the same address; n8n refuses to publish it, and calls this then.
	const own = webhooksAt(found, address).filter(
		({ description }) => (readRecord(description)?.workflow ?? workflow) === workflow,
	);
	await remove(api, own, found);
}

async function carryOut(
	node: INode,
	api: FluentsTransport,
	wanted: Wanted,
	plan: Plan,
): Promise<void> {
	// Before any agent is touched, its description holds what has to be put back.
	const webhook = await writeWebhook(node, api, wanted, plan);
	for (const agentId of plan.attach) await setWebhook(api, { agentId, webhook });
	for (const change of plan.release) await setWebhook(api, change);
	if (plan.gone.length > 0) await remove(api, plan.gone, await look(api));
}

/** @returns the ID of the webhook. */
async function writeWebhook(
	node: INode,
	api: FluentsTransport,
	{ address }: Wanted,
	{ own, body, isWritten, hasPrevious }: Plan,
): Promise<string> {
	const create = async () =>
		await api.post(`${webhooks.path}/create`, { body }).catch(async (error: NodeApiError) => {
			// The answer may be lost although the webhook was made.
			const there = await readAll(api, webhooks).catch(() => []);
			const [made] = webhooksAt({ webhooks: there }, address);
			if (!made) throw error;
			return made;
		});
	const id = String((own ?? (await create())).id);
	if (own && !isWritten) await updateWebhook(api, id, body);
	if (hasPrevious) {
		const { description } = await readOne(api, webhooks, id);
		if (description !== body.description) throw recordLostError(node);
	}
	return id;
}

async function updateWebhook(
	api: FluentsTransport,
	id: string,
	{ subscriptions, url, method, label, description }: IDataObject,
): Promise<void> {
	await api.post(
		`${webhooks.path}/update`,
		{
			query: { id },
			// All of its fields, since it is not known whether some may be left out (facts C21).
			body: { subscriptions, url, method, ...(label !== null && { label }), description },
			object: `${webhooks.one} '${id}'`,
		},
		'repeatable',
	);
}

async function setWebhook(api: FluentsTransport, { agentId, webhook }: AgentChange): Promise<void> {
	await sendChanges(
		agents,
		agentFields,
		{ webhook },
		{
			read: async () => await readOne(api, agents, agentId),
			send: async (body) =>
				await api.post(
					`${agents.path}/update`,
					{ query: { id: agentId }, body, object: `${agents.one} '${agentId}'` },
					'repeatable',
				),
		},
	);
}

async function remove(api: FluentsTransport, gone: IDataObject[], found: Found): Promise<void> {
	const failures: NodeApiError[] = [];
	const attempt = async (problem: string, step: Promise<unknown>) => {
		await step.catch((error: NodeApiError) => {
			if (error.httpCode === '404') return;
			error.message = `${problem}: ${error.message}`;
			failures.push(error);
		});
	};
	for (const change of planRelease(gone, found)) {
		await attempt(
			`Agent '${change.agentId}' did not get back the webhook that it had`,
			setWebhook(api, change),
		);
	}
	for (const { heir, description } of planHeirs(gone, found)) {
		await attempt(
			`Webhook '${String(heir.label)}' could not be told what its agents had before`,
			updateWebhook(api, String(heir.id), { ...heir, description }),
		);
	}
	// With something left to put back, the webhook stays: its description tells what.
	if (failures.length === 0) {
		for (const { id } of gone) {
			const query = { id: String(id) };
			const step = api.delete(`${webhooks.path}/delete`, query, {}, 'repeatable');
			await attempt('The webhook could not be deleted', step);
		}
	}
	const [first, ...others] = failures;
	if (!first) return;
	const messages = others.map(({ message }) => message);
	first.description = [first.description, ...messages].filter(Boolean).join(' ');
	throw first;
}

async function readAll(api: FluentsTransport, { path }: Collection): Promise<IDataObject[]> {
	const records: IDataObject[] = [];
	for await (const record of eachRecord(api, `${path}/list`)) records.push(record);
	return records;
}

function conflictError(node: INode, conflicts: Plan['conflicts']): NodeOperationError {
	const [message, ...others] = conflicts.map(({ agent, webhook }) => {
		const { label, url } = webhook;
		const address = withoutQuery(String(url));
		return `Agent '${String(agent.name ?? agent.id)}' has another webhook already: ${label ? `'${String(label)}', ` : ''}${address}`;
	});
	return new NodeOperationError(node, message, {
		description: [
			...others,
			"An agent has one webhook at most. Take that one off the agent in Fluents.ai, or set 'If The Agent Already Has A Webhook' to Replace It: then its events come here until the workflow is unpublished.",
		].join('. '),
	});
}

function recordLostError(node: INode): NodeOperationError {
	return new NodeOperationError(
		node,
		'Fluents.ai did not keep the description of the webhook, so webhooks of agents could not be put back later',
		{
			description:
				'No agent was changed. Take their webhooks off the agents in Fluents.ai, so that nothing has to be put back.',
		},
	);
}
