import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getCountries, getCountryCallingCode } from 'libphonenumber-js';
const folder = resolve(__dirname, '../nodes/shared/phoneNumbers');
const names = new Intl.DisplayNames('en', { type: 'region' });
const rows = getCountries()
	.map((country) => ({
		country,
		code: getCountryCallingCode(country),
		name: names.of(country) ?? country,
	}))
	.sort((a, b) => a.name.localeCompare(b.name, 'en'))
	.map(({ country, code, name }) => `${country} ${code} ${name}`);
writeFileSync(
	join(folder, 'countryTable.ts'),
	`/** ISO code, calling code and English name; written by scripts/phone-data.ts. */
export const COUNTRIES = \`
${rows.join('\n')}
\`;
`,
);
