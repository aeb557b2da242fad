import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint } from 'eslint';

import { n8nRules } from './n8n-rules.mjs';

// Packs the package as `npm publish` would, and lints what is in it as n8n's scanner does.
const folder = mkdtempSync(join(tmpdir(), 'fluentsai-pack-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { stdio: 'pipe' });
const [tarball] = readdirSync(folder);
execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder]);

const eslint = new ESLint({
	cwd: join(folder, 'package'),
	allowInlineConfig: false,
	overrideConfigFile: true,
	overrideConfig: n8nRules,
});
const results = await eslint.lintFiles(['**/*.js', 'package.json']);
const findings = results.reduce((sum, file) => sum + file.errorCount + file.warningCount, 0);
if (findings > 0) {
	const formatter = await eslint.loadFormatter('stylish');
	console.log(await formatter.format(results));
	process.exitCode = 1;
}
console.log(`packed package: ${results.length} files linted, ${findings} findings`);
