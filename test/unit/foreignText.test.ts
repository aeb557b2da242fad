import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { INode } from 'n8n-workflow';
import ts from 'typescript';

import {
	exceptionError,
	isPassingLimit,
	isUnclear,
	operationError,
	toNodeError,
} from '../../nodes/shared/api/errors';
import { finishedText, foreignText } from '../../nodes/shared/foreignText';

const KEY = 'sk_live_0123456789abcdef/+=%"x';
const SECRET = 'a1'.repeat(32);
const node = { name: 'Fluents.ai', type: 'x', id: '1', parameters: {} } as unknown as INode;
const credential = { environment: 'staging', apiKey: KEY, baseUrl: 'https://api.fluents.ai/v1' };

/** The words by which n8n replaces a message, as its code lists them. */
const root = join(__dirname, '../..');
const n8nCode = readFileSync(
	join(root, 'node_modules/n8n-workflow/dist/cjs/errors/abstract/node.error.js'),
	'utf8',
);
const words = [...n8nCode.matchAll(/^ {4}([A-Z_]+): ['"]/gm)].map(([, word]) => word);

test('the words are read from the code of n8n', () => {
	expect(words.length).toBeGreaterThanOrEqual(16);
	expect(words).toContain('EPERM');
});

const n8nKeeps = (message: string) => new NodeOperationError(node, message).message === message;

describe('words by which n8n replaces a message', () => {
	test.each(words)('%s is broken so that n8n keeps it', (word) => {
		expect(n8nKeeps(`read ${word}`)).toBe(false);
		for (const text of [word, word.toLowerCase(), `pre${word}ing`, `${word}${word}`]) {
			const harmless = foreignText(text);
			expect(harmless.replaceAll('\u2060', '')).toBe(text);
			expect(n8nKeeps(harmless)).toBe(true);
		}
	});

	test.each(['preexisting', 'typePermission', 'EEX\u0131ST', 'EEXI\u017fT', 'EEXI\ufb06'])(
		'%s',
		(text) => {
			expect(n8nKeeps(text)).toBe(false);
			expect(n8nKeeps(foreignText(text))).toBe(true);
		},
	);

	test('any mixture of them', () => {
		const part = fc.oneof(
			fc.constantFrom(...words, 'e', 'E', 'st', '\ufb05', '\u0131', '\u017f', ' '),
			fc.string({ maxLength: 5 }),
		);
		fc.assert(
			fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
				const harmless = finishedText(parts.join(''));
				return new NodeOperationError(node, harmless).message === harmless;
			}),
		);
	});

	test('stand in none of our own texts', () => {
		const found: string[] = [];
		const visit = (file: string) => (inside: ts.Node) => {
			const isText =
				ts.isStringLiteralLike(inside) ||
				ts.isTemplateHead(inside) ||
				ts.isTemplateMiddleOrTemplateTail(inside);
			// Codes of Node.js, which are compared with and never shown.
			const isCode = isText && /^[A-Z_]+$/.test(inside.text);
			if (isText && !isCode && words.some((word) => inside.text.toUpperCase().includes(word)))
				found.push(`${file}: ${inside.text}`);
			inside.forEachChild(visit(file));
		};
		const files = ts.sys.readDirectory(join(root, 'nodes'), ['.ts'], ['**/*.d.ts']);
		expect(files.length).toBeGreaterThan(80);
		for (const file of [...files, join(root, 'credentials/FluentsAiApi.credentials.ts')]) {
			visit(file)(ts.createSourceFile(file, readFileSync(file, 'utf8'), 99));
		}
		expect(found).toEqual([]);
	});
});

describe('what is not to be seen', () => {
	test.each([
		['the key', `bad key ${KEY}!`, 'bad key ********!'],
		['the key in a URL', `?k=${encodeURIComponent(KEY)}`, '?k=********'],
		['the key in JSON', JSON.stringify({ k: KEY }), '{"k":"********"}'],
		['user and password', 'GET https://anna:pw@crm.example/x', 'GET https://crm.example/x'],
		['a user alone', 'https://token@crm.example', 'https://crm.example'],
		['a password with an at sign', 'https://a:p@w@crm.example/', 'https://crm.example/'],
		['no mail address', 'mail anna@crm.example', 'mail anna@crm.example'],
		['control characters', 'a\u0000b\u001b[31mc\u0085d\r\n\te', 'a b [31mc d e'],
		['marks of direction', 'a\u202eb\u2066c\u200fd', 'abcd'],
	])('%s', (_name, text, shown) => {
		expect(foreignText(text, [KEY])).toBe(shown);
	});

	test.each([
		`https://n8n.example/webhook/1?n8n_secret=${SECRET}&a=1`,
		`{"n8n_secret": "${SECRET}"}`,
		`{n8n_secret: ${SECRET}}`,
		`{n8n_secret:'${SECRET}'}`,
		`?a=1&amp;n8n_secret=${SECRET}&amp;b=2`,
		`?a=1\\u0026n8n_secret=${SECRET}`,
		`{\\"n8n_secret\\":\\"${SECRET}\\"}`,
		`to=https%3A%2F%2Fn8n%3Fn8n_secret%3D${SECRET}`,
		`to=https%253A%252F%252Fn8n%253Fn8n_secret%253D${SECRET}`,
		`%7B%22n8n_secret%22%3A%22${SECRET}%22%7D`,
		`N8N_SECRET=${SECRET}`,
		`n8n%5Fsecret=${SECRET}`,
		`n8n_secret&#61;${SECRET}`,
		`&quot;n8n_secret&quot;:&quot;${SECRET}&quot;`,
	])('the secret in %s', (text) => {
		expect(foreignText(text)).not.toContain(SECRET.slice(0, 4));
		expect(foreignText(text)).toMatch(/n8n(_|%5F)secret/i);
	});

	test('is masked first and only then cut', () => {
		for (let at = 400; at <= 510; at++) {
			const shown = foreignText(`${'x'.repeat(at)}${KEY}`, [KEY]);
			expect(shown).not.toContain(KEY.slice(0, 4));
			expect(shown.length).toBeLessThanOrEqual(503);
		}
	});

	test('an emoji is not cut in half', () => {
		const shown = foreignText(`${'x'.repeat(499)}😀😀`);
		expect(shown).toBe(`${'x'.repeat(499)}...`);
	});

	test('a text of ten million characters takes no second', () => {
		const started = Date.now();
		for (const piece of ['a', '/', '\\', '://', 'n8n_secret', 'n8n_secret"', ' ', '\u0000']) {
			foreignText(piece.repeat(10_000_000 / piece.length), [KEY]);
		}
		expect(Date.now() - started).toBeLessThan(8000);
	});
});

describe('errors', () => {
	const answer = (status: number, body: unknown, object?: string, ifUnclear?: string) =>
		toNodeError(node, credential, { kind: 'answer', status, body }, { object, ifUnclear });

	test('keep their message when n8n wraps them', () => {
		const error = answer(500, { message: 'read ECONNRESET' }, undefined, 'Look first.');
		expect(error.message.replaceAll('\u2060', '')).toBe(
			'read ECONNRESET. It is not known whether Fluents.ai acted on it',
		);
		const tool = new NodeOperationError(node, error);
		const twice = new NodeApiError(node, tool as never);
		expect(tool.message).toBe(error.message);
		expect(twice.message).not.toContain('retry');
		expect(error.httpCode).toBe('500');
		expect(error.name).toBe('NodeApiError');
	});

	test('tell that it is open whether the server acted, also when n8n wraps them', () => {
		const lost = answer(500, '');
		expect(isUnclear(lost)).toBe(true);
		expect(isUnclear(new NodeOperationError(node, lost))).toBe(true);
		expect(isUnclear(answer(400, ''))).toBe(false);
		expect(isUnclear(new Error('x'))).toBe(false);
		expect(isUnclear(undefined)).toBe(false);
	});

	test('say nothing twice', () => {
		const { message, description } = answer(500, { message: 'Boom' }, 'agent 1', 'Look first.');
		expect(message).toBe('Boom. It is not known whether Fluents.ai acted on it');
		expect(description).toBe('Look first.');
	});

	test('blame what the API blames', () => {
		const object = "agent 'a1'";
		const missing = (body: unknown) => answer(404, body, object).message;
		expect(missing({ detail: 'Agent with id a1 was not found' })).toBe(
			"The agent 'a1' does not exist in environment 'staging'",
		);
		expect(missing('')).toBe("The agent 'a1' does not exist in environment 'staging'");
		expect(missing({ detail: 'Webhook w1 was not found' })).toBe('Webhook w1 was not found');
		expect(missing({ detail: 'The voice of the agent is gone' })).toBe(
			'The voice of the agent is gone',
		);
		expect(missing({ detail: 'actions with id 1 were not found' })).toBe(
			'actions with id 1 were not found',
		);
	});

	test('with values of users and exceptions reach the user', () => {
		expect(n8nKeeps(operationError(node, "'ENOENT' is no number").message)).toBe(true);
		const { message, cause } = exceptionError(node, new Error('open ENOENT: preexisting'));
		expect(message.replaceAll('\u2060', '')).toBe('open ENOENT: preexisting');
		expect((cause as Error).message).toBe('open ENOENT: preexisting');
		expect(exceptionError(node, 'text').message).toBe('text');
		expect(exceptionError(node, null).message).toBe('null');
	});

	test('words are found in any form, however deep and long it is', () => {
		let deep: unknown = 'words';
		for (let i = 0; i < 100_000; i++) deep = [deep];
		expect(answer(400, deep).message).toBe('Fluents.ai refused the request (HTTP 400)');
		expect(answer(400, new Array(1e6).fill('x')).message).toMatch(/^(x; ){19}x$/);
	});

	test.each<[number, string, boolean]>([
		[429, '', true],
		[429, 'Quota exceeded', true],
		[400, 'The maximum number of concurrent calls of this environment is reached', true],
		[409, 'Too many calls in progress', true],
		[409, 'Line is busy', false],
		[422, 'CONCURRENCY_LIMIT_EXCEEDED', true],
		[400, 'context exceeds the limit of 10 variables', false],
		[402, 'Billing Limits Exceeded', false],
		[402, 'Concurrent calls are not in your plan', false],
		[403, 'Monthly quota reached', false],
		[400, 'Daily limit of calls reached', false],
		[400, 'too many variables', false],
		[500, 'concurrency', false],
	])('%d %j passes by itself: %j', (status, message, passes) => {
		expect(isPassingLimit(answer(status, { message }))).toBe(passes);
	});
});
