import { execFile } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { IDataObject } from 'n8n-workflow';

import { byId, engine, runNode, simulator, truth } from '../support/harness';
import { program, root } from '../support/program';

let callId: string;

beforeEach(() => {
	simulator.reset();
	const calls = [...simulator.environment('default').calls.values()];
	callId = String(calls.find((call) => call.recording_available)?.id);
});

const getRecording = (changes: IDataObject = {}) => ({
	resource: 'call',
	operation: 'getRecording',
	callId: byId(callId),
	...changes,
});

const bytesOf = async (run: Awaited<ReturnType<typeof runNode>>, field = 'data') => {
	const chunks: Buffer[] = [];
	for await (const chunk of await engine.readBinary(run.items[0], field))
		chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
};

test('gives the recording as a file, and what it is as JSON', async () => {
	const run = await runNode(getRecording());
	expect(run.error).toBeUndefined();
	const sound = await bytesOf(run);
	// An MP3 frame begins with eleven set bits.
	expect(sound[0]).toBe(0xff);
	expect(sound[1] & 0xe0).toBe(0xe0);
	expect(run.json).toEqual([
		{
			call_id: callId,
			file_name: `call-${callId}.mp3`,
			mime_type: 'audio/mpeg',
			file_size: expect.stringMatching(/^\d+(\.\d+)? kB$/),
		},
	]);
	expect(run.items[0].binary?.data).toMatchObject({
		fileName: `call-${callId}.mp3`,
		fileExtension: 'mp3',
		mimeType: 'audio/mpeg',
		bytes: sound.length,
	});
	expect(run.items[0].pairedItem).toEqual({ item: 0 });
	expect(run.requests.map(({ path, query }) => [path, query])).toEqual([
		['/v1/calls/recording', { id: callId }],
	]);
});

test('gives all of it where n8n reads a file as a whole, as for a database', async () => {
	simulator.recording.bytes = 3_000_000;
	await engine.keepFiles('default');
	try {
		const run = await runNode(getRecording({ options: { timeout: 1000 } }));
		expect(run.error).toBeUndefined();
		const { data } = run.items[0].binary ?? {};
		expect(Buffer.from(String(data?.data), 'base64')).toHaveLength(3_000_000);
	} finally {
		await engine.keepFiles('filesystem');
	}
});

test('puts it into the field and under the name that the user chooses', async () => {
	const run = await runNode(
		getRecording({ binaryPropertyName: 'sound', options: { fileName: 'anna.mp3' } }),
	);
	expect(run.items[0].binary?.sound.fileName).toBe('anna.mp3');
	expect((await bytesOf(run, 'sound')).length).toBeGreaterThan(1000);
});

test.each(['={{ " " }}', '={{ $json.none }}'])(
	'a name from an expression that gives nothing (%s) is the usual one',
	async (nothing) => {
		const { items, json } = await runNode(
			getRecording({ binaryPropertyName: nothing, options: { fileName: nothing } }),
		);
		expect(Object.keys(items[0].binary ?? {})).toEqual(['data']);
		expect(json[0].file_name).toMatch(/^[^.]+\.mp3$/);
		expect(json[0].file_name).not.toContain('undefined');
	},
);

test('many recordings keep their order', async () => {
	simulator.recording.bytes = 20_000;
	const items = Array.from({ length: 30 }, () => ({}));
	const { items: outputs, requests } = await runNode(getRecording(), { items });
	expect(outputs.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	expect(Math.max(...requests.map(({ open }) => open))).toBeLessThanOrEqual(20);
});

describe('when there is none', () => {
	test('it says why and when there may be one', async () => {
		const call = simulator.environment('default').calls.get(callId)!;
		call.recording_available = false;
		const { error } = await runNode(getRecording());
		expect(error?.httpCode).toBe('404');
		expect(error?.message).toBe(`Call '${callId}' has no recording yet`);
		expect(error?.description).toContain('only if recording is enabled on the agent');
	});

	test('of a call that nobody answered, it says that there will be none', async () => {
		const call = simulator.environment('default').calls.get(callId)!;
		Object.assign(call, {
			recording_available: false,
			stage_outcome: 'human_unanswered',
			human_detection_result: null,
		});
		const { error } = await runNode(getRecording());
		expect(error?.message).toBe(
			`Call '${callId}' will have no recording: its outcome is 'no_answer'`,
		);
		expect(error?.description).toContain('by their outcome');
	});

	test('If There Is None: the item is passed on without a file, and says why', async () => {
		const call = simulator.environment('default').calls.get(callId)!;
		call.recording_available = false;
		const options = { ifNone: 'output' };
		const { items, error } = await runNode(getRecording({ options }));
		expect(error).toBeUndefined();
		expect(items[0].json).toEqual({
			call_id: callId,
			no_recording: `Call '${callId}' has no recording yet`,
		});
		expect(items[0].binary).toBeUndefined();
	});

	test('and no such call, it says that', async () => {
		const id = '550e8400-e29b-41d4-a716-446655440000';
		const { error } = await runNode(getRecording({ callId: byId(id) }));
		expect(error?.message).toBe(`The call '${id}' does not exist in environment 'default'`);
	});
});

describe('a connection that breaks', () => {
	test('half-way is tried again, and the file is whole', async () => {
		simulator.recording.bytes = 300_000;
		simulator.faults.add({ operationId: 'getCallRecording', truncate: true, times: 2 });
		const run = await runNode(getRecording());
		expect(run.error).toBeUndefined();
		expect((await bytesOf(run)).length).toBe(run.items[0].binary?.data.bytes);
		expect((await bytesOf(run)).length).toBeGreaterThanOrEqual(300_000);
		expect(run.requests).toHaveLength(3);
	});

	test('again and again ends in a clear message, not in half a file', async () => {
		simulator.faults.add({ operationId: 'getCallRecording', truncate: true, times: Infinity });
		const { error, items } = await runNode(getRecording());
		expect(error?.message).toBe(
			'The connection to Fluents.ai broke before the answer was complete',
		);
		expect(items).toEqual([]);
	});

	test('errors of the server are read from the stream', async () => {
		const body = { message: 'Storage is down' };
		simulator.faults.add({ operationId: 'getCallRecording', status: 500, body });
		const { error } = await runNode(getRecording());
		expect(error?.message).toBe('Storage is down');
	});
});

describe('a redirect', () => {
	const sound = Buffer.from('not really a sound');
	let seen: Array<{ url?: string; headers: IncomingHttpHeaders }>;
	let storage: Server;
	let storageUrl: string;

	beforeAll(async () => {
		storage = createServer((request, response) => {
			seen.push({ url: request.url, headers: request.headers });
			if (request.url?.startsWith('/again')) {
				response.writeHead(302, { location: '/file' }).end();
			} else {
				response.writeHead(200, { 'content-type': 'audio/x-mpeg; q=1' }).end(sound);
			}
		});
		await new Promise<void>((done) => storage.listen(0, '127.0.0.1', done));
		storageUrl = `http://127.0.0.1:${(storage.address() as AddressInfo).port}`;
	});
	beforeEach(() => {
		seen = [];
	});
	afterAll(() => storage.close());

	test('to another host is followed without the key', async () => {
		simulator.recording.redirectTo = (id: string) =>
			`${storageUrl}/file?id=${id}&signature=a%2Bb`;
		const run = await runNode(getRecording());
		expect(run.error).toBeUndefined();
		expect(await bytesOf(run)).toEqual(sound);
		expect(run.json[0].mime_type).toBe('audio/x-mpeg');
		expect(seen).toHaveLength(1);
		expect(seen[0].url).toBe(`/file?id=${callId}&signature=a%2Bb`);
		expect(seen[0].headers).not.toHaveProperty('authorization');
		expect(JSON.stringify(seen)).not.toContain(simulator.keys.default);
	});

	test('on the same host is followed with the key', async () => {
		simulator.recording.redirectTo = `${simulator.url}/calls?id=${callId}`;
		const { requests } = await runNode(getRecording());
		expect(requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
			['/v1/calls/recording', 'default'],
			['/v1/calls', 'default'],
		]);
	});

	test('is followed once only', async () => {
		simulator.recording.redirectTo = `${storageUrl}/again`;
		const { error } = await runNode(getRecording());
		expect(error?.message).toBe('Fluents.ai answered with a redirect, which is not followed');
		expect(seen.map(({ url }) => url)).toEqual(['/again']);
	});

	test('to an address without encryption is not followed', async () => {
		simulator.recording.redirectTo = 'http://storage.example.com/file';
		const { error } = await runNode(getRecording());
		expect(error?.message).toBe('Fluents.ai answered with a redirect, which is not followed');
	});
});

describe('what is no recording is not stored', () => {
	test.each<[string, object]>([
		['HTML', { body: '<html>Sign in</html>' }],
		['JSON', { body: { message: 'soon' } }],
		['nothing', { body: '' }],
		['a page that says so', { body: 'Please wait', contentType: 'text/plain' }],
		['bytes of another kind', { body: 'MZ....', contentType: 'application/octet-stream' }],
	])('%s', async (_what, recording) => {
		Object.assign(simulator.recording, recording);
		const { error, items } = await runNode(getRecording());
		expect(error?.message).toBe('The answer is not what the Fluents.ai API sends');
		expect(error?.description).toMatch(/^It is .* with HTTP 200/);
		expect(items).toEqual([]);
	});

	test('a part of it', async () => {
		simulator.faults.add({ operationId: 'getCallRecording', status: 206, times: Infinity });
		const { error } = await runNode(getRecording());
		expect(error?.message).toBe('The answer is not what the Fluents.ai API sends');
	});
});

test.each([
	['audio/wav', 'wav'],
	['audio/ogg', 'ogg'],
	['application/octet-stream', 'mp3'],
])('a file of type %s ends in .%s', async (contentType, extension) => {
	Object.assign(simulator.recording, { body: Buffer.from([0xff, 0xfb, 0x90, 0]), contentType });
	const { error, json } = await runNode(getRecording());
	expect(error).toBeUndefined();
	expect(json[0].file_name).toBe(`call-${callId}.${extension}`);
});

test('a download that stalls ends', async () => {
	Object.assign(simulator.recording, { bytes: 100_000, stallAfter: 5000 });
	const started = Date.now();
	const { error } = await runNode(getRecording({ options: { timeout: 300 } }));
	expect(error?.message).toBe('Fluents.ai did not answer within 0.3 seconds');
	expect(Date.now() - started).toBeLessThan(20_000);
});

test('what the storage refuses is told as its refusal, not as that of the key', async () => {
	simulator.recording.storage = { status: 403 };
	const { error } = await runNode(getRecording());
	expect(error?.message).toMatch(
		/^The storage at localhost:\d+, to which Fluents.ai led, did not give the file \(HTTP 403\)$/,
	);
	const [stored] = simulator.requests.filter(({ operationId }) => operationId === undefined);
	expect(stored.headers).not.toHaveProperty('authorization');
});

// No truth is about the bytes of a recording.
(truth === 'a' ? test : test.skip)('200 MB go to disk without being held in memory', async () => {
	simulator.recording.bytes = 200_000_000;
	const command = program(
		'test/support/recordingMemory.ts',
		...[simulator.url, simulator.keys.default, callId],
	);
	const { stdout } = await promisify(execFile)(...command, { cwd: root });
	const { growth, bytes } = JSON.parse(stdout) as { growth: number; bytes: number };
	expect(bytes).toBeGreaterThanOrEqual(200_000_000);
	// V8 lets some 64 MB of buffers that are done with pile up before it collects them.
	expect(growth).toBeLessThan(120_000_000);
});
