import type { IDataObject, INode, NodeOperationError } from 'n8n-workflow';

import { canonical } from '../../shared/canonical';
import { actions } from '../../shared/records/action';
import { agents } from '../../shared/records/agent';
import { readOne } from '../../shared/records/collection';
import { catchStatus, namesField, operationError } from '../../shared/api/errors';
import { foreignText } from '../../shared/foreignText';
import type { FluentsTransport } from '../../shared/api/transport';
import { newSecret, placeOf, secretIn } from '../../triggers/address';
import { existingAgents, readAgents, readAll, updateAgent } from '../../triggers/agents';
import type { Activation, Place, Registrar, Registration } from '../../triggers/lifeCycle';
import { isOwn } from '../../triggers/record';
import { createOrFind, deleteWhenClean, forEach } from '../../triggers/registered';
import { orUndo, Removal } from '../../triggers/removal';
import { readActionConfig, readAgentIds, readSignature, readSpeech } from '../parameters';
import {
	actionsAt,
	configOf,
	listOf,
	planAction,
	planRelease,
	type Exchange,
	type Found,
	type Plan,
} from './plan';
import { SPEECH_FIELDS } from './speech';

/** The trigger is registered as an external action, which agents have beside their others. */
export const externalAction: Registrar = { prepare, remove: unregister };

async function prepare(activation: Activation): Promise<Registration> {
	const { context, from, api, address, stored } = activation;
	const config = readActionConfig(from);
	const speech = readSpeech(from);
	const chosen = readAgentIds(from);
	const found = await look(api);
	const agentIds = await existingAgents(activation, found.agents, chosen);
	const [own] = actionsAt(found, address);
	const secret = stored.secret ?? secretIn(String(configOf(own).url)) ?? newSecret();
	const plan = planAction({ ...activation, secret, config, speech, agents: agentIds }, found);
	const { isWritten, attach, release, gone, conflicts } = plan;
	const data = {
		secret,
		environment: api.credential.environment,
		...(own && { signatureSecret: signatureSecretOf(own) }),
	};
	return {
		isComplete: isWritten && [attach, release, gone].every((list) => list.length === 0),
		data,
		async complete() {
			if (conflicts.length > 0) throw conflictError(context.getNode(), conflicts);
			const signatureSecret = await orUndo(
				carryOut(activation, plan),
				async () => await unregister(activation),
			);
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
	await forEach(plan.attach, async (agentId) => {
		await exchange(api, { agentId, out: plan.ours, in: id });
	});
	await forEach(plan.release, async (change) => await exchange(api, change));
	if (plan.gone.length > 0) {
		const now = await look(api);
		await remove(
			api,
			now.actions.filter((one) => plan.gone.some((gone) => gone.id === one.id)),
			now,
		);
	}
	return signatureSecret;
}

async function unregister(place: Place): Promise<void> {
	const { api, address } = place;
	const found = await look(api);
	const own = actionsAt(found, address).filter(({ description }) => isOwn(place, description));
	await remove(api, own, found);
}

async function look(api: FluentsTransport): Promise<Found> {
	const [all, carriers] = await Promise.all([readAll(api, actions), readAgents(api)]);
	return { actions: all, agents: carriers };
}

/** Stars are no key: the API may hide it. */
const MASKED = /^[^a-z0-9]+$|[*\u2022]/i;

function signatureSecretOf(action: IDataObject): string | undefined {
	const { signature_secret: secret } = configOf(action);
	const isKey = typeof secret === 'string' && secret !== '' && !MASKED.test(secret);
	return isKey ? secret : undefined;
}

/** The agent is read right before, so that changes which others make to its actions are kept. */
async function exchange(api: FluentsTransport, { agentId, out, in: id }: Exchange): Promise<void> {
	const before = listOf(await readOne(api, agents, agentId));
	const isOut = (action: unknown) => out.some((one) => one.id === action);
	const place = before.findIndex(isOut);
	const after = before.filter((action) => !isOut(action) && action !== id);
	if (id !== undefined) after.splice(place < 0 ? after.length : place, 0, id);
	if (canonical(after) === canonical(before)) return;
	await updateAgent(api, agentId, { actions: after as string[] });
}

/**
 * @returns the action as Fluents.ai has it afterwards.
 * @throws NodeOperationError when it is not what was sent.
 */
async function writeAction(
	{ api, address, context }: Activation,
	{ own, isWritten, bodies: [first, other] }: Plan,
): Promise<IDataObject> {
	if (own && isWritten) return await readOne(api, actions, String(own.id));
	const write = async (body: IDataObject): Promise<string> => {
		if (!own) {
			const isIt = (action: IDataObject) => actionsAt({ actions: [action] }, address)[0];
			return await createOrFind(api, actions, body, (action) => isIt(action) !== undefined);
		}
		const id = String(own.id);
		const object = `${actions.one} '${id}'`;
		await api.post(`${actions.path}/update`, { query: { id }, body, object }, 'repeatable');
		return id;
	};
	const tried = await catchStatus(write(first), ['400', '422']);
	const isOfSpeech =
		tried.refusal && SPEECH_FIELDS.some((field) => namesField(tried.refusal, field));
	if (tried.refusal && !isOfSpeech) throw tried.refusal;
	const body = tried.refusal ? other : first;
	const action = await readOne(api, actions, tried.refusal ? await write(other) : tried.value);
	const lost = lostParts(action, body);
	if (lost.length === 0) return action;
	throw operationError(
		context.getNode(),
		`Fluents.ai changed ${lost.join(' and ')} of the action, so agents could not ask, or n8n could not take it back later`,
		{
			description:
				'No agent was changed. Shorten the name of the workflow, choose fewer agents for one trigger, or ask Fluents.ai for help.',
		},
	);
}

/** What was sent and has to be as it was, named for people. */
function lostParts(action: IDataObject, body: IDataObject): string[] {
	const [is, sent] = [configOf(action), configOf(body)];
	return [
		...(action.description === body.description ? [] : ['the description']),
		...(is.url === sent.url ? [] : ['the URL']),
		...(is.name === sent.name ? [] : ['the name']),
	];
}

async function remove(api: FluentsTransport, gone: IDataObject[], found: Found): Promise<void> {
	const removal = new Removal();
	await forEach(planRelease(gone, found), async (change) => {
		const problem = `Agent '${foreignText(change.agentId)}' still has the action`;
		await removal.attempt(problem, exchange(api, change));
	});
	await deleteWhenClean(api, actions, gone, removal, 'The action could not be deleted');
	removal.finish();
}

function conflictError(node: INode, conflicts: Plan['conflicts']): NodeOperationError {
	const [message, ...others] = conflicts.map(({ agent, action }) => {
		const { name, url } = configOf(action);
		const shown = [
			action.label && `'${foreignText(action.label)}'`,
			url && foreignText(placeOf(String(url))),
		];
		return `Agent '${foreignText(agent.name ?? agent.id)}' has another action named '${foreignText(name)}': ${shown.filter(Boolean).join(', ')}`;
	});
	return operationError(node, message, {
		description: [
			...others,
			"Agents always take the first action of a name. Change 'Action Name', or take the other action off the agent in Fluents.ai.",
		].join('. '),
	});
}
