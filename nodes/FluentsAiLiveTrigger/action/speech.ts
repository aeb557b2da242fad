import type { IDataObject } from 'n8n-workflow';

/** What the agent says around a question. */
export interface Speech {
	/** Before it asks; empty for nothing. */
	before: string;
	/** When the answer is there, before the answer itself; empty for nothing. */
	after: string;
	/** Whether it says nothing at all about the answer. */
	isSilent: boolean;
}

/** Sources disagree whether this is on and off, or a text (API: C7). */
export type SpeechForm = 'switch' | 'text';

/** The fields of an external action that hold it. */
export const SPEECH_FIELDS = ['speak_on_send', 'speak_on_receive'];

/** In the form of a switch, an agent that shall not speak on receive is silent about the answer, too. */
export function formsOf({ before, after, isSilent }: Speech): Record<SpeechForm, IDataObject> {
	return {
		switch: { speak_on_send: before !== '', speak_on_receive: !isSilent },
		text: { speak_on_send: before, speak_on_receive: isSilent ? '' : after },
	};
}

/** The form that external actions of the environment have; the switch where none tells. */
export function speechFormOf(actions: IDataObject[]): SpeechForm {
	const values = actions
		.filter(({ type }) => type === 'action_external')
		.flatMap(({ config }) => SPEECH_FIELDS.map((field) => (config as IDataObject)?.[field]));
	const kind = values.map((value) => typeof value).find((type) => /boolean|string/.test(type));
	return kind === 'string' ? 'text' : 'switch';
}
