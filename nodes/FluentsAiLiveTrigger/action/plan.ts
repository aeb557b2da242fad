import type { IDataObject } from 'n8n-workflow';

import { canonical } from '../../shared/canonical';
import { referencedId } from '../../shared/records/shape';
import { isAt, withSecret } from '../../triggers/address';
import type { Activation } from '../../triggers/lifeCycle';
import { isCounterpart, readRecord, writeRecord } from '../../triggers/record';
import { formsOf, speechFormOf, type Speech, type SpeechForm } from './speech';

/** What a trigger wants to be there in Fluents.ai. */
export interface Wanted extends Pick<
	Activation,
	'address' | 'label' | 'workflow' | 'trigger' | 'isTest'
> {
	secret: string;
	/** Name, description and input schema of the action. */
	config: IDataObject & { name: string };
	speech: Speech;
	/** IDs of the agents that are to have the action. */
	agents: string[];
}

/** What is there: all actions and agents of the environment. */
export interface Found {
	actions: IDataObject[];
	agents: IDataObject[];
}

/** What an agent's list of actions loses, and what it gets in that place. */
export interface Exchange {
	agentId: string;
	out: IDataObject[];
	/** ID of an action. */
	in?: string;
}

export interface Plan {
	/** The action to keep. */
	own?: IDataObject;
	/** What it has to look like in each form, the likelier one first, and whether it does already. */
	bodies: [first: IDataObject, other: IDataObject];
	isWritten: boolean;
	/** Agents that get it, in the place of any of `ours`. */
	attach: string[];
	ours: IDataObject[];
	/** Agents that have it, or one that goes, and shall not. */
	release: Exchange[];
	/** Doubles of it, and a test of the same trigger that publishing ends. */
	gone: IDataObject[];
	/** Agents that have another action of the same name, of which they would take the first. */
	conflicts: Array<{ agent: IDataObject; action: IDataObject }>;
}

/** Tells what is to do, from nothing but what is there. */
export function planAction(wanted: Wanted, found: Found): Plan {
	const { isTest, workflow, trigger, secret, address, config, speech, label } = wanted;
	const [own, ...doubles] = actionsAt(found, address);
	const counterparts = found.actions.filter(({ description }) =>
		isCounterpart(wanted, description),
	);
	// Publishing ends a test; a test takes the place of the published action for a while.
	const gone = isTest ? doubles : [...doubles, ...counterparts];
	const ours = [...(own ? [own] : []), ...doubles, ...counterparts];

	const previous = { ...readRecord(own?.description)?.previous };
	const attach: Plan['attach'] = [];
	const release: Plan['release'] = [];
	const conflicts: Plan['conflicts'] = [];
	for (const agent of found.agents) {
		const agentId = String(agent.id);
		const carried = ours.filter((action) => carries(agent, action));
		if (wanted.agents.includes(agentId)) {
			const published = isTest
				? carried.find((action) => counterparts.includes(action))
				: undefined;
			if (published) previous[agentId] = String(published.id);
			if (!own || carried.length !== 1 || carried[0] !== own) attach.push(agentId);
			const namesake = found.actions.find(
				(action) =>
					!ours.includes(action) &&
					carries(agent, action) &&
					configOf(action).name === config.name,
			);
			if (namesake) conflicts.push({ agent, action: namesake });
		} else {
			const out = carried.filter((action) => action === own || gone.includes(action));
			if (out.length > 0) release.push({ agentId, out, in: previousOf(agentId, out, found) });
		}
	}

	const bodyOf = (form: SpeechForm): IDataObject => ({
		type: 'action_external',
		label,
		description: writeRecord({ workflow, trigger, test: isTest, previous }),
		config: {
			...config,
			...formsOf(speech)[form],
			url: withSecret(address, secret),
			processing_mode: 'muted',
		},
		action_trigger: { type: 'action_trigger_function_call', config: {} },
	});
	const form = speechFormOf([...(own ? [own] : []), ...found.actions]);
	const bodies: Plan['bodies'] = [bodyOf(form), bodyOf(form === 'text' ? 'switch' : 'text')];
	const isWritten = own !== undefined && bodies.some((body) => isSame(own, body));
	return { own, bodies, isWritten, attach, ours, release, gone, conflicts };
}

/** Agents that have an action that goes, with what they get instead. */
export function planRelease(gone: IDataObject[], found: Found): Exchange[] {
	return found.agents.flatMap((agent) => {
		const agentId = String(agent.id);
		const out = gone.filter((action) => carries(agent, action));
		return out.length > 0 ? [{ agentId, out, in: previousOf(agentId, out, found) }] : [];
	});
}

/** The actions with this address of n8n, whatever their query is. */
export function actionsAt({ actions }: Pick<Found, 'actions'>, address: string): IDataObject[] {
	return actions.filter((action) => isAt(configOf(action).url, address));
}

export function configOf(action: IDataObject | undefined): IDataObject {
	return (action?.config ?? {}) as IDataObject;
}

/** IDs of an agent's actions, and in full those that have none. */
export function listOf({ actions }: IDataObject): unknown[] {
	return Array.isArray(actions) ? actions.map((action) => referencedId(action) ?? action) : [];
}

function carries(agent: IDataObject, { id }: IDataObject): boolean {
	return listOf(agent).includes(id);
}

/** The published action that a test has taken the place of, if it is there still. */
function previousOf(agentId: string, gone: IDataObject[], found: Found): string | undefined {
	const ids = gone.map(({ description }) => readRecord(description)?.previous[agentId]);
	const previous = found.actions.find(({ id }) => ids.includes(String(id)));
	return previous && !gone.includes(previous) ? String(previous.id) : undefined;
}

/** Whether the action is as it was sent. The API may add to it. */
function isSame(action: IDataObject, { config, ...rest }: IDataObject): boolean {
	const holds = (is: IDataObject, sent: IDataObject) =>
		Object.entries(sent).every(([name, value]) => canonical(is[name]) === canonical(value));
	return holds(action, rest) && holds(configOf(action), config as IDataObject);
}
