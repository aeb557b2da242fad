import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { resources } from '../../nodes/FluentsAi/resources';
import { leastParameters } from '../support/operations';

/** Names each stop of 'Add an operation' in CONTRIBUTING.md that an operation lacks. */

const root = resolve(__dirname, '../..');
const readme = readFileSync(resolve(root, 'README.md'), 'utf8').split('\n');

const tests = readdirSync(resolve(root, 'test/nodes')).map((file) =>
	readFileSync(resolve(root, 'test/nodes', file), 'utf8'),
);

const rows = resources.flatMap(({ option: resource, operations }) =>
	operations.map(
		(operation) =>
			[
				`${resource.value}.${operation.option.value}`,
				{
					resource,
					operation,
					key: `${resource.value} ${operation.option.value}` as string,
				},
			] as const,
	),
);

test.each(rows)(
	'%s is in the README, the schemas and the tests',
	(name, { resource, operation, key }) => {
		const missing: string[] = [];
		const row = readme.find((line) => line.startsWith(`| ${resource.name} `)) ?? '';
		const listed = (row.split('|')[2] ?? '').split(',').map((text) => text.trim());
		if (!listed.includes(operation.option.name)) {
			const place = `the table of operations in README.md, row ${resource.name}`;
			missing.push(`${name}: '${operation.option.name}' is not in ${place}`);
		}
		const schema = `__schema__/v1.0.0/${resource.value}/${operation.option.value}.json`;
		if (!existsSync(resolve(root, 'nodes/FluentsAi', schema))) {
			missing.push(`${name}: no ${schema} (npm run schemas)`);
		}
		// A live request is answered through n8n; what it needs is in its own tests.
		const needs = operation.properties.some(({ required }) => required === true);
		if (needs && resource.value !== 'liveRequest' && !(key in leastParameters)) {
			missing.push(`${name}: no '${key}' in leastParameters (test/support/operations.ts)`);
		}
		const values = [resource.value, operation.option.value];
		if (!tests.some((text) => values.every((value) => text.includes(`'${value}'`)))) {
			missing.push(`${name}: in no test (test/nodes/)`);
		}
		expect(missing).toEqual([]);
	},
);

test('leastParameters is for operations that there are', () => {
	const known = rows.map(([, { key }]) => key);
	expect(Object.keys(leastParameters).filter((key) => !known.includes(key))).toEqual([]);
});
