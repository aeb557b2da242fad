import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { byId, chain, fluentsNode, node } from '../api';
import { check, type Case } from '../case';

/** A published workflow that somebody else's system starts. */
export default {
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		check('a webhook is answered with what Fluents.ai says', async (context) => {
			const { n8n, server, simulator, credentials } = context;
			const [agent] = simulator.environment('default').agents.values();
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
						{
							resource: 'agent',
							operation: 'get',
							agentId: byId('={{ $json.query.id }}'),
						},
						credentials.default,
					),
				),
			);
			equal((await n8n.publish(workflow)).status, 'published');
			const response = await fetch(`${server.webhookUrl}/webhook/${path}?id=${agent.id}`);
			const answer = (await response.json()) as { id: string; name: string };
			deepEqual([answer.id, answer.name], [agent.id, agent.name]);
			return `${response.status}, agent ${answer.name}`;
		}),
	],
} satisfies Case;
