import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { parse } from 'yaml';

const root = resolve(__dirname, '../..');
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const namesIn = (folder: string) => readdirSync(resolve(root, folder));

test('.nvmrc names the Node.js that the scripts run on', () => {
	const { devDependencies } = JSON.parse(read('package.json')) as {
		devDependencies: Record<string, string>;
	};
	expect(read('.nvmrc').trim()).toBe(devDependencies.node);
});

const forms = namesIn('.github/ISSUE_TEMPLATE').filter((file) => file !== 'config.yml');

test.each(forms)('%s asks for what is needed and no field twice', (file) => {
	const { body } = parse(read(`.github/ISSUE_TEMPLATE/${file}`)) as {
		body: Array<{ type: string; id?: string; validations?: { required?: boolean } }>;
	};
	const fields = body.filter(({ type }) => type !== 'markdown');
	const ids = fields.map(({ id }) => id);
	expect(ids).not.toContain(undefined);
	expect(new Set(ids).size).toBe(ids.length);
	expect(fields.some(({ validations }) => validations?.required)).toBe(true);
});

test('the form for bugs asks for the version of n8n, how it runs, and the parameters', () => {
	const { body } = parse(read('.github/ISSUE_TEMPLATE/bug.yml')) as {
		body: Array<{ id?: string; validations?: { required?: boolean } }>;
	};
	const required = body.filter(({ validations }) => validations?.required).map(({ id }) => id);
	expect(required).toEqual(expect.arrayContaining(['n8n-version', 'mode', 'parameters']));
});
