import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { INode, INodeParameters, INodeTypeDescription } from 'n8n-workflow';
import ts from 'typescript';

import { FluentsAi } from '../../nodes/FluentsAi/FluentsAi.node';
import { FluentsAiLiveTrigger } from '../../nodes/FluentsAiLiveTrigger/FluentsAiLiveTrigger.node';
import { FluentsAiTrigger } from '../../nodes/FluentsAiTrigger/FluentsAiTrigger.node';
import { resources } from '../../nodes/FluentsAi/resources';
import { definitionOf, operationsIn } from '../../scripts/definition/definition';

/** What n8n's assistant knows of the nodes is enough to build the examples: the compiler takes each as it is. */

const definitions = Object.fromEntries(
	[new FluentsAi(), new FluentsAiTrigger(), new FluentsAiLiveTrigger()].map(
		({ description }: { description: INodeTypeDescription }) => [
			description.name,
			definitionOf(description),
		],
	),
);

/** The types of n8n's SDK that definitions rest on, as a workflow's JSON holds them. */
const SDK = `
type Expression<T> = \`=\${string}\`;
type IDataObject = { [name: string]: unknown };
type NodeConfig<T> = { parameters: T };
type CredentialReference = { id: string; name: string };
`;

const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** The name of the type that the parameters of a node have to fit. */
function typeOf(name: string, { resource, operation }: INodeParameters): string {
	const chosen = name === 'fluentsAi' ? pascal(String(resource)) + pascal(String(operation)) : '';
	return `${pascal(name)}V1${chosen}Params`;
}

/**
 * The generator tells only in words that a field is for some choices, and not at all that a list may be an
 * expression.
 */
const asMeant = (definition: string) =>
	definition
		.replace(/(@displayOptions\.show \{ .*\n(?: \* .*\n)* \*\/\n +\w+): /g, '$1?: ')
		.replace(/\b(string\[\]|Array<[^\n;]*>);$/gm, '$1 | Expression<string>;');

type Built = readonly [name: string, parameters: INodeParameters];

/** What the compiler says of the parameters of each of these nodes. */
function problemsOf(nodes: Built[]): string[][] {
	const file = 'built.ts';
	let text = SDK + Object.values(definitions).map(asMeant).join('\n');
	const starts = nodes.map(([name, parameters], i) => {
		const start = text.length;
		text += `\nexport const built${i}: ${typeOf(name, parameters)} = ${JSON.stringify(parameters)};`;
		return start;
	});
	const options: ts.CompilerOptions = { strict: true, noEmit: true, types: [] };
	const host = ts.createCompilerHost(options);
	const getSourceFile = host.getSourceFile.bind(host);
	host.getSourceFile = (path, ...rest) =>
		path === file
			? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022)
			: getSourceFile(path, ...rest);
	const program = ts.createProgram([file], options, host);
	const problems: string[][] = nodes.map(() => []);
	for (const { start = 0, messageText } of program.getSemanticDiagnostics()) {
		const i = starts.findLastIndex((at) => at <= start);
		problems[i]?.push(ts.flattenDiagnosticMessageText(messageText, ' '));
	}
	return problems;
}

/** The parameters of a node as they are in the editor: n8n leaves out what is as at first. */
function parametersOf(node: INode): INodeParameters {
	// n8n adds these two to tools.
	const { descriptionType: _, toolDescription: __, ...own } = node.parameters;
	if (!/\.fluentsAi(Tool)?$/.test(node.type)) return own;
	const resource = own.resource ?? resources[0].option.value;
	const { operations, defaultOperation } = resources.find(
		({ option }) => option.value === resource,
	)!;
	return { operation: defaultOperation ?? operations[0].option.value, ...own, resource };
}

const folder = resolve(__dirname, '../../examples');
const built = readdirSync(folder)
	.filter((file) => file.endsWith('.json'))
	.flatMap((file) => {
		const { nodes } = JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as {
			nodes: INode[];
		};
		return nodes
			.filter(({ type }) => type.startsWith('n8n-nodes-fluentsai.'))
			.map((node) => {
				const name = node.type.replace('n8n-nodes-fluentsai.', '').replace(/Tool$/, '');
				return [file, node.name, name, parametersOf(node)] as const;
			});
	});

test('every example has a node of this package', () => {
	expect(new Set(built.map(([file]) => file)).size).toBeGreaterThan(10);
});

test('every node of the examples is built from the definition', () => {
	const problems = problemsOf(built.map(([, , name, parameters]) => [name, parameters]));
	expect(built.map(([file, node], i) => [file, node, problems[i]])).toEqual(
		built.map(([file, node]) => [file, node, []]),
	);
});

/**
 * One change for each parameter, and for each field of a collection: another name. Of a choice, another value
 * than those there are, too.
 */
function spoiled(name: string, parameters: INodeParameters): Built[] {
	const { resource, operation, ...own } = parameters;
	const type = operationsIn(definitions[name]).get(`${resource} ${operation}`);
	const is = (field: string, start: string) =>
		new RegExp(`\\b${field}\\??: ${start}`).test(type ?? definitions[name]);
	const changes = Object.entries(own).flatMap(([field, value]) => {
		const { [field]: _, ...rest } = own;
		const isChoice = is(field, "'") && !String(value).startsWith('=');
		const inner = is(field, '\\{\\n') ? Object.keys(value as INodeParameters) : [];
		return [
			{ ...rest, [`${field}s`]: value },
			...(isChoice ? [{ ...own, [field]: 'nonsense' }] : []),
			...inner.map((key) => ({
				...own,
				[field]: { ...(value as INodeParameters), [`${key}s`]: 1 },
			})),
		];
	});
	return changes.map((changed) => [name, { resource, operation, ...changed }] as const);
}

test('nothing in the examples could be otherwise', () => {
	const wrong = built.flatMap(([, , name, parameters]) => spoiled(name, parameters));
	expect(wrong.length).toBeGreaterThan(100);
	const problems = problemsOf(wrong);
	expect(wrong.filter((_, i) => problems[i].length === 0)).toEqual([]);
});

test('what is wrong is found', () => {
	const call = { resource: 'call', operation: 'create', toNumber: '+14155550123' };
	const wrong: INodeParameters[] = [
		{ ...call, to: '+14155550123' },
		{ ...call, calls: 'later' },
		{ ...call, toNumber: 14155550123 },
		{ ...call, options: { pollInterval: 5 } },
		{ resource: 'call', operation: 'create' },
	];
	const problems = problemsOf(wrong.map((parameters) => ['fluentsAi', parameters]));
	expect(problems.map((found) => found.length)).toEqual(wrong.map(() => 1));
});

test('the definition tells of each operation what its resource is, and of calls what they do', () => {
	const parts = operationsIn(definitions.fluentsAi);
	for (const { option: resource, operations } of resources) {
		for (const { option } of operations) {
			const part = parts.get(`${resource.value} ${option.value}`);
			expect(part?.startsWith(`/** ${resource.description} */\n`)).toBe(true);
			if (resource.value === 'call') expect(part).toContain(option.description);
		}
	}
});
