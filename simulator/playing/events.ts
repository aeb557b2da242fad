import { momentsOf, shortTranscript, transcriptOf } from '../model/conversation';
import type { Environment } from '../model/environment';
import type { StoredCall } from '../model/objects';
import { written } from '../model/phoneNumbers';
import { type CallProgress, progressAt, timeOf } from '../model/progress';
import type { Switches } from '../truths';

type Fields = Record<string, unknown>;

/** Something that webhooks are told about a call. */
export interface CallEvent {
	/** Epoch milliseconds at which it happens; Infinity while an answer is waited for that comes before. */
	at: number;
	type: string;
	payload: Fields;
}

/** The actions of an agent that are triggered by what it says, with their phrases in lower case. */
function spokenActions(environment: Environment, call: StoredCall) {
	return environment.actionsOf(call).map((action) => {
		const { config } = (action.action_trigger ?? {}) as {
			config?: { phrase_triggers?: Array<{ phrase: string }> };
		};
		const phrases = config?.phrase_triggers?.map(({ phrase }) => phrase.toLowerCase()) ?? [];
		return { action, phrases };
	});
}

/** A call that nobody picked up has one event: what became of it. */
function unanswered({ script }: CallProgress, at: number, stopped: boolean): CallEvent {
	if (script.status === 'error' && !stopped) {
		return { at, type: 'event_error', payload: { message: script.errors[0] } };
	}
	const usual = script.outcome === 'human_unanswered' ? 'no-answer' : 'failed';
	const ended = script.telephonyStatus ?? usual;
	const payload = { telephony_status: stopped ? 'canceled' : ended };
	return { at, type: 'event_phone_call_did_not_connect', payload };
}

/**
 * All events of a call in their order, past and to come as things stand: ending a call takes away
 * what would have come after, and what comes after an open question is known when it is answered. The
 * payloads are those of the ancestor's open-source classes; those of messages, actions, transcripts
 * and errors are guesses.
 * @param progress of the call, also when the call has none any more because it is over
 * @param apiUrl base URL of the API, for the address of the recording
 */
export function eventsOf(
	environment: Environment,
	call: StoredCall,
	progress: CallProgress,
	apiUrl: string,
	switches: Switches,
): CallEvent[] {
	const { script } = progress;
	const { pickedUp, endsAt, stopped, seconds, recordedAt } = progressAt(progress, Infinity);
	if (!pickedUp) return [unanswered(progress, endsAt, stopped)];

	const events: CallEvent[] = [];
	const add = (at: number, type: string, payload: Fields) => events.push({ at, type, payload });
	const answeredAt = timeOf(progress, 0);
	add(answeredAt, 'event_phone_call_connected', {
		to_phone_number: written(call.to_number, switches.numberForm),
		from_phone_number: written(call.from_number, switches.numberForm),
	});
	add(answeredAt, 'event_human_detection', { result: script.detection });

	const actions = spokenActions(environment, call);
	const configOf = (id: string) => {
		if (switches.actionEvent === 'plain') return {};
		const used = environment.actionsOf(call).find((action) => action.id === id);
		return { action_config: used?.config ?? null };
	};
	const moments = momentsOf(call, progress, Infinity);
	for (const { time, turn, entry } of moments) {
		if (entry !== undefined) {
			const { event_type: _type, timestamp: _time, ...done } = entry;
			add(time, 'event_action', { ...done, ...configOf(String(done.action_id)) });
		}
		if (turn === undefined) continue;
		const { speaker, text } = turn;
		add(time, 'event_message', { sender: speaker.toLowerCase(), text });
		if (switches.transcriptEvent === 'messages') {
			add(time, 'event_transcript', {
				text,
				sender: speaker.toLowerCase(),
				timestamp: time / 1000,
			});
		}
		const said = speaker === 'BOT' ? text.toLowerCase() : '';
		for (const { action, phrases } of actions) {
			if (!phrases.some((phrase) => said.includes(phrase))) continue;
			const { id: action_id, type: action_type, label: action_label } = action;
			const done = { action_id, action_type, action_label };
			add(time, 'event_action', { ...done, ...configOf(action_id) });
		}
	}

	add(endsAt, 'event_phone_call_ended', { conversation_minutes: seconds / 60 });
	const whole = transcriptOf(moments);
	if (switches.transcriptEvent !== 'messages' && whole !== null) {
		const transcript = switches.transcriptForm === 'seconds' ? shortTranscript(whole) : whole;
		add(endsAt, switches.transcriptEvent, { transcript });
	}
	if (recordedAt !== undefined) {
		const recording_url = `${apiUrl}/calls/recording?id=${call.id}`;
		add(recordedAt, 'event_recording', { recording_url });
	}
	return events;
}
