import type { IDataObject } from 'n8n-workflow';

import { operationError } from '../../shared/api/errors';
import { plainText } from '../../shared/json';
import type { ItemReader } from '../../shared/parameters/reader';
import { shown } from '../../shared/shown';

import { optionsOf } from '../fields/options';
import type { Run } from '../operation';
import { isTool } from '../tool';
import { hasEnded, readIfPossible, watcherOf } from './watcher';
import {
	maxWaitOption,
	onCancelOption,
	pollIntervalOption,
	waitForRecordingOption,
	onTimeoutOption,
} from './fields';

const MINUTE = 60_000;

/**
 * Minutes that a tool waits. MCP clients give up after one, and what they give up is asked for again; the rest is
 * for the last request.
 */
const LONGEST_OF_TOOL = 0.7;

export interface WaitOptions {
	/** Milliseconds. */
	pollInterval: number;
	/** Milliseconds. */
	maxWait: number;
	forRecording: boolean;
	onTimeout: 'fail' | 'output';
	onCancel: 'keep' | 'end';
}

/**
 * @returns milliseconds.
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readMaxWait(from: ItemReader): number {
	const usual = isTool(from.context) ? LONGEST_OF_TOOL : maxWaitOption.default;
	const field = { ...maxWaitOption, default: usual };
	return optionsOf(from).number(field) * MINUTE;
}

/** @throws NodeOperationError that names the parameter and the item. */
export function readWaitOptions(from: ItemReader): WaitOptions {
	const options = optionsOf(from);
	return {
		pollInterval: options.number(pollIntervalOption) * 1000,
		maxWait: readMaxWait(from),
		forRecording: options.boolean(waitForRecordingOption),
		onTimeout: options.choice<WaitOptions['onTimeout']>(onTimeoutOption),
		onCancel: options.choice<WaitOptions['onCancel']>(onCancelOption),
	};
}

/**
 * Waits until a call has ended, and if wanted until its recording is there. The calls of all items of
 * a run are looked at together.
 *
 * A look that fails (server or network) is not the end: the call goes on meanwhile, and so does the
 * waiting.
 *
 * @param call the call as it was placed or read.
 * @returns the call in its latest state, and whether the time was over before that.
 * @throws NodeOperationError when the time is over and the user wants that to fail.
 * @throws NodeApiError when the key is refused (401, 403).
 */
export async function waitForEnd(
	run: Run,
	call: IDataObject,
	options: WaitOptions,
): Promise<{ call: IDataObject; timedOut: boolean }> {
	const { pollInterval, maxWait, onTimeout, onCancel } = options;
	const id = String(call.id);
	const deadline = Date.now() + maxWait;
	const { look, untilNextLook } = watcherOf(run);
	let latest = call;

	while (!isDone(latest, options) && Date.now() < deadline && !run.signal.aborted) {
		if (await untilNextLook(pollInterval, deadline - Date.now())) break;
		latest = (await look(id)) ?? latest;
	}
	if (run.cancelled?.aborted && onCancel === 'end' && !hasEnded(latest)) await end(run, id);
	const timedOut = !isDone(latest, options);
	if (timedOut && onTimeout === 'fail') throw timedOutError(run, latest, maxWait);
	// A list and the answer to a new call may tell less about it than reading it does.
	const isComplete = !timedOut && latest !== call;
	return {
		call: isComplete ? latest : ((await readIfPossible(run.api, id)) ?? latest),
		timedOut,
	};
}

/** Whether nothing is left to wait for. */
export function isDone(
	call: IDataObject,
	{ forRecording }: Pick<WaitOptions, 'forRecording'>,
): boolean {
	if (!hasEnded(call)) return false;
	return !forRecording || call.recording_available === true || lacksRecording(call) !== undefined;
}

/** Why a call that has ended will have no recording; undefined when it may still come. */
function lacksRecording(call: IDataObject): string | undefined {
	const { status, stage_outcome: outcome, hipaa_compliant: isHipaa, agent } = call;
	if (isHipaa === true) return 'HIPAA compliant calls have none';
	if ((agent as IDataObject | null)?.enable_recording === false) {
		return 'recording is not enabled on the agent';
	}
	return status === 'error' || /unanswered|did_not_connect/.test(plainText(outcome))
		? 'nobody was spoken to'
		: undefined;
}

/** Hangs up. When that does not work, the call ends by itself. */
async function end({ api }: Run, id: string): Promise<void> {
	await api.post('/calls/end', { query: { id } }).catch(() => undefined);
}

function timedOutError(run: Run, call: IDataObject, maxWait: number) {
	const { id, status } = call;
	const what = hasEnded(call) ? 'has no recording within' : 'has not ended within';
	return operationError(
		run.context.getNode(),
		`Call ${shown(id)} ${what} ${inWords(maxWait)}: its status is ${shown(status)}`,
		{
			description:
				"The call itself goes on. Read it later with Get or Wait, or raise the option 'Max Wait'. Placing it again would call the person again.",
		},
	);
}

function inWords(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1000);
	if (seconds % 60 === 0) return `${seconds / 60} minutes`;
	return seconds === 1 ? '1 second' : `${seconds} seconds`;
}

/** What a language model is told about a call that goes on. */
export function goesOnNote({ id }: IDataObject): string {
	return `The call is in progress. Do not call again: ask for its outcome later, by its ID '${String(id)}'.`;
}

/** Whether the call of an output has ended; a simplified one has no status. */
function isOver({ status, outcome }: IDataObject): boolean {
	if (status !== undefined) return hasEnded({ status });
	return outcome !== 'in_progress' && outcome !== 'unknown';
}

/** What outputs with calls leave to wonder about. */
export function callHints(outputs: IDataObject[]): string[] {
	const count = (wanted: (output: IDataObject) => boolean) => outputs.filter(wanted).length;
	const outside = count(({ skipped }) => skipped === 'outside_window');
	const asked = count(({ skipped }) => skipped === 'asked_not_to_be_called');
	const never = count(({ skipped }) => skipped === 'no_common_hour');
	const rehearsed = count(({ dry_run: isDry }) => isDry === true);
	const refused = count(
		({ dry_run: isDry, would_call: would }) => isDry === true && would !== true,
	);
	const incomplete = count(
		({ missing_variables: missing }) => Array.isArray(missing) && missing.length > 0,
	);
	const tests = count(({ instead_of: person, duplicate }) => Boolean(person) && !duplicate);
	const unsure = count((output) => output.number_hint !== undefined);
	const duplicates = count(({ duplicate }) => duplicate === true);
	const open = count((output) => output.timed_out === true && !isOver(output));
	const unrecorded = count(
		(output) =>
			isOver(output) &&
			(output.timed_out === true ||
				(output.recording_available === false && !lacksRecording(output))),
	);
	const hint = (number: number, text: string) =>
		number > 0 ? [`${number} ${number === 1 ? 'item' : 'items'}: ${text}`] : [];
	return [
		...hint(rehearsed, 'dry run, nobody was called. To place these calls, set Calls to Place.'),
		...hint(refused, 'would not be called. See would_call for the reason.'),
		...hint(incomplete, "a variable of the agent's prompt is missing. See missing_variables."),
		...hint(
			tests,
			'the test number was called instead of the person. See instead_of for that person.',
		),
		...hint(
			outside,
			'given back, nobody was called, because it is outside the calling window.',
		),
		...hint(asked, 'skipped, nobody was called: the person has asked not to be called again.'),
		...hint(
			never,
			'skipped, nobody was called: the calling window is never open in all time zones that the number may belong to.',
		),
		...hint(
			unsure,
			'called, although the number is not known to exist. See number_hint, and correct the number if it is wrong.',
		),
		...hint(
			duplicates,
			'called already before, so nobody was called; the output is that call.',
		),
		...hint(open, 'the call is still in progress. Read it later with Get or Wait.'),
		...hint(
			unrecorded,
			'the recording is not available yet. It can take minutes, and needs recording to be enabled on the agent.',
		),
	];
}
