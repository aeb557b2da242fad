import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';
import { parse } from 'yaml';

import { byId, runNode, simulator } from '../support/harness';
import { leastParameters as parameters, operations } from '../support/operations';

const root = resolve(__dirname, '../..');
const { paths } = parse(readFileSync(resolve(root, 'docs/fluents.openapi.yaml'), 'utf8')) as {
	paths: Record<string, Record<string, { operationId?: string }>>;
};
const apiOperations = Object.values(paths)
	.flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
	.filter((operationId) => operationId !== undefined);

beforeEach(() => simulator.reset());

/** What the editor shows of an output before the first run. */
function schemaOf(resource: string, operation: string) {
	const file = `nodes/FluentsAi/__schema__/v1.0.0/${resource}/${operation}.json`;
	return JSON.parse(readFileSync(resolve(root, file), 'utf8')) as {
		properties: Record<string, { type: string }>;
	};
}

const reached = new Set<string | undefined>();
const STRAY = 'is not in the description (docs/fluents.openapi.yaml)';

test.each(operations)('$name does its work, and its output fits its schema', async (entry) => {
	const { name, resource, operation, simpleFields } = entry;
	const { error, json, items, requests } = await runNode({
		resource,
		operation,
		...parameters[name]?.(),
	});
	for (const { operationId } of requests) reached.add(operationId);
	const strays = requests
		.filter(({ operationId }) => operationId === undefined)
		.map(({ method, path }) => `${resource}.${operation}: ${method} ${path} ${STRAY}`);
	expect(strays).toEqual([]);
	expect(error).toBeUndefined();
	expect(requests.length).toBeGreaterThan(0);

	const schema = schemaOf(resource, operation);
	expect(json.length).toBeGreaterThan(0);
	expect(items.every(({ pairedItem }) => pairedItem !== undefined)).toBe(true);
	for (const output of json) {
		const fields = Object.keys(output);
		expect(fields).toEqual(expect.arrayContaining(simpleFields));
		// Of what an API Request answers, nothing is known.
		const isKnown = simpleFields.length > 0;
		expect(fields.filter((field) => isKnown && !(field in schema.properties))).toEqual([]);
		for (const [field, value] of Object.entries(output)) {
			const { type } = schema.properties[field] ?? {};
			if (value === null || !isKnown) continue;
			expect([field, Array.isArray(value) ? 'array' : typeof value]).toEqual([field, type]);
		}
	}
});

const simplified = operations.filter(({ properties }) =>
	properties.some(({ name }) => name === 'simple'),
);

test.each(simplified)('$name has a schema with all fields of its raw output', async (entry) => {
	const { name, resource, operation } = entry;
	const given = { ...parameters[name]?.(), simple: false };
	const { error, json } = await runNode({ resource, operation, ...given });
	expect(error).toBeUndefined();
	expect(json.length).toBeGreaterThan(0);
	const { properties } = schemaOf(resource, operation);
	const fields = new Set(json.flatMap((output) => Object.keys(output)));
	expect([...fields].filter((field) => !(field in properties))).toEqual([]);
});

test('every operation of the API is reached by an operation of the node', () => {
	expect(apiOperations.length).toBeGreaterThanOrEqual(42);
	const missing = apiOperations.filter((operationId) => !reached.has(operationId));
	expect(missing.map((name) => `${name}: no operation of the node asks for it`)).toEqual([]);
});

describe.each([400, 401, 403, 404, 409, 422, 429, 500])('refused with %d', (status) => {
	test.each(operations)('$name tells it', async ({ name, resource, operation }) => {
		const given = parameters[name]?.();
		const message = `Refused with ${status}`;
		const headers = { 'retry-after': '3600' };
		simulator.faults.add({ status, headers, body: { message }, times: Infinity });
		const { error, items } = await runNode({ resource, operation, ...given });
		expect(error?.name).toBe('NodeApiError');
		expect(error?.httpCode).toBe(String(status));
		expect(`${error?.message} ${error?.description}`).toContain(message);
		expect(error?.context.itemIndex).toBe(0);
		expect(items).toEqual([]);
	});
});

/** Values that a user might enter into a field, good and bad ones. */
function valueOf({ type, options, name, typeOptions }: INodeProperties): fc.Arbitrary<unknown> {
	const text = fc.oneof(
		fc.constantFrom(
			'',
			' ',
			'text',
			'Grüße, 你好 👋',
			'"quotes" \\ and {braces}',
			'+12125550101',
		),
		fc.constantFrom(
			'https://example.com/x?a=1',
			'550e8400-e29b-41d4-a716-446655440000',
			'0',
			'null',
		),
	);
	switch (type) {
		case 'boolean':
			return fc.boolean();
		case 'number':
			return fc.constantFrom(0, 1, 30, ...(typeOptions?.numberPrecision ? [0.5] : []));
		case 'options':
			return fc.constantFrom(
				...(options as Array<{ value: unknown }>).map(({ value }) => value),
			);
		case 'multiOptions':
			return fc.uniqueArray(
				options?.length
					? fc.constantFrom(
							...(options as Array<{ value: unknown }>).map(({ value }) => value),
						)
					: fc.constantFrom('550e8400-e29b-41d4-a716-446655440000'),
			);
		case 'json':
			// Which form deepgram_keywords has is a fact of its own (C14), tested with the agents.
			return ['additionalBodyFields', 'deepgramKeywords'].includes(name)
				? fc.constantFrom('{}', '{', '[')
				: fc.constantFrom('', '{}', '{"a":1}', '[]', '[{"a":"b"}]', '{', 'null');
		case 'resourceLocator':
			return text.map((value) => byId(value.replace(/^=/, '')));
		case 'fixedCollection':
			return fc.constant({});
		default:
			return text;
	}
}

const forms = operations.flatMap(({ name, properties, ...rest }) => {
	const collection = properties.find(({ name: field }) =>
		/^(additional|update)Fields$/.test(field),
	);
	return collection ? [{ name, collection, properties, ...rest }] : [];
});

test.each(forms)(
	'$name sends a body that fits the description, or says what is wrong with a field',
	async ({ name, resource, operation, collection, properties }) => {
		const fields = collection.options as INodeProperties[];
		const labels = [...properties, ...fields].map(({ displayName }) => displayName);
		const record = Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]));
		await fc.assert(
			fc.asyncProperty(fc.record(record, { requiredKeys: [] }), async (values) => {
				simulator.reset();
				const { error, requests } = await runNode({
					resource,
					operation,
					...parameters[name](),
					[collection.name]: values as INodeParameters,
				});
				if (error?.name === 'NodeOperationError') {
					const named = /^'([^']+)'/.exec(error.message)?.[1];
					expect(labels).toContain(named);
					expect(error.message).toContain('[item 0]');
					expect(requests).toEqual([]);
					return;
				}
				// A field that the description does not know, or knows with another type, is refused so.
				expect(error?.message ?? '').not.toMatch(
					/should not exist|not permitted|must be (string|number|integer|boolean|object|array|equal)/,
				);
				const write = requests.find(({ method }) => method === 'POST');
				expect(write?.body).toEqual(expect.any(Object));
				expect(JSON.stringify(write?.body as IDataObject)).not.toContain('__rl');
			}),
			// The same cases each time; other seeds are for looking further.
			{ numRuns: 25, seed: Number(process.env.FAST_CHECK_SEED ?? 1) },
		);
	},
	60_000,
);
