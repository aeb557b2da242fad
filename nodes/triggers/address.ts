import { createHash, randomBytes, timingSafeEqual } from 'crypto';

import { reachOf } from '../shared/api/hosts';
import { foreignText } from '../shared/foreignText';
import { plainText } from '../shared/json';
import { SECRET_PARAMETER } from '../shared/masking';

/**
 * The addresses of n8n that triggers give to Fluents.ai. It signs nothing that is known for sure, so
 * each carries a random secret, which shows that a request comes from somebody who was given it.
 */

/** In a query, 256 bits; in a path, whose address has to be short, 128 bits. */
const SECRET = /^([0-9a-f]{64}|[\w-]{22})$/;

/** Names the trigger in the address of a caller lookup; it stands last in the query. */
export const MARK_PARAMETER = 'n8n';

const HASH = /^[0-9a-f]{64}$/;

export function newSecret(): string {
	return randomBytes(32).toString('hex');
}

/** For an address that carries it in its path. */
export function newPathSecret(): string {
	return randomBytes(16).toString('base64url');
}

/** What n8n stores of a secret, which stands in the address alone. */
export function hashOf(secret: string): string {
	return createHash('sha256').update(secret).digest('hex');
}

export function withSecret(address: string, secret: string): string {
	return `${address}?${SECRET_PARAMETER}=${secret}`;
}

/** The secret in an address, in its query or at the end of its path; undefined if there is none. */
export function secretIn(address: unknown): string | undefined {
	if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
	const { searchParams, pathname } = new URL(address);
	const secret = searchParams.get(SECRET_PARAMETER) ?? pathname.split('/').at(-1) ?? '';
	return mayBeSecret(secret) ? secret : undefined;
}

/**
 * The secret of an address in Fluents.ai that may stay: the one of which n8n has stored the hash, or without a
 * hash the one at the trigger's own address. Another n8n may know the rest, or somebody has masked or cut it.
 */
export function keptSecret(
	url: unknown,
	hash: string | undefined,
	address: string,
): string | undefined {
	const secret = secretIn(url);
	const isKept = hash === undefined ? isAt(url, address) : isSecret(secret, hash);
	return isKept ? secret : undefined;
}

/** Whether a text may be a secret that a trigger has given. */
export function mayBeSecret(given: unknown): given is string {
	return typeof given === 'string' && SECRET.test(given);
}

/** Whether a secret is the one with this hash. Without a hash, none is. */
export function isSecret(given: unknown, hash: unknown): given is string {
	if (!mayBeSecret(given)) return false;
	if (typeof hash !== 'string' || !HASH.test(hash)) return false;
	return timingSafeEqual(Buffer.from(hashOf(given), 'hex'), Buffer.from(hash, 'hex'));
}

/** What tells two addresses apart: neither query nor spelling. */
export function placeOf(address: string): string {
	if (!URL.canParse(address)) return address.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//');
	const { protocol, host, pathname } = new URL(address);
	return `${protocol}//${host}${pathname}`;
}

/** Many letters and digits without a meaning, which may be a credential. IDs that n8n makes are none. */
const TOKEN = /^(?=.*\d)(?=.*[a-z])[\w~.-]{20,}$/i;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * An address of n8n or of others as it may be shown: credentials stand in the query, before the host, and as
 * parts of the path.
 */
export function shownPlaceOf(address: unknown): string {
	const parts = placeOf(plainText(address)).split('/');
	const isToken = (part: string, i: number) =>
		i > 2 && (mayBeSecret(part) || (TOKEN.test(part) && !UUID.test(part)));
	return foreignText(parts.map((part, i) => (isToken(part, i) ? '********' : part)).join('/'));
}

/** Scheme, host and port; undefined for what is no address. */
export function originOf(address: string): string | undefined {
	return URL.canParse(address) ? new URL(address).origin : undefined;
}

/** Whether two addresses are the same in each part, however they are spelled. */
export function isSameUrl(one: unknown, other: unknown): boolean {
	if (typeof one !== 'string' || typeof other !== 'string') return one === other;
	if (!URL.canParse(one) || !URL.canParse(other)) return one === other;
	return new URL(one).href === new URL(other).href;
}

/** Whether a URL that Fluents.ai has leads to an address of n8n. */
export function isAt(url: unknown, address: string): boolean {
	return typeof url === 'string' && placeOf(url) === placeOf(address);
}

/**
 * Reads the query of a request to an address that `withSecret` made. It is not known how Fluents.ai
 * appends to an address that has a query already: by `&`, or by a second question mark.
 *
 * @param url of the request, with or without its host.
 * @returns the secret, and all other parameters.
 */
export function readQuery(url: string): { secret?: string; query: Record<string, string> } {
	const text = url
		.slice(url.indexOf('?') + 1)
		.replace(new RegExp(`(^|&)((?:${SECRET_PARAMETER}|${MARK_PARAMETER})=[^&?]*)\\?`), '$1$2&');
	const parameters = new URLSearchParams(url.includes('?') ? text : '');
	const { [SECRET_PARAMETER]: secret, ...query } = Object.fromEntries(parameters);
	return { secret, query };
}

/**
 * Tells why the servers of Fluents.ai cannot call an address of this n8n, as far as the address shows.
 *
 * @returns the end of a sentence that begins with the address, or undefined when nothing speaks against it.
 */
export function whyUnreachable(address: string): string | undefined {
	if (!URL.canParse(address)) return 'is not a web address';
	const url = new URL(address);
	const reach = reachOf(url);
	if (reach === 'private') return 'can be reached from your own network only';
	if (reach === 'reserved') return 'is reserved and leads nowhere';
	return url.protocol === 'https:' ? undefined : 'does not start with https://';
}
