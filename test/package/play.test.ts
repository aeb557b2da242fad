import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { parse } from 'yaml';

import { readExamples } from '../../scripts/play/examples';
import { tablesOf } from '../../scripts/play/tables';

const credentials = ['default', 'staging'].map((environment, i) => ({
	id: `${i}`,
	name: `Fluents.ai ${environment}`,
}));
const examples = readExamples(new Map(credentials.map((one) => [one.name, one])));

test('examples are numbered, the first call comes first', () => {
	expect(examples[0].name).toBe('01 Call people and wait for the outcome');
	const numbers = examples.map(({ name }) => Number(name?.slice(0, 2)));
	expect(numbers).toEqual(numbers.map((_, i) => i + 1));
	expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length);
});

test('nodes of this package have a credential, one example both, and its triggers take the address of this computer', () => {
	const own = examples.flatMap(({ nodes }) =>
		nodes.filter(({ type }) => type.startsWith('n8n-nodes-fluentsai.')),
	);
	const chosen = own.map((node) => node.credentials?.fluentsAiApi);
	expect(new Set(chosen)).toEqual(new Set(credentials));
	const triggers = own.filter(({ type }) => type.endsWith('Trigger'));
	expect(triggers.length).toBeGreaterThan(2);
	for (const { parameters } of triggers) {
		expect(parameters.options).toMatchObject({ allowUnreachableUrl: true });
	}
});

test('the Data Tables of the examples are made, and the call list has people on it', () => {
	const tables = tablesOf(examples);
	expect(tables.map(({ name }) => name).sort()).toEqual([
		'Call insights',
		'Call list',
		'Do not call',
		'Survey answers',
	]);
	const rowsOf = (name: string) => tables.find((table) => table.name === name)?.rows ?? [];
	expect(rowsOf('Call list').map(({ name }) => name)).toEqual(['Anna', 'Ben', 'Carl']);
	expect(rowsOf('Do not call')).toEqual([]);
	for (const { columns, rows } of tables) {
		const known = new Set(columns.map(({ name }) => name));
		for (const name of rows.flatMap(Object.keys)) expect(known).toContain(name);
	}
});

describe('compose.yaml', () => {
	interface Service {
		image: string;
		environment?: Record<string, string>;
		volumes: string[];
		network_mode?: string;
		init?: boolean;
		ports?: string[];
		entrypoint?: string[];
		command?: string[];
	}
	const root = resolve(__dirname, '../..');
	const { services } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8'), {
		merge: true,
	}) as { services: Record<string, Service> };
	const { n8n, simulator, 'set-up': setUp } = services;
	const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
		scripts: Record<string, string>;
	};

	test('gives n8n the package to read, and lets it load it', () => {
		const place = '/home/node/.n8n/nodes/node_modules/n8n-nodes-fluentsai';
		expect(n8n.volumes).toEqual(
			expect.arrayContaining([
				`./dist:${place}/dist:ro`,
				`./package.json:${place}/package.json:ro`,
			]),
		);
		expect(n8n.environment).toMatchObject({ N8N_UNVERIFIED_PACKAGES_ENABLED: 'true' });
	});

	test('gives n8n its list of packages, which it cannot write into a folder that Docker made', () => {
		const mount = './scripts/play/nodes.json:/home/node/.n8n/nodes/package.json:ro';
		expect(n8n.volumes).toContain(mount);
		const list = JSON.parse(readFileSync(join(root, mount.split(':')[0]), 'utf8')) as object;
		// Without dependencies, n8n takes it for broken and writes another.
		expect(list).toMatchObject({ dependencies: {} });
	});

	test('runs the simulator in the network of n8n, in its image', () => {
		for (const { image, network_mode: network } of [simulator, setUp]) {
			expect([image, network]).toEqual([n8n.image, 'service:n8n']);
		}
		expect([simulator.init, setUp.init]).toEqual([true, true]);
		expect([simulator.command, setUp.command]).toEqual([['simulator'], ['set-up']]);
	});

	test('is reached from this computer only', () => {
		expect(n8n.ports).toEqual(['127.0.0.1:5678:5678']);
	});

	test('puts the program where it finds the description of the API and the examples', () => {
		const mounts = Object.fromEntries(
			simulator.volumes.map((volume) => volume.split(':').slice(0, 2) as [string, string]),
		);
		const [, program] = simulator.entrypoint ?? [];
		const folder = mounts['./.n8n-docker'];
		expect(program).toBe(`${folder}/container.cjs`);
		expect(scripts['start:docker']).toContain('--outfile=.n8n-docker/container.cjs');
		// As simulator/api.ts and scripts/play/examples.ts look for them from where they are.
		expect(mounts['./docs']).toBe(resolve(folder, '..', 'docs'));
		expect(mounts['./examples']).toBe(resolve(folder, '../..', 'examples'));
		for (const path of ['docs/fluents.openapi.yaml', 'examples']) {
			expect(existsSync(join(root, path))).toBe(true);
		}
	});

	test('logs in with the owner that n8n is given', () => {
		const { OWNER_EMAIL: email, OWNER_PASSWORD: password } = setUp.environment ?? {};
		expect(email).toBe(n8n.environment?.N8N_INSTANCE_OWNER_EMAIL);
		const text = readFileSync(join(root, 'compose.yaml'), 'utf8');
		expect(text).toContain(`# bcrypt of ${password};`);
		expect(n8n.environment?.N8N_INSTANCE_OWNER_PASSWORD_HASH).toMatch(
			/^\$\$2a\$\$10\$\$[./A-Za-z0-9]{53}$/,
		);
	});
});
