import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { INode } from 'n8n-workflow';

import {
	chain,
	CREDENTIAL,
	FLUENTS_AI_LIVE_TRIGGER,
	fluentsNode,
	node,
	type N8nApi,
} from '../../e2e/api';
import { eventually } from '../../e2e/case';
import type { LaunchedWithAccount } from '../../e2e/launch';
import type { Bench } from '../cases';
import { inTurn, type Series } from '../series';

export const name = 'answers';

const AT_ONCE = 20;

/** n8n's engines for expressions, each with its setting. */
const ENGINES: Array<{ settings: string; env: Record<string, string>; readme?: string }> = [
	{
		settings: 'n8n as it is',
		env: {},
		readme: `${AT_ONCE} live questions at once, the slowest answer`,
	},
	{ settings: 'N8N_EXPRESSION_ENGINE=legacy', env: { N8N_EXPRESSION_ENGINE: 'legacy' } },
];

/** Agents that ask the same workflow at the same moment, and how long the last of them waits. */
export async function run(bench: Bench): Promise<void> {
	for (const { env, ...row } of ENGINES) {
		await bench.onServer(env, async (launched) => await compare(bench, launched, row));
	}
}

async function compare(
	bench: Bench,
	launched: LaunchedWithAccount,
	{ settings, readme }: { settings: string; readme?: string },
) {
	const { n8n, simulator, server, credentials } = launched;
	const environment = simulator.environment('default');
	const [agent] = environment.agents.keys();
	const credential = { credentials: { [CREDENTIAL]: credentials.default } };
	const trigger = node(
		'Question',
		FLUENTS_AI_LIVE_TRIGGER,
		{
			requestType: 'action',
			agents: [agent],
			actionName: 'find_order',
			actionDescription: 'Use it when the caller asks where an order is.',
			inputFields: { fields: [{ name: 'order_number', type: 'string', required: true }] },
			options: { allowUnreachableUrl: true },
		},
		{ webhookId: randomUUID(), ...credential },
	);
	const respond = fluentsNode(
		{
			resource: 'liveRequest',
			operation: 'respond',
			specifyResult: 'keypair',
			result: { fields: [{ name: 'order', value: '={{ $json.input.order_number }}' }] },
		},
		credentials.default,
	);
	// It checks nothing, remembers nothing, and holds the answer as any such trigger has to.
	const probe = node(
		'Request',
		'n8n-nodes-probe.heldAnswerTrigger',
		{ answerBy: 'responseNode' },
		{ webhookId: randomUUID() },
	);
	const answer = node('Answer', 'n8n-nodes-probe.probeAnswer', {
		plan: '={{ { answers: [{ body: { order: $json.plan.payload.order_number } }] } }}',
	});
	await publish(n8n, trigger, respond);
	await publish(n8n, probe, answer);

	const action = [...environment.actions.values()].find(({ config }) =>
		String((config as { url?: string }).url).includes(String(trigger.webhookId)),
	);
	ok(action, 'The trigger has no action');
	const slowest = async (round: string, url?: string) => {
		const orders = Array.from({ length: AT_ONCE }, (_, i) => `${round} ${i}`);
		const requests = await Promise.all(
			orders.map(async (order_number) => {
				const parameters = { order_number };
				return await simulator.ask({ action: action.id, parameters, url });
			}),
		);
		for (const [i, { status, answer: given }] of requests.entries()) {
			equal(status, 200);
			ok(JSON.stringify(given).includes(`"order":"${orders[i]}"`), JSON.stringify(given));
		}
		return Math.max(...requests.map(({ milliseconds = 0 }) => milliseconds));
	};
	const probeUrl = `${server.webhookUrl}/webhook/${probe.webhookId}/webhook`;
	await eventually(async () => await slowest('first', probeUrl));
	let round = 0;
	// A question that comes again within half a minute would get the answer of the first.
	const { ours, theirs } = await inTurn(2 * bench.pairs, {
		ours: async () => await slowest(`ours ${round++}`),
		theirs: async () => await slowest(`theirs ${round++}`, probeUrl),
	});
	const inMs = (values: number[]): Series => ({ unit: 'ms', values });
	bench.report({
		what: `${AT_ONCE} questions of agents at once, until the last answer; ${settings}`,
		ours: inMs(ours),
		against: { name: 'a trigger that checks nothing', series: inMs(theirs) },
		most: 1.25,
		readme,
	});
}

async function publish(n8n: N8nApi, ...nodes: INode[]): Promise<void> {
	const workflow = await n8n.createWorkflow(chain(...nodes));
	deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
}
