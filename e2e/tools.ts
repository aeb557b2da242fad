import type { INode, INodeParameters } from 'n8n-workflow';

import type { WorkflowJson } from '../engine';
import type { Fault } from '../simulator';
import { FLUENTS_AI } from './api';
import { createAndWait } from './calls';
import type { CaseContext } from './case';
import type { Account } from './launch';

/** What cases work with in which tools call people. */
export interface ToolRoom extends CaseContext {
	/** A number that nobody else of the case is called at: n8n remembers what tools were asked for. */
	nextNumber(): string;
}

export function toolRoom(context: CaseContext): ToolRoom {
	let used = 0;
	// Otherwise the first request of each call is refused, and not the one whose answer is lost.
	context.simulator.switches.agentPayload = 'id';
	return { ...context, nextNumber: () => `+1212555${String(1200 + used++)}` };
}

/** Settings of a tool that n8n tries three times. */
export const threeTries: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

/** Milliseconds in which one try of a tool with a short Timeout searches for a call, and a little more. */
export const ONE_SEARCH = 6500;

/**
 * Loses the answer to the next request that dials, which places its call.
 *
 * @param silence milliseconds from then on in which calls are not listed.
 */
export function loseAnswer({ simulator }: ToolRoom, silence: number): void {
	let since: number | undefined;
	const dials: Fault = { operationId: 'createCall', when: 'after', reset: true };
	simulator.faults.add({ ...dials, match: ({ at }) => (since = at) > 0 });
	simulator.faults.add({
		operationId: 'listCalls',
		status: 500,
		times: Infinity,
		match: ({ at }) => since !== undefined && at < since + silence,
	});
}

/** As language models and MCP clients name the node of `callTool`. */
export const CALL_TOOL = 'Call_a_Person';

/** The node as a tool that calls the number its model gives in `to`. */
export function callTool(
	account: Account,
	operation: 'create' | 'createAndWait',
	options: INodeParameters = {},
	changes: Partial<INode> = {},
): INode {
	const node = createAndWait(account, options);
	const { parameters } = node;
	return {
		...node,
		name: 'Call a Person',
		type: `${FLUENTS_AI}Tool`,
		parameters: {
			...parameters,
			operation,
			descriptionType: 'manual',
			toolDescription: 'Calls a person by phone.',
			toNumber: "={{ $fromAI('to', 'Phone number to call', 'string') }}",
		},
		...changes,
	};
}

/** Gives nodes to another one by inputs of their kinds, such as ai_tool. */
export function withParts(
	{ nodes, connections, ...rest }: WorkflowJson,
	owner: string,
	parts: Array<[node: INode, kind: 'ai_tool' | 'ai_languageModel']>,
): WorkflowJson {
	const links = parts.map(([{ name }, type]) => [
		name,
		{ [type]: [[{ node: owner, type, index: 0 }]] },
	]);
	return {
		...rest,
		nodes: [...nodes, ...parts.map(([node]) => node)],
		connections: { ...connections, ...(Object.fromEntries(links) as object) },
	};
}
