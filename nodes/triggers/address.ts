import { createHash, randomBytes, timingSafeEqual } from 'crypto';

import { SECRET_PARAMETER } from '../shared/masking';

/**
 * The addresses of n8n that triggers give to Fluents.ai. It signs nothing that is known for sure, so
 * each carries a random secret, which shows that a request comes from somebody who was given it.
 */

const SECRET = /^[0-9a-f]{64}$/;

export function newSecret(): string {
	return randomBytes(32).toString('hex');
}

export function withSecret(address: string, secret: string): string {
	return `${address}?${SECRET_PARAMETER}=${secret}`;
}

/** The secret in an address that `withSecret` made, or undefined. */
export function secretIn(address: string): string | undefined {
	if (!URL.canParse(address)) return undefined;
	const secret = new URL(address).searchParams.get(SECRET_PARAMETER) ?? '';
	return SECRET.test(secret) ? secret : undefined;
}

/** Compares in a time that tells nothing about the secret. Without a secret, nothing is equal to it. */
export function isSecret(given: unknown, secret: unknown): boolean {
	if (typeof given !== 'string' || typeof secret !== 'string' || !SECRET.test(secret))
		return false;
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(secret));
}

/**
 * What tells two addresses apart: neither query nor spelling. It can be shown, since secrets, also those of
 * others, stand in the query or before the host.
 */
export function placeOf(address: string): string {
	if (!URL.canParse(address)) return address.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//');
	const { protocol, host, pathname } = new URL(address);
	return `${protocol}//${host}${pathname}`;
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
		.replace(new RegExp(`(^|&)(${SECRET_PARAMETER}=[^&?]*)\\?`), '$1$2&');
	const parameters = new URLSearchParams(url.includes('?') ? text : '');
	const { [SECRET_PARAMETER]: secret, ...query } = Object.fromEntries(parameters);
	return { secret, query };
}

/** This host, private networks, carriers' networks, link-local, and the same in an IPv6 address. */
const PRIVATE_IPS = [
	/^(0|10|127)\./,
	/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
	/^169\.254\./,
	/^172\.(1[6-9]|2\d|3[01])\./,
	/^192\.168\./,
	/^\[(::|f[cd]|fe[89a-f])/,
];

/** For documentation, benchmarks, multicast and the future; of IPv6 all but global unicast. */
const RESERVED_IPS = [
	/^192\.0\.[02]\./,
	/^192\.88\.99\./,
	/^198\.(1[89]|51\.100)\./,
	/^203\.0\.113\./,
	/^(22[4-9]|2[3-5]\d)\./,
	/^\[(?![23])/,
	/^\[(2001:(db8|[01]?[0-9a-f]{0,2}):|2002:|3fff:)/,
];

const PRIVATE_NAMES = /\.(local|localhost|internal|intranet|private|corp|home|lan|home\.arpa)$/;
const RESERVED_NAMES = /\.(invalid|test|example|onion|alt|arpa)$/;

/**
 * Tells why the servers of Fluents.ai cannot call an address of this n8n, as far as the address shows.
 *
 * @returns the end of a sentence that begins with the address, or undefined when nothing speaks against it.
 */
export function whyUnreachable(address: string): string | undefined {
	if (!URL.canParse(address)) return 'is not a web address';
	const { protocol, hostname } = new URL(address);
	const name = hostname.replace(/\.$/, '');
	const isIp = /^\[|^\d+(\.\d+){3}$/.test(name);
	const isOneOf = (ips: RegExp[], names: RegExp) =>
		isIp ? ips.some((pattern) => pattern.test(name)) : names.test(name);
	if (isOneOf(PRIVATE_IPS, PRIVATE_NAMES) || (!isIp && !name.includes('.'))) {
		return 'can be reached from your own network only';
	}
	if (isOneOf(RESERVED_IPS, RESERVED_NAMES)) return 'is reserved and leads nowhere';
	return protocol === 'https:' ? undefined : 'does not start with https://';
}
