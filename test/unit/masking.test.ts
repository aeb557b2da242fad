import { hasMaskedSecret, maskSecrets, maskText, withoutSecret } from '../../nodes/shared/masking';

const MASK = '********';

test('hides credentials, API keys and signature secrets at any depth', () => {
	const agent = {
		id: '1',
		voice: { api_key: 'secret-1', voice_id: 'v' },
		actions: [{ config: { signature_secret: 'secret-2', url: 'https://example.com' } }],
		account: {
			credentials: { twilio_auth_token: 'secret-3', nested: [{ key: 'secret-4' }], n: 5 },
		},
	};
	const masked = maskSecrets(agent);
	expect(masked).toEqual({
		id: '1',
		voice: { api_key: MASK, voice_id: 'v' },
		actions: [{ config: { signature_secret: MASK, url: 'https://example.com' } }],
		account: { credentials: { twilio_auth_token: MASK, nested: [{ key: MASK }], n: MASK } },
	});
	expect(agent.voice.api_key).toBe('secret-1');
});

test('shows that a secret is not set', () => {
	expect(maskSecrets({ api_key: null, signature_secret: '', credentials: {} })).toEqual({
		api_key: null,
		signature_secret: '',
		credentials: {},
	});
});

test.each([[null], ['text'], [5], [undefined]])('leaves %p alone', (value) => {
	expect(maskSecrets(value)).toBe(value);
});

test('hides the secrets in the addresses of triggers, and nothing else of them', () => {
	const url = 'https://n8n.example.com/webhook/1?a=1&n8n_secret=abc123&b=2';
	const masked = maskSecrets({ webhook: { url, label: 'A ?n8n_secret= B' } });
	expect(masked).toEqual({
		webhook: {
			url: `https://n8n.example.com/webhook/1?a=1&n8n_secret=${MASK}&b=2`,
			label: 'A ?n8n_secret= B',
		},
	});
	expect(maskSecrets(`Not a URL: "${url}"`)).not.toContain('abc123');
	expect(hasMaskedSecret(masked)).toBe(true);
	expect(hasMaskedSecret({ url })).toBe(false);
});

describe('one secret', () => {
	const SECRET = 'sk_live_01/+="';
	const percent = (text: string, percents = '%') =>
		[...text].map((c) => `${percents}${c.charCodeAt(0).toString(16)}`).join('');

	test.each([
		['as it is', SECRET],
		['in a URL', encodeURIComponent(SECRET)],
		['in a URL in another one', encodeURIComponent(encodeURIComponent(SECRET))],
		['with each character encoded', percent(SECRET)],
		['in capitals', percent(SECRET).toUpperCase()],
		['in JSON', JSON.stringify(SECRET).slice(1, -1)],
		[
			'in JSON with escapes',
			[...SECRET].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join(''),
		],
		['in HTML', [...SECRET].map((c) => `&#${c.charCodeAt(0)};`).join('')],
		['in base64', Buffer.from(SECRET).toString('base64')],
		['in hex', Buffer.from(SECRET).toString('hex')],
	])('is hidden %s', (_how, text) => {
		expect(maskText(`a ${text}`, [SECRET])).toMatch(/^a \*{8}=*$/);
		const masked = withoutSecret({ [text]: [{ deep: `?k=${text}&` }] }, SECRET);
		expect(JSON.stringify(masked)).toMatch(/^\{"\*{8}=*":\[\{"deep":"\?k=\*{8}=*&"\}\]\}$/);
	});

	test('that is empty hides nothing', () => {
		expect(maskText('text', [''])).toBe('text');
		expect(withoutSecret({ a: 'text' }, '')).toEqual({ a: 'text' });
	});
});

test('what nests deeper than the stack allows is left out, and hides nothing', () => {
	let deep: unknown = 'secret';
	for (let i = 0; i < 200_000; i++) deep = i % 2 ? [deep] : { api_key: deep };
	const masked = maskSecrets({ before: 'x', deep });
	expect(masked.before).toBe('x');
	expect(JSON.stringify(masked)).toContain('[nested too deep]');
	expect(JSON.stringify(masked)).not.toContain('secret');
	expect(JSON.stringify(withoutSecret({ deep }, 'secret'))).toContain('[nested too deep]');
	expect(hasMaskedSecret(deep)).toBe(false);
});
