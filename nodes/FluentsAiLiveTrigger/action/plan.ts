import type { IDataObject } from 'n8n-workflow';

import { canonical } from '../../shared/canonical';
import { referencedId } from '../../shared/records/shape';
import type { Activation } from '../../triggers/activation';
import { isAt, isSameUrl, secretIn, withSecret } from '../../triggers/address';
import { chainOf, inherited } from '../../triggers/inheritance';
import { mayTakePlace, ownerOf, type Asking, type Owner } from '../../triggers/ownership';
import { readRecord, shortId, writeRecord, type RegistrationRecord } from '../../triggers/record';
import type { Part } from '../../triggers/registered';
import { formsOf, speechFormOf, type Speech, type SpeechForm } from './speech';

/** What a trigger wants to be there in Fluents.ai. */
export interface Wanted extends Asking, Pick<Activation, 'label'> {
	secret: string;
	/** Name, description and input schema of the action. */
	config: IDataObject & { name: string };
	speech: Speech;
	/** IDs of the agents that are to have the action. */
	agents: string[];
	/** Whether another action of this name may be replaced, until this one is removed. */
	replace: boolean;
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

/** What is written of an action. */
export interface Body extends IDataObject {
	description: string;
	config: IDataObject & { url: string };
}

export interface Plan {
	/** The action to keep. */
	own?: IDataObject;
	/** What it has to look like in each form, the likelier one first, and whether it does already. */
	bodies: [first: Body, other: Body];
	record: RegistrationRecord;
	isWritten: boolean;
	/** Agents that get it, in the place of these. */
	attach: Exchange[];
	/** Agents that have it, or one that goes, and shall not. */
	release: Exchange[];
	/** Doubles of it, and a test of the same trigger that publishing ends. */
	gone: IDataObject[];
	/** Agents that have another action of the same name, of which they would take the first. */
	conflicts: Array<{ agent: IDataObject; action: IDataObject; owner: Owner }>;
}

/** Tells what is to do, from nothing but what is there. */
export function planAction(wanted: Wanted, found: Found): Plan {
	const { isTest, secret, address, config, speech, label, identity } = wanted;
	const owner = (action: IDataObject) => ownerOfAction(action, wanted, wanted.replace);
	const [own, ...doubles] = ownActions(found, wanted, wanted.replace);
	const counterparts = found.actions.filter((action) => owner(action) === 'counterpart');
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
		// What lies above it gives it back when it goes: a test, or another trigger that has replaced it.
		const isBelow = own !== undefined && liesBelow(own, agent, found);
		if (carried.length === 0 && !isBelow) delete previous[shortId(agentId)];
		if (wanted.agents.includes(agentId)) {
			const namesake = found.actions.find(
				(action) =>
					!isBelow &&
					!ours.includes(action) &&
					carries(agent, action) &&
					configOf(action).name === config.name,
			);
			const published = isTest
				? carried.find((action) => counterparts.includes(action))
				: undefined;
			const before = published ?? namesake ?? inheritedOf(agentId, gone, carried, found);
			if (before) previous[shortId(agentId)] = shortId(before.id);
			const isAttached = carried.length === 1 && carried[0] === own;
			const isReplaced = isBelow && carried.length === 0;
			if ((!isAttached && !isReplaced) || namesake) {
				const out = namesake ? [...ours, namesake] : ours;
				attach.push({ agentId, out, ...(own && { in: String(own.id) }) });
			}
			if (namesake && !mayTakePlace(owner(namesake), wanted.replace, wanted)) {
				conflicts.push({ agent, action: namesake, owner: owner(namesake) });
			}
		} else {
			const out = carried.filter((action) => action === own || gone.includes(action));
			if (out.length > 0) release.push({ agentId, out, in: previousOf(agentId, out, found) });
		}
	}

	const record = { ...identity, test: isTest, previous };
	const bodyOf = (form: SpeechForm): Body => ({
		type: 'action_external',
		label,
		description: writeRecord(record),
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
	return { own, bodies, record, isWritten, attach, release, gone, conflicts };
}

function liesBelow(own: IDataObject, agent: IDataObject, { actions }: Found): boolean {
	return actions.some((action) => {
		if (action === own || !carries(agent, action)) return false;
		return chainOf(shortId(agent.id), shortId(action.id), actions).includes(own);
	});
}

/** What an agent had before one that goes, and gets back when the new one goes. */
function inheritedOf(
	agentId: string,
	gone: IDataObject[],
	carried: IDataObject[],
	found: Found,
): IDataObject | undefined {
	const agent = shortId(agentId);
	const [first] = carried.filter((action) => gone.includes(action));
	return inherited(agent, first && shortId(first.id), found.actions, (action) =>
		gone.includes(action),
	);
}

/** Agents that have an action that goes, with what they get instead. */
export function planRelease(gone: IDataObject[], found: Found): Exchange[] {
	return found.agents.flatMap((agent) => {
		const agentId = String(agent.id);
		const out = gone.filter((action) => carries(agent, action));
		return out.length > 0 ? [{ agentId, out, in: previousOf(agentId, out, found) }] : [];
	});
}

/** The actions of a trigger; the one that leads to its address comes first. */
export function ownActions(
	{ actions }: Pick<Found, 'actions'>,
	asking: Asking,
	mayMove: boolean,
): IDataObject[] {
	const isHere = (action: IDataObject) => Number(isAt(configOf(action).url, asking.address));
	return actions
		.filter((action) => ownerOfAction(action, asking, mayMove) === 'own')
		.sort((a, b) => isHere(b) - isHere(a));
}

export function ownerOfAction(action: IDataObject, asking: Asking, mayMove: boolean): Owner {
	const record = readRecord(action.description);
	const { url } = configOf(action);
	return ownerOf({ url, secret: secretIn(url), record }, asking, mayMove);
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

/** What an agent had before actions that go, if it is there still. */
function previousOf(agentId: string, gone: IDataObject[], found: Found): string | undefined {
	for (const { id } of gone) {
		const isGone = (action: IDataObject) => gone.includes(action);
		const before = inherited(shortId(agentId), shortId(id), found.actions, isGone);
		if (before) return String(before.id);
	}
	return undefined;
}

/** Whether the action is as it was sent. The API may add to it. */
function isSame(action: IDataObject, { config, ...rest }: Body): boolean {
	const { url, ...settings } = config;
	const holds = (is: IDataObject, sent: IDataObject) =>
		Object.entries(sent).every(([name, value]) => canonical(is[name]) === canonical(value));
	const isAction = holds(action, rest) && holds(configOf(action), settings);
	return isAction && isSameUrl(configOf(action).url, url);
}

/** What of an action has to be as it was sent. */
export function partsOf(action: IDataObject, { description, config }: Body): Part[] {
	const kept = configOf(action);
	return [
		['description', action.description === description],
		['URL', isSameUrl(kept.url, config.url)],
		['name', kept.name === config.name],
	];
}
