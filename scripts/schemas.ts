import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { resources } from '../nodes/FluentsAi/resources';
import { requestFields } from '../nodes/FluentsAiLiveTrigger/receive';
import { eventFields } from '../nodes/FluentsAiTrigger/receive';
import type { OutputFields } from '../nodes/shared/records/shape';

/**
 * Writes the output schemas, from which n8n's editor shows the fields of a node before its first run.
 * With --check it only tells whether those on disk are current.
 */
const folderOf = (node: string) => resolve(__dirname, '../nodes', node, '__schema__/v1.0.0');

/** @returns the text of each schema file, by its path. */
function schemaFiles(): Map<string, string> {
	const files = new Map<string, string>();
	for (const { option: resource, operations } of resources) {
		for (const { option, output, added } of operations) {
			const path = join(folderOf('FluentsAi'), resource.value, `${option.value}.json`);
			files.set(path, fileOf({ ...output, ...added }));
		}
	}
	files.set(join(folderOf('FluentsAiTrigger'), 'output.json'), fileOf(eventFields));
	files.set(join(folderOf('FluentsAiLiveTrigger'), 'output.json'), fileOf(requestFields));
	return files;
}

function fileOf(output: OutputFields): string {
	return `${JSON.stringify({ ...schemaOf(output), version: 1 }, null, '\t')}\n`;
}

function schemaOf(output: OutputFields): object {
	const properties = Object.entries(output).map(([name, type]) => [
		name,
		typeof type === 'string' ? { type } : schemaOf(type),
	]);
	return { type: 'object', properties: Object.fromEntries(properties) };
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
