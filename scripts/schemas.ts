import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { resources } from '../nodes/FluentsAi/resources';
import type { OutputFields } from '../nodes/shared/records/shape';

/**
 * Writes the output schemas, from which n8n's editor shows the fields of a node before its first run.
 * With --check it only tells whether those on disk are current.
 */
const folder = resolve(__dirname, '../nodes/FluentsAi/__schema__/v1.0.0');

/** @returns the text of each schema file, by its path. */
function schemaFiles(): Map<string, string> {
	const files = new Map<string, string>();
	for (const { option: resource, operations } of resources) {
		for (const { option, output, added } of operations) {
			const path = join(folder, resource.value, `${option.value}.json`);
			files.set(path, `${JSON.stringify(schemaOf({ ...output, ...added }), null, '\t')}\n`);
		}
	}
	return files;
}

function schemaOf(output: OutputFields): object {
	const properties = Object.entries(output).map(([name, type]) => [name, { type }]);
	return { type: 'object', properties: Object.fromEntries(properties), version: 1 };
}

function readIfThere(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

const stale = [...schemaFiles()].filter(([path, text]) => readIfThere(path) !== text);
if (process.argv.includes('--check')) {
	for (const [path] of stale) console.error(`not current: ${path}. Run npm run schemas.`);
	process.exitCode = stale.length > 0 ? 1 : 0;
} else {
	for (const [path, text] of stale) {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
	}
}
