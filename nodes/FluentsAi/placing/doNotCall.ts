import type { IDataObject } from 'n8n-workflow';

import { catchStatus } from '../../shared/api/errors';
import type { ItemReader } from '../../shared/parameters/reader';
import { digitsOf } from '../../shared/phoneNumbers/parse';
import { calls } from '../../shared/records/call';
import { readOne } from '../../shared/records/collection';
import { outcomeOf } from '../../shared/records/outcome';
import { parseTime } from '../../shared/records/time';
import { optionsOf } from '../fields/options';
import type { Run } from '../operation';
import { carriedInsteadOf, INSTEAD_OF, isFor, mayBeFor, type Addressee } from './addressee';
import { Lists } from './callIndex';
import type { Ledger } from './ledger';
import { readRecentCalls } from './recentCalls';
import { withinField, doNotCallOption } from './fields';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** For how long what was read of the list holds, in milliseconds. */
const READING_HOLDS = 60_000;

/** What a call tells may come so many milliseconds after its start: calls take time, and lists lag. */
const UNTIL_TOLD = 2 * HOUR;

/**
 * @returns for how many milliseconds a request not to be called counts; undefined when none does.
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readDoNotCall(from: ItemReader): number | undefined {
	const guards = { guards: true };
	const period = optionsOf(from).entry(doNotCallOption, guards);
	return period && period.number(withinField, guards) * DAY;
}

/** A call in which the person asked not to be called again. */
export interface Asked {
	callId: string;
	/** ISO 8601; null when Fluents.ai does not tell. */
	at: string | null;
}

/** Knows who has asked not to be called. */
export interface DoNotCallList {
	/**
	 * @param since milliseconds since 1970.
	 * @throws NodeApiError when a call cannot be read, so that it cannot be told.
	 */
	find(addressee: Addressee, since: number): Promise<Asked | undefined>;
}

export function createDoNotCallList({ api }: Run, ledger: Ledger): DoNotCallList {
	let reading: { since: number; at: number; listed: Promise<Listed> } | undefined;
	const known = new Map<string, Promise<IDataObject | undefined>>();

	/** Reads the list, or only what may have changed since it was read, into what is known of it. */
	const readList = async (since: number, listed: Listed) => {
		const { recent } = await readRecentCalls(api, since, { keep: whatTells });
		for (const call of recent) {
			const id = String(call.id);
			known.delete(id);
			const before = listed.byId.get(id);
			if (before) Object.assign(before, call);
			else {
				listed.byId.set(id, call);
				listed.byPerson.add(digitsOf(personIn(call)), call);
			}
		}
		return listed;
	};
	const listedSince = async (since: number) => {
		const at = Date.now();
		const before = reading && reading.since <= since ? reading : undefined;
		if (before && at - before.at <= READING_HOLDS) return await before.listed;
		const listed = before
			? before.listed.then((all) => readList(before.at - UNTIL_TOLD, all))
			: readList(since, { byId: new Map(), byPerson: new Lists() });
		reading = { since: before?.since ?? since, at, listed };
		listed.catch(() => (reading = before));
		return await listed;
	};
	/** A call that was deleted since tells nothing. */
	const readCall = async (id: string) => {
		const read = await catchStatus(readOne(api, calls, id), ['404']);
		return read.refusal ? undefined : whatTells(read.value);
	};
	const inFull = async (listed: IDataObject) => {
		if (tells(listed)) return listed;
		const id = String(listed.id);
		const call = known.get(id) ?? readCall(id);
		known.set(id, call);
		call.catch(() => known.delete(id));
		return await call;
	};
	/** The calls of this process to somebody, of which the list may not tell yet. */
	const ownCalls = async (addressee: Addressee, since: number) => {
		const { ofRun, ofProcess } = ledger;
		const entries = [...ofRun.to(addressee), ...ofProcess.to(addressee)];
		const ids = entries.filter(({ at }) => at >= since).map(({ id }) => id);
		const placed = ids.filter((id) => typeof id === 'string');
		return await Promise.all([...new Set(placed)].map(readCall));
	};
	return {
		async find(addressee, since) {
			const isAsking = (call: IDataObject | undefined) =>
				call !== undefined && hasAsked(call) && isFor(call, addressee);
			const own = (await ownCalls(addressee, since)).find(isAsking);
			if (own) return toAsked(own);
			const { byPerson } = await listedSince(since);
			for (const listed of byPerson.get(digitsOf(addressee.toNumber))) {
				if (!mayBeFor(listed, addressee) || saysNo(listed)) continue;
				if ((parseTime(listed.start_time) ?? since) < since) continue;
				const call = await inFull(listed);
				if (call && isAsking(call)) return toAsked(call);
			}
			return undefined;
		},
	};
}

function toAsked(call: IDataObject): Asked {
	const at = parseTime(call.start_time);
	return {
		callId: String(call.id),
		at: at === undefined ? null : new Date(at).toISOString(),
	};
}

/** What a run knows of the list. */
interface Listed {
	byId: Map<string, IDataObject>;
	/** By the digits of the number. */
	byPerson: Lists<IDataObject>;
}

/** The person in a call; one who has called in may ask not to be called, too. */
function personIn({ is_outgoing: isOutgoing, from_number: from, to_number: to }: IDataObject) {
	return isOutgoing === false ? from : to;
}

/** Of a call, no more than is asked for here: there may be all those of a year. */
function whatTells(call: IDataObject): IDataObject {
	const { id, is_outgoing, from_number, to_number, start_time, do_not_call_result } = call;
	const insteadOf = carriedInsteadOf(call);
	return {
		...{ id, is_outgoing, from_number, to_number, start_time, do_not_call_result },
		context: insteadOf === undefined ? undefined : { [INSTEAD_OF]: insteadOf },
	};
}

/** Whether a list tells what has to be known. */
function tells(listed: IDataObject): boolean {
	return listed.do_not_call_result !== undefined && carriedInsteadOf(listed) !== undefined;
}

/** Whether a list tells that the person has not asked. */
function saysNo(listed: IDataObject): boolean {
	return listed.do_not_call_result !== undefined && !hasAsked(listed);
}

function hasAsked(call: IDataObject): boolean {
	return outcomeOf(call).asked_not_to_be_called === true;
}
