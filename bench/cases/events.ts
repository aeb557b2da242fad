import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';

import {
	chain,
	CREDENTIAL,
	FLUENTS_AI_TRIGGER,
	node,
	type N8nApi,
	type SavedWorkflow,
} from '../../e2e/api';
import { eventually } from '../../e2e/case';
import type { LaunchedWithAccount } from '../../e2e/launch';
import type { Bench } from '../cases';
import { inTurn } from '../series';

export const name = 'events';

const EVENTS = { complete: 500, quick: 100 };
const AT_ONCE = 20;
const EVENT = 'event_phone_call_ended';

const eventsOf = ({ isQuick }: Bench) => EVENTS[isQuick ? 'quick' : 'complete'];

/** Call events that arrive at a published workflow. */
export async function run(bench: Bench): Promise<void> {
	const title = `${eventsOf(bench).toLocaleString('en')} events, ${AT_ONCE} at once, verified by the trigger`;
	// By itself, n8n starts no expression VM for its own Webhook node, and for no other one.
	const alike = { N8N_EXPRESSION_ENGINE_ALLOW_WEBHOOK_ISOLATE_SKIP: 'false' };
	await bench.onServer(alike, async (launched) => {
		await compare(bench, launched, title, 'expression VM for both', 0.9);
	});
	await bench.onServer({}, async (launched) => {
		await compare(bench, launched, title, 'settings of n8n as they are');
	});
}

async function compare(
	bench: Bench,
	launched: LaunchedWithAccount,
	title: string,
	settings: string,
	least?: number,
) {
	const { n8n, simulator, server } = launched;
	const after = node('After', 'n8n-nodes-base.noOp');
	const path = randomUUID();
	const trigger = node(
		'Calls',
		FLUENTS_AI_TRIGGER,
		{
			events: [EVENT],
			callsOf: 'environment',
			call: 'none',
			options: { allowUnreachableUrl: true },
		},
		{
			webhookId: randomUUID(),
			credentials: { [CREDENTIAL]: launched.credentials.default },
		},
	);
	const webhook = node(
		'Webhook',
		'n8n-nodes-base.webhook',
		{ httpMethod: 'POST', path, options: {} },
		{ typeVersion: 2, webhookId: path },
	);
	const publish = async (first: typeof trigger) => {
		const workflow = await n8n.createWorkflow(chain(first, after));
		deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
		return workflow;
	};
	const ours = await publish(trigger);
	const theirs = await publish(webhook);
	const registered = [...simulator.environment('default').webhooks.values()].find(({ url }) =>
		String(url).includes(String(trigger.webhookId)),
	);
	ok(registered, 'The trigger has no webhook');
	const url = String(registered.url);
	equal((await axios.post(url.replace(/\?.*/, ''), {}, anyStatus)).status, 401);

	const send = (count: number) => ({
		ours: async () => await eventsPerSecond(n8n, ours, url, count),
		theirs: async () =>
			await eventsPerSecond(n8n, theirs, `${server.webhookUrl}/webhook/${path}`, count),
	});
	const values = await inTurn(bench.pairs, send(eventsOf(bench)), send(100));
	bench.report({
		what: `${title}; ${settings}`,
		ours: { unit: 'events/s', values: values.ours },
		against: { name: 'Webhook', series: { unit: 'events/s', values: values.theirs } },
		least,
		note: 'none lost',
		readme: `Events received and verified; ${settings}`,
	});
}

const anyStatus = { validateStatus: () => true };

/** From the first event that is sent to the end of the last execution, as n8n's record of it says. */
async function eventsPerSecond(
	n8n: N8nApi,
	workflow: SavedWorkflow,
	url: string,
	count: number,
): Promise<number> {
	const before = await n8n.countExecutions(workflow.id);
	const client = axios.create({ httpAgent: new Agent({ keepAlive: true, maxSockets: AT_ONCE }) });
	const firstSent = Date.now();
	let sent = 0;
	const sender = async () => {
		while (sent++ < count) {
			const event = {
				type: EVENT,
				call_id: randomUUID(),
				payload: { conversation_minutes: 1 },
			};
			equal((await client.post(url, event)).status, 200);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, sender));
	await eventually(async () => {
		await sleep(500);
		equal(await n8n.countExecutions(workflow.id, 'success'), before + count);
	}, 120);
	const { results } = await n8n.executions(workflow.id);
	const stopped = results.map(({ stoppedAt }) => Date.parse(String(stoppedAt)));
	return count / ((Math.max(...stopped) - firstSent) / 1000);
}
