import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';

import { resources } from '../nodes/FluentsAi/resources';
import { requestFields } from '../nodes/FluentsAiLiveTrigger/receive';
import { eventFields } from '../nodes/FluentsAiTrigger/receive';
import { accountConnections } from '../nodes/shared/records/accountConnection';
import { actions } from '../nodes/shared/records/action';
import { agents } from '../nodes/shared/records/agent';
import { calls } from '../nodes/shared/records/call';
import { phoneNumbers } from '../nodes/shared/records/number';
import { prompts } from '../nodes/shared/records/prompt';
import type { OutputFields, Shape } from '../nodes/shared/records/shape';
import { voices } from '../nodes/shared/records/voice';
import { webhooks } from '../nodes/shared/records/webhook';

/**
 * Writes the output schemas, from which n8n's editor shows the fields of a node before its first run.
 * There is one for each operation, whatever its other parameters say: the fields with Simplify on come
 * first, then those that only some outputs have, then what Fluents.ai sends besides.
 * With --check it only tells whether those on disk are current.
 */
const folderOf = (node: string) => resolve(__dirname, '../nodes', node, '__schema__/v1.0.0');

interface Property {
	$ref?: string;
	type?: string | string[];
	anyOf?: Property[];
	oneOf?: Property[];
	allOf?: Property[];
	properties?: Record<string, Property>;
}

const { components } = parse(
	readFileSync(resolve(__dirname, '../docs/fluents.openapi.yaml'), 'utf8'),
) as { components: { schemas: Record<string, Property> } };

/** What the description calls the records of a resource, and what they look like. */
const records: Record<string, { name: string; shape: Shape }> = {
	accountConnection: { name: 'AccountConnection', shape: accountConnections.shape },
	action: { name: 'Action', shape: actions.shape },
	agent: { name: 'Agent', shape: agents.shape },
	call: { name: 'Call', shape: calls.shape },
	phoneNumber: { name: 'PhoneNumber', shape: phoneNumbers.shape },
	prompt: { name: 'Prompt', shape: prompts.shape },
	voice: { name: 'Voice', shape: voices.shape },
	webhook: { name: 'Webhook', shape: webhooks.shape },
};

/** The fields that an output has with Simplify off. */
function rawFields({ name, shape }: { name: string; shape: Shape }): OutputFields {
	const { references, raw } = shape;
	const fields = Object.entries(propertiesOf(components.schemas[name])).map(
		([field, property]): [string, OutputFields[string]] => [
			field === 'error' ? 'error_info' : field,
			typeOf(property),
		],
	);
	const ids = references.map((field): [string, OutputFields[string]] =>
		Object.fromEntries(fields)[field] === 'array'
			? [`${field.replace(/s$/, '')}_ids`, 'array']
			: [`${field}_id`, 'string'],
	);
	return { ...Object.fromEntries([...fields, ...ids]), ...raw };
}

function propertiesOf(property: Property): Record<string, Property> {
	const { $ref, allOf = [], properties } = property;
	if ($ref) return propertiesOf(resolved($ref));
	return Object.assign({}, ...allOf.map(propertiesOf), properties) as Record<string, Property>;
}

/** The type of a field as it comes out: times as texts, and an object where it may be one. */
function typeOf({ $ref, type, anyOf, oneOf, allOf }: Property): OutputFields[string] {
	if ($ref?.endsWith('/Timestamp')) return 'string';
	if ($ref) return typeOf(resolved($ref));
	const types = [
		type ?? [],
		[...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])].map(typeOf),
	].flat();
	const found = (['array', 'object', 'boolean', 'number', 'string'] as const).find((known) =>
		types.some((one) => one === known || (one === 'integer' && known === 'number')),
	);
	return found ?? 'object';
}

const resolved = (reference: string) => components.schemas[String(reference.split('/').at(-1))];

/** @returns the text of each schema file, by its path. */
function schemaFiles(): Map<string, string> {
	const files = new Map<string, string>();
	for (const { option: resource, operations } of resources) {
		for (const { option, output, added, properties } of operations) {
			const isSimplified = properties.some(({ name }) => name === 'simple');
			const raw = isSimplified ? rawFields(records[resource.value]) : {};
			const path = join(folderOf('FluentsAi'), resource.value, `${option.value}.json`);
			files.set(path, fileOf(withMore({ ...output, ...added }, raw)));
		}
	}
	const call = withMore(eventFields.call as OutputFields, rawFields(records.call));
	const event = { ...eventFields, call };
	files.set(join(folderOf('FluentsAiTrigger'), 'output.json'), fileOf(event));
	files.set(join(folderOf('FluentsAiLiveTrigger'), 'output.json'), fileOf(requestFields));
	return files;
}

/** The fields, and behind them those of the others that they do not have. */
const withMore = (fields: OutputFields, others: OutputFields): OutputFields => ({
	...fields,
	...others,
	...fields,
});

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
