import { parseTime } from './time';

/** What one side of a call said before the other one spoke. */
export type Turn = {
	/** `bot`, `human`, or another name that the transcript gives, in lower case; null without any. */
	speaker: string | null;
	text: string;
	/** Seconds from the start of the call, or null when the transcript does not tell. */
	at: number | null;
};

/** A time in brackets, such as `[00:03]`, `[1:02:03]` or `[2026-01-05T09:00:03Z]`. */
const TIME = /^\[(\d[\d:.]*|\d{4}-\d{2}-\d{2}[^\]]*)\]\s*/;

const CLOCK = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/;

/** The two names that the API is known to use. Any other, such as "NAME: Anna", may be what is said. */
const SPEAKER = /^(bot|human):\s*/i;

/** Behind a time it may be any name. The space after it tells it from the colon of "10:30". */
const SPEAKER_AFTER_TIME = /^([^\s:][^:]{0,39}):(?:\s+|$)/;

/** Senders of lines that nobody says: an action begins or ends, a conference changes (API: transcript form). */
const NO_SPEECH = /^(bot_action_\w+|\w+_event):/i;

const HOUR = 3600;

/** Lines of people who interrupt each other may stand so many seconds out of order. */
const FURTHEST_BACK = HOUR / 2;

/**
 * Reads the turns from a call's transcript: lines such as `[00:03] BOT: Hello.` (API: getCall; a parser
 * of scripts, the form is not documented). A line without time and speaker continues the turn before
 * it, so a text of an unknown form becomes one turn without a speaker. What actions write is left out.
 *
 * @param start of the call, in any form of the API. Without it, dates in brackets count from the first one.
 * @returns no turns when there is no text. Nothing is thrown.
 */
export function parseTranscript(transcript: unknown, start?: unknown): Turn[] {
	if (typeof transcript !== 'string') return [];
	const turns: Turn[] = [];
	const secondsAt = createClock(start);
	let isSpeech = true;

	for (const line of transcript.trim().split(/\r\n|\r|\n/)) {
		const [timeMark = '', time] = TIME.exec(line.trimStart()) ?? [];
		const said = line.trimStart().slice(timeMark.length);
		const marked = SPEAKER.exec(said) ?? (time ? SPEAKER_AFTER_TIME.exec(said) : null);
		const [speakerMark = '', speaker] = marked ?? [];
		const isAction = NO_SPEECH.test(said);
		if (time || speaker || isAction) isSpeech = !isAction;
		if (!isSpeech) continue;

		const latest = turns.at(-1);
		if (latest && !time && !speaker) {
			latest.text += `\n${line}`;
			continue;
		}
		turns.push({
			speaker: speaker?.trim().toLowerCase() ?? null,
			text: said.slice(speakerMark.length),
			at: secondsAt(time),
		});
	}
	return turns
		.map((turn) => ({ ...turn, text: turn.text.trim() }))
		.filter(({ speaker, text }) => speaker !== null || text !== '');
}

/**
 * Reads the times of a transcript in their order: the minutes of a clock begin anew after an hour (API:
 * transcript form), which a time far before the one before it tells.
 *
 * @returns seconds from the start of the call; null where a line has no time.
 */
function createClock(start: unknown): (time: string | undefined) => number | null {
	let origin = parseTime(start);
	let passed = 0;
	let latest = 0;

	return (time) => {
		const [clock, hours, minutes = 0, seconds] = CLOCK.exec(time ?? '') ?? [];
		if (clock === undefined) {
			const moment = parseTime(time);
			origin ??= moment;
			if (moment === undefined || origin === undefined) return null;
			return Math.max(0, (moment - origin) / 1000);
		}
		const within = Number(hours ?? 0) * HOUR + Number(minutes) * 60 + Number(seconds);
		if (hours === undefined && passed + within < latest - FURTHEST_BACK) passed += HOUR;
		latest = hours === undefined ? passed + within : within;
		return latest;
	};
}
