import type { INodeTypeDescription } from 'n8n-workflow';

/** What people see under the output while they build, where an operation has placed calls. */
const underCalls = (message: string, ...operations: string[]) => ({
	message,
	displayCondition: `={{ $parameter.calls === "place" && ${JSON.stringify(operations)}.includes($parameter.operation) }}`,
	whenToDisplay: 'afterExecution' as const,
	location: 'outputPane' as const,
});

/** The editor shows them; executions do not carry them. */
export const hints: INodeTypeDescription['hints'] = [
	underCalls(
		'Pin this output while you build the nodes that follow. Otherwise n8n may run this node again, and call again.',
		'create',
		'createAndWait',
	),
	underCalls(
		'The calls have just started. For their outcome, use Create and Wait, or Wait after this node.',
		'create',
	),
];
