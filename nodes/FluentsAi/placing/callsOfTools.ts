import { randomBytes } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import { catchStatus, operationError } from '../../shared/api/errors';
import type { FluentsTransport } from '../../shared/api/transport';
import { plainText } from '../../shared/json';
import { Memory } from '../../shared/memory';
import { calls } from '../../shared/records/call';
import { readOne } from '../../shared/records/collection';
import { parseTime } from '../../shared/records/time';
import type { Run } from '../operation';
import { isTool } from '../tool';
import type { Addressee } from './addressee';
import { countsAsCalled } from './ledger';
import { nameOf } from './sharedInProcess';
import { readRecentCalls } from './recentCalls';
import type { ToolLimits } from './toolLimits';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Milliseconds by which the clocks of n8n and Fluents.ai may differ. */
const CLOCK_SKEW = 2 * MINUTE;

/** How the mark of a call of a test ends: real calls and those of tests do not know of each other. */
const TEST = ' test';

/** Name of the context variable that tells of a call that a tool has placed it, and when. */
const VARIABLE = 'n8n_tool_call';

/** Such a variable: when the call was placed, a word of its own, and whether it was one of a test. */
type Mark = string;

interface Limited extends Pick<Addressee, 'insteadOf'> {
	limits?: ToolLimits;
}

/** The call of a tool that is about to be placed. It counts from now on. */
export interface Slot {
	mark: Mark;
	/** Nobody was called: it does not count. */
	free(): void;
}

/** The calls that tools of this process have placed, or are about to. Fluents.ai may list them late. */
const ofProcess = new Memory<Mark[]>(1000, HOUR);

/** The marks of calls that lists give without, by credential and ID. They do not change. */
const marksRead = new Memory<Mark | null>(10_000, 2 * HOUR);

/**
 * Takes the place of one more call among those that tools may place within an hour. Tools of all workflows
 * count, since under MCP nothing tells them apart.
 *
 * @returns undefined in a workflow.
 * @throws NodeOperationError when there is none; NodeApiError when that cannot be told. Nobody is called then.
 */
export async function takeSlot(run: Run, limited: Limited): Promise<Slot | undefined> {
	if (!isTool(run.context)) return undefined;
	const listed = limited.limits ? await readMarks(run.api) : [];
	// From here on nothing is waited for, so nobody else takes the place that is left.
	checkRoom(run, limited, listed);
	const name = nameOf(run.api.credential, 'tools');
	const test = limited.insteadOf === undefined ? '' : TEST;
	const mark = `${new Date().toISOString()} ${randomBytes(4).toString('hex')}${test}`;
	const all = () => (ofProcess.get(name) ?? []).filter(isRecent);
	ofProcess.set(name, [...all(), mark]);
	return {
		mark,
		free: () =>
			ofProcess.set(
				name,
				all().filter((other) => other !== mark),
			),
	};
}

/**
 * Looks whether there would be room for one more call.
 *
 * @throws as takeSlot.
 */
export async function expectRoom(run: Run, limited: Limited): Promise<void> {
	if (limited.limits) checkRoom(run, limited, await readMarks(run.api));
}

/** @param listed the marks of calls in Fluents.ai. */
function checkRoom({ api, context }: Run, { limits, insteadOf }: Limited, listed: Mark[]): void {
	if (!limits) return;
	const known = ofProcess.get(nameOf(api.credential, 'tools')) ?? [];
	const isTest = insteadOf !== undefined;
	const times = [...new Set([...listed, ...known])]
		.filter((mark) => isRecent(mark) && mark.endsWith(TEST) === isTest)
		.map(timeOf)
		.sort((a, b) => b - a);
	const { callsPerHour } = limits;
	if (times.length < callsPerHour) return;
	const next = callsPerHour > 0 ? times[callsPerHour - 1] + HOUR - Date.now() : undefined;
	const until = next === undefined ? '' : ` for ${Math.ceil(next / MINUTE)} more minutes`;
	throw operationError(
		context.getNode(),
		`Nobody was called: AI tools may place ${callsPerHour} calls per hour here, and have placed ${times.length}. Do not ask for a call${until}`,
		{ description: "The limit is 'Calls per Hour' of the option 'Tool Limits'." },
	);
}

/** The marks of the calls that tools have placed lately, as Fluents.ai has them. */
async function readMarks(api: FluentsTransport): Promise<Mark[]> {
	const { recent } = await readRecentCalls(api, Date.now() - HOUR - CLOCK_SKEW);
	const counted = recent.filter((call) => carriedMark(call) || countsAsCalled(call));
	const marks = counted.map(async (call) => await markOf(api, call));
	return (await Promise.all(marks)).filter((mark) => mark !== null);
}

/** A call that was deleted since has none. One that does not show its variables may be one of a tool. */
async function markOf(api: FluentsTransport, listed: IDataObject): Promise<Mark | null> {
	// The variables that a list gives may be none because it leaves them out.
	const isWhole = Object.keys(Object(listed.context) as object).length > 0;
	const carried = isWhole ? carriedMark(listed) : undefined;
	if (carried !== undefined) return carried;
	if (listed.is_outgoing === false) return null;
	const name = nameOf(api.credential, 'mark', String(listed.id));
	const known = marksRead.get(name);
	if (known !== undefined) return known;
	const read = await catchStatus(readOne(api, calls, String(listed.id)), ['404']);
	if (read.refusal) return null;
	const mark = carriedMark(read.value);
	if (mark !== undefined) marksRead.set(name, mark);
	const at = parseTime(listed.start_time) ?? Date.now();
	return mark ?? (mark === null ? null : `${new Date(at).toISOString()} ${String(listed.id)}`);
}

/** @returns null for a call that has none; undefined when its variables cannot be read, as in lists they may. */
function carriedMark({ context }: IDataObject): Mark | null | undefined {
	if (typeof context !== 'object') return undefined;
	const mark = (context as IDataObject | null)?.[VARIABLE];
	return mark === undefined || mark === null ? null : plainText(mark);
}

/** Adds its mark to the variables of a call. */
export function withMark(
	variables: IDataObject,
	slot: Pick<Slot, 'mark'> | undefined,
): IDataObject {
	return slot ? { ...variables, [VARIABLE]: slot.mark } : variables;
}

function isRecent(mark: Mark): boolean {
	return timeOf(mark) > Date.now() - HOUR;
}

/** Milliseconds since 1970; of what a model has written, a time that counts. */
function timeOf(mark: Mark): number {
	return parseTime(mark.split(' ')[0]) ?? Date.now();
}
