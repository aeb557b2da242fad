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
		['a result that is none', { result: 'ok' }, { result: { result: 'ok' } }],
		['a list', [1], { result: { items: [1] } }],
		['JSON as text', '{"a":1}', { result: { a: 1 } }],
		['text', 'It comes.', { result: { text: 'It comes.' } }],
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
