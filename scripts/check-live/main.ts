import { DEFAULT_BASE_URL, parseCredential } from '../../nodes/shared/api/credential';
import { checkLive, type LiveReport } from './check';

/**
 * `npm run check:live`: compares the live API with docs/fluents.openapi.yaml, by reading only.
 * See docs/check-live.md. Exit code 0 when every answer fits the description.
 */
const { FLUENTS_API_KEY: apiKey = '', FLUENTS_BASE_URL: baseUrl = DEFAULT_BASE_URL } = process.env;

/** Whatever is printed goes through here. */
const masked = (text: string) => (apiKey ? text.replaceAll(apiKey.trim(), '********') : text);
const log = (line: string) => console.log(masked(line));

function section(title: string, lines: string[]): void {
	log(`\n${title}\n`);
	for (const line of lines.length > 0 ? lines : ['(none)']) log(`  ${line}`);
}

function print({ findings, faults, news, requests }: LiveReport): void {
	section(
		'Unconfirmed facts',
		findings.map(
			({ verdict, fact, name, detail }) =>
				`${verdict.padEnd(12)}  ${fact.padEnd(19)}  ${name.padEnd(23)}  ${detail}`,
		),
	);
	section('Beyond the description', news);
	section('Does not fit the description', faults);
	const count = (verdict: string) =>
		findings.filter((finding) => finding.verdict === verdict).length;
	log(
		`\n${requests} requests, all of them reads. ${count('confirmed')} facts confirmed, ` +
			`${count('contradicted')} contradicted, ${count('not seen')} not seen. ` +
			`${faults.length} differences from the description.`,
	);
}

async function main(): Promise<void> {
	if (apiKey.trim() === '') {
		throw new Error('Set FLUENTS_API_KEY to the API key of the environment to look at');
	}
	const credential = parseCredential({ apiKey, baseUrl });
	log(`Reading from ${credential.baseUrl}; nothing is changed, nobody is called\n`);
	const report = await checkLive(credential, (line) => log(`  ${line}`));
	print(report);
	process.exitCode = report.faults.length > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
	console.error(
		masked(error instanceof Error ? error.message : 'It stopped for no known reason'),
	);
	process.exitCode = 1;
});
