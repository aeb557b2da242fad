import type { IDataObject, IWebhookFunctions, NodeOperationError } from 'n8n-workflow';

import { readOne } from '../shared/records/collection';
import { agents } from '../shared/records/agent';
import { webhooks } from '../shared/records/webhook';
import { connect } from '../shared/api/connect';
import { catchStatus, operationError } from '../shared/api/errors';
import { foreignText } from '../shared/foreignText';
import { Memory } from '../shared/memory';
import { referencedId } from '../shared/records/shape';
import type { FluentsTransport } from '../shared/api/transport';
import type { Activation, TriggerData } from '../triggers/activation';
import { hashOf, isAt, keptSecret, newSecret, secretIn, shownPlaceOf } from '../triggers/address';
import { changeAgent, existingAgents, type AgentField } from '../triggers/agents';
import { environmentData, requireSameEnvironment } from '../triggers/environment';
import type { Departure, Registration } from '../triggers/lifeCycle';
import { isOfWorkflow, KIN_ADVICE, whereabouts } from '../triggers/ownership';
import {
	createOrFind,
	deleteWhenClean,
	forEach,
	handOn,
	lostPartsError,
	readAgain,
	readAll,
	requireRoom,
} from '../triggers/registered';
import { orUndo, Removal } from '../triggers/removal';
import { ifHasWebhookField } from './fields';
import { readCarriers, readDeliveryParameters } from './parameters';
import {
	ownerOfWebhook,
	ownWebhooks,
	partsOf,
	planRegistration,
	planRelease,
	type AgentChange,
	type Found,
	type Plan,
} from './plan';

/** The trigger is registered as a webhook, which agents carry. */
const webhookField: AgentField<string | null> = {
	name: 'webhook',
	called: 'webhook',
	of: ({ webhook }) => referencedId(webhook),
	isSame: (one, other) => one === other,
	holds: ({ after, now }) => now === after,
	undo: ({ before, after, now }) => (now === null || now === after ? before : now),
};

export async function prepare(activation: Activation): Promise<Registration> {
	const { from, api, stored, address } = activation;
	// What is read for each event only is wrong before the first one.
	const { events } = readDeliveryParameters(from);
	const carriers = readCarriers(from);
	const replace = from.choice(ifHasWebhookField) === 'replace';
	const listed = await activation.look(async () => await look(api));
	const isOurs = (webhook: IDataObject) =>
		['own', 'counterpart'].includes(ownerOfWebhook(webhook, activation, replace));
	const found = await lookAgain(api, listed, isOurs);
	const [own] = ownWebhooks(found, activation, replace);
	const { secrets } = whereabouts(addressesIn(found), activation);
	requireSameEnvironment(activation, secrets);
	const secret = keptSecret(own?.url, stored.secretHash, address) ?? newSecret();
	const chosen =
		carriers === 'all' ? carriers : await existingAgents(activation, found.agents, carriers);
	const plan = planRegistration(
		{ ...activation, secret, events, agents: chosen, replace },
		found,
	);
	const { isWritten, attach, release, gone, conflicts, body, record } = plan;
	const data = { ...environmentData(activation), secretHash: hashOf(secret) };
	return {
		isComplete: isWritten && [attach, release, gone].every((list) => list.length === 0),
		data,
		async complete() {
			if (conflicts.length > 0) throw conflictError(activation, conflicts);
			requireRoom(activation, webhooks, { ...body, record });
			await orUndo(carryOut(activation, plan), async () => {
				await (await leave(activation)).complete();
			});
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
 * @returns without a hash when there is no such webhook, or it cannot be read.
 */
export async function registeredData(context: IWebhookFunctions): Promise<TriggerData> {
	const address = context.getNodeWebhookUrl('default') ?? '';
	const read = async () => {
		const api = await connect(context);
		const all = await readAll(api, webhooks, ['url']);
		const secret = secretIn(all.find(({ url }) => isAt(url, address))?.url);
		const { environment } = api.credential;
		return { secretHash: secret && hashOf(secret), environment };
	};
	const look = looks.get(address) ?? read().catch(() => ({}));
	if (!looks.get(address)) looks.set(address, look);
	return await look;
}

export async function leave(activation: Activation): Promise<Departure> {
	const { api, address } = activation;
	const listed = await look(api);
	const isOwn = ({ url, description }: IDataObject) =>
		isAt(url, address) && isOfWorkflow(activation, description);
	return {
		...whereabouts(addressesIn(listed), activation),
		complete: async () => await remove(activation, isOwn, listed),
	};
}

function addressesIn({ webhooks: all }: Found) {
	return all.map(({ url }) => ({ url, secret: secretIn(url) }));
}

async function look(api: FluentsTransport): Promise<Found> {
	const [all, carriers] = await Promise.all([
		readAll(api, webhooks, ['url', 'description']),
		readAll(api, agents, ['webhook']),
	]);
	return { webhooks: all, agents: carriers };
}

/** The same, with some webhooks as they are right now. */
async function lookAgain(
	api: FluentsTransport,
	listed: Found,
	isMeant: (webhook: IDataObject) => boolean,
): Promise<Found> {
	return { ...listed, webhooks: await readAgain(api, webhooks, listed.webhooks, isMeant) };
}

async function carryOut(activation: Activation, plan: Plan): Promise<void> {
	// Before any agent is touched, its description holds what has to be put back.
	const webhook = await writeWebhook(activation, plan);
	await forEach(plan.attach, async ({ agentId, from }) => {
		await changeAgent(activation, agentId, webhookField, (before) => {
			if (before === from || before === webhook) return webhook;
			throw changedMeanwhileError(activation, agentId);
		});
	});
	await releaseAll(activation, plan.release);
	if (plan.gone.length === 0) return;
	const isGone = ({ id }: IDataObject) => plan.gone.some((one) => one.id === id);
	await remove(activation, isGone, await look(activation.api));
}

/** @returns the ID of the webhook, which is as it was sent. */
async function writeWebhook(
	activation: Activation,
	{ own, body, isWritten }: Plan,
): Promise<string> {
	const { api, address } = activation;
	if (own && isWritten) return String(own.id);
	const isIt = ({ url }: IDataObject) => isAt(url, address);
	const id = own ? String(own.id) : await createOrFind(api, webhooks, body, isIt);
	if (own) await updateWebhook(api, id, body);
	const lost = lostPartsError(
		activation,
		webhooks,
		partsOf(await readOne(api, webhooks, id), body),
	);
	if (!lost) return id;
	// What it said before tells what agents get back.
	if (own) await updateWebhook(api, id, own);
	throw lost;
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

async function releaseAll(activation: Activation, changes: AgentChange[]): Promise<void> {
	const removal = new Removal();
	await forEach(changes, async (change) => await releaseOne(activation, change, removal));
	removal.finish();
}

async function releaseOne(
	activation: Activation,
	{ agentId, from, webhook }: AgentChange,
	removal: Removal,
): Promise<void> {
	// What somebody has given it meanwhile stays.
	const giveBack = async (webhook: string | null) => {
		const change = (before: string | null) => (before === from ? webhook : before);
		await changeAgent(activation, agentId, webhookField, change);
	};
	const release = async () => {
		const { refusal } = await catchStatus(giveBack(webhook), ['404']);
		// Either the agent is gone, or what it had before is.
		if (refusal) await giveBack(null);
	};
	await removal.attempt(
		`Agent '${foreignText(agentId)}' did not get back the webhook that it had`,
		release(),
	);
}

async function remove(
	activation: Activation,
	isGone: (webhook: IDataObject) => boolean,
	listed: Found,
): Promise<void> {
	const { api } = activation;
	const found = await lookAgain(api, listed, isGone);
	const gone = found.webhooks.filter(isGone);
	const removal = new Removal();
	await forEach(planRelease(gone, found), async (change) => {
		await releaseOne(activation, change, removal);
	});
	await handOn(api, webhooks, { gone, all: found.webhooks }, removal, async (heir) => {
		await updateWebhook(api, String(heir.id), heir);
	});
	await deleteWhenClean(api, webhooks, gone, removal, 'The webhook could not be deleted');
	removal.finish();
}

function conflictError({ context }: Activation, conflicts: Plan['conflicts']): NodeOperationError {
	const [message, ...others] = conflicts.map(({ agent, webhook }) => {
		const { label, url } = webhook;
		const name = [label && `'${foreignText(label)}'`, shownPlaceOf(url)];
		return `Agent '${foreignText(agent.name ?? agent.id)}' has another webhook already: ${name.filter(Boolean).join(', ')}`;
	});
	const isKin = conflicts.some(({ owner }) => owner === 'kin');
	return operationError(context.getNode(), message, {
		description: [
			...others,
			...(isKin ? [KIN_ADVICE] : []),
			"An agent has one webhook at most. Remove that one from the agent in Fluents.ai, or set 'If the Agent Has a Webhook' to Replace It: then its events come here until the workflow is unpublished.",
		].join('. '),
	});
}

function changedMeanwhileError({ context }: Activation, agentId: string): NodeOperationError {
	return operationError(
		context.getNode(),
		`Agent '${foreignText(agentId)}' got another ${webhookField.called} from somebody while this one was set`,
		{ description: 'Publish the workflow again.' },
	);
}
