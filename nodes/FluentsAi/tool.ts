import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

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
