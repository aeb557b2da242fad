import { toJsonSchema } from '@langchain/core/utils/json_schema';
import { createNodeAsTool } from 'n8n-core/dist/execution-engine/node-execution-context/utils/create-node-as-tool';
import type { INode, INodeParameters, INodeProperties } from 'n8n-workflow';

import { FluentsAi } from '../../nodes/FluentsAi/FluentsAi.node';
import { resources } from '../../nodes/FluentsAi/resources';
import type { Operation } from '../../nodes/FluentsAi/operation';

/**
 * What a language model reads of each operation, by n8n-core's own function. Every parameter that it can
 * fill in is left to it, with the description that an assistant finds in the definition.
 */

const nodeType = new FluentsAi();

/** Live requests are answered in workflows, and API Request refuses tools. */
const ofTools = resources.filter(({ option }) => !/^(apiRequest|liveRequest)$/.test(option.value));

/** What the builder of a tool sets, and no model. */
const FIXED = /^(calls|testNumber|fromNumber|credentials|simple|output|returnAll|specifyContext)$/;

const typeOf: { [type in INodeProperties['type']]?: string } = {
	boolean: 'boolean',
	json: 'json',
	number: 'number',
	resourceLocator: 'string',
	string: 'string',
};

/** The parameters that a model can fill in, where all others are as they are at first. */
function filledByModel({ properties }: Operation): INodeProperties[] {
	const usual = new Map(properties.map(({ name, default: value }) => [name, value]));
	return properties.filter(
		({ name, type, typeOptions, displayOptions }) =>
			typeOf[type] !== undefined &&
			!FIXED.test(name) &&
			typeOptions?.password !== true &&
			Object.entries(displayOptions?.show ?? {}).every(
				([field, values]) =>
					field.startsWith('@') || values?.includes(usual.get(field) as never),
			),
	);
}

/** As n8n's editor names it. */
const keyOf = ({ displayName }: INodeProperties) => displayName.replace(/[^a-zA-Z0-9_-]+/g, '_');

function toolOf(resource: string, operation: Operation) {
	const parameters: INodeParameters = { resource, operation: operation.option.value };
	for (const property of filledByModel(operation)) {
		const { name, type, description = '' } = property;
		const text = description.replaceAll('`', "'");
		const value = `={{ $fromAI('${keyOf(property)}', \`${text}\`, '${typeOf[type]}') }}`;
		const isLocator = type === 'resourceLocator';
		const mode = property.modes?.at(-1)?.name ?? 'id';
		parameters[name] = isLocator ? { __rl: true, mode, value } : value;
	}
	const node: INode = {
		id: '1',
		name: 'Fluents.ai',
		type: 'n8n-nodes-fluentsai.fluentsAiTool',
		typeVersion: 1,
		position: [0, 0],
		parameters,
	};
	const { response: tool } = createNodeAsTool({
		node,
		nodeType,
		handleToolInvocation: async () => await Promise.resolve(undefined),
	});
	const { properties = {} } = toJsonSchema(tool.schema) as {
		properties?: Record<string, { type?: string; description?: string }>;
	};
	return {
		tool: tool.description,
		parameters: Object.fromEntries(
			Object.entries(properties).map(([name, { type, description }]) => [
				name,
				`${type ?? 'any'}: ${description}`,
			]),
		),
	};
}

const rows = ofTools.flatMap(({ option, operations }) =>
	operations.map(
		(operation) =>
			[`${option.value}.${operation.option.value}`, option.value, operation] as const,
	),
);

test('tools are what models were shown before', () => {
	const tools = rows.map(([name, resource, operation]) => [name, toolOf(resource, operation)]);
	expect(Object.fromEntries(tools)).toMatchSnapshot();
});

test.each<readonly [string, RegExp]>([
	['call.create', /dials a person, costs money/],
	['call.createAndWait', /dials a person, costs money/],
	['call.end', /hangs up/],
	['phoneNumber.buy', /^Buy .*costs money/],
	['phoneNumber.cancel', /^Cancel .*for good/],
	['phoneNumber.detach', /^Detach .*stops its calls/],
	...rows
		.filter(([name]) => name.endsWith('.delete'))
		.map(([name]): [string, RegExp] => [name, /^Delete .* for good/]),
])('the tool %s says what it does to people, money or data', (wanted, text) => {
	const [, resource, operation] = rows.find(([name]) => name === wanted)!;
	expect(toolOf(resource, operation).tool).toMatch(text);
});

test.each(rows)(
	'%s tells what a model may write, with an example',
	(_name, _resource, operation) => {
		const texts = filledByModel(operation).filter(
			({ type }) => !/^(number|boolean)$/.test(type),
		);
		for (const { name, description } of texts) {
			expect([name, description]).toEqual([
				name,
				expect.stringMatching(/\b(e\.g\. |such as |like )\S/),
			]);
		}
	},
);
