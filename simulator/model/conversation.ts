import { type CallProgress, delayOf, progressAt, timeOf } from './progress';
import type { Turn } from './scripts';
import type { StoredCall } from './objects';

type Fields = Record<string, unknown>;

/** One thing that happens in a conversation: something is said, or an external action is done. */
export interface Moment {
	/** Epoch milliseconds. */
	time: number;
	/** Its `at` is the second of the conversation. */
	turn?: Turn;
	/** A line of the transcript that nobody says: an action begins or ends. */
	actionLine?: { at: number; speaker: 'bot_action_start' | 'bot_action_finish'; text: string };
	/** Entry of the call's action_history. */
	entry?: Fields;
}

/** Puts variables into a scripted text. */
export function fill(text: string, variables: Fields): string {
	return text.replace(/\{(\w+)\|([^}]*)\}/g, (_, name: string, fallback: string) =>
		String(variables[name] ?? fallback),
	);
}

/** The variables of a conversation: the call's context, and what the agent has learned. */
export function variablesOf(call: StoredCall, { exchanges }: CallProgress): Fields {
	// Without what every object has, such as a constructor.
	const none = Object.create(null) as Fields;
	return Object.assign(none, call.context, ...exchanges.map(({ learned }) => learned)) as Fields;
}

/** What happened in a conversation until a time (epoch milliseconds), in order. */
export function momentsOf(call: StoredCall, progress: CallProgress, now: number): Moment[] {
	const { script, exchanges } = progress;
	const { position, endsAt } = progressAt(progress, now);
	const hangsUp = call.on_no_human_answer === 'hangup' && script.detection === 'no_human';
	const variables = { ...(call.context as Fields | undefined) };
	const moments: Moment[] = [];
	// Nothing of what was said in such a call may be kept.
	const isSecret = call.hipaa_compliant === true;
	let isMuted = false;
	const say = (time: number, turn: Turn) => {
		const isHeard = turn.speaker === 'HUMAN' || !isMuted;
		if (isHeard && !isSecret) moments.push({ time, turn });
	};
	const note = (time: number, actionLine: Moment['actionLine']) => {
		if (!isSecret) moments.push({ time, actionLine });
	};

	const steps = [
		...script.turns.map((turn) => ({ at: turn.at, turn, exchange: undefined })),
		...exchanges.map((exchange, index) => ({
			at: script.asks?.[index]?.at ?? 0,
			turn: undefined,
			exchange,
		})),
	].sort((left, right) => left.at - right.at);
	for (const { at: second, turn, exchange } of steps) {
		if (second > position) break;
		const at = second + delayOf(progress, second) / 1000;
		if (turn !== undefined && !(hangsUp && turn.speaker === 'BOT')) {
			say(timeOf(progress, second), { ...turn, at, text: fill(turn.text, variables) });
		}
		if (exchange === undefined) continue;
		const { askedAt, answeredAt, before, after, learned, use, mutes, entry } = exchange;
		if (before !== '') say(askedAt, { at, speaker: 'BOT', text: before });
		const text = use && `${use.name} ${JSON.stringify(use.parameters)}`;
		if (text !== undefined) note(askedAt, { at, speaker: 'bot_action_start', text });
		if (answeredAt === undefined || answeredAt > Math.min(now, endsAt)) continue;
		if (entry !== undefined) moments.push({ time: answeredAt, entry });
		const answered = at + (answeredAt - askedAt) / 1000;
		if (use !== undefined) {
			note(answeredAt, { at: answered, speaker: 'bot_action_finish', text: use.name });
		}
		isMuted ||= mutes === true;
		for (const text of after) say(answeredAt, { at: answered, speaker: 'BOT', text });
		Object.assign(variables, learned);
	}
	return moments;
}

/** A time of the conversation as the ancestor writes it: its minutes begin anew after an hour. */
function clock(seconds: number): string {
	const hundredths = Math.floor(seconds * 100 + 1e-6);
	const digits = (value: number) => String(Math.floor(value)).padStart(2, '0');
	const [minute, second] = [(hundredths / 6000) % 60, (hundredths / 100) % 60];
	return `[${digits(minute)}:${digits(second)}.${digits(hundredths % 100)}]`;
}

/** The whole transcript, `[MM:SS.cc] SENDER: text` in each line; null when nothing was said. */
export function transcriptOf(moments: Moment[]): string | null {
	const lines = moments.flatMap(({ turn, actionLine }) => {
		const { at, speaker, text } = turn ?? actionLine ?? {};
		return at === undefined ? [] : [`${clock(at)} ${speaker}: ${text}`];
	});
	return lines.length > 0 ? lines.join('\n') : null;
}

/** A whole transcript with seconds alone, and without the lines of actions. */
export function shortTranscript(transcript: string): string {
	return transcript
		.split('\n')
		.filter((line) => !/^\[[\d:.]+\] bot_action_/.test(line))
		.map((line) => line.replace(/^\[(\d\d:\d\d)\.\d\d\]/, '[$1]'))
		.join('\n');
}
