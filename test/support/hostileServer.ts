import { once } from 'node:events';
import {
	createServer,
	request as send,
	type IncomingMessage,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

/** What becomes of a request. */
export interface Trouble {
	/** Whether the API gets the request, and acts on it. */
	acts: boolean;
	/** What comes instead of the API's own answer, if anything. */
	kind: 'honest' | 'other' | 'stalled' | 'stalledInside' | 'cut' | 'reset';
	status: number;
	body: keyof typeof bodies;
	headers: Array<[string, string]>;
	/** Whether the body comes in pieces, without its length. */
	inPieces: boolean;
	isCompressed: boolean;
}

const MEGABYTE = 1_000_000;
const OTHER_ID = '550e8400-e29b-41d4-a716-446655440000';

/** In these ways the server repeats the key. */
export const spellings: Array<(key: string) => string> = [
	(key) => key,
	(key) => [...key].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(''),
	(key) => [...key].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join(''),
	(key) => [...key].map((c) => `&#${c.charCodeAt(0)};`).join(''),
	(key) => Buffer.from(key).toString('base64').replace(/=+$/, ''),
];

/** Bodies of answers, made of the key and of what the API has answered, if it was asked. */
const bodies = {
	honest: (_key: string, honest: string) => honest,
	truncated: (_key: string, honest: string) => honest.slice(0, honest.length / 2),
	empty: () => '',
	null: () => 'null',
	number: () => '5',
	text: () => '"ok"',
	list: (_key: string, honest: string) => `[${honest || '{}'}]`,
	inData: (_key: string, honest: string) => `{"data":${honest || '{}'}}`,
	nullId: (_key: string, honest: string) =>
		honest.replace(/"id":("[^"]*"|\d+)/, '"id":null') || '{"id":null}',
	objectId: () => '{"id":{"a":1}}',
	blankId: () => '{"id":"  "}',
	otherObject: () => `{"id":"${OTHER_ID}","status":"ended","to_number":"+12125550199"}`,
	numericId: () => '{"id":7}',
	hugeId: () => '{"id":9007199254740993}',
	noText: (_key: string, honest: string) =>
		honest.replace(
			/"(label|status|name|number|url|content|prompt|start_time|total)":(null|"[^"]*"|\d+)/g,
			'"$1":{"toString":1,"valueOf":1}',
		),
	page: () => '{"items":[],"has_more":false}',
	pageOfOthers: () => `{"items":[{"id":"${OTHER_ID}"}],"has_more":true,"total":1e9}`,
	pageOfNothing: () => '{"items":[null,5],"has_more":false}',
	pageWithoutEnd: () => '{"items":[{"id":"1"},{"id":"2"}],"has_more":true,"total":"many"}',
	html: (key: string) => `<!doctype html><title>Gateway</title>${key}`,
	prototype: () => `{"id":"${OTHER_ID}","__proto__":{"polluted":true}}`,
	deep: () => '['.repeat(20_000) + ']'.repeat(20_000),
	deepObject: () => `{"id":"${OTHER_ID}","a":${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}}`,
	deepMessage: () => `{"message":${'["x",'.repeat(6000)}1${']'.repeat(6000)}}`,
	huge: () => `{"message":"${'x'.repeat(3 * MEGABYTE)}"}`,
	hugeList: () => `{"items":[${'{"id":"1"},'.repeat(50_000)}{}],"has_more":true}`,
	invalid: () => '\ufffd{"a":\u0000}',
	key: (key: string) => `{"message":"Bad key ${spellings.map((spell) => spell(key)).join(' ')}"}`,
	keyLate: (key: string) => `{"message":"${'x'.repeat(490)}${key}"}`,
	keyIn: (key: string, honest: string) =>
		honest.replace(
			/"(label|status|name|number|transcript)":(null|"[^"]*")/g,
			`"$1":"${key}"`,
		) || `{"id":"${OTHER_ID}","status":"${key}","name":"${key}"}`,
	words: () => '{"message":"read ECONNRESET, open ENOENT","code":"ECONNREFUSED"}',
	busy: () => '{"message":"Too many calls in progress"}',
	control: () => '{"detail":[{"loc":["body"],"msg":"a\\u0000\\u202e\\u001b[31m"}]}',
	audio: () => 'ID3 not much',
	wav: () => 'RIFF....WAVE',
} satisfies Record<string, (key: string, honest: string) => string>;

const statuses = [
	...[200, 200, 200, 201, 201, 202, 203, 204, 205, 206, 207, 226],
	...[300, 301, 302, 303, 304, 305, 307, 308],
	...[400, 400, 401, 402, 403, 404, 404, 405, 406, 408, 409, 410, 413, 415, 418, 422, 422, 423],
	...[424, 425, 428, 429, 429, 431, 451, 499, 500, 500, 501, 502, 503, 503, 504, 505, 507, 511],
	...[520, 524, 599, 600, 999],
];

const header = (name: string, ...values: string[]) =>
	fc.constantFrom(...values).map((value): [string, string] => [name, value]);

const PAST = 'Thu, 01 Jan 2015 00:00:00 GMT';
const FAR = 'Fri, 31 Dec 9999 23:59:59 GMT';

const headers = fc.oneof(
	header(
		'retry-after',
		'0',
		'-1',
		'1',
		'3',
		'30',
		'99999999999',
		'soon',
		'',
		PAST,
		'1e3',
		'0x10',
		FAR,
	),
	header('content-type', 'application/json', 'text/html', 'audio/mpeg', 'audio/wav', ''),
	header('content-type', 'application/json; charset=utf-16', 'application/octet-stream', 'x'),
	header(
		'location',
		'/v1/agents',
		'OTHER/v1/agents',
		'OTHER',
		'http://10.0.0.1/',
		'https://[::1]/',
	),
	header(
		'location',
		'http://user:pass@localhost:1/',
		'file:///etc/passwd',
		'//',
		'https:OTHER',
		'blob:OTHER',
	),
	header('x-long', 'x'.repeat(9000), 'x'.repeat(60_000)),
	header('content-encoding', 'gzip', 'br', 'x', 'identity'),
	header('set-cookie', 'a=b; Domain=example.com'),
	header('content-type', 'KEY'),
);

export const troubles: fc.Arbitrary<Trouble> = fc.record({
	acts: fc.boolean(),
	kind: fc.oneof(
		{ arbitrary: fc.constant('honest' as const), weight: 8 },
		{ arbitrary: fc.constant('other' as const), weight: 12 },
		{ arbitrary: fc.constantFrom('stalled', 'stalledInside', 'cut', 'reset'), weight: 2 },
	),
	status: fc.constantFrom(...statuses),
	body: fc.constantFrom(...(Object.keys(bodies) as Array<keyof typeof bodies>)),
	headers: fc.uniqueArray(headers, { maxLength: 3, selector: ([name]) => name }),
	inPieces: fc.boolean(),
	isCompressed: fc.boolean(),
});

/** Whether the client learns the status, though maybe not all of the body. */
const tellsStatus = (kind: Trouble['kind']) => kind !== 'stalled' && kind !== 'reset';

/**
 * Whether an answer says for sure that nothing was done: a refusal, or the wish to be asked elsewhere. A
 * server that acts and then says so lies in a way that nobody can notice.
 */
const isDenial = (status: number) =>
	[301, 304, 307, 308].includes(status) || (status >= 400 && status < 500 && status !== 408);

/** Stands between the nodes and the API, and does with requests what it likes. All it sends is valid HTTP. */
export class HostileServer {
	private troubles: Trouble[] = [];
	private key = '';
	private taken = 0;
	/** Requests in a row, of which the first ones meet the troubles. */
	requests: Array<{ method: string; path: string }> = [];
	/** Requests to another origin that carried the key. */
	strays: string[] = [];
	/** How often the API has acted on a request that changes something, by request. */
	acted = new Map<string, number>();

	private readonly server = createServer(
		(request, response) => void this.take(request, response),
	);
	private readonly other = createServer((request, response) => {
		if (JSON.stringify([request.url, request.headers]).includes(this.key)) {
			this.strays.push(String(request.url));
		}
		response.end('ID3 elsewhere');
	});

	/** @param api base URL of the API behind it. */
	constructor(private readonly api: URL) {}

	async start(): Promise<void> {
		for (const server of [this.server, this.other]) {
			server.listen(0, '127.0.0.1');
			await once(server, 'listening');
		}
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.api.pathname}`;
	}

	/** Forgets what was, and lets the requests to come meet these troubles, again and again. */
	prepare(key: string, troubles: Trouble[]): void {
		Object.assign(this, {
			key,
			troubles,
			taken: 0,
			requests: [],
			strays: [],
			acted: new Map(),
		});
		this.server.closeAllConnections();
	}

	close(): void {
		for (const server of [this.server, this.other]) {
			server.closeAllConnections();
			server.close();
		}
	}

	private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = '', url = '' } = request;
		const trouble = this.troubles[this.taken++ % this.troubles.length];
		this.requests.push({ method, path: url.split('?')[0] });
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks);
		const { kind, status } = trouble;
		const isHonest = kind === 'honest';
		const acts =
			isHonest ||
			method === 'GET' ||
			(trouble.acts && !(tellsStatus(kind) && isDenial(status)));
		const honest = acts ? await this.ask(request, body) : undefined;
		if (acts && method !== 'GET' && Number(honest?.status) < 300) {
			const asked = `${method} ${url} ${String(body)}`;
			this.acted.set(asked, (this.acted.get(asked) ?? 0) + 1);
		}
		if (isHonest && honest) {
			response.writeHead(honest.status, honest.headers).end(honest.body);
			return;
		}
		this.answer(response, trouble, String(honest?.body ?? ''));
	}

	private answer(response: ServerResponse, trouble: Trouble, honest: string): void {
		const { kind, status, headers, inPieces, isCompressed } = trouble;
		if (kind === 'stalled') return;
		if (kind === 'reset') return void response.socket?.resetAndDestroy();
		const text = bodies[trouble.body](this.key, honest);
		const bytes = isCompressed ? gzipSync(text) : Buffer.from(text);
		const other = `http://127.0.0.1:${(this.other.address() as AddressInfo).port}`;
		response.writeHead(status, {
			'content-type': 'application/json',
			...(isCompressed && { 'content-encoding': 'gzip' }),
			...Object.fromEntries(
				headers.map(([name, value]) => [
					name,
					value.replace('OTHER', other).replace('KEY', this.key),
				]),
			),
			...(!inPieces && { 'content-length': bytes.length }),
		});
		if (kind === 'cut' || kind === 'stalledInside') {
			response.write(bytes.subarray(0, bytes.length / 2));
			if (kind === 'cut') setImmediate(() => response.socket?.destroy());
			return;
		}
		for (let i = 0; inPieces && i < 3; i++) response.write(bytes.subarray(i, i + 1));
		response.end(inPieces ? bytes.subarray(3) : bytes);
	}

	private async ask(request: IncomingMessage, body: Buffer) {
		const { method, url, headers } = request;
		const { host: _host, connection: _connection, ...kept } = headers;
		const passed = send({
			hostname: this.api.hostname,
			port: this.api.port,
			method,
			path: url,
			headers: kept,
			agent: false,
		});
		passed.end(body);
		const [answer] = (await once(passed, 'response')) as [IncomingMessage];
		const chunks: Buffer[] = [];
		for await (const chunk of answer) chunks.push(chunk as Buffer);
		const { connection: _close, 'keep-alive': _alive, ...own } = answer.headers;
		return { status: answer.statusCode ?? 500, headers: own, body: Buffer.concat(chunks) };
	}
}
