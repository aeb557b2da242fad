import type { IDataObject, INode, IWebhookFunctions, NodeOperationError } from 'n8n-workflow';

import { readOne } from '../shared/records/collection';
import { webhooks } from '../shared/records/webhook';
import { connect } from '../shared/api/connect';
import { catchStatus, operationError } from '../shared/api/errors';
import { foreignText } from '../shared/foreignText';
import { Memory } from '../shared/memory';
import type { FluentsTransport } from '../shared/api/transport';
import { newSecret, placeOf, secretIn } from '../triggers/address';
import { existingAgents, readAgents, readAll, updateAgent } from '../triggers/agents';
import {
	lifeCycleOf,
	type Activation,
	type Place,
	type Registration,
	type TriggerData,
} from '../triggers/lifeCycle';
import { isOwn } from '../triggers/record';
import { createOrFind, deleteWhenClean } from '../triggers/registered';
import { orUndo, Removal } from '../triggers/removal';
import { ifHasWebhookField } from './fields';
import { readCarriers, readDeliveryParameters } from './parameters';
import {
	planHeirs,
	planRegistration,
	planRelease,
	webhooksAt,
	type AgentChange,
	type Found,
	type Plan,
} from './plan';

/** The trigger is registered as a webhook, which agents carry. */
export const lifeCycle = lifeCycleOf({ prepare, remove: unregister });

async function prepare(activation: Activation): Promise<Registration> {
	const { context, from, api, address, stored } = activation;
	// What is read for each event only is wrong before the first one.
	const { events } = readDeliveryParameters(from);
	const carriers = readCarriers(from);
	const found = await look(api);
	const [own] = webhooksAt(found, address);
	const secret = stored.secret ?? secretIn(String(own?.url)) ?? newSecret();
	const wanted = {
		...activation,
		secret,
		events,
		agents:
			carriers === 'all'
				? carriers
				: await existingAgents(activation, found.agents, carriers),
		replace: from.choice(ifHasWebhookField) === 'replace',
	};
	const plan = planRegistration(wanted, found);
	const { isWritten, attach, release, gone, conflicts } = plan;
	const data = { secret, environment: api.credential.environment };
	return {
		isComplete: isWritten && [attach, release, gone].every((list) => list.length === 0),
		data,
		async complete() {
			if (conflicts.length > 0) throw conflictError(context.getNode(), conflicts);
			await orUndo(carryOut(activation, plan), async () => await unregister(activation));
			return data;
		},
	};
}

/** What was found for addresses, for a few seconds: forged requests cost one look together. */
const looks = new Memory<Promise<TriggerData>>(1000, 10_000);

/**
 * What deliveries are checked with, as Fluents.ai has it. After a crash during activation, n8n has
 * nothing stored until it activates the workflow again, two minutes later.
 *
 * @returns without a secret when there is no such webhook, or it cannot be read.
 */
export async function registeredData(context: IWebhookFunctions): Promise<TriggerData> {
	const address = context.getNodeWebhookUrl('default') ?? '';
	const read = async () => {
		const api = await connect(context);
		const [own] = webhooksAt({ webhooks: await readAll(api, webhooks) }, address);
		return { secret: secretIn(String(own?.url)), environment: api.credential.environment };
	};
	const look = looks.get(address) ?? read().catch(() => ({}));
	if (!looks.get(address)) looks.set(address, look);
	return await look;
}

async function unregister(place: Place): Promise<void> {
	const { api, address } = place;
	const found = await look(api);
	const own = webhooksAt(found, address).filter(({ description }) => isOwn(place, description));
	await remove(api, own, found);
}

async function look(api: FluentsTransport): Promise<Found> {
	return { webhooks: await readAll(api, webhooks), agents: await readAgents(api) };
}

async function carryOut({ context, api, address }: Activation, plan: Plan): Promise<void> {
	// Before any agent is touched, its description holds what has to be put back.
	const webhook = await writeWebhook(context.getNode(), api, address, plan);
	for (const agentId of plan.attach) await updateAgent(api, agentId, { webhook });
	await releaseAll(api, plan.release);
	if (plan.gone.length === 0) return;
	const now = await look(api);
	const gone = now.webhooks.filter(({ id }) => plan.gone.some((one) => one.id === id));
	await remove(api, gone, now);
}

/** @returns the ID of the webhook. */
async function writeWebhook(
	node: INode,
	api: FluentsTransport,
	address: string,
	{ own, body, isWritten, hasPrevious }: Plan,
): Promise<string> {
	const isIt = (webhook: IDataObject) => webhooksAt({ webhooks: [webhook] }, address).length > 0;
	const id = own ? String(own.id) : await createOrFind(api, webhooks, body, isIt);
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
			// All of its fields, since it is not known whether some may be left out (API: C21).
			body: { subscriptions, url, method, ...(label !== null && { label }), description },
			object: `${webhooks.one} '${id}'`,
		},
		'repeatable',
	);
}

async function releaseAll(api: FluentsTransport, changes: AgentChange[]): Promise<void> {
	const removal = new Removal();
	for (const change of changes) await releaseOne(api, change, removal);
	removal.finish();
}

async function releaseOne(
	api: FluentsTransport,
	{ agentId, webhook }: AgentChange,
	removal: Removal,
): Promise<void> {
	const release = async () => {
		const { refusal } = await catchStatus(updateAgent(api, agentId, { webhook }), ['404']);
		// Either the agent is gone, or what it had before is.
		if (refusal) await updateAgent(api, agentId, { webhook: null });
	};
	await removal.attempt(
		`Agent '${foreignText(agentId)}' did not get back the webhook that it had`,
		release(),
	);
}

async function remove(api: FluentsTransport, gone: IDataObject[], found: Found): Promise<void> {
	const removal = new Removal();
	for (const change of planRelease(gone, found)) await releaseOne(api, change, removal);
	for (const { heir, description } of planHeirs(gone, found)) {
		await removal.attempt(
			`Webhook '${foreignText(heir.label)}' could not be told what its agents had before`,
			updateWebhook(api, String(heir.id), { ...heir, description }),
		);
	}
	await deleteWhenClean(api, webhooks, gone, removal, 'The webhook could not be deleted');
	removal.finish();
}

function conflictError(node: INode, conflicts: Plan['conflicts']): NodeOperationError {
	const [message, ...others] = conflicts.map(({ agent, webhook }) => {
		const { label, url } = webhook;
		const name = [label && `'${foreignText(label)}'`, foreignText(placeOf(String(url)))];
		return `Agent '${foreignText(agent.name ?? agent.id)}' has another webhook already: ${name.filter(Boolean).join(', ')}`;
	});
	return operationError(node, message, {
		description: [
			...others,
			"An agent has one webhook at most. Take that one off the agent in Fluents.ai, or set 'If the Agent Already Has a Webhook' to Replace It: then its events come here until the workflow is unpublished.",
		].join('. '),
	});
}

function recordLostError(node: INode): NodeOperationError {
	return operationError(
		node,
		'Fluents.ai did not keep the description of the webhook, so webhooks of agents could not be put back later',
		{
			description:
				'No agent was changed. Take their webhooks off the agents in Fluents.ai, so that nothing has to be put back.',
		},
	);
}
