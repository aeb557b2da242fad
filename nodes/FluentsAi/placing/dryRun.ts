import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { catchStatus, withoutItem } from '../../shared/api/errors';
import { maskSecrets } from '../../shared/masking';
import { shown } from '../../shared/shown';
import { timeZonesOf } from '../../shared/phoneNumbers/timeZones';
import { readNumber } from '../../shared/records/number';

import type { Output, Run } from '../operation';
import { isTool } from '../tool';
import { personOf, type Addressee } from './addressee';
import { createCallIndex, type CallIndex } from './callIndex';
import { expectRoom } from './callsOfTools';
import { localTime, openingOf, whyClosed } from './callingWindow';
import { bodyOf } from './dial';
import { checkPerson, findDuplicate } from './duplicates';
import type { DryRun } from './callOrDryRun';
import { findAsked } from './placeOnce';
import { findRepeat, repeatNote } from './repeats';
import type { CallRequest } from './request';
import { agentOf, mapped, missingOf, whyIncomplete, type Agent } from './variables';

/** Answers by which Fluents.ai says that there is no such object. */
const MISSING = ['400', '404', '422'];

/** The values that an item has in the output of a dry run, as far as they are known. */
interface Findings extends IDataObject {
	to_number: string | null;
	/** ISO code. */
	country: string | null;
	local_time: IDataObject[string];
	time_zone: IDataObject[string];
	agent_name: string | null;
	missing_variables: string[];
	/** The body of the request that would be sent. */
	request: IDataObject | null;
}

const NOTHING: Findings = {
	to_number: null,
	country: null,
	local_time: null,
	time_zone: null,
	agent_name: null,
	missing_variables: [],
	request: null,
};

/** What the items of a dry run share. Nothing of it outlives the run. */
interface Rehearsal {
	/** Why calls cannot come from a number; undefined when they can. */
	numbers: Map<string, Promise<string | undefined>>;
	/** The calls that would have been placed. */
	planned: CallIndex<Planned> & { add(call: Planned): void };
}

type Planned = Addressee & { key: string };

const rehearsals = new WeakMap<Run, Rehearsal>();

function rehearsalOf(run: Run): Rehearsal {
	const known = rehearsals.get(run);
	if (known) return known;
	const rehearsal: Rehearsal = {
		numbers: new Map(),
		planned: createCallIndex<Planned>(),
	};
	rehearsals.set(run, rehearsal);
	return rehearsal;
}

/**
 * Tells what would become of an item, and calls nobody: everything is checked as for a call, by reading
 * alone. It waits for nothing, and leaves no note.
 *
 * @throws NodeApiError when something could not be read.
 */
export async function rehearse(run: Run, order: DryRun): Promise<Output> {
	if (order.kind === 'refused') {
		// The output is linked to its item already.
		return verdict(run, withoutItem(order.error.message), NOTHING);
	}
	return await run.oneAtATime(async () => {
		let { request } = order;
		const read = await catchStatus(agentOf(run, request), MISSING);
		const agent = read.refusal ? undefined : read.value;
		let body: IDataObject | null = null;
		const reason = await firstReason([
			() => read.refusal?.message,
			() => agent && void (request = mapped(request, agent)),
			() => agent && whyIncomplete(request, agent),
			() => whyClosed(request.window, request.maxWait),
			async () => await whyAsked(run, request),
			async () => await whyEarlier(run, request),
			async () => await expectRoom(run, request),
			async () => await numberProblem(run, request),
			async () => void (body = maskSecrets(await bodyOf(run, request))),
		]);
		if (reason === undefined) {
			rehearsalOf(run).planned.add({ ...request, key: request.key.key });
		}
		return verdict(run, reason, { ...findingsOf(request, agent), request: body });
	});
}

function verdict({ context }: Run, reason: Reason, findings: Findings): Output {
	const json: IDataObject = { dry_run: true, would_call: reason ?? true, ...findings };
	if (isTool(context)) {
		json.note =
			reason === undefined
				? 'This was a dry run: nobody was called. It would have been a real call if Calls were set to Place.'
				: 'This was a dry run: nobody was called, and would_call says why a real run would not call either.';
	}
	return { json };
}

function findingsOf(request: CallRequest, agent: Agent | undefined): Findings {
	const { window, toNumber, country, numberHint } = request;
	const now = Date.now();
	const opensAt = window && openingOf(window, now);
	return {
		...NOTHING,
		to_number: toNumber,
		country: country ?? null,
		...localTime(timeZonesOf(toNumber), now),
		...(agent && { agent_name: agent.name, missing_variables: missingOf(request, agent) }),
		...(opensAt !== undefined && { opens_at: new Date(opensAt).toISOString() }),
		...(numberHint !== undefined && { number_hint: numberHint }),
	};
}

type Reason = string | undefined | void;

/** What stands against a call, in the order in which a real run would find it. */
async function firstReason(checks: Array<() => Reason | Promise<Reason>>): Promise<Reason> {
	for (const check of checks) {
		const reason = await Promise.resolve()
			.then(check)
			.catch((error: Error) => {
				if (error instanceof NodeOperationError) return error.message;
				throw error;
			});
		if (reason !== undefined) return reason;
	}
}

/** Why the person is not to be called at all. */
async function whyAsked(run: Run, request: CallRequest): Promise<string | undefined> {
	const asked = await findAsked(run, request);
	return asked && `The person has asked not to be called, in call '${asked.callId}'`;
}

/** Why an item would be given an earlier call instead. */
async function whyEarlier(run: Run, request: CallRequest): Promise<string | undefined> {
	const { duplicates, key, repeats, toNumber } = request;
	const { planned } = rehearsalOf(run);
	const [sameKey] = duplicates.byKey ? planned.withKey(key.key, request) : [];
	if (sameKey) {
		checkPerson(run, request, personOf(sameKey));
		return `An earlier item of this run has the same Call Key ${shown(key.key)}`;
	}
	const isPlanned = duplicates.byNumber && planned.to(request).length > 0;
	if (isPlanned) return 'An earlier item of this run has the same number';
	const duplicate = await findDuplicate(run, request);
	if (duplicate) return `Called already: call '${String(duplicate.id)}'`;
	const repeat = repeats && (await findRepeat(run, toNumber, repeats));
	return repeat && repeatNote(repeat.at);
}

async function numberProblem(run: Run, { fromNumber }: CallRequest): Promise<string | undefined> {
	const { numbers: known } = rehearsalOf(run);
	const reading = known.get(fromNumber) ?? readNumberProblem(run, fromNumber);
	known.set(fromNumber, reading);
	return await reading;
}

async function readNumberProblem({ api }: Run, number: string): Promise<string | undefined> {
	const read = await catchStatus(readNumber(api, number), MISSING);
	if (read.refusal) return read.refusal.message;
	return read.value.active === false
		? `The From Number ${number} is not active, so no call can come from it`
		: undefined;
}
