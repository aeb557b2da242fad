import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { emptyNode, type WorkflowJson } from '../engine';

export const FLUENTS_AI = 'n8n-nodes-fluentsai.fluentsAi';

/** A workflow for n8n's engine, in which the node gets these items. */
export function workflowFor(parameters: INodeParameters, items: IDataObject[]): WorkflowJson {
	const trigger = emptyNode('n8n-nodes-base.manualTrigger');
	const source = emptyNode('n8n-nodes-base.code');
	const node = emptyNode(FLUENTS_AI, parameters);
	node.credentials = { fluentsAiApi: { id: '1', name: 'Benchmark' } };
	const next = ({ name }: typeof node) => ({
		main: [[{ node: name, type: 'main' as const, index: 0 }]],
	});
	return {
		nodes: [trigger, source, node],
		connections: { [trigger.name]: next(source), [source.name]: next(node) },
		pinData: { [source.name]: items.map((json) => ({ json })) },
	};
}
