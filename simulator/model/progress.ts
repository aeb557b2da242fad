import type { CallScript } from './scripts';

type Fields = Record<string, unknown>;

/** An external action that the agent has used, or is using. */
export interface Exchange {
	/** Epoch milliseconds. */
	askedAt: number;
	/** Undefined while the agent waits. */
	answeredAt?: number;
	/** What the agent says when it asks; empty for nothing. */
	before: string;
	/** What it says when it has the answer. */
	after: string[];
	/** Variables that the answer adds to the conversation. */
	learned: Fields;
	/** What is asked: name and parameters of the action; undefined when nothing was sent. */
	use?: { name: string; parameters: Fields };
	/** Whether the agent says nothing any more, since it never got over the answer. */
	mutes?: boolean;
	/** The action_history entry of the call; undefined until there is an answer. */
	entry?: Fields;
}

/** What is known about a call that the simulator plays; its state follows from the clock. */
export interface CallProgress {
	script: CallScript;
	/** Epoch milliseconds. */
	createdAt: number;
	/** Epoch milliseconds at which somebody ended it, if so. */
	endedAt?: number;
	/** Seconds of the wall clock that the whole call takes, without waiting for answers. */
	callSeconds: number;
	recorded: boolean;
	/** Milliseconds by which the API is behind the call. */
	lagMs: number;
	/** One for each ask of the script that has come so far. */
	exchanges: Exchange[];
}

/** Share of a call's time that passes before it starts, and after its end until the recording is there. */
const dialling = 0.1;
const recordingDelay = 0.1;

/** Milliseconds from the creation of a call to a second of its script, if it never has to wait. */
function plannedFor({ script, callSeconds }: CallProgress, seconds: number): number {
	return Math.max(seconds / script.seconds, dialling) * callSeconds * 1000;
}

/**
 * Milliseconds by which a second of the script is late, since the script stands still while the agent
 * waits for an answer; Infinity while it waits for one that comes before.
 */
export function delayOf(progress: CallProgress, seconds: number): number {
	const { script, createdAt, exchanges } = progress;
	const earlier = script.asks?.filter(({ at }) => at < seconds) ?? [];
	const last = earlier.at(-1);
	if (last === undefined) return 0;
	const { answeredAt = Infinity } = exchanges[earlier.length - 1] ?? {};
	return answeredAt - createdAt - plannedFor(progress, last.at);
}

/** Epoch milliseconds at which a call gets to a second of its script; not before it is picked up. */
export function timeOf(progress: CallProgress, seconds: number): number {
	return progress.createdAt + plannedFor(progress, seconds) + delayOf(progress, seconds);
}

/** Where a call stands at a time: share of its script, second of the script, milliseconds waited. */
function positionAt(progress: CallProgress, time: number) {
	const { script, createdAt, callSeconds, exchanges } = progress;
	let waited = 0;
	for (const [index, { at }] of (script.asks ?? []).entries()) {
		const planned = plannedFor(progress, at);
		if (time < createdAt + planned + waited) break;
		const answeredAt = exchanges[index]?.answeredAt;
		if (answeredAt === undefined || time < answeredAt) {
			const share = Math.max(at / script.seconds, dialling);
			return { share, position: at, waited: time - createdAt - planned };
		}
		waited = answeredAt - createdAt - planned;
	}
	const length = callSeconds * 1000;
	const share = length > 0 ? Math.min((time - createdAt - waited) / length, 1) : 1;
	return { share, position: share * script.seconds, waited };
}

/** How far a call has got at a time (epoch milliseconds; Infinity for its end, or its open question). */
export function progressAt(progress: CallProgress, now: number) {
	const { script, callSeconds, recorded } = progress;
	const endsAt = progress.endedAt ?? timeOf(progress, script.seconds);
	const { share, position, waited } = positionAt(progress, Math.min(now, endsAt));
	const pickedUp = script.pickedUp && share >= dialling;
	return {
		dialled: share >= dialling,
		pickedUp,
		ended: now >= endsAt,
		/** Infinity while the agent waits for an answer. */
		endsAt,
		/** Whether somebody ended it before the script did. */
		stopped: progress.endedAt !== undefined,
		/** Second of the script. */
		position,
		/** Seconds of the conversation: those of the script, and those that the agent waited. */
		seconds: position + waited / 1000,
		/** Epoch milliseconds at which its recording is there, if it ends as things stand. */
		recordedAt: pickedUp && recorded ? endsAt + callSeconds * 1000 * recordingDelay : undefined,
	};
}
