import type { IDataObject, IExecuteFunctions, INodeProperties, Workflow } from 'n8n-workflow';

import { nodesReadBy } from '../shared/parameters/fixedText';
import type { ParameterReader } from '../shared/parameters/reader';

/**
 * Whether an AI agent or an MCP client uses the node as a tool. n8n gives a tool a node type of its own;
 * n8n's Agents module runs nodes without a workflow.
 */
export function isTool(context: IExecuteFunctions): boolean {
	return context.getNode().type.endsWith('Tool') || context.getWorkflow().id === undefined;
}

/** The ID that AI Agent v3 gives to what its model asks for, the same in all tries. */
export function toolCallId(context: IExecuteFunctions, itemIndex: number): string | undefined {
	const { toolCallId: id } = (inputOf(context, itemIndex) ?? {}) as { toolCallId?: unknown };
	return isTool(context) && typeof id === 'string' && id !== '' ? id : undefined;
}

/** The fields of an input item. */
export function inputOf(context: IExecuteFunctions, itemIndex: number): IDataObject | undefined {
	return context.getInputData()[itemIndex]?.json;
}

/**
 * Refuses a field of a tool that its language model may have a say in, for what the model is not to choose.
 *
 * @param from where the field is read.
 * @throws NodeOperationError that names the parameter and the item.
 */
export function keepFromModel(
	context: IExecuteFunctions,
	from: ParameterReader,
	property: INodeProperties,
): void {
	if (!isTool(context)) return;
	const nodes = nodesReadBy(from.written(property));
	if (nodes && !nodes.some((name) => isAfterModel(context, name))) return;
	throw from.fail(
		property,
		'is not for a language model to choose, so nothing was done',
		'Enter a fixed value, or an expression that reads $vars, $env and nodes before the agent alone: no $fromAI, $json or $input, no functions.',
	);
}

/** Whether what a node gives may be the words of an agent that has this tool. */
function isAfterModel(context: IExecuteFunctions, node: string): boolean {
	const { name: tool } = context.getNode();
	const before = context.getParentNodes(node).map(({ name }) => name);
	return [node, ...before].some((name) => name === tool || toolsOf(context, name).includes(tool));
}

/** The names of the tools that an agent has. */
function toolsOf(context: IExecuteFunctions, agent: string): string[] {
	// n8n 1.99 ignores the type of connection, but hands the workflow along.
	const { workflow } = context as { workflow?: Pick<Workflow, 'getParentNodes'> };
	return [
		...context.getParentNodes(agent, { connectionType: 'ai_tool' }).map(({ name }) => name),
		...(workflow?.getParentNodes(agent, 'ai_tool') ?? []),
	];
}
