import { actionsUsed, answersOf } from '../../nodes/shared/records/actionsUsed';

const use = (changes: object = {}) => ({
	event_type: 'action_completed',
	timestamp: '2026-01-02T14:00:10+00:00',
	action_id: 'a1',
	action_type: 'action_external',
	action_label: 'book_appointment',
	parameters: { day: 'Monday' },
	result: { json: { success: true }, http_status_code: 200, error: null },
	...changes,
});

const answers = (...history: unknown[]) =>
	answersOf(actionsUsed({ action_history: history as never }), 'agent');

test('each use is told with its time, result and status', () => {
	expect(actionsUsed({ action_history: [use()] })).toEqual([
		{
			action: 'book_appointment',
			action_id: 'a1',
			action_type: 'action_external',
			time: '2026-01-02T14:00:10.000Z',
			parameters: { day: 'Monday' },
			result: { success: true },
			status: 200,
			error: null,
		},
	]);
});

test('where the API does not tell, nothing is claimed', () => {
	expect([actionsUsed({}), actionsUsed({ action_history: null })]).toEqual([
		undefined,
		undefined,
	]);
	expect(answersOf(undefined, 'agent')).toBeNull();
	expect(answers()).toEqual({});
});

test('the latest use of an action wins, whatever the order of the list', () => {
	const early = use({ timestamp: 1_767_362_400, parameters: { day: 'Friday', hour: 9 } });
	const late = use({ timestamp: '1767362460', parameters: { day: 'Monday' } });
	for (const history of [
		[early, late],
		[late, early],
	]) {
		expect(answers(...history)).toEqual({ book_appointment: { day: 'Monday' } });
	}
	// Without times, the list is taken to be in order.
	const undated = (day: string) => use({ timestamp: null, parameters: { day } });
	expect(answers(undated('Monday'), early, undated('Tuesday'))).toEqual({
		book_appointment: { day: 'Tuesday' },
	});
});

test('actions that share a label stand under their IDs', () => {
	const other = use({ action_id: 'a2', parameters: { day: 'Friday' } });
	expect(answers(use(), other, use({ action_id: 'a3', action_label: 'ask' }))).toEqual({
		a1: { day: 'Monday' },
		a2: { day: 'Friday' },
		ask: { day: 'Monday' },
	});
});

test.each([
	['no label', use({ action_label: null }), { a1: { day: 'Monday' } }],
	['an empty label', use({ action_label: ' ' }), { a1: { day: 'Monday' } }],
	['no type', use({ action_type: undefined }), { book_appointment: { day: 'Monday' } }],
	['no parameters', use({ parameters: null }), { book_appointment: {} }],
	['another kind of action', use({ action_type: 'action_transfer_call' }), {}],
	['an entry that is none', null, {}],
	['a text', 'x', {}],
])('an entry with %s', (_what, entry, expected) => {
	expect(answers(entry)).toEqual(expected);
});

test('values have the types of the input schema, where the agent is given in full', () => {
	const input_schema = {
		type: 'object',
		properties: {
			rating: { type: 'integer' },
			again: { type: 'boolean' },
			words: { type: 'string' },
			day: { type: 'string', enum: ['Monday', 'Friday'] },
			guests: { type: 'integer', maximum: 10 },
		},
	};
	const agent = {
		id: 'x',
		actions: ['a0', { id: 'a1', config: { input_schema } }, { id: 'a2' }],
	};
	const sent = { rating: '5', again: 'yes', words: 42, day: 'monday', guests: 'many', more: '7' };
	const typed = { rating: 5, again: true, words: '42', day: 'Monday', guests: 'many', more: '7' };
	const uses = actionsUsed({
		action_history: [
			use({ parameters: sent }),
			use({ action_id: 'a2', action_label: 'other', parameters: sent }),
		],
	});
	expect(answersOf(uses, agent)).toEqual({ book_appointment: typed, other: sent });
	expect(answersOf(uses, { actions: null })).toEqual({ book_appointment: sent, other: sent });
	expect(uses?.[0].parameters).toEqual(sent);
});

test('a label cannot change the prototype', () => {
	const read = answers(use({ action_label: '__proto__', parameters: { polluted: true } }));
	expect(Object.keys(read ?? {})).toEqual(['__proto__']);
	expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
