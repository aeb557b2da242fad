import { createHmac, timingSafeEqual } from 'crypto';

import type { SignatureCheck } from './parameters';

/**
 * Checks the signature of a request: base64 of HMAC-SHA256 over the bytes of the body as they were sent,
 * with the secret of the action as key, which is base64 itself (API: signature header).
 *
 * @returns `missing` when there is no such header, though it may have another name at Fluents.ai;
 *   `unknown` when Fluents.ai has not given the secret, so that nobody can tell.
 */
export function checkSignature(
	headers: Record<string, unknown>,
	rawBody: Buffer | undefined,
	secret: string | undefined,
	{ header }: SignatureCheck,
): 'valid' | 'wrong' | 'missing' | 'unknown' {
	const given = headers[header];
	if (typeof given !== 'string' || given === '') return 'missing';
	if (secret === undefined) return 'unknown';
	const expected = createHmac('sha256', Buffer.from(secret, 'base64'))
		.update(rawBody ?? '')
		.digest();
	const signature = Buffer.from(given, 'base64');
	return signature.length === expected.length && timingSafeEqual(signature, expected)
		? 'valid'
		: 'wrong';
}
