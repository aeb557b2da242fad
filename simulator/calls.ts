import { type CallScript, scriptFor } from './scripts';
import type { StoredCall } from './store';
import type { Switches } from './truths';

/** What is known about a call that the simulator plays; its state follows from the clock. */
export interface CallProgress {
	script: CallScript;
	/** Epoch milliseconds. */
	createdAt: number;
	/** Epoch milliseconds at which somebody ended it, if so. */
	endedAt?: number;
	/** Seconds of the wall clock that the whole call takes. */
	callSeconds: number;
	recorded: boolean;
}

/** Share of a call's time that passes before it starts, and after its end until the recording is there. */
const dialling = 0.1;
const recordingDelay = 0.1;

/** Puts the context's values into a scripted text. */
function fill(text: string, context: Record<string, unknown>): string {
	return text.replace(/\{(\w+)\|([^}]*)\}/g, (_, name: string, fallback: string) =>
		String(context[name] ?? fallback),
	);
}

function clock(seconds: number): string {
	const digits = (value: number) => String(Math.floor(value)).padStart(2, '0');
	return `[${digits(seconds / 60)}:${digits(seconds % 60)}]`;
}

function transcriptOf(call: StoredCall, script: CallScript, seconds: number): string | null {
	if (call.hipaa_compliant === true) return null;
	const hangsUp = call.on_no_human_answer === 'hangup' && script.detection === 'no_human';
	const lines = script.turns
		.filter(({ at, speaker }) => at <= seconds && !(hangsUp && speaker === 'BOT'))
		.map(({ at, speaker, text }) => {
			const said = fill(text, (call.context ?? {}) as Record<string, unknown>);
			return `${clock(at)} ${speaker}: ${said}`;
		});
	return lines.length > 0 ? lines.join('\n') : null;
}

/** Begins to play a call by the script of its number. */
export function startCall(
	call: StoredCall,
	options: { now: number; callSeconds: number; recorded: boolean },
	switches: Switches,
): void {
	const script = scriptFor(call.to_number);
	call.progress = {
		script,
		createdAt: options.now,
		callSeconds: options.callSeconds,
		recorded: options.recorded && script.pickedUp && call.hipaa_compliant !== true,
	};
	call.start_time = switches.newCallStartTime === 'set' ? options.now : null;
}

/**
 * Brings a call up to date: everything follows from the time that has passed since it was created,
 * so no timer runs and nobody has to wait for one.
 */
export function settle(call: StoredCall, now: number): void {
	const { progress } = call;
	if (progress === undefined) return;
	const { script, createdAt, callSeconds, recorded } = progress;
	const length = callSeconds * 1000;
	const endsAt = progress.endedAt ?? createdAt + length;
	const ended = now >= endsAt;
	const share = length > 0 ? Math.min((Math.min(now, endsAt) - createdAt) / length, 1) : 1;
	if (!ended && share < dialling) return;

	const seconds = share * script.seconds;
	const pickedUp = script.pickedUp && share >= dialling;
	const stopped = progress.endedAt !== undefined;
	const failed = ended && !stopped && script.status === 'error';
	Object.assign(call, {
		status: failed ? 'error' : ended ? 'ended' : 'in_progress',
		stage: pickedUp ? 'picked_up' : 'created',
		stage_outcome: ended ? (stopped ? 'bot_disconnected' : script.outcome) : null,
		human_detection_result: pickedUp ? script.detection : null,
		do_not_call_result: pickedUp && call.run_do_not_call_detection === true ? false : null,
		start_time: createdAt,
		end_time: ended ? createdAt + seconds * 1000 : null,
		transcript: transcriptOf(call, script, seconds),
		error_message: failed ? (script.errors[0] ?? null) : null,
		errors: failed ? script.errors : [],
		recording_available:
			ended && pickedUp && recorded && now >= endsAt + length * recordingDelay,
	});
	const complete = ended && (!pickedUp || !recorded || call.recording_available === true);
	if (complete) delete call.progress;
}

/** Whether a call is neither ended nor failed. */
export function isRunning(call: StoredCall): boolean {
	return call.status !== 'ended' && call.status !== 'error';
}

/** Hangs up on the agent's side. */
export function endCall(call: StoredCall, now: number): void {
	if (call.progress !== undefined) call.progress.endedAt = now;
	else Object.assign(call, { status: 'ended', stage_outcome: 'bot_disconnected', end_time: now });
	settle(call, now);
}
