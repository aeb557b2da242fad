/** One thing that is said, at a number of seconds after the start. */
export interface Turn {
	at: number;
	speaker: 'BOT' | 'HUMAN';
	/** `{name|there}` stands for the context variable "name", or for "there" when it is not set. */
	text: string;
}

/** How a call goes. Times are seconds of the conversation, which is played in fast motion. */
export interface CallScript {
	name: string;
	/** The last two digits of the number called that choose this script. */
	ending: string;
	about: string;
	seconds: number;
	status: 'ended' | 'error';
	pickedUp: boolean;
	outcome: string | null;
	detection: 'human' | 'no_human' | null;
	turns: Turn[];
	errors: string[];
}

const silent = { pickedUp: false, detection: null, turns: [], errors: [] } as const;

export const scripts: CallScript[] = [
	{
		name: 'answered',
		ending: '01',
		about: 'A person answers; transcript and recording follow',
		seconds: 34,
		status: 'ended',
		pickedUp: true,
		outcome: 'bot_disconnected',
		detection: 'human',
		errors: [],
		turns: [
			{
				at: 1,
				speaker: 'BOT',
				text: 'Hello {name|there}, I am calling about {topic|your appointment}.',
			},
			{ at: 7, speaker: 'HUMAN', text: 'Oh yes, hello. When was that again?' },
			{
				at: 11,
				speaker: 'BOT',
				text: 'It is on {date|Tuesday at ten}. Does that still suit you?',
			},
			{ at: 18, speaker: 'HUMAN', text: 'Yes, that is fine for me.' },
			{
				at: 22,
				speaker: 'BOT',
				text: 'Wonderful, I have confirmed it. Is there anything else?',
			},
			{ at: 28, speaker: 'HUMAN', text: 'No, thank you very much.' },
			{ at: 31, speaker: 'BOT', text: 'Thank you for your time, goodbye.' },
		],
	},
	{
		...silent,
		name: 'unanswered',
		ending: '02',
		about: 'It rings and nobody answers',
		seconds: 25,
		status: 'ended',
		outcome: 'human_unanswered',
		turns: [],
		errors: [],
	},
	{
		name: 'voicemail',
		ending: '03',
		about: 'Voicemail answers; the agent leaves a message, or hangs up if told to',
		seconds: 20,
		status: 'ended',
		pickedUp: true,
		outcome: 'bot_disconnected',
		detection: 'no_human',
		errors: [],
		turns: [
			{
				at: 2,
				speaker: 'HUMAN',
				text: 'You have reached my voicemail. Leave a message after the tone.',
			},
			{
				at: 9,
				speaker: 'BOT',
				text: 'Hello {name|there}, please call us back about {topic|your appointment}.',
			},
		],
	},
	{
		...silent,
		name: 'error',
		ending: '04',
		about: 'The call fails with an error',
		seconds: 2,
		status: 'error',
		outcome: null,
		turns: [],
		errors: ['The telephony provider refused the call'],
	},
	{
		...silent,
		name: 'did not connect',
		ending: '05',
		about: 'The call does not connect',
		seconds: 3,
		status: 'ended',
		outcome: 'call_did_not_connect',
		turns: [],
		errors: [],
	},
];

/** The script for a number: by its last two digits, and "answered" for all others. */
export function scriptFor(toNumber: string): CallScript {
	const script = scripts.find(({ ending }) => toNumber.endsWith(ending)) ?? scripts[0];
	if (script === undefined) throw new Error('There are no call scripts');
	return script;
}
