import type { NodeOperationError } from 'n8n-workflow';

import { operationError } from '../../shared/api/errors';
import { foreignText } from '../../shared/foreignText';
import { isAt, newSecret, placeOf } from '../../triggers/address';
import { existingAgents, readAgents, updateAgent } from '../../triggers/agents';
import type { Activation, Place, Registrar, Registration } from '../../triggers/lifeCycle';
import { orUndo, Removal } from '../../triggers/removal';
import { readEndpoint, writeEndpoint, type Layer } from './endpoint';
import { ifHasEndpointField } from '../fields';
import { readAgentIds } from '../parameters';

/** The trigger is registered as the context endpoint of agents, which they ask who is calling. */
export const callerLookup: Registrar = { prepare, remove: unregister };

async function prepare(activation: Activation): Promise<Registration> {
	const { from, api, address, workflow, isTest, stored } = activation;
	const chosen = readAgentIds(from);
	const agents = await readAgents(api);
	const wanted = await existingAgents(activation, agents, chosen);
	const mayReplace = from.choice(ifHasEndpointField) === 'replace';

	const all = agents.map((agent) => ({ agent, ...readEndpoint(agent.context_endpoint) }));
	const isOwn = (layer: Layer) => isAt(layer.address, address);
	const known = all.flatMap(({ layers }) => layers).find(isOwn)?.secret;
	const secret = stored.secret ?? known ?? newSecret();
	const own: Layer = { address, workflow, test: isTest, secret };

	const changes: Array<{ agentId: string; endpoint: string | null }> = [];
	const conflicts: string[] = [];
	for (const { agent, layers, bottom } of all) {
		const isOurs = (layer: Layer) => isOwn(layer) || isCounterpartLayer(activation, layer);
		// A test lies on the published one; publishing ends a test.
		const kept = layers.filter((layer) => (isTest ? !isOwn(layer) : !isOurs(layer)));
		const place = layers.findIndex(isOwn);
		// Another trigger may have replaced it, and gives it back when it is unpublished.
		const isBelow = place > 0 && !isOurs(layers[0]);
		const isWanted = wanted.includes(String(agent.id));
		const next = isWanted ? kept.toSpliced(isBelow ? place : 0, 0, own) : kept;

		const endpoint = writeEndpoint({ layers: next, bottom });
		if (endpoint === writeEndpoint({ layers, bottom })) continue;
		changes.push({ agentId: String(agent.id), endpoint });
		const other = layers[0]?.address ?? bottom;
		const isForeign = other !== null && !layers.some(isOurs);
		if (isWanted && isForeign && !mayReplace) {
			conflicts.push(
				`Agent '${foreignText(agent.name ?? agent.id)}' has another context endpoint already: ${foreignText(placeOf(other))}`,
			);
		}
	}
	const data = { secret, environment: api.credential.environment };
	const carryOut = async () => {
		for (const { agentId, endpoint } of changes) {
			await updateAgent(api, agentId, { context_endpoint: endpoint });
		}
	};
	return {
		isComplete: changes.length === 0,
		data,
		async complete() {
			if (conflicts.length > 0) throw conflictError(activation, conflicts);
			await orUndo(carryOut(), async () => await unregister(activation));
			return data;
		},
	};
}

async function unregister({ api, address, workflow }: Place): Promise<void> {
	const removal = new Removal();
	for (const { id, context_endpoint: before } of await readAgents(api)) {
		const { layers, bottom } = readEndpoint(before);
		// In n8n 1, a copy of a workflow takes over the address of the first one.
		const kept = layers.filter(
			(layer) => !isAt(layer.address, address) || layer.workflow !== workflow,
		);
		if (kept.length === layers.length) continue;
		const endpoint = writeEndpoint({ layers: kept, bottom });
		await removal.attempt(
			`Agent '${foreignText(id)}' did not get back the context endpoint that it had`,
			updateAgent(api, String(id), { context_endpoint: endpoint }),
		);
	}
	removal.finish();
}

/** Whether it is that of the same trigger, in a test for the published one and the reverse. */
function isCounterpartLayer({ workflow, trigger, isTest }: Activation, layer: Layer): boolean {
	return (
		layer.workflow === workflow &&
		layer.test !== isTest &&
		layer.address.split('/').includes(trigger)
	);
}

function conflictError({ context }: Activation, [first, ...others]: string[]): NodeOperationError {
	return operationError(context.getNode(), first, {
		description: [
			...others,
			"Take that one off the agent in Fluents.ai, or set 'If the Agent Already Has a Context Endpoint' to Replace It: then this workflow is asked until it is unpublished.",
		].join('. '),
	});
}
