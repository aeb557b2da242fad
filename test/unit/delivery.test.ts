import type { IDataObject } from 'n8n-workflow';

import { readDelivery } from '../../nodes/FluentsAiTrigger/delivery';
import { readFields } from '../../nodes/triggers/request';

const CALL = '550e8400-e29b-41d4-a716-446655440000';

const read = (fields: IDataObject) => readDelivery(fields);

describe('the name of an event', () => {
	it.each(['type', 'event', 'event_type'])('in %s', (field) => {
		const delivery = read({ [field]: 'event_transcript', call_id: CALL, text: 'Hi' });
		expect(delivery).toMatchObject({ event: 'event_transcript', callId: CALL });
		expect(delivery.payload).toEqual({ text: 'Hi' });
	});

	it('without one, all of it is the payload', () => {
		const fields = { call_id: CALL, what: 'ended' };
		expect(read(fields)).toEqual({
			event: 'unknown',
			callId: CALL,
			agentId: null,
			payload: fields,
		});
	});

	it.each([{ type: 7 }, { type: '' }, { type: null }, { type: {} }, {}])(
		'%j is none',
		(fields) => {
			expect(read(fields).event).toBe('unknown');
		},
	);
});

describe('the call of an event', () => {
	it.each<[string, IDataObject]>([
		['call_id', { call_id: CALL }],
		['conversation_id', { conversation_id: CALL }],
		['callId', { callId: CALL }],
		['payload.call_id', { payload: { call_id: CALL } }],
		['call.id', { call: { id: CALL } }],
		['call', { call: CALL }],
	])('in %s', (_, fields) => {
		expect(read({ type: 'event_message', ...fields }).callId).toBe(CALL);
	});

	it('is missing', () => {
		expect(read({ type: 'event_message', call_id: '' }).callId).toBeNull();
	});
});

describe('what an event says', () => {
	it.each<[string, IDataObject, unknown]>([
		['under payload', { payload: { a: 1 } }, { a: 1 }],
		['beside the name', { a: 1 }, { a: 1 }],
		['in both places', { payload: { a: 1 }, at: 'noon' }, { a: 1, at: 'noon' }],
		['as a text', { payload: 'BOT: Hello' }, 'BOT: Hello'],
		['as a text, with more', { payload: 'Hi', at: 'noon' }, { payload: 'Hi', at: 'noon' }],
		['as a list', { payload: [1] }, [1]],
		['nothing', {}, {}],
		['nothing, by null', { payload: null }, null],
	])('%s', (_, fields, payload) => {
		const named = { type: 'event_x', call_id: CALL, ...fields };
		expect(read(named).payload).toEqual(payload);
	});
});

describe('the fields of a request', () => {
	const post = (body: unknown, raw?: string) =>
		readFields(
			{ method: 'POST', body, rawBody: raw === undefined ? raw : Buffer.from(raw) },
			{},
		);

	it.each<[string, unknown, string | undefined]>([
		['parsed by n8n', { a: 1 }, '{"a":1}'],
		['as plain text', '{"a":1}', '{"a":1}'],
		['as a form whose one field is the JSON', { '{"a":1}': '' }, '{"a":1}'],
		['without the raw body', { a: 1 }, undefined],
	])('JSON %s', (_, body, raw) => {
		expect(post(body, raw)).toEqual({ a: 1 });
	});

	it('a form', () => {
		expect(post({ type: 'x' }, 'type=x')).toEqual({ type: 'x' });
	});

	it.each<[string, unknown, string]>([
		['a list', [1], '[1]'],
		['a number', 1, '1'],
		['null', null, 'null'],
		['nothing', undefined, ''],
		['text', 'hello', 'hello'],
	])('%s is no event', (_, body, raw) => {
		expect(post(body, raw)).toBeUndefined();
	});

	it('from the query of a GET, objects in it as JSON', () => {
		const query = { type: 'x', payload: '{"a":1}', n: '1', broken: '{a' };
		const fields = { type: 'x', payload: { a: 1 }, n: '1', broken: '{a' };
		expect(readFields({ method: 'GET', body: undefined }, query)).toEqual(fields);
	});
});
