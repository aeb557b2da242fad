import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const readme = readFileSync(resolve(root, 'README.md'), 'utf8');
const section = /\n## Troubleshooting\n([^]*?)\n## /.exec(readme)?.[1] ?? '';

const sources = readdirSync(resolve(root, 'nodes'), { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.ts'))
	.map((file) => readFileSync(resolve(root, 'nodes', file), 'utf8'))
	.join('\n');

/** What the README puts in for values of the user; n8n's own message has no place in our sources. */
const examples = /…|15|in_progress|^The agent|To Number|^Unrecognized node type.*/;

const messages = section
	.split('\n')
	.filter((line) => /^\| `/.test(line))
	.map((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? '');

test('has a list of messages', () => {
	expect(messages.length).toBeGreaterThan(9);
});

test.each(messages)('quotes what the node says: %s', (message) => {
	for (const part of message.split(examples)) {
		const words = part.replace(/^[' ]+|[' ]+$/g, '');
		expect([words, sources.includes(words)]).toEqual([words, true]);
	}
});

test('says where to turn when a key has leaked', () => {
	const security = readFileSync(resolve(root, 'SECURITY.md'), 'utf8');
	for (const text of [section, security]) {
		expect(text).toContain('support@fluents.ai');
		expect(text).toMatch(/call history/);
	}
});
