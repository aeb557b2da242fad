import type { IDataObject, INodeProperties } from 'n8n-workflow';

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
import { readRecentCalls } from './recentCalls';

const DAY = 24 * 3_600_000;

const withinField: INodeProperties = {
	displayName: 'Within (Days)',
	name: 'days',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 365,
	description: 'How long such a request counts, in days since the call in which it was made',
};

export const doNotCallOption: INodeProperties = {
	displayName: 'Skip If Asked Not to Be Called',
	name: 'skipIfAsked',
	placeholder: 'Add Period',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { period: {} },
	description:
		'Leaves out people who have asked an agent not to call them again, in a call with Do Not Call Detection',
	options: [{ displayName: 'Period', name: 'period', values: [withinField] }],
};

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

export function createDoNotCallList({ api }: Run): DoNotCallList {
	let reading: { since: number; calls: Promise<Lists<IDataObject>> } | undefined;
	const known = new Map<string, Promise<IDataObject | undefined>>();

	const readList = async (since: number) => {
		const { recent } = await readRecentCalls(api, since, { keep: whatTells });
		const lists = new Lists<IDataObject>();
		for (const call of recent) lists.add(digitsOf(personIn(call)), call);
		return lists;
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
	return {
		async find(addressee, since) {
			if (!reading || since < reading.since) {
				reading = { since, calls: readList(since) };
				reading.calls.catch(() => (reading = undefined));
			}
			for (const listed of (await reading.calls).get(digitsOf(addressee.toNumber))) {
				if (!mayBeFor(listed, addressee) || saysNo(listed)) continue;
				if ((parseTime(listed.start_time) ?? since) < since) continue;
				const call = await inFull(listed);
				if (call && hasAsked(call) && isFor(call, addressee)) {
					const at = parseTime(call.start_time);
					return {
						callId: String(call.id),
						at: at === undefined ? null : new Date(at).toISOString(),
					};
				}
			}
			return undefined;
		},
	};
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
