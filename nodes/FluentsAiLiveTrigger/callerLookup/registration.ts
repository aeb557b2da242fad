import type { IDataObject, NodeOperationError } from 'n8n-workflow';

import { agents } from '../../shared/records/agent';
import { operationError } from '../../shared/api/errors';
import { foreignText } from '../../shared/foreignText';
import type { Activation } from '../../triggers/activation';
import {
	hashOf,
	isAt,
	isSameUrl,
	newPathSecret,
	placeOf,
	shownPlaceOf,
} from '../../triggers/address';
import { changeAgent, existingAgents, type AgentField } from '../../triggers/agents';
import { environmentData, requireSameEnvironment } from '../../triggers/environment';
import type { Departure, Registrar, Registration } from '../../triggers/lifeCycle';
import {
	isProven,
	KIN_ADVICE,
	mayTakePlace,
	ownerOf,
	whereabouts,
	type Owner,
} from '../../triggers/ownership';
import { LONGEST_FIELD } from '../../triggers/record';
import { forEach, readAll } from '../../triggers/registered';
import { orUndo, Removal } from '../../triggers/removal';
import { ifHasEndpointField } from '../fields';
import { readAgentIds } from '../parameters';
import { readEndpoint, recordOf, writeEndpoint, type Layer } from './endpoint';

/** The trigger is registered as the context endpoint of agents, which they ask who is calling. */
export const callerLookup: Registrar = {
	prepare: async (activation) => await prepare(atPath(activation)),
	leave: async (activation) => await leave(atPath(activation)),
};

/** The activation with the address that carries its secret in the path, without the placeholder for it. */
function atPath(activation: Activation): Activation {
	const address = activation.context.getNodeWebhookUrl('setup') ?? '';
	return { ...activation, address: address.replace(/\/:[^/]*$/, '') };
}

const endpointField: AgentField<string | null> = {
	name: 'context_endpoint',
	called: 'context endpoint',
	of: ({ context_endpoint: endpoint }) =>
		typeof endpoint === 'string' && endpoint !== '' ? endpoint : null,
	isSame: isSameUrl,
	holds: ({ after, now }) => isSameUrl(now, after),
	undo: ({ before, after, now }) => (isRestOf(now, after) ? before : now),
};

/** Whether an endpoint is what Fluents.ai has made of one that was written: nothing, or cut or changed. */
function isRestOf(now: string | null, written: string | null): boolean {
	if (now === null) return true;
	if (written === null) return false;
	const trigger = placeOf(written).replace(/[^/]*$/, '');
	return written.startsWith(now) || placeOf(now).startsWith(trigger);
}

/** What an agent gets, and why it may not get it. */
interface Change {
	endpoint: string | null;
	/** What is in the way, where that may not be replaced. */
	conflict?: { other: string; owner: Owner };
}

async function prepare(activation: Activation): Promise<Registration> {
	const { from, api, stored, identity, isTest, address } = activation;
	const chosen = readAgentIds(from);
	const replace = from.choice(ifHasEndpointField) === 'replace';
	const found = await activation.look(
		async () => await readAll(api, agents, [endpointField.name]),
	);
	const known = found
		.flatMap(layersOf)
		.filter((layer) => ownerOfLayer(layer, activation, replace) === 'own');
	const { secrets } = whereabouts(addressesIn(found), activation);
	requireSameEnvironment(activation, secrets);
	const wanted = await existingAgents(activation, found, chosen);

	const kept = known.find((layer) =>
		stored.secretHash ? isProven(layer.secret, stored) : isAt(layer.address, address),
	);
	const secret = kept?.secret ?? newPathSecret();
	const { instance, workflow, home } = identity;
	const own: Layer = { address, instance, workflow, home, test: isTest, secret };

	const changeOf = (agentId: string, before: string | null): Change =>
		planEndpoint(before, wanted.includes(agentId) ? own : undefined, activation, replace);
	const changes = found
		.map((agent) => {
			const before = endpointField.of(agent);
			return { agent, before, ...changeOf(String(agent.id), before) };
		})
		.filter(({ before, endpoint }) => endpoint !== before);
	const data = { ...environmentData(activation), secretHash: hashOf(secret) };
	const carryOut = async () => {
		await forEach(changes, async ({ agent }) => {
			const agentId = String(agent.id);
			await changeAgent(activation, agentId, endpointField, (before) => {
				const change = { agent, ...changeOf(agentId, before) };
				requirePossible(activation, [change]);
				return change.endpoint;
			});
		});
	};
	return {
		isComplete: changes.length === 0,
		data,
		async complete() {
			requirePossible(activation, changes);
			await orUndo(carryOut(), async () => {
				await (await leave(activation)).complete();
			});
			return data;
		},
	};
}

/** @param own the layer that the agent is to have; without it, the agent is not to have any of this trigger. */
function planEndpoint(
	before: string | null,
	own: Layer | undefined,
	activation: Activation,
	replace: boolean,
): Change {
	const { layers, bottom } = readEndpoint(before);
	const owner = (layer: Layer) => ownerOfLayer(layer, activation, replace);
	const isOwn = (layer: Layer) => owner(layer) === 'own';
	const isOurs = (layer: Layer) => isOwn(layer) || owner(layer) === 'counterpart';
	// A test lies on the published one; publishing ends a test.
	const kept = layers.filter((layer) => (activation.isTest ? !isOwn(layer) : !isOurs(layer)));
	const place = layers.findIndex(isOwn);
	// Another trigger may have replaced it, and gives it back when it is unpublished.
	const isBelow = place > 0 && !isOurs(layers[0]);
	const next = own ? kept.toSpliced(isBelow ? place : 0, 0, own) : kept;
	const endpoint = isSameLayers(next, layers) ? before : writeEndpoint({ layers: next, bottom });

	const [top] = layers;
	const other = top?.address ?? bottom;
	if (!own || other === null || layers.some(isOurs)) return { endpoint };
	const topOwner = top ? owner(top) : 'other';
	if (mayTakePlace(topOwner, replace, activation)) return { endpoint };
	return { endpoint, conflict: { other: shownPlaceOf(other), owner: topOwner } };
}

function isSameLayers(one: Layer[], other: Layer[]): boolean {
	const textOf = (layers: Layer[]) => writeEndpoint({ layers, bottom: null });
	return textOf(one) === textOf(other);
}

function ownerOfLayer(layer: Layer, activation: Activation, mayMove: boolean): Owner {
	const { address: url, secret } = layer;
	return ownerOf({ url, secret, record: recordOf(layer) }, activation, mayMove);
}

async function leave(activation: Activation): Promise<Departure> {
	const { api, address, identity } = activation;
	const isGone = (layer: Layer) =>
		isAt(layer.address, address) && layer.workflow === identity.workflow;
	const all = await readAll(api, agents, [endpointField.name]);
	return {
		...whereabouts(addressesIn(all), activation),
		async complete() {
			const removal = new Removal();
			await forEach(all, async (agent) => {
				if (!layersOf(agent).some(isGone)) return;
				const agentId = String(agent.id);
				await removal.attempt(
					`Agent '${foreignText(agentId)}' did not get back the context endpoint that it had`,
					changeAgent(activation, agentId, endpointField, (before) => {
						const { layers, bottom } = readEndpoint(before);
						const kept = layers.filter((layer) => !isGone(layer));
						return kept.length < layers.length
							? writeEndpoint({ layers: kept, bottom })
							: before;
					}),
				);
			});
			removal.finish();
		},
	};
}

function layersOf(agent: IDataObject): Layer[] {
	return readEndpoint(endpointField.of(agent)).layers;
}

function addressesIn(all: IDataObject[]) {
	return all.flatMap(layersOf).map(({ address, secret }) => ({ url: address, secret }));
}

/** @throws NodeOperationError for what is in the way, and for an endpoint that is too long to be kept. */
function requirePossible(
	activation: Activation,
	changes: Array<Change & { agent: IDataObject }>,
): void {
	const node = activation.context.getNode();
	const conflicts = changes.filter(({ conflict }) => conflict);
	if (conflicts.length > 0) throw conflictError(activation, conflicts);
	for (const { agent, endpoint } of changes) {
		const length = endpoint?.length ?? 0;
		if (length <= LONGEST_FIELD) continue;
		throw operationError(
			node,
			`What agent '${nameOf(agent)}' has as its context endpoint cannot be kept for it: with it, the URL would have ${length} characters, and ${LONGEST_FIELD} at most are certain to be kept`,
			{
				description:
					'Nothing was changed. Remove the context endpoint from the agent in Fluents.ai, or unpublish the workflow that has set it.',
			},
		);
	}
}

function conflictError(
	{ context }: Activation,
	conflicts: Array<Change & { agent: IDataObject }>,
): NodeOperationError {
	const [message, ...others] = conflicts.map(
		({ agent, conflict }) =>
			`Agent '${nameOf(agent)}' has another context endpoint already: ${conflict?.other}`,
	);
	const isKin = conflicts.some(({ conflict }) => conflict?.owner === 'kin');
	return operationError(context.getNode(), message, {
		description: [
			...others,
			...(isKin ? [KIN_ADVICE] : []),
			"Remove that one from the agent in Fluents.ai, or set 'If the Agent Has an Endpoint' to Replace It: then this workflow is asked until it is unpublished.",
		].join('. '),
	});
}

function nameOf({ name, id }: IDataObject): string {
	return foreignText(name ?? id);
}
