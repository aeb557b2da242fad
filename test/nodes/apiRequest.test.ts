import type { INodeParameters } from 'n8n-workflow';

import { FLUENTS_AI, runNode, simulator } from '../support/harness';

beforeEach(() => simulator.reset());

const environment = () => simulator.environment('default');

const request = (parameters: INodeParameters): INodeParameters => ({
	resource: 'apiRequest',
	operation: 'send',
	...parameters,
});

const query = (values: Record<string, string>) => ({
	parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
});

describe('a request', () => {
	test('reads an object, with its secrets masked', async () => {
		const [id] = environment().voices.keys();
		const read = request({ path: 'voices', query: query({ id }) });
		const { json, requests, error } = await runNode(read);
		expect(error).toBeUndefined();
		expect(requests.map(({ method, path, query: sent }) => [method, path, sent])).toEqual([
			['GET', '/v1/voices', { id }],
		]);
		expect(json[0]).toMatchObject({ id, api_key: '********' });
		const shown = await runNode({ ...read, options: { includeSecrets: true } });
		expect(shown.json[0].api_key).toBe(environment().voices.get(id)?.api_key);
	});

	test('changes something', async () => {
		const [id] = environment().prompts.keys();
		const { json, requests } = await runNode(
			request({
				method: 'POST',
				path: '/prompts/update/',
				query: query({ id }),
				body: '={{ { label: $json.label, content: "Be kind.", type: "prompt" } }}',
			}),
			{ items: [{ label: 'Say "hello"' }] },
		);
		expect(json[0]).toMatchObject({ id, label: 'Say "hello"' });
		expect(requests.at(-1)).toMatchObject({ method: 'POST', path: '/v1/prompts/update' });
		expect(environment().prompts.get(id)?.label).toBe('Say "hello"');
	});

	test('reads all pages of a list, or the first one as it is', async () => {
		environment().addCalls(250);
		const all = await runNode(request({ path: '/calls/list', returnAll: true }));
		expect(all.json).toHaveLength(253);
		const page = await runNode(request({ path: '/calls/list', query: query({ size: '2' }) }));
		expect(page.json).toHaveLength(1);
		expect(page.json[0]).toMatchObject({ has_more: true, items: [{}, {}] });
	});

	test.each<[string, unknown, unknown[]]>([
		[
			'an object without an ID',
			{ minutes: 7, error: 'none' },
			[{ minutes: 7, error_info: 'none' }],
		],
		['a list', [{ a: 1 }, 2], [{ a: 1 }, { value: 2 }]],
		['nothing', undefined, [{}]],
	])('gives %s', async (_what, body, expected) => {
		simulator.faults.add({ status: 200, body });
		const { json, error } = await runNode(request({ path: '/usage' }));
		expect(error).toBeUndefined();
		expect(json).toEqual(expected);
	});

	test('takes no page of a proxy for an answer', async () => {
		const headers = { 'content-type': 'text/html' };
		simulator.faults.add({ status: 200, headers, body: '<html>Log in</html>' });
		const { error } = await runNode(request({ path: '/usage' }));
		expect(error?.message).toContain('not what the Fluents.ai API sends');
	});

	test('is repeated when it reads, and not when it changes something', async () => {
		simulator.faults.add({ status: 503, times: 1 });
		const [id] = environment().agents.keys();
		const read = await runNode(request({ path: '/agents', query: query({ id }) }));
		expect(read.requests).toHaveLength(2);
		simulator.faults.add({ status: 503, times: 1 });
		const change = await runNode(request({ method: 'POST', path: '/usage/reset' }));
		expect(change.requests).toHaveLength(1);
		expect(change.error?.httpCode).toBe('503');
	});

	test('keeps to the required environment', async () => {
		const { error, requests } = await runNode(
			request({ path: '/usage', options: { requiredEnvironment: 'production' } }),
		);
		expect(error?.message).toContain("'production'");
		expect(requests).toEqual([]);
	});

	test('does not send a masked secret back', async () => {
		const body = { voice_id: 'x', api_key: '********' };
		const { error, requests } = await runNode(
			request({ method: 'POST', path: '/voices/update', body: JSON.stringify(body) }),
		);
		expect(error?.message).toContain("'Body (JSON)' holds a masked secret");
		expect(requests).toEqual([]);
	});
});

test.each([
	'/../admin',
	'/agents/../../admin',
	'/agents/./list',
	'//evil.example/x',
	'https://evil.example/x',
	'/agents?id=1',
	'/agents#x',
	'/agents%2e%2e',
	'/calls/%63reate',
	'\\\\evil.example',
	'/agents;x=1',
	'/agents/@evil',
	'/agents//list',
	'/',
])('the path %s is refused', async (path) => {
	const { error, requests } = await runNode(request({ path: `={{ ${JSON.stringify(path)} }}` }));
	expect(error?.message).toMatch(/^'Path' has to be a path below the Base URL/);
	expect(requests).toEqual([]);
});

test('a path with the version that the Base URL has is refused', async () => {
	const { error } = await runNode(request({ path: '/v1/agents' }));
	expect(error?.message).toMatch(/^'Path' begins with \/v1, which the Base URL has already/);
});

test.each([
	['calls/create', 'Create of the resource Call'],
	['/calls/create/', 'Create of the resource Call'],
	['/Calls/CREATE', 'Create of the resource Call'],
	['/x/calls/create', 'Create of the resource Call'],
	['/numbers/buy', 'Buy of the resource Phone Number'],
	['/numbers/cancel', 'Cancel of the resource Phone Number'],
	['/numbers/detach', 'Detach of the resource Phone Number'],
	['/agents/delete', 'Delete of the resource Agent'],
	['/webhooks/delete', 'Delete of the resource Webhook'],
])('%s is left to the operation %s', async (path, operation) => {
	for (const method of ['POST', 'DELETE', 'GET']) {
		const { error, requests } = await runNode(request({ method, path, body: '{}' }));
		expect(error?.message).toContain(`is what the operation ${operation} does`);
		expect(requests).toEqual([]);
	}
});

test('AI agents do not get it', async () => {
	const { error, requests } = await runNode(request({ path: '/usage' }), {
		settings: { type: `${FLUENTS_AI}Tool` },
	});
	expect(error?.message).toContain('not available to AI agents');
	expect(requests).toEqual([]);
});
