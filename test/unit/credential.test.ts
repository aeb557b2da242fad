import { authorize, parseCredential } from '../../nodes/shared/api/credential';

const KEY = 'sk_live_0123456789';
const usable = { environment: 'staging', apiKey: KEY, baseUrl: 'https://api.fluents.ai/v1' };

test('trims what was pasted', () => {
	const pasted = {
		environment: ' staging\n',
		apiKey: `\t${KEY} \r\n`,
		baseUrl: ' https://api.fluents.ai/v1/ ',
	};
	expect(parseCredential(pasted)).toEqual(usable);
});

test('environment and base URL have defaults', () => {
	expect(parseCredential({ apiKey: KEY })).toEqual({ ...usable, environment: 'default' });
});

test.each([
	['', 'is empty'],
	['   ', 'is empty'],
	[`Bearer ${KEY}`, 'starts with the word Bearer'],
	['sk live', 'position 3 that a key cannot contain (white space or a line break)'],
	['sk\nlive', 'position 3 that a key cannot contain (white space or a line break)'],
	['sk\u0000live', 'position 3 that a key cannot contain (a control character)'],
	['skélive', 'position 3 that a key cannot contain (not an ASCII character)'],
])('the key %j is refused without being shown', (apiKey, reason) => {
	const refusal = refusalOf({ ...usable, apiKey });
	expect(refusal).toContain(reason);
	expect(refusal).toContain("'API Key'");
	if (apiKey.trim()) expect(refusal).not.toContain(apiKey);
});

test.each([
	['http://api.fluents.ai/v1', 'must start with https://'],
	['http://127.0.0.1.example.com/v1', 'must start with https://'],
	['http://localhost.example.com/v1', 'must start with https://'],
	['http://192.168.1.5/v1', 'must start with https://'],
	['http://[::2]/v1', 'must start with https://'],
	['api.fluents.ai/v1', 'is not a web address'],
	['ftp://api.fluents.ai', 'is not a web address'],
	['javascript:alert(1)', 'is not a web address'],
	['https://user:pw@api.fluents.ai/v1', 'without user'],
	['https://api.fluents.ai/v1?x=1', "'?'"],
	['https://api.fluents.ai/v1?', "'?'"],
	['https://api.fluents.ai/v1#', "'#'"],
])('the base URL %s is refused', (baseUrl, reason) => {
	const refusal = refusalOf({ ...usable, baseUrl });
	expect(refusal).toContain("'Base URL'");
	expect(refusal).toContain(reason);
});

test.each([
	['http://localhost:4010/v1'],
	['http://127.0.0.1:4010/v1'],
	['http://127.1.2.3/v1'],
	['http://[::1]:4010/v1'],
	['https://fluents.example.com/api'],
])('the base URL %s is taken', (baseUrl) => {
	expect(parseCredential({ ...usable, baseUrl }).baseUrl).toBe(baseUrl);
});

test('a base URL with many slashes takes no time', () => {
	const started = Date.now();
	const slashes = '/'.repeat(100_000);
	expect(parseCredential({ ...usable, baseUrl: `https://a.example${slashes}` }).baseUrl).toBe(
		'https://a.example',
	);
	const { baseUrl } = parseCredential({ ...usable, baseUrl: `https://a.example${slashes}x` });
	expect(baseUrl).toHaveLength(100_018);
	authorize(
		{ ...usable, baseUrl: 'https://a.example' },
		{ url: `agents${slashes}`, baseURL: `https://a.example${slashes}` },
	);
	expect(Date.now() - started).toBeLessThan(500);
});

describe('authorize', () => {
	test.each([
		[{ url: 'https://api.fluents.ai/v1/agents/list' }],
		[{ url: '/agents/list', baseURL: 'https://api.fluents.ai/v1' }],
		[{ uri: 'https://api.fluents.ai/v1/calls', url: undefined as unknown as string }],
	])('adds the key to %j, and keeps it from redirects', (request) => {
		const authorized = authorize(usable, { headers: { 'X-Own': '1' }, ...request });
		expect(authorized.headers).toEqual({ 'X-Own': '1', authorization: `Bearer ${KEY}` });
		expect(authorized.sendCredentialsOnCrossOriginRedirect).toBe(false);
	});

	test('replaces an Authorization that was there, in any spelling', () => {
		const headers = { Authorization: 'Basic x', AUTHORIZATION: 'Basic y' };
		const url = `${usable.baseUrl}/agents`;
		expect(authorize(usable, { url, headers }).headers).toEqual({
			authorization: `Bearer ${KEY}`,
		});
	});

	test.each([
		['https:example.com'],
		['https://example.com'],
		['//example.com'],
		['\\\\example.com'],
	])('refuses to send the key to %s, also with a base', (url) => {
		const baseURL = usable.baseUrl;
		expect(() => authorize(usable, { url, baseURL })).toThrow('is sent to');
	});

	test.each([
		['https://example.com/v1/agents'],
		['http://api.fluents.ai/v1/agents'],
		['https://api.fluents.ai:8443/v1/agents'],
		['//example.com/v1'],
		['https://api.fluents.ai.example.com/'],
		['https://api.fluents.ai@example.com/'],
		// Without a base, as the HTTP client parses it, this is an address of its own.
		['https:example.com'],
		['https:/example.com/v1'],
		['https:\\\\example.com'],
		[' https://example.com'],
		['ht\ttps://example.com'],
		['\u0001https:example.com'],
		['\\\\example.com'],
		['agents/list'],
		['data:text/plain,x'],
		[''],
	])('refuses to send the key to %s', (url) => {
		const send = () => authorize(usable, { url });
		expect(send).toThrow(
			"The API key of environment 'staging' is sent to https://api.fluents.ai only",
		);
		expect(send).not.toThrow(KEY);
	});
});

function refusalOf(data: Parameters<typeof parseCredential>[0]): string {
	try {
		parseCredential(data);
	} catch (error) {
		return (error as Error).message;
	}
	return 'not refused';
}
