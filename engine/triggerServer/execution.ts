import { randomUUID } from 'node:crypto';

import type { Response } from 'express';
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import { createRunExecutionData } from 'n8n-workflow';
import type {
	INode,
	INodeExecutionData,
	IPinData,
	IRun,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** What a trigger starts, and how its request is answered when the trigger leaves that to n8n. */
export type ResponseMode = 'onReceived' | 'lastNode' | 'responseNode';

export interface Start {
	node: INode;
	/** What the trigger gives. */
	items: INodeExecutionData[];
	mode: WorkflowExecuteMode;
	/** The services of other packages' nodes are not there, so these give what is pinned to them. */
	pinData?: IPinData;
}

interface Answer {
	body?: unknown;
	headers?: Record<string, string>;
	statusCode?: number;
}

/** A workflow that runs. */
export interface RunningWorkflow {
	/** The first answer that a node gives; never there when none does. */
	answer: Promise<Answer>;
	/** Its end, or its falling asleep. Errors of nodes are in it. */
	end: Promise<IRun>;
}

/** Runs what comes after a trigger, as n8n's server does. */
export function startWorkflow(
	workflow: Workflow,
	{ node, items, mode, pinData = {} }: Start,
	additionalData: IWorkflowExecuteAdditionalData,
): RunningWorkflow {
	const { id, name = '', nodes, connectionsBySourceNode: connections } = workflow;
	const base = { id, name, nodes: Object.values(nodes), connections } as IWorkflowBase;
	const hooks = new ExecutionLifecycleHooks(mode, randomUUID(), base);
	const answer = new Promise<Answer>((resolve) => {
		hooks.addHandler('sendResponse', (given) => resolve(given as Answer));
	});
	Object.assign(additionalData, { hooks, executionId: hooks.executionId });
	const { [node.name]: _trigger, ...pinned } = pinData;
	const data = createRunExecutionData({
		executionData: { nodeExecutionStack: [{ node, data: { main: [items] }, source: null }] },
		resultData: { pinData: pinned },
	});
	const execution = new WorkflowExecute(additionalData, mode, data);
	return { answer, end: execution.processRunExecutionData(workflow) };
}

/**
 * Answers a request with what a workflow says: the calls of `response` are those of n8n's own server,
 * in their order.
 */
export async function answerWith(
	response: Response,
	responseMode: ResponseMode,
	{ answer, end }: RunningWorkflow,
): Promise<void> {
	const first = await Promise.race([
		...(responseMode === 'responseNode' ? [answer.then((given) => ({ given }))] : []),
		end.then((run) => ({ run })),
	]);
	if ('given' in first) return answerOfNode(response, first.given);

	const { run } = first;
	const { resultData } = run.data;
	const last = resultData.runData[resultData.lastNodeExecuted ?? '']?.at(-1);
	if (resultData.error ?? last?.error) {
		response.status(500).json({ message: 'Error in workflow' });
	} else if (responseMode === 'lastNode') {
		const [item] = last?.data?.main[0] ?? [];
		if (item) {
			response.status(200).setHeader('Content-Security-Policy', 'sandbox');
			response.json(item.json);
		} else {
			response.status(500).json({ code: 0, message: 'No item to return was found' });
		}
	} else if (run.waitTill) {
		answerOfNode(response, await answer);
	} else {
		response.status(200).json(undefined);
	}
}

function answerOfNode(response: Response, { body, headers = {}, statusCode = 200 }: Answer): void {
	response.status(statusCode);
	const given = Object.entries(headers);
	if (given.length > 0) response.setHeaders(new Map(given));
	response.setHeader('Content-Security-Policy', 'sandbox');
	if (Buffer.isBuffer(body)) response.end(body);
	else if (typeof body === 'string') response.send(body);
	else response.json(body);
	process.nextTick(() => response.end());
}
