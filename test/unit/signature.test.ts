import { checkSignature } from '../../nodes/FluentsAiLiveTrigger/signature';
import { signatureOf } from '../../simulator';

const secret = Buffer.from('the secret of an action').toString('base64');
const body = Buffer.from('{"call_id": "1", "payload": {"name": "Zoë"}}');
const header = 'x-vocode-signature';
const check = { mode: 'required', header } as const;
const signed = (text = String(body), key = secret) => ({ [header]: signatureOf(text, key) });

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
	['in hex', { [header]: Buffer.from(signed()[header], 'base64').toString('hex') }, 'wrong'],
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
