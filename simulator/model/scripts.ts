/** One thing that is said, at a number of seconds after the start. */
export interface Turn {
	at: number;
	speaker: 'BOT' | 'HUMAN';
	/** `{name|there}` stands for the context variable "name", or for "there" when it is not set. */
	text: string;
}

/** A moment at which the agent uses an external action, after what is said at the same second. */
export interface Ask {
	at: number;
	/** Name in the action's settings. Without it the agent's external actions take turns. */
	action?: string;
	/**
	 * What is sent; texts may hold variables, as those of a turn. Without it each field of the input
	 * schema gets a value, that of the variable with its name if there is one.
	 */
	parameters?: Record<string, unknown>;
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
	/** How far the call has come at its end; `picked_up` or `created` unless the script says otherwise. */
	stage?: 'transfer_successful';
	outcome: string | null;
	detection: 'human' | 'no_human' | null;
	/** What the telephony provider says of a call that nobody picked up, unless it follows from the outcome. */
	telephonyStatus?: string;
	/** Whether the person asks not to be called again. */
	asksNotToBeCalled?: boolean;
	turns: Turn[];
	/** In the order of their seconds, all before the end. */
	asks?: Ask[];
	errors: string[];
}

const conversation = {
	status: 'ended',
	pickedUp: true,
	outcome: 'bot_disconnected',
	detection: 'human',
	errors: [] as string[],
} as const;

const silent = { pickedUp: false, detection: null, turns: [], errors: [] } as const;

export const scripts: CallScript[] = [
	{
		...conversation,
		name: 'answered',
		ending: '01',
		about: 'A person answers; transcript and recording follow',
		seconds: 34,
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
		...conversation,
		name: 'voicemail',
		ending: '03',
		about: 'Voicemail answers; the agent leaves a message, or hangs up if told to',
		seconds: 20,
		detection: 'no_human',
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
	{
		...conversation,
		name: 'asks once',
		ending: '06',
		about: 'A person asks something; the agent uses its external action',
		seconds: 24,
		asks: [{ at: 11 }],
		turns: [
			{ at: 1, speaker: 'BOT', text: 'Hello {name|there}, what can I do for you?' },
			{ at: 6, speaker: 'HUMAN', text: 'Hello. Could you look something up for me?' },
			{ at: 16, speaker: 'HUMAN', text: 'Thank you, that is all.' },
			{ at: 20, speaker: 'BOT', text: 'You are welcome, goodbye.' },
		],
	},
	{
		...conversation,
		name: 'asks twice',
		ending: '07',
		about: 'The same with two questions',
		seconds: 34,
		asks: [{ at: 11 }, { at: 21 }],
		turns: [
			{ at: 1, speaker: 'BOT', text: 'Hello {name|there}, what can I do for you?' },
			{ at: 6, speaker: 'HUMAN', text: 'Hello. Could you look something up for me?' },
			{ at: 16, speaker: 'HUMAN', text: 'I see. Could you do that once more?' },
			{ at: 26, speaker: 'HUMAN', text: 'Perfect, thank you.' },
			{ at: 30, speaker: 'BOT', text: 'You are welcome, goodbye.' },
		],
	},
	{
		...silent,
		name: 'busy',
		ending: '08',
		about: 'The line is busy',
		seconds: 3,
		status: 'ended',
		outcome: 'call_did_not_connect',
		telephonyStatus: 'busy',
		turns: [],
		errors: ['The line is busy'],
	},
	{
		...conversation,
		name: 'transferred',
		ending: '09',
		about: 'A person answers, and is handed over to a colleague',
		seconds: 30,
		stage: 'transfer_successful',
		outcome: 'transfer_disconnected',
		turns: [
			{ at: 1, speaker: 'BOT', text: 'Hello {name|there}, what can I do for you?' },
			{ at: 6, speaker: 'HUMAN', text: 'Hello. May I talk to somebody, please?' },
			{ at: 10, speaker: 'BOT', text: 'Of course, I will connect you.' },
		],
	},
	{
		...conversation,
		name: 'do not call',
		ending: '10',
		about: 'A person answers, and asks not to be called again',
		seconds: 20,
		asksNotToBeCalled: true,
		turns: [
			{
				at: 1,
				speaker: 'BOT',
				text: 'Hello {name|there}, I am calling about {topic|your appointment}.',
			},
			{ at: 7, speaker: 'HUMAN', text: 'Please do not call me again.' },
			{ at: 12, speaker: 'BOT', text: 'I am sorry. I will make a note of that. Goodbye.' },
		],
	},
];

/** How a call goes that comes in, unless its agent has something to look up. */
const inbound: CallScript = {
	...conversation,
	name: 'inbound',
	ending: '',
	about: 'Somebody calls',
	seconds: 22,
	turns: [
		{ at: 1, speaker: 'BOT', text: 'Hello {name|there}, thank you for calling.' },
		{ at: 5, speaker: 'HUMAN', text: 'Hello. Are you open today?' },
		{ at: 9, speaker: 'BOT', text: 'Yes, until {closing_time|six}. Can I help you?' },
		{ at: 14, speaker: 'HUMAN', text: 'No, that was all I wanted to know.' },
		{ at: 18, speaker: 'BOT', text: 'Then I wish you a good day, goodbye.' },
	],
};

/** What decides how a call goes. */
interface Parties {
	is_outgoing?: unknown;
	from_number: string;
	to_number: string;
}

/**
 * The script of a call: by the last two digits of the person's number, and "answered" for all others. A
 * call that comes in is always answered.
 * @param canAsk whether its agent has an external action; the scripts that need one are left out if not
 */
export function scriptFor(call: Parties, canAsk: boolean): CallScript {
	const isInbound = call.is_outgoing === false;
	const number = isInbound ? call.from_number : call.to_number;
	const script = scripts.find(({ ending }) => number.endsWith(ending));
	const isPossible = script?.asks === undefined ? !isInbound : canAsk;
	if (script !== undefined && isPossible) return script;
	const [answered] = scripts;
	return isInbound ? inbound : answered!;
}

/** What is other in the script of a call that fails before it is picked up. */
export function failing(error: string): Omit<CallScript, 'name' | 'ending' | 'about' | 'seconds'> {
	return {
		...silent,
		status: 'error',
		outcome: null,
		turns: [],
		asks: undefined,
		errors: [error],
	};
}
