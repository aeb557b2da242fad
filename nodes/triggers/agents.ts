import type { IDataObject } from 'n8n-workflow';

import { agentFieldNames, agents } from '../shared/records/agent';
import { readOne, sendChanges, type Collection } from '../shared/records/collection';
import { catchStatus } from '../shared/api/errors';
import { eachRecord } from '../shared/api/pagination';
import type { FluentsTransport } from '../shared/api/transport';
import type { Activation } from './lifeCycle';

/** An activation that nobody asked for: n8n starts, or another of its processes takes over. */
const UNATTENDED = ['init', 'leadershipChange'];

export async function readAll(api: FluentsTransport, { path }: Collection): Promise<IDataObject[]> {
	const records: IDataObject[] = [];
	for await (const record of eachRecord(api, `${path}/list`)) records.push(record);
	return records;
}

export async function readAgents(api: FluentsTransport): Promise<IDataObject[]> {
	return await readAll(api, agents);
}

/**
 * Checks that agents exist. One that does not is a mistake when the workflow is published; when n8n
 * merely starts, the others still have to do their work.
 *
 * @param known the agents of the environment; one that is not among them yet is added.
 * @returns the IDs of those that exist.
 * @throws NodeApiError with code 404.
 */
export async function existingAgents(
	{ api, context }: Activation,
	known: IDataObject[],
	agentIds: string[],
): Promise<string[]> {
	const mayBeGone = UNATTENDED.includes(context.getActivationMode());
	const ids: string[] = [];
	for (const id of agentIds) {
		if (!known.some((agent) => agent.id === id)) {
			const read = await catchStatus(readOne(api, agents, id), mayBeGone ? ['404'] : []);
			if (read.refusal) {
				const { name } = context.getNode();
				context.logger.warn(`${read.refusal.message}: '${name}' goes on without it`);
				continue;
			}
			known.push(read.value);
		}
		ids.push(id);
	}
	return ids;
}

/**
 * Changes fields of an agent and leaves all others as they are.
 *
 * @throws NodeApiError
 */
export async function updateAgent(
	api: FluentsTransport,
	agentId: string,
	changes: IDataObject,
): Promise<void> {
	await sendChanges(agents, agentFieldNames, changes, {
		read: async () => await readOne(api, agents, agentId),
		send: async (body) =>
			await api.post(
				`${agents.path}/update`,
				{ query: { id: agentId }, body, object: `${agents.one} '${agentId}'` },
				'repeatable',
			),
	});
}
