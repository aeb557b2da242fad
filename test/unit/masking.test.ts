import { hasMaskedSecret, maskSecrets } from '../../nodes/shared/masking';

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
