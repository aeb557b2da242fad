import {
	hashOf,
	isAt,
	isSecret,
	keptSecret,
	newPathSecret,
	newSecret,
	placeOf,
	readQuery,
	secretIn,
	whyUnreachable,
	withSecret,
} from '../../nodes/triggers/address';

const ADDRESS = 'https://n8n.example.com/webhook/1/webhook';

describe('the secret in an address', () => {
	it('is another one each time, and can be read back', () => {
		const secret = newSecret();
		expect(secret).toMatch(/^[0-9a-f]{64}$/);
		expect(newSecret()).not.toBe(secret);
		const address = withSecret(ADDRESS, secret);
		expect(secretIn(address)).toBe(secret);
		expect(placeOf(address)).toBe(ADDRESS);
	});

	it.each([ADDRESS, `${ADDRESS}?n8n_secret=`, `${ADDRESS}?n8n_secret=short`, 'no address', ''])(
		'is not in %s',
		(address) => {
			expect(secretIn(address)).toBeUndefined();
		},
	);

	it('may stand at the end of the path', () => {
		const secret = newPathSecret();
		expect(secret).toMatch(/^[\w-]{22}$/);
		expect(secretIn(`https://n8n.example.com/webhook/1/${secret}?n8n=mark`)).toBe(secret);
	});

	const secret = 'a'.repeat(64);
	it.each<[string, unknown, unknown, boolean]>([
		['the same', secret, hashOf(secret), true],
		['one of a path', 'b'.repeat(22), hashOf('b'.repeat(22)), true],
		['another', 'b'.repeat(64), hashOf(secret), false],
		['the start of it', 'a'.repeat(63), hashOf(secret), false],
		['more than it', `${secret}a`, hashOf(secret), false],
		['in capitals', secret.toUpperCase(), hashOf(secret), false],
		['nothing', undefined, hashOf(secret), false],
		['a list', [secret], hashOf(secret), false],
		['the hash itself', hashOf(secret), hashOf(secret), false],
		['two empty ones', '', '', false],
		['none that is known', undefined, undefined, false],
		['a secret that is stored as it is', secret, secret, false],
	])('compared with %s', (_, given, hash, result) => {
		expect(isSecret(given, hash)).toBe(result);
	});

	it.each<[string, string, string | undefined, string | undefined]>([
		['the stored one', withSecret(ADDRESS, secret), hashOf(secret), secret],
		['one of which nothing is stored', withSecret(ADDRESS, secret), undefined, secret],
		['another', withSecret(ADDRESS, secret), hashOf('b'.repeat(64)), undefined],
		['a masked one', `${ADDRESS}?n8n_secret=********`, hashOf(secret), undefined],
	])('is kept when it is %s', (_, url, hash, kept) => {
		expect(keptSecret(url, hash)).toBe(kept);
	});
});

describe('where an address leads', () => {
	it.each([
		ADDRESS,
		`${ADDRESS}?n8n_secret=other#part`,
		'HTTPS://N8N.Example.com:443/webhook/1/webhook',
		'https://user:password@n8n.example.com/webhook/./1/webhook',
	])('%s is the same', (url) => {
		expect(isAt(url, ADDRESS)).toBe(true);
	});

	it.each([
		'http://n8n.example.com/webhook/1/webhook',
		'https://n8n.example.com:444/webhook/1/webhook',
		'https://n8n.example.com/webhook/1/webhooks',
		'https://n8n.example.com/webhook/1/Webhook',
		'https://n8n.example.com.evil.example/webhook/1/webhook',
		'no address',
		'',
		undefined,
		null,
		7,
	])('%s is another', (url) => {
		expect(isAt(url, ADDRESS)).toBe(false);
	});

	it.each([
		[
			'https://user:password@crm.example.com/calls?token=theirs',
			'https://crm.example.com/calls',
		],
		['//user:password@crm/calls?token=theirs', '//crm/calls'],
		['no address?token=theirs', 'no address'],
	])('%s is shown without what only its owner may know', (url, shown) => {
		expect(placeOf(url)).toBe(shown);
	});
});

describe('the query of a request', () => {
	const secret = 'c'.repeat(64);
	it.each<[string, string, object]>([
		['nothing appended', `/webhook?n8n_secret=${secret}`, {}],
		[
			'appended by &',
			`/webhook?n8n_secret=${secret}&type=a&text=b%3Fc`,
			{ type: 'a', text: 'b?c' },
		],
		[
			'appended by a second ?',
			`/webhook?n8n_secret=${secret}?type=a&n=1`,
			{ type: 'a', n: '1' },
		],
		['put in front', `/webhook?type=a&n8n_secret=${secret}`, { type: 'a' }],
		['a question in a value', `/webhook?n8n_secret=${secret}&text=who?me`, { text: 'who?me' }],
		['a whole address', `https://x.example/w?n8n_secret=${secret}&a=%2B1`, { a: '+1' }],
	])('%s', (_, url, query) => {
		expect(readQuery(url)).toEqual({ secret, query });
	});

	it.each(['/webhook', '/webhook?', ''])('without any: %j', (url) => {
		expect(readQuery(url)).toEqual({ secret: undefined, query: {} });
	});
});

describe('whether Fluents.ai can reach an address', () => {
	it.each([
		'https://n8n.example.com/webhook/1',
		'https://8.8.8.8/webhook',
		'https://172.15.0.1/',
		'https://172.32.0.1/',
		'https://100.63.0.1/',
		'https://100.128.0.1/',
		'https://[2606:4700::1111]/',
		'https://10.example.com/',
		'https://[2001:4860:4860::8888]/',
		'https://test.example.com/',
	])('%s: yes', (address) => {
		expect(whyUnreachable(address)).toBeUndefined();
	});

	it.each([
		'https://localhost/',
		'http://localhost:5678/',
		'https://n8n/',
		'https://n8n.local/',
		'https://n8n.lan/',
		'https://server.internal/',
		'https://127.0.0.1/',
		'https://10.1.2.3/',
		'https://172.16.0.1/',
		'https://172.31.255.255/',
		'https://192.168.0.2:5678/',
		'https://169.254.1.1/',
		'https://100.64.0.1/',
		'https://0.0.0.0/',
		'https://[::1]/',
		'https://[::]/',
		'https://[fd00::1]/',
		'https://[fe80::1]/',
		'https://[::ffff:10.0.0.1]/',
		'https://2130706433/', // 127.0.0.1 as one number
		'https://localhost./',
		'https://n8n./',
		'https://N8N.LOCAL./',
		'https://[::7f00:1]/',
		'https://[::ffff:7f00:1]/',
		'https://0x7f.1/',
		'https://0177.0.0.1/',
		'https://n8n.home/',
	])('%s: only from its own network', (address) => {
		expect(whyUnreachable(address)).toBe('can be reached from your own network only');
	});

	it.each([
		'https://n8n.invalid/',
		'https://n8n.example/',
		'https://n8n.test./',
		'https://192.0.2.1/',
		'https://198.51.100.7/',
		'https://203.0.113.9/',
		'https://198.18.0.1/',
		'https://224.0.0.1/',
		'https://255.255.255.255/',
		'https://[2001:db8::1]/',
		'https://[ff02::1]/',
		'https://[64:ff9b::7f00:1]/',
		'https://[2002:7f00:1::]/',
	])('%s: from nowhere', (address) => {
		expect(whyUnreachable(address)).toBe('is reserved and leads nowhere');
	});

	it.each(['', 'n8n.example.com', 'https://'])('%j: it is none', (address) => {
		expect(whyUnreachable(address)).toBe('is not a web address');
	});

	it('not without https', () => {
		expect(whyUnreachable('http://n8n.example.com/')).toBe('does not start with https://');
	});
});
