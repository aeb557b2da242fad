import type { Fault } from '../../simulator';
import { byId, credentialFor, runNode, simulator, truth } from '../support/harness';

beforeEach(() => simulator.reset());

const ID = '550e8400-e29b-41d4-a716-446655440000';
const getCall = { resource: 'call', operation: 'get', callId: byId(ID) };
const endCall = { resource: 'call', operation: 'end', callId: byId(ID) };

/** Runs a read that meets this answer. */
const refused = async (fault: Fault) => {
	simulator.faults.add({ operationId: 'getCall', times: Infinity, ...fault });
	return (await runNode(getCall)).error;
};

describe('the words of Fluents.ai reach the user', () => {
	test.each<[string, number, unknown, string]>([
		['a message', 400, { message: 'No such voice', statusCode: 400 }, 'No such voice'],
		[
			'a list of messages',
			400,
			{ message: ['name is too long', 'voice is missing'], error: 'Bad Request' },
			'name is too long; voice is missing',
		],
		['a detail', 422, { detail: 'Agent is archived' }, 'Agent is archived'],
		[
			'a list of details',
			422,
			{
				detail: [
					{ loc: ['body', 'voice', 'id'], msg: 'field required', type: 'missing' },
					{ loc: ['query', 'page'], msg: 'not a number', type: 'x' },
				],
			},
			'voice.id: field required; query.page: not a number',
		],
		['an error text', 409, { error: 'Already in use' }, 'Already in use'],
		['an error object', 409, { error: { message: 'Already in use' } }, 'Already in use'],
		['plain text', 400, 'Number is not active', 'Number is not active'],
		['text with line breaks', 400, 'Number\n  is not\tactive', 'Number is not active'],
		['nothing', 400, '', 'Fluents.ai refused the request (HTTP 400)'],
		[
			'an HTML page',
			400,
			'<html><h1>Bad</h1></html>',
			'Fluents.ai refused the request (HTTP 400)',
		],
		['an unknown object', 418, { code: 17 }, 'Fluents.ai refused the request (HTTP 418)'],
		// n8n replaces any text that contains EPERM by its own.
		[
			'a word with EPERM in it',
			400,
			{ message: 'ReadPermission denied' },
			'ReadPermission denied',
		],
		['the text ENOTFOUND', 400, { message: 'VOICENOTFOUND' }, 'VOICENOTFOUND'],
	])('as %s', async (_form, status, body, message) => {
		const error = await refused({ status, body });
		expect(error?.name).toBe('NodeApiError');
		// What n8n would replace is broken by a character that nobody sees.
		expect(error?.message.replaceAll('\u2060', '')).toBe(message);
		expect(error?.httpCode).toBe(String(status));
		expect(error?.description).toContain('Correct what it names and run the node again');
		expect(error?.context.itemIndex).toBe(0);
	});

	test('a very long text is cut', async () => {
		const error = await refused({ status: 400, body: { message: 'x'.repeat(5000) } });
		expect(error?.message).toHaveLength(503);
	});
});

describe('what to do next is said for', () => {
	test('a refused key', async () => {
		const credential = credentialFor('staging', { apiKey: 'sk_wrong_0123456789' });
		const { error } = await runNode(getCall, { credential });
		expect(error?.message).toBe("Fluents.ai refused the API key of environment 'staging'");
		expect(error?.httpCode).toBe('401');
		expect(error?.description).toContain(
			"Copy the one of 'staging' from Fluents.ai: Settings > Environments > API Key column",
		);
	});

	test('a key without rights', async () => {
		const credential = credentialFor('noRights', { environment: 'production' });
		const { error } = await runNode(getCall, { credential });
		expect(error?.message).toBe(
			"The API key of environment 'production' is not allowed to do this",
		);
		expect(error?.httpCode).toBe('403');
		expect(error?.description).toContain('Ask Fluents.ai support about its permissions');
	});

	test('an ID that does not exist in this environment', async () => {
		const [foreign] = simulator.environment('production').calls.keys();
		const credential = credentialFor('staging');
		const { error } = await runNode({ ...getCall, callId: byId(foreign) }, { credential });
		expect(error?.message).toBe(
			`The call '${foreign}' does not exist in environment 'staging'`,
		);
		expect(error?.httpCode).toBe('404');
		expect(error?.description).toContain(
			"An API key sees only its own environment, here 'staging'. Check the ID, or choose the credential of the environment that it belongs to.",
		);
	});

	test('a server that stumbles', async () => {
		const error = await refused({ status: 500, body: { message: 'Boom' } });
		expect(error?.message).toBe('Boom');
		expect(error?.description).toContain('contact support@fluents.ai');
	});

	test('a limit that holds longer than a node should wait', async () => {
		const started = Date.now();
		const error = await refused({ status: 429, headers: { 'retry-after': '3600' } });
		expect(error?.httpCode).toBe('429');
		expect(error?.description).toContain('Fluents.ai asks to wait 3600 seconds');
		expect(error?.description).toContain("'Batching'");
		expect(Date.now() - started).toBeLessThan(5000);
	});

	test('a redirect, which is not followed', async () => {
		const error = await refused({ status: 302, headers: { location: 'https://example.com/' } });
		expect(error?.message).toBe('Fluents.ai answered with a redirect, which is not followed');
		expect(error?.description).toContain(simulator.url);
	});

	test('an address that answers something else', async () => {
		const error = await refused({ status: 200, body: '<html>Welcome</html>' });
		expect(error?.message).toBe('The answer is not what the Fluents.ai API sends');
		expect(error?.description).toContain('Check the Base URL of the credential');
	});

	test('an address where nobody listens', async () => {
		const credential = credentialFor('default', { baseUrl: 'http://127.0.0.1:9/v1' });
		const { error } = await runNode(getCall, { credential });
		expect(error?.message).toBe('Fluents.ai could not be reached');
		expect(error?.description).toContain('Check that this n8n reaches http://127.0.0.1:9');
	});

	test('an answer that never comes', async () => {
		simulator.faults.add({ operationId: 'getCall', hang: true, times: Infinity });
		const { error } = await runNode({ ...getCall, options: { timeout: 100 } });
		expect(error?.message).toBe('Fluents.ai did not answer within 0.1 seconds');
	});

	test('an operation that this version does not have', async () => {
		const { error } = await runNode({ resource: 'call', operation: 'sing' });
		expect(error?.message).toBe(
			"'Operation' 'sing' of the resource 'call' is not in this version of the node [item 0]",
		);
	});
});

/** Has so many reads answered in a minute, counted from the first one; the others are refused. */
function limitPerMinute(count: number, headers?: Record<string, string>): void {
	let [since, used] = [0, 0];
	const match = () => {
		if (Date.now() - since >= 60_000) [since, used] = [Date.now(), 0];
		return ++used > count;
	};
	simulator.faults.add({
		operationId: 'getAgent',
		match,
		times: Infinity,
		status: 429,
		headers,
	});
}

describe('reads are tried again', () => {
	const [path, id] = ['agent', () => [...simulator.environment('default').agents.keys()][0]];
	const getAgent = () => ({ resource: path, operation: 'get', agentId: byId(id()) });

	test.each<[string, Fault]>([
		['502', { status: 502 }],
		['503', { status: 503 }],
		['504', { status: 504 }],
		['503 with Retry-After', { status: 503, headers: { 'retry-after': '0' } }],
		['a reset', { reset: true }],
		['a time-out', { hang: true }],
		['429 with seconds', { status: 429, headers: { 'retry-after': '0' } }],
		['429 with a date', { status: 429, headers: { 'retry-after': new Date().toUTCString() } }],
		['429 without more', { status: 429 }],
	])('after %s', async (_fault, fault) => {
		simulator.faults.add({ operationId: 'getAgent', times: 2, ...fault });
		const { error, json, requests } = await runNode({
			...getAgent(),
			options: { timeout: fault.hang ? 200 : 10_000 },
		});
		expect(error).toBeUndefined();
		expect(json[0].id).toBe(id());
		expect(requests).toHaveLength(3);
	});

	test.each([400, 401, 403, 404, 409, 422, 500, 501])('but not after %d', async (status) => {
		simulator.faults.add({ operationId: 'getAgent', times: 2, status });
		const { error, requests } = await runNode(getAgent());
		expect(error?.httpCode).toBe(String(status));
		expect(requests).toHaveLength(1);
	});

	test('but not for ever', async () => {
		simulator.faults.add({ operationId: 'getAgent', times: Infinity, status: 503 });
		const { error, requests } = await runNode(getAgent());
		expect(error?.httpCode).toBe('503');
		expect(requests).toHaveLength(5);
	});

	test('a limit holds back all requests of the run, not just the one that met it', async () => {
		simulator.latencyMs = 20;
		simulator.faults.add({
			operationId: 'getAgent',
			match: ({ query }) => query.id === id(),
			status: 429,
			headers: { 'retry-after': '2' },
		});
		const items = Array.from({ length: 100 }, () => ({}));
		const { error, requests } = await runNode(getAgent(), { items });
		expect(error).toBeUndefined();
		const limitedAt = requests.find(({ status }) => status === 429)!.at;
		// Those that were open already, since a run begins with 50 at once; some answers may overtake the refusal.
		expect(requests.filter(({ at }) => at < limitedAt + 1900).length).toBeLessThanOrEqual(60);
		expect(requests).toHaveLength(101);
	});

	test('answers to what was on its way do not lengthen the pause', async () => {
		// All ten are on their way when the first one is refused; the last one is so 900 ms later.
		simulator.latencyMs = 100;
		for (let i = 0; i < 10; i++) {
			const headers = { 'retry-after': '1' };
			simulator.faults.add({ status: 429, headers, delayMs: i * 100 });
		}
		const answered: number[] = [];
		simulator.onRequest = () => void answered.push(Date.now());
		const items = Array.from({ length: 10 }, () => ({}));
		const { error, requests } = await runNode(getAgent(), { items });
		expect(error).toBeUndefined();
		const again = requests.slice(10).map(({ at }) => at);
		expect(again).toHaveLength(10);
		const next = Math.min(...again);
		expect(next - answered[0]).toBeGreaterThanOrEqual(1000);
		// The pause of the last refusal would have lasted as long. A busy machine delays both.
		expect(next - answered[9]).toBeLessThan(1000);
		// The others follow one after the other.
		expect(Math.max(...again) - next).toBeLessThan(5000);
	});

	test.each([undefined, 'continueRegularOutput'] as const)(
		'a limit for an hour ends a run of many at once, with onError %s',
		async (onError) => {
			const headers = { 'retry-after': '3600' };
			// So that all others wait when the first is refused.
			simulator.latencyMs = 300;
			simulator.faults.add({ operationId: 'getAgent', times: 300, status: 429, headers });
			const began = Date.now();
			const items = Array.from({ length: 300 }, () => ({}));
			const { error, json, requests } = await runNode(getAgent(), {
				items,
				settings: onError && { onError },
			});
			if (onError) expect(json.filter((item) => 'error' in item)).toHaveLength(300);
			else expect(error?.httpCode).toBe('429');
			expect(requests.length).toBeLessThanOrEqual(50);
			expect(Date.now() - began).toBeLessThan(10_000);
		},
	);

	test('who is refused for a minute gets its answer after it', async () => {
		const headers = { 'retry-after': '60' };
		const soon = Date.now() + 30_000;
		const match = () => Date.now() < soon;
		simulator.faults.add({ operationId: 'getAgent', match, times: 100, status: 429, headers });
		const items = Array.from({ length: 100 }, () => ({}));
		const { error, json } = await runNode(getAgent(), { items });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(100);
	});

	test('items that wait for several minutes of a small limit get their answers', async () => {
		limitPerMinute(10, { 'retry-after': '60' });
		const items = Array.from({ length: 30 }, () => ({}));
		const { error, json } = await runNode(getAgent(), { items });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(30);
	});

	test('a small limit per minute that asks for no pause loses no items', async () => {
		limitPerMinute(2);
		const items = Array.from({ length: 8 }, () => ({}));
		const { error, json } = await runNode(getAgent(), { items });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(8);
	});

	test('runs that share a limit per minute get their answers, though its pause is too short', async () => {
		simulator.latencyMs = 20;
		limitPerMinute(300, { 'retry-after': '30' });
		const items = Array.from({ length: 150 }, () => ({}));
		const runs = Array.from({ length: 5 }, async () => await runNode(getAgent(), { items }));
		for (const { error, json } of await Promise.all(runs)) {
			expect(error).toBeUndefined();
			expect(json).toHaveLength(150);
		}
	});

	test('500 items pass a server that allows 200 requests a second', async () => {
		simulator.rateLimit = { perSecond: 200, retryAfter: truth === 'a' ? 'seconds' : 'date' };
		const items = Array.from({ length: 500 }, () => ({}));
		const { error, json } = await runNode(getAgent(), { items });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(500);
	});
});

describe('requests that change something are sent again only if nothing can have happened', () => {
	test.each<[string, Fault]>([
		['500', { status: 500 }],
		['502', { status: 502 }],
		['503', { status: 503 }],
		['504', { status: 504 }],
		['a reset', { reset: true }],
		['a time-out', { hang: true }],
	])('not after %s', async (_fault, fault) => {
		simulator.faults.add({ operationId: 'endCall', times: Infinity, ...fault });
		const { error, requests } = await runNode({ ...endCall, options: { timeout: 200 } });
		expect(error?.message).toContain('. It is not known whether Fluents.ai acted on it');
		expect(requests).toHaveLength(1);
	});

	test('after 429', async () => {
		const [call] = simulator.environment('default').calls.keys();
		const headers = { 'retry-after': '0' };
		simulator.faults.add({ operationId: 'endCall', times: 2, status: 429, headers });
		simulator.faults.add({ operationId: 'endCall', status: 200, body: { id: call } });
		const { error, requests } = await runNode({ ...endCall, callId: byId(call) });
		expect(error).toBeUndefined();
		expect(requests).toHaveLength(3);
	});
});

test('a key that Fluents.ai repeats in its answer does not reach the user', async () => {
	const key = simulator.keys.default;
	const error = await refused({ status: 400, body: { message: `The key ${key} is no good` } });
	expect(error?.message).toBe('The key ******** is no good');
	expect(JSON.stringify(error)).not.toContain(key);
});
