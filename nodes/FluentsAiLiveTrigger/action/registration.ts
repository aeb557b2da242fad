import type { IDataObject, NodeOperationError } from 'n8n-workflow';

import { canonical } from '../../shared/canonical';
import { actions } from '../../shared/records/action';
import { agents } from '../../shared/records/agent';
import { readOne } from '../../shared/records/collection';
import { catchStatus, namesField, operationError } from '../../shared/api/errors';
import { foreignText } from '../../shared/foreignText';
import type { FluentsTransport } from '../../shared/api/transport';
import type { Activation } from '../../triggers/activation';
import {
	hashOf,
	isAt,
	keptSecret,
	newSecret,
	secretIn,
	shownPlaceOf,
} from '../../triggers/address';
import { changeAgent, existingAgents, type AgentField } from '../../triggers/agents';
import { environmentData, requireSameEnvironment } from '../../triggers/environment';
import type { Departure, Registrar, Registration } from '../../triggers/lifeCycle';
import { isOfWorkflow, KIN_ADVICE, whereabouts } from '../../triggers/ownership';
import {
	createOrFind,
	deleteWhenClean,
	forEach,
	handOn,
	lostPartsError,
	readAgain,
	readAll,
	requireRoom,
} from '../../triggers/registered';
import { orUndo, Removal } from '../../triggers/removal';
import { ifHasActionField } from '../fields';
import { readActionConfig, readAgentIds, readSignature, readSpeech } from '../parameters';
import {
	configOf,
	listOf,
	ownActions,
	ownerOfAction,
	partsOf,
	planAction,
	planRelease,
	type Body,
	type Exchange,
	type Found,
	type Plan,
} from './plan';
import { SPEECH_FIELDS } from './speech';

/** The trigger is registered as an external action, which agents have beside their others. */
export const externalAction: Registrar = { prepare, leave };

const actionsField: AgentField<unknown[]> = {
	name: 'actions',
	called: 'actions',
	of: listOf,
	isSame: (one, other) => canonical(one) === canonical(other),
	holds({ before, after, now }) {
		const isIn = isInList(now);
		const added = without(after, before);
		return added.every(isIn) && !without(before, after).some(isIn);
	},
	undo: ({ before, after, now }) => [...before, ...without(without(now, before), after)],
};

function isInList(list: unknown[]) {
	const entries = new Set(list.map(canonical));
	return (entry: unknown) => entries.has(canonical(entry));
}

function without(list: unknown[], others: unknown[]): unknown[] {
	const isOther = isInList(others);
	return list.filter((entry) => !isOther(entry));
}

async function prepare(activation: Activation): Promise<Registration> {
	const { from, api, stored, address } = activation;
	const config = readActionConfig(from);
	const speech = readSpeech(from);
	const chosen = readAgentIds(from);
	const replace = from.choice(ifHasActionField) === 'replace';
	const listed = await activation.look(async () => await look(api));
	const isOurs = (action: IDataObject) =>
		['own', 'counterpart'].includes(ownerOfAction(action, activation, replace));
	const found = await lookAgain(api, listed, isOurs);
	const [own] = ownActions(found, activation, replace);
	const { secrets } = whereabouts(addressesIn(found), activation);
	requireSameEnvironment(activation, secrets);
	const agentIds = await existingAgents(activation, found.agents, chosen);
	const secret = keptSecret(configOf(own).url, stored.secretHash, address) ?? newSecret();
	const wanted = { ...activation, secret, config, speech, agents: agentIds, replace };
	const plan = planAction(wanted, found);
	const { isWritten, attach, release, gone, conflicts, bodies, record } = plan;
	const data = {
		...environmentData(activation),
		secretHash: hashOf(secret),
		...(own && { signatureSecret: signatureSecretOf(own) }),
	};
	return {
		isComplete: isWritten && [attach, release, gone].every((list) => list.length === 0),
		data,
		async complete() {
			if (conflicts.length > 0) throw conflictError(activation, conflicts);
			const [{ description, config: settings }] = bodies;
			requireRoom(activation, actions, { url: settings.url, description, record });
			const signatureSecret = await orUndo(carryOut(activation, plan), async () => {
				await (await leave(activation)).complete();
			});
			return { ...data, signatureSecret };
		},
	};
}

/** @returns the key of the signatures, if Fluents.ai gives it. */
async function carryOut(activation: Activation, plan: Plan): Promise<string | undefined> {
	const { api, context, from } = activation;
	// Before any agent is touched, its description holds what has to be put back.
	const action = await writeAction(activation, plan);
	const signatureSecret = signatureSecretOf(action);
	if (readSignature(from).mode === 'required' && !signatureSecret) {
		throw operationError(
			context.getNode(),
			'Fluents.ai gave no secret for the signatures, so none could be required',
			{
				description:
					"Set the option 'Signature' to If Sent. The secret in the address is checked in any case.",
			},
		);
	}
	const id = String(action.id);
	await forEach(plan.attach, async (change) => {
		await exchange(activation, { ...change, in: id }, 'attach');
	});
	await forEach(plan.release, async (change) => await exchange(activation, change));
	if (plan.gone.length > 0) {
		const isGone = (one: IDataObject) => plan.gone.some(({ id: other }) => other === one.id);
		await remove(activation, isGone, await look(api));
	}
	return signatureSecret;
}

async function leave(activation: Activation): Promise<Departure> {
	const { api, address } = activation;
	const listed = await look(api);
	const isOwn = (action: IDataObject) =>
		isAt(configOf(action).url, address) && isOfWorkflow(activation, action.description);
	return {
		...whereabouts(addressesIn(listed), activation),
		complete: async () => await remove(activation, isOwn, listed),
	};
}

function addressesIn({ actions: all }: Found) {
	const urls = all.map((action) => configOf(action).url);
	return urls.map((url) => ({ url, secret: secretIn(url) }));
}

async function look(api: FluentsTransport): Promise<Found> {
	const [all, carriers] = await Promise.all([
		readAll(api, actions, ['config', 'description']),
		readAll(api, agents, ['actions']),
	]);
	return { actions: all, agents: carriers };
}

/** The same, with some actions as they are right now. */
async function lookAgain(
	api: FluentsTransport,
	listed: Found,
	isMeant: (action: IDataObject) => boolean,
): Promise<Found> {
	return { ...listed, actions: await readAgain(api, actions, listed.actions, isMeant) };
}

/** A key is base64 of at least 16 bytes, without what stands for hidden characters. */
const KEY = /^[\w+/-]{22,}={0,2}$/;

/** The API may hide a key, by stars or words, or by one character again and again. */
function signatureSecretOf(action: IDataObject): string | undefined {
	const { signature_secret: secret } = configOf(action);
	if (typeof secret !== 'string' || !KEY.test(secret)) return undefined;
	return /(.)\1{7}/.test(secret) ? undefined : secret;
}

/** Puts one action of an agent in the place of others, and leaves the rest as it is. */
async function exchange(
	activation: Activation,
	{ agentId, out, in: id }: Exchange,
	purpose: 'attach' | 'release' = 'release',
): Promise<void> {
	const isOut = (action: unknown) => out.some((one) => one.id === action);
	await changeAgent(activation, agentId, actionsField, (before) => {
		const place = before.findIndex((action) => isOut(action) || action === id);
		// Somebody has taken it off meanwhile.
		if (place < 0 && purpose === 'release') return before;
		const after = before.filter((action) => !isOut(action) && action !== id);
		if (id !== undefined) after.splice(place < 0 ? after.length : place, 0, id);
		return after;
	});
}

/**
 * @returns the action as Fluents.ai has it afterwards.
 * @throws NodeOperationError when it is not what was sent; then it is as it was before.
 */
async function writeAction(
	activation: Activation,
	{ own, isWritten, bodies: [first, other] }: Plan,
): Promise<IDataObject> {
	const { api, address } = activation;
	if (own && isWritten) return await readOne(api, actions, String(own.id));
	const write = async (body: IDataObject): Promise<string> => {
		if (own) return await updateAction(api, String(own.id), body);
		const isIt = (action: IDataObject) => isAt(configOf(action).url, address);
		return await createOrFind(api, actions, body, isIt);
	};
	const tried = await catchStatus(write(first), ['400', '422']);
	const isOfSpeech =
		tried.refusal && SPEECH_FIELDS.some((field) => namesField(tried.refusal, field));
	if (tried.refusal && !isOfSpeech) throw tried.refusal;
	const body: Body = tried.refusal ? other : first;
	const action = await readOne(api, actions, tried.refusal ? await write(other) : tried.value);
	const lost = lostPartsError(activation, actions, partsOf(action, body));
	if (!lost) return action;
	// What it said before tells what agents get back.
	if (own) await updateAction(api, String(own.id), writable(own));
	throw lost;
}

async function updateAction(api: FluentsTransport, id: string, body: IDataObject): Promise<string> {
	const object = `${actions.one} '${id}'`;
	await api.post(`${actions.path}/update`, { query: { id }, body, object }, 'repeatable');
	return id;
}

/** What of an action, as it was read, may be written. */
function writable({ type, label, description, config, action_trigger }: IDataObject): IDataObject {
	const { signature_secret: _, ...settings } = config as IDataObject;
	return { type, label, description, config: settings, action_trigger };
}

async function remove(
	activation: Activation,
	isGone: (action: IDataObject) => boolean,
	listed: Found,
): Promise<void> {
	const { api } = activation;
	const found = await lookAgain(api, listed, isGone);
	const gone = found.actions.filter(isGone);
	const removal = new Removal();
	await forEach(planRelease(gone, found), async (change) => {
		const problem = `Agent '${foreignText(change.agentId)}' still has the action`;
		await removal.attempt(problem, exchange(activation, change));
	});
	await handOn(api, actions, { gone, all: found.actions }, removal, async (heir) => {
		await updateAction(api, String(heir.id), writable(heir));
	});
	await deleteWhenClean(api, actions, gone, removal, 'The action could not be deleted');
	removal.finish();
}

function conflictError({ context }: Activation, conflicts: Plan['conflicts']): NodeOperationError {
	const [message, ...others] = conflicts.map(({ agent, action }) => {
		const { name, url } = configOf(action);
		const shown = [action.label && `'${foreignText(action.label)}'`, url && shownPlaceOf(url)];
		return `Agent '${foreignText(agent.name ?? agent.id)}' has another action named '${foreignText(name)}': ${shown.filter(Boolean).join(', ')}`;
	});
	const isKin = conflicts.some(({ owner }) => owner === 'kin');
	return operationError(context.getNode(), message, {
		description: [
			...others,
			...(isKin ? [KIN_ADVICE] : []),
			"Agents always take the first action of a name. Change 'Action Name', remove the other action from the agent in Fluents.ai, or set 'If the Agent Has This Action' to Replace It",
		].join('. '),
	});
}
