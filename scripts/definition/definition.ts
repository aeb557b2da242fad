import { generateNodeTypeFile } from '@n8n/workflow-sdk';
import type { INodeTypeDescription } from 'n8n-workflow';

/**
 * The definition of a node that n8n's assistant and MCP builder read: what n8n's `synthesizeNodeTypeDef`
 * (modules/mcp-registry) makes of a description, with the same generator.
 *
 * @returns TypeScript that uses types of n8n's SDK.
 */
export function definitionOf(description: INodeTypeDescription): string {
	return generateNodeTypeFile({
		...description,
		name: `n8n-nodes-fluentsai.${description.name}`,
		properties: description.properties.filter(({ type }) => type !== 'hidden'),
	} as Parameters<typeof generateNodeTypeFile>[0]);
}

/** The parts of a definition, by resource and operation, e.g. "call create". */
export function operationsIn(definition: string): Map<string, string> {
	const parts = definition.split(/^(?=\/\*\* .* \*\/\nexport type \w+Params = \{$)/m).slice(1);
	return new Map(
		parts.map((part) => {
			const [, resource] = /^ {2}resource: '(\w+)';$/m.exec(part) ?? [];
			const [, operation] = /^ {2}operation: '(\w+)';$/m.exec(part) ?? [];
			return [`${resource} ${operation}`, part.slice(0, part.indexOf('\n};\n') + 4)];
		}),
	);
}
