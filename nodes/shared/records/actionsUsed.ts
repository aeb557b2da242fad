import type { IDataObject } from 'n8n-workflow';

import { readInput } from '../inputSchema';
import { isObject } from '../json';
import { parseTime, toIsoTime } from './time';

/** One use of an action in a call. */
type ActionUse = {
	/** Label of the action, or its ID where it has none. */
	action: string;
	action_id: string | null;
	action_type: string | null;
	time: IDataObject[string];
	/** What the agent passed to it, e.g. what it asked the person for. */
	parameters: IDataObject;
	/** What the action answered. */
	result: IDataObject[string];
	/** HTTP status of the answer. */
	status: number | null;
	error: IDataObject[string];
};

/**
 * Reads which actions a call's agent used, in the order of their times (API: getCall, action history).
 *
 * @returns undefined where the API does not tell, as in lists.
 */
export function actionsUsed({ action_history: history }: IDataObject): ActionUse[] | undefined {
	if (!Array.isArray(history)) return undefined;
	const entries = (history as unknown[]).filter(isObject);
	const timed = entries.map((entry) => ({ entry, time: parseTime(entry.timestamp) ?? NaN }));
	// Where a time is missing, the order of the API is the best that there is.
	const canBeSorted = timed.every(({ time }) => !Number.isNaN(time));
	if (canBeSorted) timed.sort((a, b) => a.time - b.time);
	return timed.map(({ entry }) => toUse(entry));
}

function toUse(entry: IDataObject): ActionUse {
	const { action_id: id, action_label: label, action_type: type, timestamp } = entry;
	const { parameters, result } = entry;
	const { json, http_status_code: status, error } = isObject(result) ? result : {};
	return {
		action: textOf(label) ?? textOf(id) ?? textOf(type) ?? 'unknown',
		action_id: textOf(id),
		action_type: textOf(type),
		time: toIsoTime(timestamp ?? null),
		parameters: isObject(parameters) ? parameters : {},
		result: (json ?? null) as IDataObject[string],
		status: typeof status === 'number' ? status : null,
		error: (error ?? null) as IDataObject[string],
	};
}

function textOf(value: unknown): string | null {
	return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/**
 * What the agent collected from the person: the parameters of each external action, by its label, of
 * its latest use. Actions that share a label stand under their IDs. Values have the types of the
 * action's input schema, whichever way the model wrote them.
 *
 * @param agent of the call; where it is an ID only, values stay as they were sent.
 * @returns null where the uses are not known.
 */
export function answersOf(uses: ActionUse[] | undefined, agent: unknown): IDataObject | null {
	if (!uses) return null;
	const schemas = inputSchemas(agent);
	const asking = uses.filter(({ action_type: type }) => (type ?? EXTERNAL) === EXTERNAL);
	const idsOf = new Map<string, Set<string>>();
	for (const { action, action_id: id } of asking) {
		if (!idsOf.has(action)) idsOf.set(action, new Set());
		idsOf.get(action)?.add(id ?? '');
	}
	const nameOf = ({ action, action_id: id }: ActionUse) =>
		(idsOf.get(action)?.size ?? 0) > 1 ? (id ?? action) : action;
	return Object.fromEntries(
		asking.map((use) => [
			nameOf(use),
			readInput(use.parameters, schemas.get(use.action_id)).input,
		]),
	);
}

/** The input schemas of an agent's external actions, by their IDs. */
function inputSchemas(agent: unknown): Map<unknown, unknown> {
	const actions = isObject(agent) && Array.isArray(agent.actions) ? agent.actions : [];
	const known = (actions as unknown[]).filter(isObject);
	return new Map(
		known.map(({ id, config }) => [id, isObject(config) ? config.input_schema : undefined]),
	);
}

const EXTERNAL = 'action_external';
