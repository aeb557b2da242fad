import { type CallScript, scriptFor, type Turn } from './scripts';
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

/** What was said until a second of the conversation; nothing where nothing of it may be kept. */
export function turnsOf(call: StoredCall, script: CallScript, seconds: number): Turn[] {
	if (call.hipaa_compliant === true) return [];
	const hangsUp = call.on_no_human_answer === 'hangup' && script.detection === 'no_human';
	const context = (call.context ?? {}) as Record<string, unknown>;
	return script.turns
		.filter(({ at, speaker }) => at <= seconds && !(hangsUp && speaker === 'BOT'))
		.map((turn) => ({ ...turn, text: fill(turn.text, context) }));
}

/** The transcript as the API writes it, null without any turns. */
export function transcriptOf(turns: Turn[]): string | null {
	const lines = turns.map(({ at, speaker, text }) => `${clock(at)} ${speaker}: ${text}`);
	return lines.length > 0 ? lines.join('\n') : null;
}

/** How far a call has got at a time (epoch milliseconds; Infinity for its end). */
export function progressAt(progress: CallProgress, now: number) {
	const { script, createdAt, callSeconds, recorded } = progress;
	const length = callSeconds * 1000;
	const endsAt = progress.endedAt ?? createdAt + length;
	const share = length > 0 ? Math.min((Math.min(now, endsAt) - createdAt) / length, 1) : 1;
	const pickedUp = script.pickedUp && share >= dialling;
	const seconds = share * script.seconds;
	return {
		dialled: share >= dialling,
		pickedUp,
		ended: now >= endsAt,
		endsAt,
		/** Whether somebody ended it before the script did. */
		stopped: progress.endedAt !== undefined,
		/** Seconds of the conversation. */
		seconds,
		/** Epoch milliseconds at which its recording is there, if it ends as things stand. */
		recordedAt: pickedUp && recorded ? endsAt + length * recordingDelay : undefined,
	};
}

/** Epoch milliseconds at which a call gets to a second of its conversation; not before it is picked up. */
export function timeOf({ script, createdAt, callSeconds }: CallProgress, seconds: number): number {
	return createdAt + Math.max(seconds / script.seconds, dialling) * callSeconds * 1000;
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
	const { script, createdAt } = progress;
	const { dialled, pickedUp, ended, stopped, seconds, recordedAt } = progressAt(progress, now);
	if (!ended && !dialled) return;

	const failed = ended && !stopped && script.status === 'error';
	Object.assign(call, {
		status: failed ? 'error' : ended ? 'ended' : 'in_progress',
		stage: pickedUp ? 'picked_up' : 'created',
		stage_outcome: ended ? (stopped ? 'bot_disconnected' : script.outcome) : null,
		human_detection_result: pickedUp ? script.detection : null,
		do_not_call_result: pickedUp && call.run_do_not_call_detection === true ? false : null,
		start_time: createdAt,
		end_time: ended ? createdAt + seconds * 1000 : null,
		transcript: pickedUp ? transcriptOf(turnsOf(call, script, seconds)) : null,
		error_message: failed ? (script.errors[0] ?? null) : null,
		errors: failed ? script.errors : [],
		recording_available: ended && recordedAt !== undefined && now >= recordedAt,
	});
	if (ended && (recordedAt === undefined || now >= recordedAt)) delete call.progress;
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
