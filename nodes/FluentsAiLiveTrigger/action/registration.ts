import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, NodeApiError } from 'n8n-workflow';

import { actions } from '../../shared/records/action';
import { agents } from '../../shared/records/agent';
import { readOne } from '../../shared/records/collection';
import { canonical } from '../../shared/canonical';
import { namesField, catchStatus } from '../../shared/api/errors';
import { idOf } from '../../shared/records/shape';
import type { FluentsTransport } from '../../shared/api/transport';
import { newSecret, secretIn, withoutQuery, withSecret } from '../../triggers/address';
import { existingAgents, readAgents, readAll, updateAgent } from '../../triggers/agents';
import type { Activation, Place, Registrar, Registration } from '../../triggers/lifeCycle';
import { isCounterpart, isOwn, readRecord, writeRecord } from '../../triggers/record';
import { orUndo, Removal } from '../../triggers/removal';
import { readActionConfig, readAgentIds, readSignature } from '../parameters';

const MASKED = /^[^a-z0-9]+$|[*\u2022]/i;

/** What the agent says before and after it asks. */
const SPEECH = ['speak_on_send', 'speak_on_receive'];

interface Found {
	actions: IDataObject[];
	agents: IDataObject[];
}

/** What an agent's list of actions loses, and what it gets in that place. */
interface Exchange {
	agentId: string;
	out: IDataObject[];
	/** ID of an action. */
	in?: string;
}

/** The trigger is registered as an external action, which agents have beside their others. */
export const externalAction: Registrar = { prepare, remove: unregister };

async function prepare(activation: Activation): Promise<Registration> {
	const { context, api, address, workflow, trigger, isTest, label, stored } = activation;
	const config = readActionConfig(context);
	const chosen = readAgentIds(context);
	const found = await look(api);
	const wanted = await existingAgents(activation, found.agents, chosen);

	const [own, ...doubles] = actionsAt(found, address);
	const counterparts = found.actions.filter(({ description }) =>
		isCounterpart(activation, description),
	);
	// Publishing ends a test; a test takes the place of the published action for a while.
	const gone = isTest ? doubles : [...doubles, ...counterparts];
	const ours = [...(own ? [own] : []), ...doubles, ...counterparts];

	const previous = { ...readRecord(own?.description)?.previous };
	const attach: string[] = [];
	const release: Exchange[] = [];
	for (const agent of found.agents) {
		const agentId = String(agent.id);
		const carried = ours.filter((action) => carries(agent, action));
		const published = isTest
			? carried.find((action) => counterparts.includes(action))
			: undefined;
		if (wanted.includes(agentId)) {
			if (published) previous[agentId] = String(published.id);
			if (!own || carried.length !== 1 || carried[0] !== own) attach.push(agentId);
		} else {
			const out = carried.filter((action) => action === own || gone.includes(action));
			if (out.length > 0) release.push({ agentId, out, in: previousOf(agentId, out, found) });
		}
	}

	const secret = stored.secret ?? secretIn(urlOf(own)) ?? newSecret();
	const body: IDataObject = {
		type: 'action_external',
		label,
		description: writeRecord({ workflow, trigger, test: isTest, previous }),
		config: { ...config, url: withSecret(address, secret), processing_mode: 'muted' },
		action_trigger: { type: 'action_trigger_function_call', config: {} },
	};
	const isWritten = own !== undefined && isSame(own, body);
	const data = {
		secret,
		environment: api.credential.environment,
		...(own && { signatureSecret: signatureSecretOf(own) }),
	};
	const carryOut = async () => {
		const id = isWritten ? String(own.id) : await writeAction(activation, own, body);
		for (const agentId of attach) await exchange(api, { agentId, out: ours, in: id });
		for (const change of release) await exchange(api, change);
		if (gone.length > 0) {
			const now = await look(api);
			const left = now.actions.filter((action) => gone.some(({ id }) => id === action.id));
			await remove(api, left, now);
		}
		const signatureSecret = signatureSecretOf(await readOne(api, actions, id));
		if (readSignature(context).mode === 'required' && !signatureSecret) {
			throw new NodeOperationError(
				context.getNode(),
				'Fluents.ai gave no secret for the signatures, so none could be required',
				{
					description:
						"Set the option 'Signature' to If Sent. The secret in the address is checked in any case.",
				},
			);
		}
		return { ...data, signatureSecret };
	};
	return {
		isComplete: isWritten && [attach, release, gone].every((list) => list.length === 0),
		data,
		complete: async () => await orUndo(carryOut(), async () => await unregister(activation)),
	};
}

async function unregister(place: Place): Promise<void> {
	const { api, address } = place;
	const found = await look(api);
	const own = actionsAt(found, address).filter(({ description }) => isOwn(place, description));
	await remove(api, own, found);
}

async function look(api: FluentsTransport): Promise<Found> {
	return { actions: await readAll(api, actions), agents: await readAgents(api) };
}

function actionsAt(found: Pick<Found, 'actions'>, address: string): IDataObject[] {
	return found.actions.filter((action) => withoutQuery(urlOf(action)) === address);
}

function urlOf(action: IDataObject | undefined): string {
	return String((action?.config as IDataObject | null | undefined)?.url ?? '');
}

/** Stars are no key: the API may hide it. */
function signatureSecretOf({ config }: IDataObject): string | undefined {
	const { signature_secret: secret } = (config ?? {}) as IDataObject;
	const isKey = typeof secret === 'string' && secret !== '' && !MASKED.test(secret);
	return isKey ? secret : undefined;
}

function listOf(agent: IDataObject): unknown[] {
	return Array.isArray(agent.actions) ? agent.actions : [];
}

function carries(agent: IDataObject, { id }: IDataObject): boolean {
	return listOf(agent).some((action) => idOf(action) === id);
}

/** The published action that a test has taken the place of, if it is there still. */
function previousOf(agentId: string, gone: IDataObject[], found: Found): string | undefined {
	const ids = gone.map(({ description }) => readRecord(description)?.previous[agentId]);
	const previous = found.actions.find(({ id }) => ids.includes(String(id)));
	return previous && !gone.includes(previous) ? String(previous.id) : undefined;
}

/** The agent is read right before, so that changes which others make to its actions are kept. */
async function exchange(api: FluentsTransport, { agentId, out, in: id }: Exchange): Promise<void> {
	const before = listOf(await readOne(api, agents, agentId)).map(
		(action) => idOf(action) ?? action,
	);
	const isOut = (action: unknown) => out.some((one) => one.id === action);
	const place = before.findIndex(isOut);
	const after = before.filter((action) => !isOut(action) && action !== id);
	if (id !== undefined) after.splice(place < 0 ? after.length : place, 0, id);
	if (canonical(after) === canonical(before)) return;
	await updateAgent(api, agentId, { actions: after as string[] });
}

/** @returns the ID of the action. */
async function writeAction(
	{ api, address }: Activation,
	own: IDataObject | undefined,
	body: IDataObject,
): Promise<string> {
	const write = async (form: IDataObject) =>
		own
			? await updateAction(api, String(own.id), form)
			: await createAction(api, form, address);
	const first = await catchStatus(write(body), ['400', '422']);
	if (!first.refusal) return first.value;
	// Sources disagree whether what the agent says is a text, or on and off (API: C7).
	const config = body.config as IDataObject;
	const speech = SPEECH.filter((field) => namesField(first.refusal, field));
	if (speech.length === 0) throw first.refusal;
	return await write({ ...body, config: { ...config, ...asSwitches(config) } });
}

async function createAction(
	api: FluentsTransport,
	body: IDataObject,
	address: string,
): Promise<string> {
	const { id } = await api
		.post(`${actions.path}/create`, { body })
		.catch(async (error: NodeApiError) => {
			// The answer may be lost although the action was made.
			const there = await readAll(api, actions).catch(() => []);
			const [made] = actionsAt({ actions: there }, address);
			if (!made) throw error;
			return made;
		});
	return String(id);
}

async function updateAction(api: FluentsTransport, id: string, body: IDataObject): Promise<string> {
	const object = `${actions.one} '${id}'`;
	const request = { query: { id }, body, object };
	await api.post(`${actions.path}/update`, request, 'repeatable');
	return id;
}

function asSwitches(config: IDataObject): IDataObject {
	return Object.fromEntries(SPEECH.map((field) => [field, config[field] !== '']));
}

/** Whether the action is as it was sent, in one form or the other. The API may add to it. */
function isSame(action: IDataObject, { config, ...rest }: IDataObject): boolean {
	const sent = config as IDataObject;
	const is = (action.config ?? {}) as IDataObject;
	const holds = (fields: IDataObject) =>
		Object.entries(fields).every(([name, value]) => canonical(is[name]) === canonical(value));
	return (
		Object.entries(rest).every(
			([name, value]) => canonical(action[name]) === canonical(value),
		) &&
		(holds(sent) || holds({ ...sent, ...asSwitches(sent) }))
	);
}

async function remove(api: FluentsTransport, gone: IDataObject[], found: Found): Promise<void> {
	const removal = new Removal();
	for (const agent of found.agents) {
		const agentId = String(agent.id);
		const out = gone.filter((action) => carries(agent, action));
		if (out.length === 0) continue;
		const change = { agentId, out, in: previousOf(agentId, out, found) };
		await removal.attempt(`Agent '${agentId}' still has the action`, exchange(api, change));
	}
	for (const { id } of removal.isClean ? gone : []) {
		const query = { id: String(id) };
		const step = api.delete(`${actions.path}/delete`, query, {}, 'repeatable');
		await removal.attempt('The action could not be deleted', step);
	}
	removal.finish();
}
