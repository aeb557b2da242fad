import { createHmac, timingSafeEqual } from 'crypto';

import type { SignatureCheck } from '../parameters';

/**
 * `missing` when there is no such header, though it may have another name at Fluents.ai; `unknown` when
 * Fluents.ai has not given the secret, so that nobody can tell.
 */
export type SignatureResult = 'valid' | 'wrong' | 'missing' | 'unknown';

/** What other services put before a signature: the name of the hash, or a version. */
const PREFIX = /^(sha256|v1)=/i;

const HEX = /^[0-9a-f]{64}$/i;

/**
 * Checks the signature of a request: HMAC-SHA256 over the bytes of the body as they were sent, with the
 * secret of the action as key, which is base64 (API: signature header). It comes as base64; hex and a
 * prefix are read too, since that makes no forgery easier.
 */
export function checkSignature(
	headers: Record<string, unknown>,
	rawBody: Buffer | undefined,
	secret: string | undefined,
	{ header }: Pick<SignatureCheck, 'header'>,
): SignatureResult {
	const given = headers[header];
	if (typeof given !== 'string' || given === '') return 'missing';
	if (secret === undefined) return 'unknown';
	const expected = createHmac('sha256', Buffer.from(secret, 'base64'))
		.update(rawBody ?? '')
		.digest();
	const signature = bytesOf(given.trim().replace(PREFIX, ''));
	return signature.length === expected.length && timingSafeEqual(signature, expected)
		? 'valid'
		: 'wrong';
}

/** How a signature is written, for the log. */
export function formOf(signature: string): string {
	const [prefix = ''] = PREFIX.exec(signature) ?? [];
	const form = HEX.test(signature.slice(prefix.length)) ? 'hex' : 'base64';
	return prefix === '' ? form : `${form} after '${prefix}'`;
}

/** 32 bytes are 64 characters in hex and 44 in base64, so that one cannot be taken for the other. */
function bytesOf(signature: string): Buffer {
	return Buffer.from(signature, HEX.test(signature) ? 'hex' : 'base64');
}
