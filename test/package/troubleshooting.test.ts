import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const section = readFileSync(resolve(root, 'docs/troubleshooting.md'), 'utf8');

/** The code in a folder. */
function sourcesIn(folder: string): string {
	return readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => readFileSync(resolve(root, folder, file), 'utf8'))
		.join('\n');
}

const sources = sourcesIn('nodes');

/** What the list puts in for values of the user; n8n's own messages have no place in our sources. */
const examples =
	/…|15|in_progress|^The agent|To Number|^Unrecognized node type.*|^Workflow publication.*/;

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

/** What triggers say while a workflow is published or unpublished, as it stands in their code. */
const ofTriggers = [
	'nodes/triggers',
	'nodes/FluentsAiTrigger',
	'nodes/FluentsAiLiveTrigger',
].flatMap((folder) =>
	[
		...sourcesIn(folder).matchAll(
			/(?:operationError\(\s*[\w.()]+,|\.attempt\(|return|more =)\s*(["'`])([A-Z'](?:(?!\1).)+)\1/g,
		),
	].map(([, , text]) => text),
);

test('finds the messages of triggers', () => {
	expect(ofTriggers.length).toBeGreaterThan(7);
});

test.each(ofTriggers)('explains what a trigger says: %s', (message) => {
	const [sentence] = message.split('. ');
	const words = sentence.split(/\$\{[^}]*\}/).map((part) => part.trim());
	expect(messages.filter((text) => words.every((part) => text.includes(part)))).toHaveLength(1);
});

test('says where to turn when a key has leaked', () => {
	const security = readFileSync(resolve(root, 'SECURITY.md'), 'utf8');
	for (const text of [section, security]) {
		expect(text).toContain('support@fluents.ai');
		expect(text).toMatch(/call history/);
	}
});
