import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { byId, chain, fluentsNode, node } from '../api';
import type { CaseContext } from '../cases';

export const name = 'published';

/** A published workflow that somebody else's system starts. */
export async function run(context: CaseContext): Promise<void> {
	const { n8n, server, simulator, credentials, check } = context;
	const [agent] = simulator.environment('default').agents.values();

	await check('a webhook is answered with what Fluents.ai says', async () => {
		const path = randomUUID();
		const workflow = await n8n.createWorkflow(
			chain(
				node(
					'Webhook',
					'n8n-nodes-base.webhook',
					{ path, responseMode: 'lastNode' },
					{ typeVersion: 2, webhookId: path },
				),
				fluentsNode(
					{ resource: 'agent', operation: 'get', agentId: byId('={{ $json.query.id }}') },
					credentials.default,
				),
			),
		);
		equal((await n8n.publish(workflow)).status, 'published');
		const response = await fetch(`${server.webhookUrl}/webhook/${path}?id=${agent.id}`);
		const answer = (await response.json()) as { id: string; name: string };
		deepEqual([answer.id, answer.name], [agent.id, agent.name]);
		return `${response.status}, agent ${answer.name}`;
	});
}
