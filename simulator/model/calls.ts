import { momentsOf, transcriptOf } from './conversation';
import { type CallProgress, progressAt } from './progress';
import type { StoredCall } from './objects';

/** Begins to play a call by a script. */
export function startCall(
	call: StoredCall,
	options: Pick<CallProgress, 'script' | 'callSeconds' | 'recorded' | 'lagMs'> & {
		now: number;
		startTime: number | null;
	},
): void {
	const { now, startTime, recorded, ...rest } = options;
	call.progress = {
		...rest,
		createdAt: now,
		recorded: recorded && rest.script.pickedUp && call.hipaa_compliant !== true,
		exchanges: [],
	};
	call.start_time = startTime;
}

/**
 * Brings a call up to date: everything follows from the time that has passed since it was created, and
 * from the answers that its agent got meanwhile, so nobody has to wait for a timer.
 */
export function settle(call: StoredCall, time: number): void {
	const { progress } = call;
	if (progress === undefined) return;
	const { script, createdAt, lagMs } = progress;
	const now = time - lagMs;
	const { dialled, pickedUp, ended, stopped, seconds, recordedAt } = progressAt(progress, now);
	if (!ended && !dialled) return;

	const isAtEnd = ended && !stopped;
	const failed = isAtEnd && script.status === 'error';
	const problems = isAtEnd ? script.errors : [];
	const moments = pickedUp ? momentsOf(call, progress, now) : [];
	Object.assign(call, {
		status: failed ? 'error' : ended ? 'ended' : 'in_progress',
		stage: (isAtEnd && script.stage) || (pickedUp ? 'picked_up' : 'created'),
		stage_outcome: ended ? (stopped ? 'bot_disconnected' : script.outcome) : null,
		human_detection_result: pickedUp ? script.detection : null,
		do_not_call_result:
			pickedUp && call.run_do_not_call_detection === true
				? script.asksNotToBeCalled === true && isAtEnd
				: null,
		start_time: createdAt,
		end_time: ended ? createdAt + seconds * 1000 : null,
		transcript: transcriptOf(moments),
		action_history: moments.flatMap(({ entry }) => entry ?? []),
		error_message: failed ? (script.errors[0] ?? null) : null,
		errors: problems,
		recording_available: ended && recordedAt !== undefined && now >= recordedAt,
	});
	if (ended && (recordedAt === undefined || now >= recordedAt)) {
		call.recordedAt = recordedAt;
		delete call.progress;
	}
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
