import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byId, byList, runNode, search, simulator } from '../support/harness';

const UUID = '550e8400-e29b-41d4-a716-446655440000';

let promptId: string;

beforeEach(() => {
	simulator.reset();
	[promptId] = prompts().keys();
});

const prompts = () => simulator.environment('default').prompts;

const prompt = (operation: string, parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'prompt',
	operation,
	...parameters,
});

const create = (parameters: INodeParameters) =>
	prompt('create', { content: 'You are the reception.', ...parameters });

const update = (updateFields: INodeParameters, parameters: INodeParameters = {}) =>
	prompt('update', { promptId: byId(promptId), updateFields, ...parameters });

/** Runs the node and expects one request to have been made, the one described. */
async function sent(parameters: INodeParameters, path: string, query: object, body?: object) {
	const run = await runNode(parameters);
	expect(run.error).toBeUndefined();
	expect(run.requests).toEqual([expect.objectContaining({ path: `/v1${path}`, query })]);
	expect(run.requests[0].body).toEqual(body);
	expect(run.items.map(({ pairedItem }) => pairedItem)).toEqual(
		run.items.map(() => ({ item: 0 })),
	);
	return run;
}

describe('create', () => {
	test('sends the content, and nothing that was not filled in', async () => {
		const { json, requests } = await sent(
			create({ label: '', additionalFields: { description: ' ', promptTemplate: '' } }),
			'/prompts/create',
			{},
			{ content: 'You are the reception.' },
		);
		expect(requests[0].method).toBe('POST');
		expect(json).toEqual([
			{
				id: expect.stringMatching(/^[0-9a-f-]{36}$/),
				label: null,
				description: null,
				type: 'prompt',
				content: 'You are the reception.',
				collect_fields: [],
				context_endpoint: null,
				tags: [],
				prompt_template_id: null,
			},
		]);
		expect(prompts().has(String(json[0].id))).toBe(true);
	});

	test('sends every field', async () => {
		const { json } = await sent(
			create({
				label: 'Reception',
				additionalFields: {
					collectFields: ' email, order_number,',
					contextEndpoint: 'https://example.com/who',
					description: 'For the hotel',
					promptTemplate: `https://app.example.com/templates/${UUID}`,
					tags: 'phone,hotel',
					type: 'block',
				},
			}),
			'/prompts/create',
			{},
			{
				content: 'You are the reception.',
				label: 'Reception',
				description: 'For the hotel',
				context_endpoint: 'https://example.com/who',
				collect_fields: ['email', 'order_number'],
				tags: ['phone', 'hotel'],
				type: 'block',
				prompt_template: UUID,
			},
		);
		expect(json[0]).toMatchObject({ prompt_template_id: UUID, tags: ['phone', 'hotel'] });
	});

	test('takes lists from expressions, with fields that are described by objects', async () => {
		const email = { field_type: 'field_type_email', label: 'E-mail', name: 'email' };
		const { requests, error } = await runNode(
			create({ additionalFields: { collectFields: '={{ $json.fields }}' } }),
			{ items: [{ fields: [email, ' name '] }] },
		);
		expect(error).toBeUndefined();
		expect(requests[0].body).toMatchObject({ collect_fields: [email, 'name'] });
	});

	test('Extra Body Fields win over the others', async () => {
		await sent(
			create({
				label: 'Lost',
				additionalFields: { additionalBodyFields: '{ "label": "Won", "tags": ["x"] }' },
			}),
			'/prompts/create',
			{},
			{ content: 'You are the reception.', label: 'Won', tags: ['x'] },
		);
	});

	test('tells what was created when a later item is refused', async () => {
		simulator.faults.add({
			match: ({ body }) => (body as IDataObject).content === 'Two',
			status: 400,
			body: { message: 'Too short' },
		});
		const { error, requests } = await runNode(create({ content: '={{ $json.text }}' }), {
			items: [{ text: 'One' }, { text: 'Two' }, { text: 'Three' }],
		});
		expect(requests.map(({ body }) => body)).toEqual([{ content: 'One' }, { content: 'Two' }]);
		expect(error).toMatchObject({ message: 'Too short', context: { itemIndex: 1 } });
		expect(error?.description).toContain("Before this, and not undone: prompt '");
	});

	test('of many that were created it names the first and the last', async () => {
		simulator.faults.add({
			match: ({ body }) => (body as IDataObject).content === 'Text 300',
			status: 400,
			body: { message: 'Too short' },
		});
		const items = Array.from({ length: 301 }, (_, i) => ({ text: `Text ${i}` }));
		const { error, requests } = await runNode(create({ content: '={{ $json.text }}' }), {
			items,
		});
		expect(requests).toHaveLength(301);
		expect(error?.description).toMatch(
			/not undone: 300 steps, from "prompt '[0-9a-f-]{36}' created" to "prompt '[0-9a-f-]{36}' created"\. /,
		);
		expect(error?.description?.length).toBeLessThan(500);
	});
});

describe('update', () => {
	test('sends only what was added, and clears what was left empty', async () => {
		simulator.switches.updateBody = 'partial';
		const { json } = await sent(
			update({ label: 'New', description: '', contextEndpoint: ' ', tags: '' }),
			'/prompts/update',
			{ id: promptId },
			{ label: 'New', description: null, context_endpoint: null, tags: [] },
		);
		expect(json[0]).toMatchObject({ id: promptId, label: 'New', description: null, tags: [] });
		expect(prompts().get(promptId)?.content).toContain('appointment');
	});

	test('sends the whole prompt when the changes alone are refused, and only once', async () => {
		simulator.switches.updateBody = 'full';
		const { label, content, type, tags, collect_fields } = prompts().get(promptId)!;
		const { error, requests, json } = await runNode(update({ description: 'Changed' }));
		expect(error).toBeUndefined();
		expect(requests.map(({ operationId }) => operationId)).toEqual([
			'updatePrompt',
			'getPrompt',
			'updatePrompt',
		]);
		expect(requests[0].body).toEqual({ description: 'Changed' });
		expect(requests[2]).toMatchObject({ query: { id: promptId } });
		expect(requests[2].body).toEqual({
			...{ label, content, type, tags, collect_fields },
			description: 'Changed',
		});
		expect(json[0]).toMatchObject({ label, description: 'Changed' });
	});

	test('does not try again when the refusal is about a value', async () => {
		simulator.faults.add({
			operationId: 'updatePrompt',
			status: 400,
			body: { message: 'label is too long' },
		});
		const { error, requests } = await runNode(update({ label: 'New' }));
		expect(error?.message).toBe('label is too long');
		expect(requests).toHaveLength(1);
	});

	test('takes Extra Body Fields alone', async () => {
		simulator.switches.updateBody = 'partial';
		await sent(
			update({ additionalBodyFields: '={{ { content: "Be kind." } }}' }),
			'/prompts/update',
			{ id: promptId },
			{ content: 'Be kind.' },
		);
	});
});

describe('delete', () => {
	test('answers that it is deleted, whatever the API answers', async () => {
		const { json, requests } = await sent(
			prompt('delete', { promptId: byList(promptId) }),
			'/prompts/delete',
			{ id: promptId },
		);
		expect(requests[0].method).toBe('DELETE');
		expect(json).toEqual([{ deleted: true }]);
		expect(prompts().has(promptId)).toBe(false);
	});

	test('of a missing prompt is done with Ignore Missing, and refused without', async () => {
		const parameters = { promptId: byId(UUID) };
		const refused = await runNode(prompt('delete', parameters));
		expect(refused.error).toMatchObject({
			message: `The prompt '${UUID}' does not exist in environment 'default'`,
			httpCode: '404',
		});
		const ignored = await runNode(
			prompt('delete', { ...parameters, options: { ignoreMissing: true } }),
		);
		expect(ignored.json).toEqual([{ deleted: true }]);
	});
});

describe('get and get many', () => {
	test('get gives one prompt', async () => {
		const { json } = await sent(prompt('get', { promptId: byId(promptId) }), '/prompts', {
			id: promptId,
		});
		expect(json[0]).toMatchObject({ id: promptId, label: 'Appointment reminder' });
	});

	test('raw output has all fields', async () => {
		const stored = prompts().get(promptId)!;
		stored.prompt_template = { id: UUID, required_context_keys: ['name'] };
		const { json } = await runNode(prompt('get', { promptId: byId(promptId), simple: false }));
		expect(json).toEqual([{ ...stored, prompt_template_id: UUID }]);
	});

	test('get many reads all pages, in the order that was chosen', async () => {
		const environment = simulator.environment('default');
		for (let i = 0; i < 120; i++) {
			environment.add('prompts', { label: `P ${String(i).padStart(3, '0')}`, content: 'x' });
		}
		const { json, requests } = await runNode(
			prompt('getAll', {
				returnAll: true,
				sort: { by: { column: 'label', direction: 'desc' } },
			}),
		);
		// Pages overlap, so that a record that is deleted meanwhile hides no other.
		const sort = { sort_column: 'label', sort_desc: 'true' };
		expect(requests.map(({ query }) => query)).toEqual([
			{ page: '1', size: '100', ...sort },
			{ page: '2', size: '99', ...sort },
		]);
		const labels = json.map(({ label }) => String(label));
		expect(labels).toHaveLength(123);
		expect(labels).toEqual(labels.toSorted().toReversed());
	});
});

describe('wrong values are named before anything is sent', () => {
	test.each<[string, INodeParameters, string]>([
		['empty content', create({ content: '={{ " " }}' }), "'Content' is empty [item 0]"],
		[
			'JSON that is none',
			create({ additionalFields: { additionalBodyFields: '{ label }' } }),
			"'Extra Body Fields (JSON)' is not valid JSON (line 1, column 3). If data is put into it, make the whole field one expression that gives an object, or write each value with JSON.stringify [item 0]",
		],
		[
			'JSON that is a list',
			create({ additionalFields: { additionalBodyFields: '[1]' } }),
			`'Extra Body Fields (JSON)' is not a JSON object, e.g. { "name": "value" }, but a list [item 0]`,
		],
		[
			'an address without an ID',
			create({ additionalFields: { promptTemplate: 'https://app.example.com/x' } }),
			"'Prompt Template ID' holds no ID: 'https://app.example.com/x' [item 0]",
		],
		[
			'no prompt',
			prompt('update', { promptId: byId('={{ "" }}'), updateFields: { label: 'x' } }),
			"'Prompt' is empty [item 0]",
		],
		[
			'nothing to update',
			prompt('update', { promptId: byId(UUID), updateFields: {} }),
			"'Update Fields' holds no field to update [item 0]",
		],
	])('%s', async (_case, parameters, message) => {
		const { error, requests } = await runNode(parameters);
		expect(error?.message).toBe(message);
		expect(requests).toEqual([]);
	});
});

test('the list of prompts is searched on all pages, by label or else by text', async () => {
	const environment = simulator.environment('default');
	for (let i = 0; i < 150; i++) {
		environment.add('prompts', { label: null, content: `Text ${i} ${'x'.repeat(100)}` });
	}
	const { id } = environment.add('prompts', { label: 'The last one', content: '' });
	const first = await search('searchPrompts');
	expect(first.results).toHaveLength(100);
	expect(first.results[0]).toEqual({ name: 'Appointment reminder', value: promptId });
	expect(first.results[3].name).toHaveLength(60);
	const second = await search('searchPrompts', undefined, String(first.paginationToken));
	expect(second.results.at(-1)).toEqual({ name: 'The last one', value: id });
	expect(await search('searchPrompts', 'LAST')).toEqual({
		results: [{ name: 'The last one', value: id }],
	});
});

test('a prompt that was created can be changed, read and deleted', async () => {
	const created = await runNode(create({ label: 'Round trip' }));
	promptId = String(created.json[0].id);
	expect((await runNode(update({ content: 'Be brief.' }))).error).toBeUndefined();
	const read = await runNode(prompt('get', { promptId: byId(promptId) }));
	expect(read.json[0]).toMatchObject({ label: 'Round trip', content: 'Be brief.' });
	await runNode(prompt('delete', { promptId: byId(promptId) }));
	const gone = await runNode(prompt('get', { promptId: byId(promptId) }));
	expect(gone.error?.httpCode).toBe('404');
});
