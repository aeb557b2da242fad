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
	shownPlaceOf,
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
		[
			'one at another address',
			withSecret('https://old.example.com', secret),
			undefined,
			undefined,
		],
		['a masked one', `${ADDRESS}?n8n_secret=********`, hashOf(secret), undefined],
	])('is kept when it is %s', (_, url, hash, kept) => {
		expect(keptSecret(url, hash, ADDRESS)).toBe(kept);
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
		[
			'https://hooks.example.com/services/T0001/B0001/x9F8e7D6c5B4a3Z2y1X0w9V8',
			'https://hooks.example.com/services/T0001/B0001/********',
		],
		[
			`https://n8n.example.com/webhook/1/${'a'.repeat(22)}`,
			'https://n8n.example.com/webhook/1/********',
		],
		[
			'https://n8n.example.com/webhook/41060247-5f22-4830-a5ab-028c292295fd/live-requests-of-all-agents',
			'https://n8n.example.com/webhook/41060247-5f22-4830-a5ab-028c292295fd/live-requests-of-all-agents',
		],
	])('%s is shown without what only its owner may know', (url, shown) => {
		expect(shownPlaceOf(url)).toBe(shown);
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
		['https://n8n.example.com:5678/webhook/1', undefined],
		['https://8.8.8.8/webhook', undefined],
		['https://localhost:5678/', 'can be reached from your own network only'],
		['http://192.168.0.2:5678/', 'can be reached from your own network only'],
		['https://n8n.test/', 'is reserved and leads nowhere'],
		['http://n8n.example.com/', 'does not start with https://'],
	])('%s: %s', (address, why) => {
		expect(whyUnreachable(address)).toBe(why);
	});

	it.each(['', 'n8n.example.com', 'https://'])('%j: it is none', (address) => {
		expect(whyUnreachable(address)).toBe('is not a web address');
	});
});
