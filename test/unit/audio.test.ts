import { audioType, extensionOf } from '../../nodes/shared/api/audio';
import { isRedirectAllowed } from '../../nodes/shared/api/redirect';

const mp3 = Buffer.from([0xff, 0xfb, 0x90, 0]);

test.each<[string | undefined, Buffer | string, string | undefined]>([
	['audio/mpeg', mp3, 'audio/mpeg'],
	['Audio/WAV; codecs=1', 'RIFF1234WAVE', 'audio/wav'],
	['audio/x-unknown', mp3, 'audio/x-unknown'],
	['application/octet-stream', mp3, 'audio/mpeg'],
	['binary/octet-stream', 'ID3....', 'audio/mpeg'],
	['application/octet-stream', 'RIFF1234WAVEfmt', 'audio/wav'],
	['application/octet-stream', 'OggS..', 'audio/ogg'],
	['application/octet-stream', '\0\0\0 ftypM4A', 'audio/mp4'],
	[undefined, 'fLaC', 'audio/flac'],
	['application/octet-stream', '\xff\xf1\x50\x80', 'audio/aac'],
	['application/octet-stream', '\xff\xf3\x18\xc4', 'audio/mpeg'],
	// A page in UTF-16.
	['application/octet-stream', '\xff\xfe<\0h\0', undefined],
	['application/octet-stream', 'MZ whatever', undefined],
	['application/octet-stream', '', undefined],
	['audio/mpeg', '', undefined],
	['audio/mpeg', '<html>', undefined],
	['audio/mpeg', ' \n{"message":"gone"}', undefined],
	['text/html', mp3, undefined],
	['application/json', mp3, undefined],
	['video/mp4', mp3, undefined],
	['audio/<script>', mp3, undefined],
])('a file of type %j that begins %j is %j', (contentType, start, type) => {
	expect(audioType(contentType, Buffer.from(start as string, 'latin1'))).toBe(type);
});

test.each([
	['audio/mpeg', 'mp3'],
	['audio/x-wav', 'wav'],
	['audio/vnd.wave', 'wav'],
	['audio/mp4', 'm4a'],
	['audio/ogg', 'ogg'],
	['audio/x-unknown', 'mp3'],
	['audio/constructor', 'mp3'],
	['audio/__proto__', 'mp3'],
])('files of type %s end in .%s', (type, extension) => {
	expect(extensionOf(type)).toBe(extension);
});

describe('a redirect', () => {
	const isAllowed = (target: string, api: string) =>
		isRedirectAllowed(new URL(target), new URL(api));

	test.each([
		['https://storage.example.com/x', true],
		['http://storage.example.com/x', false],
		['https://api.fluents.ai/x', true],
		['http://127.0.0.1:5678/rest', false],
		['https://127.0.0.1/x', false],
		['https://n8n/x', false],
		['https://10.0.0.5/x', false],
		['https://169.254.169.254/latest/meta-data', false],
		['https://[64:ff9b::7f00:1]/x', false],
		['https://storage.test/x', false],
		['https://8.8.8.8/x', true],
		['file:///etc/passwd', false],
		['ftp://storage.example.com/x', false],
		['blob:https://api.fluents.ai/x', false],
		['data:audio/mpeg,x', false],
	])('from the public API to %s: %j', (target, allowed) => {
		expect(isAllowed(target, 'https://api.fluents.ai/v1')).toBe(allowed);
	});

	test.each([
		['http://127.0.0.1:9000/x', true],
		['http://localhost:9000/x', true],
		['https://storage.example.com/x', true],
		['http://storage.example.com/x', false],
	])('from an API on this machine to %s: %j', (target, allowed) => {
		expect(isAllowed(target, 'http://127.0.0.1:4010/v1')).toBe(allowed);
	});
});
