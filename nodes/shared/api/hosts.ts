/** Where the host of an address can be reached from: everywhere, its own network, or nowhere. */
export type Reach = 'public' | 'private' | 'reserved';

// Node.js has lists of blocks in `net`, but n8n Cloud takes no package that needs it.

/** This host, private networks, carriers' networks (RFC 6598), link-local, and the same in IPv6. */
const PRIVATE_BLOCKS = [
	'0.0.0.0/8',
	'10.0.0.0/8',
	'100.64.0.0/10',
	'127.0.0.0/8',
	'169.254.0.0/16',
	'172.16.0.0/12',
	'192.168.0.0/16',
	'64:ff9b:1::/48',
	'fc00::/7',
	'fe80::/10',
	'fec0::/10',
];

/** For documentation, benchmarks, protocols, tunnels, multicast and the future. */
const RESERVED_BLOCKS = [
	'192.0.0.0/24',
	'192.0.2.0/24',
	'192.88.99.0/24',
	'198.18.0.0/15',
	'198.51.100.0/24',
	'203.0.113.0/24',
	'224.0.0.0/3',
	'2001::/23',
	'2001:db8::/32',
	'2002::/16',
	'3fff::/20',
];

/** IPv6 addresses that end in one of IPv4: mapped, compatible, translated, and NAT64. */
const WITH_IPV4 = ['::ffff:0:0/96', '::/96', '::ffff:0:0:0/96', '64:ff9b::/96'];

/** All that is in use of IPv6. */
const UNICAST = '2000::/3';

/** Names without a dot, and those that no public server has. */
const PRIVATE_NAME =
	/^[^.]*$|\.(local|localdomain|localhost|internal|intranet|private|corp|home|lan|home\.arpa)$/;
const RESERVED_NAME = /\.(invalid|test|example|onion|alt|arpa)$/;

/**
 * Tells from where a host can be reached, as far as its name or number shows. Names are not resolved.
 *
 * @param url its host is in the one spelling that `URL` gives to each number: no octal, no hexadecimal.
 */
export function reachOf({ hostname }: URL): Reach {
	const host = hostname.replace(/\.+$/, '');
	if (/^\[|^\d+(\.\d+){3}$/.test(host)) return reachOfIp(host.replace(/^\[|\]$/g, ''));
	if (PRIVATE_NAME.test(host)) return 'private';
	return RESERVED_NAME.test(host) ? 'reserved' : 'public';
}

function reachOfIp(ip: string): Reach {
	const all = bitsOf(ip);
	const hasIpv4 = WITH_IPV4.some((block) => all.startsWith(prefixOf(block)));
	const bits = hasIpv4 ? `4${all.slice(-32)}` : all;
	const isIn = (block: string) => bits.startsWith(prefixOf(block));
	if (PRIVATE_BLOCKS.some(isIn)) return 'private';
	if (RESERVED_BLOCKS.some(isIn)) return 'reserved';
	return bits.startsWith('4') || isIn(UNICAST) ? 'public' : 'reserved';
}

/** The start that all addresses of a block have in common. */
function prefixOf(block: string): string {
	const [ip, length] = block.split('/');
	return bitsOf(ip).slice(0, 1 + Number(length));
}

/** An address in binary digits, behind its version. */
function bitsOf(ip: string): string {
	const toBits = (numbers: number[], width: number) =>
		numbers.map((number) => number.toString(2).padStart(width, '0')).join('');
	if (!ip.includes(':')) return `4${toBits(ip.split('.').map(Number), 8)}`;
	const [before, after] = ip.split('::').map((groups) => groups.split(':').filter(Boolean));
	const right = after ?? [];
	const zeros = Array<string>(8 - before.length - right.length).fill('0');
	const groups = [...before, ...zeros, ...right].map((group) => parseInt(group, 16));
	return `6${toBits(groups, 16)}`;
}
