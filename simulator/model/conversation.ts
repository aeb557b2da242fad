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
	return Object.assign({}, call.context, ...exchanges.map(({ learned }) => learned)) as Fields;
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
	const say = (time: number, turn: Turn) => isSecret || moments.push({ time, turn });

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
		const { askedAt, answeredAt, before, after, learned, entry } = exchange;
		if (before !== '') say(askedAt, { at, speaker: 'BOT', text: before });
		if (answeredAt === undefined || answeredAt > Math.min(now, endsAt)) continue;
		if (entry !== undefined) moments.push({ time: answeredAt, entry });
		const answered = at + (answeredAt - askedAt) / 1000;
		for (const text of after) say(answeredAt, { at: answered, speaker: 'BOT', text });
		Object.assign(variables, learned);
	}
	return moments;
}

function clock(seconds: number): string {
	const digits = (value: number) => String(Math.floor(value)).padStart(2, '0');
	return `[${digits(seconds / 60)}:${digits(seconds % 60)}]`;
}

/** The transcript as the API writes it, null when nothing was said. */
export function transcriptOf(moments: Moment[]): string | null {
	const turns = moments.flatMap(({ turn }) => turn ?? []);
	const lines = turns.map(({ at, speaker, text }) => `${clock(at)} ${speaker}: ${text}`);
	return lines.length > 0 ? lines.join('\n') : null;
}
