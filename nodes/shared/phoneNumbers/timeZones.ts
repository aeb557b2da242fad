import { digitsOf } from './parse';
import { TIME_ZONES } from './timeZoneTable';
import { WINDOWS_ZONES } from './windowsZoneTable';

/** Zones by prefix, made of the table when the first number asks for it. */
let zonesByPrefix: Map<string, string[]> | undefined;
let longestPrefix = 0;

function readTable(): Map<string, string[]> {
	const zones = new Map<string, string[]>();
	for (const row of TIME_ZONES.trim().split('\n')) {
		const [names, ...prefixes] = row.split(' ');
		const list = names.split('&');
		let prefix = '';
		for (const written of prefixes) {
			// `.12` stands for the prefix before, with these digits at its end.
			const end = /^\.(.*)/.exec(written)?.[1];
			prefix = end === undefined ? written : prefix.slice(0, -end.length) + end;
			zones.set(prefix, list);
			longestPrefix = Math.max(longestPrefix, prefix.length);
		}
	}
	return zones;
}

/**
 * The time zones in one of which a number lies. This is where it is from, not where the person is.
 *
 * @param number E.164.
 * @returns IANA names; none for numbers that belong to no country, such as +800.
 */
export function timeZonesOf(number: string): string[] {
	zonesByPrefix ??= readTable();
	const digits = digitsOf(number);
	for (let length = longestPrefix; length > 0; length--) {
		const zones = zonesByPrefix.get(digits.slice(0, length));
		if (zones) return zones;
	}
	return [];
}

/** IANA names by those of Windows, made of the table when the first name is looked up. */
let windowsZones: Map<string, string> | undefined;

function readWindowsTable(): Map<string, string> {
	const rows = WINDOWS_ZONES.trim().split('\n');
	return new Map(
		rows.map((row) => {
			const [zone, ...words] = row.split(' ');
			return [words.join(' ').toLowerCase(), zone] as const;
		}),
	);
}

/** The names of all zones that numbers lie in, for lists to choose from. */
export function zoneNames(): string[] {
	const names = TIME_ZONES.trim()
		.split('\n')
		.flatMap((row) => row.split(' ', 1)[0].split('&'));
	return [...new Set(names)].sort();
}

/** IST is in India, Israel or Ireland, and EST is a zone without summer time to Node.js. */
const ABBREVIATION = /^(?!CET|EET|MET|WET|GMT|HST|UCT)[A-Z]{2}T$/i;

/**
 * @param name of IANA, such as Europe/Berlin, or of Windows, such as W. Europe Standard Time.
 * @returns the IANA name as n8n's Node.js knows it, or undefined when there is no such zone, or several.
 */
export function toTimeZone(name: string): string | undefined {
	windowsZones ??= readWindowsTable();
	const timeZone = windowsZones.get(name.trim().toLowerCase()) ?? name.trim();
	if (ABBREVIATION.test(timeZone)) return undefined;
	try {
		return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
	} catch {
		return undefined;
	}
}
