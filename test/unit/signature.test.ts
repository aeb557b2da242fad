import { checkSignature } from '../../nodes/FluentsAiLiveTrigger/action/signature';
import { signatureOf } from '../../simulator';

const secret = Buffer.from('the secret of an action').toString('base64');
const body = Buffer.from('{"call_id": "1", "payload": {"name": "Zoë"}}');
const header = 'x-vocode-signature';
const check = { header };
const signed = (text = String(body), key = secret) => ({ [header]: signatureOf(text, key) });
const hex = (text?: string) => Buffer.from(signed(text)[header], 'base64').toString('hex');

test.each<[string, Record<string, unknown>, string]>([
	['valid', signed(), 'valid'],
	['of another body', signed(`${String(body)} `), 'wrong'],
	['made with another secret', signed(undefined, 'b3RoZXI='), 'wrong'],
	[
		'made with the secret as it is written',
		signed(undefined, Buffer.from(secret).toString('base64')),
		'wrong',
	],
	['too short', { [header]: signed()[header].slice(0, 20) }, 'wrong'],
	['in hex', { [header]: hex() }, 'valid'],
	['in hex in capitals', { [header]: hex().toUpperCase() }, 'valid'],
	['in hex of another body', { [header]: hex('other') }, 'wrong'],
	['in hex with its hash', { [header]: `sha256=${hex()}` }, 'valid'],
	['in base64 with its hash', { [header]: `SHA256=${signed()[header]}` }, 'valid'],
	['in hex with a version', { [header]: `v1=${hex()}` }, 'valid'],
	['in base64 with a version', { [header]: ` v1=${signed()[header]} ` }, 'valid'],
	['with another version', { [header]: `v2=${hex()}` }, 'wrong'],
	['nothing but a prefix', { [header]: 'sha256=' }, 'wrong'],
	['too long', { [header]: `${hex()}00` }, 'wrong'],
	['no base64', { [header]: '!' }, 'wrong'],
	['empty', { [header]: '' }, 'missing'],
	['twice', { [header]: [signed()[header]] }, 'missing'],
	['not there', {}, 'missing'],
	['under another name', { 'x-other': signed()[header] }, 'missing'],
])('a signature that is %s', (_what, headers, result) => {
	expect(checkSignature(headers, body, secret, check)).toBe(result);
});

test('nobody can tell without the secret, and no body is signed like an empty one', () => {
	expect(checkSignature(signed(), body, undefined, check)).toBe('unknown');
	expect(checkSignature({}, body, undefined, check)).toBe('missing');
	expect(checkSignature(signed(''), undefined, secret, check)).toBe('valid');
});
