import type { IDataObject } from 'n8n-workflow';

import { agentFieldNames, agents } from '../shared/records/agent';
import { readOne, sendChanges } from '../shared/records/collection';
import { catchStatus, operationError } from '../shared/api/errors';
import type { FluentsTransport } from '../shared/api/transport';
import { foreignText } from '../shared/foreignText';
import type { Activation } from './activation';

/**
 * Checks that agents exist. One that does not is a mistake when the workflow is published; when n8n
 * merely starts, the others still have to do their work.
 *
 * @param known the agents of the environment; one that is not among them yet is added.
 * @returns the IDs of those that exist.
 * @throws NodeApiError with code 404.
 */
export async function existingAgents(
	{ api, context, isAttended }: Activation,
	known: IDataObject[],
	agentIds: string[],
): Promise<string[]> {
	const ids: string[] = [];
	for (const id of agentIds) {
		if (!known.some((agent) => agent.id === id)) {
			const read = await catchStatus(readOne(api, agents, id), isAttended ? [] : ['404']);
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

/** A field of an agent that triggers change. */
export interface AgentField<T> {
	name: 'actions' | 'context_endpoint' | 'webhook';
	/** As messages name it. */
	called: string;
	/** What an agent has in it. */
	of(agent: IDataObject): T;
	isSame(one: T, other: T): boolean;
	/** Whether a change is in what an agent has now, beside what somebody else has changed since. */
	holds(change: Changed<T>): boolean;
	/** What an agent has now, without a change that does not hold. What somebody else has put there stays. */
	undo(change: Changed<T>): T;
}

/** What a field of an agent held before it was changed, what was written, and what it holds now. */
export interface Changed<T> {
	before: T;
	after: T;
	now: T;
}

/**
 * Changes one field of an agent and leaves all others as they are. The agent is read right before, so that
 * what a person has changed meanwhile is kept, and again afterwards. What does not hold is undone.
 *
 * @param change gives what the field shall hold, from what it holds.
 * @throws NodeApiError, also what `change` throws, and NodeOperationError when it does not hold.
 */
export async function changeAgent<T>(
	{ api, context }: Pick<Activation, 'api' | 'context'>,
	agentId: string,
	field: AgentField<T>,
	change: (before: T) => T,
): Promise<void> {
	const before = field.of(await readOne(api, agents, agentId));
	const after = change(before);
	if (field.isSame(after, before)) return;
	const answer = await updateAgent(api, agentId, { [field.name]: after } as IDataObject);
	const now = field.of(await readOne(api, agents, agentId));
	if (field.isSame(now, after)) return;
	// What Fluents.ai has taken first, as its answer says, somebody has changed since.
	const isTaken = field.name in answer && field.isSame(field.of(answer), after);
	if (isTaken && field.holds({ before, after, now })) return;
	const undone = field.undo({ before, after, now });
	const fail = (message: string, description: string) =>
		operationError(context.getNode(), message, { description });
	if (field.isSame(undone, now) && !field.isSame(now, before)) {
		// Nothing of it is left. Where it was to take something away, that is right.
		if (field.isSame(change(now), now)) return;
		throw fail(
			`Agent '${foreignText(agentId)}' got another ${field.called} from somebody while this one was set`,
			'Publish the workflow again.',
		);
	}
	if (!field.isSame(undone, now)) {
		await updateAgent(api, agentId, { [field.name]: undone } as IDataObject);
	}
	throw fail(
		`Fluents.ai did not keep the ${field.called} of agent '${foreignText(agentId)}' as n8n wrote it`,
		'The agent is as it was before. Publish the workflow again; if that does not help, ask Fluents.ai.',
	);
}

async function updateAgent(
	api: FluentsTransport,
	agentId: string,
	changes: IDataObject,
): Promise<IDataObject> {
	return await sendChanges(api, agents, agentFieldNames, changes, {
		read: async () => await readOne(api, agents, agentId),
		send: async (body) =>
			await api.post(
				`${agents.path}/update`,
				{ query: { id: agentId }, body, object: `${agents.one} '${agentId}'` },
				'repeatable',
			),
	});
}
