/** This host, private networks, carriers' networks, link-local; IPv6 also with an IPv4 inside. */
const PRIVATE_IPS = [
	/^(0|10|127)\./,
	/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
	/^169\.254\./,
	/^172\.(1[6-9]|2\d|3[01])\./,
	/^192\.168\./,
	/^\[(::|f[cd]|fe[89ab]|64:ff9b:)/,
];

/** Names without a dot, and those that no public server has. */
const PRIVATE_NAME = /^([^.]+|.*\.(local|localhost|internal|lan|home\.arpa))\.?$/;

/**
 * Whether a file may be read where a redirect leads: over https, and from this machine or a private
 * network only if the API itself is there. Names are not resolved.
 */
export function isRedirectAllowed(target: URL, api: URL): boolean {
	if (target.origin === api.origin) return true;
	if (isPrivate(target)) return isPrivate(api) && /^https?:$/.test(target.protocol);
	return target.protocol === 'https:';
}

function isPrivate({ hostname }: URL): boolean {
	const isIp = /^\[|^\d+(\.\d+){3}$/.test(hostname);
	return isIp
		? PRIVATE_IPS.some((pattern) => pattern.test(hostname))
		: PRIVATE_NAME.test(hostname);
}
