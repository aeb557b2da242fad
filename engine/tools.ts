import './n8nHome';

import { randomUUID } from 'node:crypto';
import { ExecuteContext, SupplyDataContext } from 'n8n-core';
import { makeHandleToolInvocation } from 'n8n-core/dist/execution-engine/node-execution-context/utils/get-input-connection-data';
import { createEmptyRunExecutionData, createRunExecutionData, Workflow } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import { emptyNode, type Engine, type RunOptions } from '.';

/** Asks a tool for something, as a language model does. @returns what it gets to read. */
export type Tool = (input: IDataObject) => Promise<IDataObject[]>;

/**
 * The node as a tool of an AI agent before v3 (`agent`), or of an MCP Server Trigger (`mcp`), where no
 * execution stands behind it. n8n-core's own function runs it.
 *
 * @throws what the tool throws; an agent tells its model the message.
 */
export function toolOf(
	engine: Engine,
	node: INode,
	{ credentials }: Pick<RunOptions, 'credentials'>,
	caller: 'agent' | 'mcp' = 'agent',
): Tool {
	const parent = emptyNode('@n8n/n8n-nodes-langchain.agent');
	const given = [[{ node: parent.name, type: 'ai_tool' as const, index: 0 }]];
	const connections = { [node.name]: { ai_tool: given } };
	const workflow = engine.workflowOf({ nodes: [parent, node], connections });
	const additionalData = engine.additionalData(credentials);
	const data = createRunExecutionData({});
	if (caller === 'mcp') delete data.executionData;
	else additionalData.executionId = randomUUID();
	const executeData = { node: parent, data: { main: [[{ json: {} }]] }, source: null };
	const invoke = makeHandleToolInvocation(
		(runIndex) =>
			new SupplyDataContext(
				workflow,
				node,
				additionalData,
				'trigger',
				data,
				runIndex,
				[{ json: {} }],
				{},
				'ai_tool',
				executeData,
				[],
				undefined,
				parent,
			),
		node,
		engine.nodeType(node.type),
		data,
	);
	return async (input) => JSON.parse(await invoke(input)) as IDataObject[];
}

/** The node as a tool of n8n's Agents module, which makes a node and a workflow for each request. */
export function ephemeralToolOf(
	engine: Engine,
	node: INode,
	{ credentials }: Pick<RunOptions, 'credentials'>,
): Tool {
	return async (input) => {
		const once = { ...node, id: randomUUID() };
		const nodeTypes = engine.workflowOf({ nodes: [], connections: {} }).nodeTypes;
		const workflow = new Workflow({ nodes: [once], connections: {}, active: false, nodeTypes });
		const items = [{ json: input }];
		const context = new ExecuteContext(
			workflow,
			once,
			engine.additionalData(credentials),
			'internal',
			createEmptyRunExecutionData(),
			0,
			items,
			{ main: [items] },
			{ node: once, data: { main: [items] }, source: null },
			[],
		);
		const { execute } = engine.nodeType(node.type);
		const [outputs] = (await execute?.call(
			context as IExecuteFunctions,
		)) as INodeExecutionData[][];
		return outputs.map(({ json }) => json);
	};
}
