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

/** Who speaks, as the API marks it: in capitals, or one of the two names that it is known to use. */
const SPEAKER = /^([A-Z][A-Z0-9 _-]{0,39}|[Bb]ot|[Hh]uman):\s*/;

/** Behind a time it may be any name. The space after it tells it from the colon of "10:30". */
const SPEAKER_AFTER_TIME = /^([^\s:][^:]{0,39}):(?:\s+|$)/;

/**
 * Reads the turns from a call's transcript: lines such as `[00:03] BOT: Hello.` (API: getCall; a parser
 * of scripts, the form is not documented). A line without time and speaker continues the turn before
 * it, so a text of an unknown form becomes one turn without a speaker.
 *
 * @param start of the call, in any form of the API. Without it, dates in brackets count from the first one.
 * @returns no turns when there is no text. Nothing is thrown.
 */
export function parseTranscript(transcript: unknown, start?: unknown): Turn[] {
	if (typeof transcript !== 'string') return [];
	const turns: Turn[] = [];
	let origin = parseTime(start);

	for (const line of transcript.trim().split(/\r\n|\r|\n/)) {
		const [timeMark = '', time] = TIME.exec(line.trimStart()) ?? [];
		const said = line.trimStart().slice(timeMark.length);
		const marked = SPEAKER.exec(said) ?? (time ? SPEAKER_AFTER_TIME.exec(said) : null);
		const [speakerMark = '', speaker] = marked ?? [];

		const latest = turns.at(-1);
		if (latest && !time && !speaker) {
			latest.text += `\n${line}`;
			continue;
		}
		origin ??= parseTime(time);
		turns.push({
			speaker: speaker?.trim().toLowerCase() ?? null,
			text: said.slice(speakerMark.length),
			at: secondsAt(time, origin),
		});
	}
	return turns
		.map((turn) => ({ ...turn, text: turn.text.trim() }))
		.filter(({ speaker, text }) => speaker !== null || text !== '');
}

function secondsAt(time: string | undefined, origin: number | undefined): number | null {
	const clock = CLOCK.exec(time ?? '');
	if (clock) {
		const [, hours = 0, minutes = 0, seconds] = clock;
		return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
	}
	const moment = parseTime(time);
	if (moment === undefined || origin === undefined) return null;
	return Math.max(0, (moment - origin) / 1000);
}
