import type { INodeParameters } from 'n8n-workflow';

import { byId, byList, runNode, search, simulator } from '../support/harness';

const MISSING = '00000000-0000-4000-8000-000000000000';
const URL = 'https://example.com/calls';

/** From the seeds: the one that keeps a record of finished calls. */
let webhookId: string;

beforeEach(() => {
	simulator.reset();
	[webhookId] = webhooks().keys();
});

const webhooks = () => simulator.environment('default').webhooks;

const webhook = (operation: string, parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'webhook',
	operation,
	...parameters,
});

const create = (parameters: INodeParameters = {}) =>
	webhook('create', { events: ['event_phone_call_ended'], url: URL, ...parameters });

const update = (updateFields: INodeParameters, id = webhookId) =>
	webhook('update', { webhookId: byId(id), updateFields });

describe('create', () => {
	test('sends POST as the method of deliveries unless told otherwise (C8)', async () => {
		const { error, requests, json, items } = await runNode(create());
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'POST',
				path: '/v1/webhooks/create',
				query: {},
				body: { subscriptions: ['event_phone_call_ended'], url: URL, method: 'POST' },
			}),
		]);
		expect(json).toEqual([
			{
				id: expect.any(String),
				label: null,
				description: null,
				url: URL,
				method: 'POST',
				subscriptions: ['event_phone_call_ended'],
				account_connection_id: null,
			},
		]);
		expect(items[0].pairedItem).toEqual({ item: 0 });
	});

	test('takes all of its fields, and events that this node does not know', async () => {
		const [connection] = simulator.environment('default').accountConnections.keys();
		const { error, requests } = await runNode(
			create({
				events: ['event_error', 'event_transcript'],
				url: ' http://example.com/calls?key=1 ',
				method: 'GET',
				additionalFields: {
					accountConnectionId: byList(connection),
					label: 'Log',
					description: 'Keeps calls',
					otherEvents: 'event_sms, event_error ,event_fax',
					additionalBodyFields: '{ "label": "Calls" }',
				},
			}),
		);
		expect(error).toBeUndefined();
		expect(requests[0].body).toEqual({
			subscriptions: ['event_error', 'event_transcript', 'event_sms', 'event_fax'],
			url: 'http://example.com/calls?key=1',
			method: 'GET',
			account_connection_id: connection,
			label: 'Calls',
			description: 'Keeps calls',
		});
	});

	test('events may come from an expression, as list or as text', async () => {
		const { error, requests } = await runNode(create({ events: '={{ $json.events }}' }), {
			items: [{ events: ['event_new'] }, { events: 'event_action, event_message' }],
		});
		expect(error).toBeUndefined();
		expect(requests.map(({ body }) => body)).toEqual([
			expect.objectContaining({ subscriptions: ['event_new'] }),
			expect.objectContaining({ subscriptions: ['event_action', 'event_message'] }),
		]);
	});
});

describe('update', () => {
	test('sends only what was added, and clears what was left empty', async () => {
		simulator.switches.updateBody = 'partial';
		const { error, requests, json } = await runNode(
			update({ label: '', description: 'New', url: 'https://example.com/new' }),
		);
		expect(error).toBeUndefined();
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'POST',
				path: '/v1/webhooks/update',
				query: { id: webhookId },
				body: { label: null, description: 'New', url: 'https://example.com/new' },
			}),
		]);
		expect(json[0]).toMatchObject({
			id: webhookId,
			label: null,
			url: 'https://example.com/new',
			subscriptions: ['event_phone_call_ended', 'event_transcript'],
		});
	});

	test('the events given replace those of before', async () => {
		simulator.switches.updateBody = 'partial';
		const { requests } = await runNode(
			update({ events: ['event_recording'], otherEvents: 'event_new' }),
		);
		expect(requests[0].body).toEqual({ subscriptions: ['event_recording', 'event_new'] });
	});

	test('where the whole webhook is wanted, it is sent (C21)', async () => {
		simulator.switches.updateBody = 'full';
		const {
			id: _id,
			user_id: _user,
			account_connection_id,
			...before
		} = webhooks().get(webhookId)!;
		const { error, requests } = await runNode(update({ label: 'New' }));
		expect(error).toBeUndefined();
		expect(account_connection_id).toBeNull();
		expect(requests.map(({ operationId, body }) => [operationId, body])).toEqual([
			['updateWebhook', { label: 'New' }],
			['getWebhook', undefined],
			['updateWebhook', { ...before, label: 'New' }],
		]);
	});

	test('that the whole webhook is wanted is learned once in a run (C21)', async () => {
		simulator.switches.updateBody = 'full';
		const items = [{ to: 'One' }, { to: 'Two' }, { to: 'Three' }];
		const { json, requests } = await runNode(update({ label: '={{ $json.to }}' }), { items });
		expect(json.map(({ label }) => label)).toEqual(['One', 'Two', 'Three']);
		const refused = requests.filter(({ status }) => Number(status) >= 400);
		expect([refused.length, requests.length]).toEqual([1, 7]);
	});
});

test('get gives one webhook', async () => {
	const { json, requests } = await runNode(webhook('get', { webhookId: byList(webhookId) }));
	expect(requests).toEqual([
		expect.objectContaining({ method: 'GET', path: '/v1/webhooks', query: { id: webhookId } }),
	]);
	const { user_id: _user, ...rest } = webhooks().get(webhookId)!;
	expect(json).toEqual([rest]);
});

test('get many gives the webhooks of the environment', async () => {
	const { json, requests } = await runNode(webhook('getAll', { limit: 5, simple: false }));
	expect(requests).toEqual([
		expect.objectContaining({ path: '/v1/webhooks/list', query: { page: '1', size: '5' } }),
	]);
	expect(json).toEqual([...webhooks().values()]);
});

describe('delete', () => {
	test('takes the webhook from agents too', async () => {
		const { json, requests } = await runNode(webhook('delete', { webhookId: byId(webhookId) }));
		expect(requests).toEqual([
			expect.objectContaining({
				method: 'DELETE',
				path: '/v1/webhooks/delete',
				query: { id: webhookId },
			}),
		]);
		expect(json).toEqual([{ deleted: true }]);
		expect(webhooks().size).toBe(0);
	});

	test('of a missing webhook is done with Ignore Missing only', async () => {
		const missing = webhook('delete', { webhookId: byId(MISSING) });
		const { error } = await runNode(missing);
		expect(error?.message).toBe(
			`The webhook '${MISSING}' does not exist in environment 'default'`,
		);
		const ignored = await runNode({ ...missing, options: { ignoreMissing: true } });
		expect(ignored.json).toEqual([{ deleted: true }]);
	});
});

test.each(['get', 'update'])('%s of a missing webhook tells the environment', async (operation) => {
	const { error } = await runNode(
		webhook(operation, { webhookId: byId(MISSING), updateFields: { label: 'x' } }),
	);
	expect(error).toMatchObject({
		httpCode: '404',
		message: `The webhook '${MISSING}' does not exist in environment 'default'`,
	});
});

test.each<[string, INodeParameters, string]>([
	['no events', create({ events: '={{ [] }}' }), "'Events' is empty [item 0]"],
	['no address', create({ url: '={{ "" }}' }), "'URL' is empty [item 0]"],
	[
		'another scheme',
		create({ url: 'ftp://example.com/x' }),
		"'URL' is not a web address: 'ftp://example.com/x'. It has to start with https:// or http:// [item 0]",
	],
	[
		'no address at all',
		update({ url: 'https://' }, MISSING),
		"'URL' is not a web address: 'https://'. It has to start with https:// or http:// [item 0]",
	],
	['nothing to update', update({}, MISSING), "'Update Fields' holds no field to update [item 0]"],
])('%s is named before anything is sent', async (_case, parameters, message) => {
	const { error, requests } = await runNode(parameters);
	expect(error?.message).toBe(message);
	expect(requests).toEqual([]);
});

test('the list of webhooks is searched by label and address', async () => {
	const entry = { name: 'Call log - https://default.example.com/call-log', value: webhookId };
	webhooks().set('2', { id: '2', user_id: '', label: null, url: URL });
	expect((await search('searchWebhooks')).results).toEqual([
		entry,
		{ name: `2 - ${URL}`, value: '2' },
	]);
	expect((await search('searchWebhooks', 'LOG')).results).toEqual([entry]);
});
