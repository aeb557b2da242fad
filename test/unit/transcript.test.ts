import fc from 'fast-check';

import { parseTranscript } from '../../nodes/shared/records/transcript';

/** Turns in short: speaker, seconds, text. */
const read = (transcript: unknown, start?: unknown) =>
	parseTranscript(transcript, start).map(({ speaker, at, text }) => [speaker, at, text]);

test('the form that the API is known to use', () => {
	expect(parseTranscript('[00:03] BOT: Hello, is it ten?\n[01:07] HUMAN: No: 10:30.\n')).toEqual([
		{ speaker: 'bot', text: 'Hello, is it ten?', at: 3 },
		{ speaker: 'human', text: 'No: 10:30.', at: 67 },
	]);
});

test.each<[string, string, unknown[]]>([
	['hours', '[1:02:03] BOT: Hi', ['bot', 3723, 'Hi']],
	['long minutes', '[75:00] BOT: Hi', ['bot', 4500, 'Hi']],
	['parts of a second', '[00:03.25] BOT: Hi', ['bot', 3.25, 'Hi']],
	['plain seconds', '[12.5] BOT: Hi', ['bot', 12.5, 'Hi']],
	['a number that is no time', '[2 people] Hi', [null, null, '[2 people] Hi']],
	['a date that is none', '[2026-13-45] BOT: Hi', ['bot', null, 'Hi']],
	['no time', 'BOT: Hi', ['bot', null, 'Hi']],
	['title case', '[00:03] Bot: Hi', ['bot', 3, 'Hi']],
	['lower case without a time', 'human: Hi', ['human', null, 'Hi']],
	['no spaces', '[00:03]BOT:Hi', ['bot', 3, 'Hi']],
	['spaces around', '  [00:03]   BOT:   Hi  ', ['bot', 3, 'Hi']],
	['an unknown speaker', '[00:03] TRANSFER_AGENT 2: Hi', ['transfer_agent 2', 3, 'Hi']],
	['an unknown name without a time', 'SUPERVISOR: Hi', [null, null, 'SUPERVISOR: Hi']],
	['the name of a person', '[00:03] Dr. Ana Lopes: Hi', ['dr. ana lopes', 3, 'Hi']],
	['a time without a speaker', '[00:03] It is 10:30 now', [null, 3, 'It is 10:30 now']],
	['a speaker who says nothing', '[00:03] HUMAN:', ['human', 3, '']],
	['brackets that hold words', '[noise] Hello', [null, null, '[noise] Hello']],
	[
		'free text',
		'They talked about: the weather.',
		[null, null, 'They talked about: the weather.'],
	],
])('%s', (_what, line, turn) => {
	expect(read(line)).toEqual([turn]);
});

test('a name inside of a turn is part of what is said', () => {
	expect(
		read('[00:01] BOT: I have noted:\nNAME: Anna\nDr. Lopes: 10:30\n[00:09] HUMAN: Right'),
	).toEqual([
		['bot', 1, 'I have noted:\nNAME: Anna\nDr. Lopes: 10:30'],
		['human', 9, 'Right'],
	]);
});

test.each([
	['with times', '[00:02.10] bot_action_start: ', '[00:03.00] bot_action_finish: '],
	['without', 'bot_action_start: ', 'CONFERENCE_EVENT: '],
])('what actions write is no speech, %s', (_how, start, finish) => {
	const [first, last] = start.startsWith('[') ? ['[00:01] ', '[00:05] '] : ['', ''];
	const transcript = `${first}BOT: One moment.\n${start}find {"a":1}\nmore: of it\n${finish}find\n${last}BOT: Here.\nAnd there.`;
	expect(read(transcript).map(([speaker, , text]) => [speaker, text])).toEqual([
		['bot', 'One moment.'],
		['bot', 'Here.\nAnd there.'],
	]);
});

test('a clock that begins anew after an hour counts on', () => {
	const transcript = [
		'[00:01.00] BOT: Hi',
		'[58:10.00] HUMAN: Still there',
		'[00:30.50] BOT: Yes',
		// Whoever interrupts may stand a bit before.
		'[00:29.00] HUMAN: Go on',
		'[59:59.00] BOT: So',
		'[00:01.00] HUMAN: Bye',
	].join('\n');
	expect(read(transcript).map(([, at]) => at)).toEqual([1, 3490, 3630.5, 3629, 7199, 7201]);
	const long = '[59:00] BOT: Hi\n[61:00] HUMAN: Yes\n[1:02:00] BOT: Bye';
	expect(read(long).map(([, at]) => at)).toEqual([3540, 3660, 3720]);
});

test('dates count from the start of the call, in any form of the API', () => {
	const transcript = '[2026-01-05T09:00:03.500Z] BOT: Hi\n[2026-01-05T10:00:07+01:00] HUMAN: Yes';
	const turns = (first: number, second: number) => [
		['bot', first, 'Hi'],
		['human', second, 'Yes'],
	];
	expect(read(transcript, '2026-01-05T09:00:00Z')).toEqual(turns(3.5, 7));
	expect(read(transcript, String(Date.UTC(2026, 0, 5, 9) / 1000))).toEqual(turns(3.5, 7));
	expect(read(transcript)).toEqual(turns(0, 3.5));
	expect(read(transcript, '2026-01-05T09:00:05Z')).toEqual(turns(0, 2));
});

test('lines without a mark belong to the turn before them', () => {
	expect(
		read('[00:01] BOT: Two things:\n- the bill\n\n- your address\r\n[00:09] HUMAN: Fine\n\n'),
	).toEqual([
		['bot', 1, 'Two things:\n- the bill\n\n- your address'],
		['human', 9, 'Fine'],
	]);
});

test('text before the first mark has no speaker', () => {
	expect(read('(ringing)\nstill\nBOT: Hi')).toEqual([
		[null, null, '(ringing)\nstill'],
		['bot', null, 'Hi'],
	]);
});

test.each([[''], [' \n '], [null], [undefined], [42], [{ text: 'x' }], [['BOT: Hi']]])(
	'%p holds no turns',
	(transcript) => {
		expect(parseTranscript(transcript)).toEqual([]);
	},
);

test('no text makes it throw, and none of its words are lost', () => {
	const piece = fc.constantFrom(
		'[00:01]',
		'[',
		']',
		'BOT:',
		'Bob: ',
		' ',
		'\n',
		'\r\n',
		'a',
		'2',
	);
	const words = (text: string) => text.match(/[a2]/g) ?? [];
	fc.assert(
		fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
			const transcript = pieces.join('').replace(/[^\S ]/g, '\n');
			const turns = parseTranscript(transcript);
			const given = turns.map(({ speaker, text }) => `${speaker ?? ''} ${text}`).join(' ');
			for (const { at } of turns) expect(at === null || at >= 0).toBe(true);
			// Times in brackets may go.
			const spoken = transcript.replace(/\[[\d:.]+\]/g, '').toLowerCase();
			expect(words(given.toLowerCase()).length).toBeGreaterThanOrEqual(words(spoken).length);
		}),
	);
});
