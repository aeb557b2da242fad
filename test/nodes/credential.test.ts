import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { byId, credentialFor, engine, runNode, simulator, truth } from '../support/harness';
import { program, root } from '../support/program';

beforeEach(() => simulator.reset());

const listAgents = { resource: 'agent', operation: 'getAll', returnAll: true };
const test401 =
	'Fluents.ai refused this API key. Copy it again from Settings > Environments > API Key column, from the row of this environment.';

describe('the test of the credential', () => {
	test.each([
		['a good key', {}, 'OK'],
		[
			'a key with white space around it',
			{ apiKey: () => ` ${simulator.keys.default}\n` },
			'OK',
		],
		['a refused key', { apiKey: () => 'sk_wrong' }, test401],
		[
			'a key without rights',
			{ apiKey: () => simulator.keys.noRights },
			'Fluents.ai knows this API key, but it may not list agents. Ask Fluents.ai support which rights the key has.',
		],
		[
			'a key that cannot be sent',
			{ apiKey: () => 'sk_\u00e9' },
			"The 'API Key' of the Fluents.ai credential has a character at position 4 that a key cannot contain (not an ASCII character). Copy the key again from Fluents.ai: Settings > Environments > API Key column.",
		],
		[
			'a base URL without a version',
			{ baseUrl: () => new URL(simulator.url).origin },
			'There is no Fluents.ai API at this Base URL. It is usually https://api.fluents.ai/v1.',
		],
		[
			'a base URL without encryption',
			{ baseUrl: () => 'http://api.fluents.ai/v1' },
			"The 'Base URL' of the Fluents.ai credential must start with https://, so that nobody can read the API key on its way. It is usually https://api.fluents.ai/v1.",
		],
		[
			'a base URL that is none',
			{ baseUrl: () => 'fluents' },
			"The 'Base URL' of the Fluents.ai credential is not a web address: 'fluents'. It is usually https://api.fluents.ai/v1.",
		],
		['a host that is not there', { baseUrl: () => 'http://127.0.0.1:9/v1' }, 'ECONNREFUSED'],
	])('with %s', async (_what, changes, message) => {
		const changed = Object.entries(changes).map(([name, value]) => [name, value()]);
		const data = credentialFor('default', Object.fromEntries(changed));
		expect(await engine.testCredential('fluentsAiApi', data)).toBe(message);
	});

	test.each([
		['a page of a proxy', '<html>Sign in</html>'],
		['an object of something else', { ok: true }],
		['an empty answer', ''],
	])('with %s', async (_what, body) => {
		simulator.faults.add({ operationId: 'listAgents', status: 200, body });
		expect(await engine.testCredential('fluentsAiApi', credentialFor())).toBe(
			'What answers at this Base URL is not the Fluents.ai API. It is usually https://api.fluents.ai/v1.',
		);
	});

	test('asks for one agent only', async () => {
		await engine.testCredential('fluentsAiApi', credentialFor());
		expect(simulator.requests.map(({ path, query }) => [path, query])).toEqual([
			['/v1/agents/list', { page: expect.anything(), size: expect.anything() }],
		]);
		expect(String(simulator.requests[0].query.size)).toBe('1');
	});

	test('does not follow a redirect', async () => {
		const location = `${simulator.url}/prompts/list`;
		simulator.faults.add({ operationId: 'listAgents', status: 302, headers: { location } });
		expect(await engine.testCredential('fluentsAiApi', credentialFor())).not.toBe('OK');
		expect(simulator.requests).toHaveLength(1);
	});
});

describe('a credential that cannot be used stops the node before anything is sent', () => {
	test.each([
		['an empty key', { apiKey: '' }, "The 'API Key' of the Fluents.ai credential is empty."],
		[
			'a key of two lines',
			{ apiKey: 'sk_1\nsk_2' },
			'a key cannot contain (white space or a line',
		],
		['an open address', { baseUrl: 'http://example.com/v1' }, 'must start with https://'],
	])('%s', async (_what, changes, message) => {
		const { error, requests } = await runNode(listAgents, {
			credential: credentialFor('default', changes),
		});
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toContain(message);
		expect(requests).toEqual([]);
	});
});

describe('the key never leaves', () => {
	const id = '550e8400-e29b-41d4-a716-446655440000';

	test.each([
		['a refused key', () => simulator.keys.default.replace(/.$/, '#')],
		['a key without rights', () => simulator.keys.noRights],
		['a good key and a wrong ID', () => simulator.keys.default],
	])('in the whole data of a run with %s', async (_what, key) => {
		const apiKey = key();
		const { run, error } = await runNode(
			{ resource: 'call', operation: 'get', callId: byId(id) },
			{ credential: credentialFor('default', { apiKey }) },
		);
		expect(error).toBeDefined();
		expect(inspectAll(run)).not.toContain(apiKey);
	});

	test('when the connection breaks, where the HTTP client keeps the request in its error', async () => {
		simulator.faults.add({ operationId: 'getCall', reset: true, times: Infinity });
		const { run, error } = await runNode({
			resource: 'call',
			operation: 'get',
			callId: byId(id),
		});
		expect(error?.message).toContain('The connection to Fluents.ai broke');
		expect(inspectAll(run)).not.toContain(simulator.keys.default);
	});

	// The demo has a simulator of its own, with the same truth each time.
	(truth === 'a' ? test : test.skip)('in the log of n8n, at its most talkative', async () => {
		const { stdout, stderr } = await promisify(execFile)(...program('scripts/demo.ts'), {
			cwd: root,
			env: { ...process.env, N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console' },
		});
		expect(stdout).toContain('Recording: ');
		expect(stdout + stderr).not.toContain(simulator.keys.default);
	});
});

/** All texts in a value, also in properties that JSON leaves out, such as the cause of an error. */
function inspectAll(value: unknown, seen = new Set<unknown>()): string {
	if (value === null || typeof value !== 'object' || seen.has(value)) return String(value);
	seen.add(value);
	return Object.getOwnPropertyNames(value)
		.map((name) => inspectAll((value as Record<string, unknown>)[name], seen))
		.join('\n');
}
