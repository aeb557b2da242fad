import { actionAnswer, toActionAnswer, toLookupAnswer } from '../../nodes/shared/liveAnswer';

describe('the answer to an action', () => {
	test.each([
		['a message', ' It comes. ', { result: {}, agent_message: 'It comes.' }],
		['no message', '', { result: {} }],
		['spaces', '  ', { result: {} }],
		['something else', 7, { result: {} }],
	])('with %s', (_what, message, answer) => {
		expect(actionAnswer({}, message)).toEqual(answer);
	});

	test.each<[string, unknown, unknown]>([
		['an object', { day: 'Monday' }, { result: { day: 'Monday' } }],
		['nothing', {}, { result: {} }],
		[
			'result and message',
			{ result: { a: 1 }, agent_message: 'x' },
			{ result: { a: 1 }, agent_message: 'x' },
		],
		[
			'a text as result',
			{ result: 'It comes.' },
			{ result: { result: 'It comes.' }, agent_message: 'It comes.' },
		],
		[
			'a text as result, beside others',
			{ result: 'It comes.', day: 'Monday' },
			{ result: { result: 'It comes.', day: 'Monday' }, agent_message: 'It comes.' },
		],
		[
			'a text as result, and another message',
			{ result: 'ok', agent_message: 'It comes.' },
			{ result: { result: 'ok' }, agent_message: 'It comes.' },
		],
		[
			'a message alone',
			{ agent_message: 'It comes.' },
			{ result: {}, agent_message: 'It comes.' },
		],
		[
			'a message beside fields',
			{ agent_message: 'It comes.', day: 'Monday' },
			{ result: { day: 'Monday' }, agent_message: 'It comes.' },
		],
		[
			'what an AI Agent gives',
			{ output: 'It comes.', intermediateSteps: [] },
			{ result: { output: 'It comes.', intermediateSteps: [] }, agent_message: 'It comes.' },
		],
		[
			'what a chain gives',
			{ text: 'It comes.' },
			{ result: { text: 'It comes.' }, agent_message: 'It comes.' },
		],
		...[
			{ message: { role: 'assistant', content: 'It comes.' }, index: 0 },
			{ content: [{ type: 'text', text: 'It comes.' }], role: 'assistant' },
			{ content: { parts: [{ text: 'It comes.' }], role: 'model' }, index: 0 },
			{ output: [{ type: 'reasoning' }, { content: [{ text: 'It comes.' }] }], id: 'x' },
			{ response: 'It comes.' },
			{ answer: 'It comes.' },
		].map((given): [string, unknown, unknown] => [
			`what a node for models gives: ${JSON.stringify(given)}`,
			given,
			{ result: given, agent_message: 'It comes.' },
		]),
		[
			'what a parser of structured output gives',
			{ output: { day: 'Monday' } },
			{ result: { output: { day: 'Monday' } } },
		],
		[
			'a content among other fields',
			{ content: 'note', day: 'Monday' },
			{ result: { content: 'note', day: 'Monday' } },
		],
		[
			'a text among other fields',
			{ text: 'note', day: 'Monday' },
			{ result: { text: 'note', day: 'Monday' } },
		],
		['a number as result', { result: 7 }, { result: { result: 7 } }],
		['a list', [1], { result: { items: [1] } }],
		['JSON as text', '{"a":1}', { result: { a: 1 } }],
		['text', 'It comes.', { result: { text: 'It comes.' }, agent_message: 'It comes.' }],
		['bytes', Buffer.from('{"a":"é"}'), { result: { a: 'é' } }],
		['an empty text', '', undefined],
		['a number', 7, undefined],
		['null', null, undefined],
		['silence', undefined, undefined],
		[
			"n8n's own words",
			{ message: 'Workflow executed successfully but no data was returned' },
			undefined,
		],
		[
			'a message of the workflow',
			{ message: 'Workflow done' },
			{ result: { message: 'Workflow done' } },
		],
	])('made of %s', (_what, body, answer) => {
		expect(toActionAnswer(200, body)).toEqual(answer);
	});

	test.each([400, 404, 500])('is none with the status %i', (status) => {
		expect(toActionAnswer(status, { day: 'Monday' })).toBeUndefined();
		expect(toLookupAnswer(status, { day: 'Monday' })).toBeUndefined();
	});
});

test.each<[string, unknown, unknown]>([
	['an object', { name: 'Ada', age: 36, vip: true }, { name: 'Ada', age: '36', vip: 'true' }],
	['the form for actions', { result: { name: 'Ada' }, agent_message: 'x' }, { name: 'Ada' }],
	['objects and lists', { a: { b: 1 }, c: [] }, { a: '{"b":1}', c: '[]' }],
	[
		'what is not set',
		{ a: null, b: undefined, c: '', d: 0, e: false },
		{ c: '', d: '0', e: 'false' },
	],
	['silence', undefined, undefined],
])('the answer to a caller lookup made of %s', (_what, body, answer) => {
	expect(toLookupAnswer(200, body)).toEqual(answer);
});
