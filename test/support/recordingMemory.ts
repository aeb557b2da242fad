import { emptyNode, Engine, outputOf, type WorkflowJson } from '../../engine';

/**
 * Runs Get Recording in a process of its own, and prints as JSON how much its peak memory grew in
 * bytes and how large the file was. Usage: tsx recordingMemory.ts <base URL> <key> <call ID>
 */
async function main([baseUrl, apiKey, callId]: string[]): Promise<void> {
	const engine = await Engine.load();
	const trigger = emptyNode('n8n-nodes-base.manualTrigger');
	const workflowFor = (value: string): WorkflowJson => {
		const node = emptyNode('n8n-nodes-fluentsai.fluentsAi', {
			resource: 'call',
			operation: 'getRecording',
			callId: { __rl: true, mode: 'id', value },
		});
		node.credentials = { fluentsAiApi: { id: '1', name: 'Test' } };
		const toNode = { node: node.name, type: 'main' as const, index: 0 };
		return { nodes: [trigger, node], connections: { [trigger.name]: { main: [[toNode]] } } };
	};
	const credentials = { fluentsAiApi: { environment: 'default', apiKey, baseUrl } };
	const peak = () => process.resourceUsage().maxRSS * 1024;

	// The first run loads what any run loads; a recording that is missing does for that.
	await engine.run(workflowFor('missing'), { credentials });
	const before = peak();
	const run = await engine.run(workflowFor(callId), { credentials });
	const growth = peak() - before;
	const bytes = Number(outputOf(run, 'n8n-nodes-fluentsai.fluentsAi')[0]?.binary?.data.bytes);
	console.log(JSON.stringify({ growth, bytes }));
}

void main(process.argv.slice(2));
