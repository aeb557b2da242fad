import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { chain, CREDENTIAL, FLUENTS_AI_TRIGGER, node, outputOf, type SavedWorkflow } from '../api';
import { placeCall } from '../calls';
import { eventually, type CaseContext } from '../cases';

export const name = 'trigger';

const ENDED = 'event_phone_call_ended';
const CONNECTED = 'event_phone_call_connected';

/** Call events start workflows, through everything that users and machines do meanwhile. */
export async function run(context: CaseContext): Promise<void> {
	const { n8n, server, simulator, credentials, check } = context;
	const environment = simulator.environment('default');
	const [reminder, followUp, reception] = environment.agents.keys();
	simulator.callSeconds = 0.5;

	const settings = () =>
		structuredClone({
			webhooks: [...environment.webhooks.values()],
			agents: [...environment.agents.values()],
		});
	const start = settings();

	const create = async (workflow: string, parameters: INodeParameters) => {
		const trigger = node(
			'Calls',
			FLUENTS_AI_TRIGGER,
			{ events: [ENDED], options: { allowUnreachableUrl: true }, ...parameters },
			{ webhookId: randomUUID(), credentials: { [CREDENTIAL]: credentials.default } },
		);
		return await n8n.createWorkflow({ ...chain(trigger), name: workflow });
	};
	/** The webhooks in Fluents.ai that lead to a workflow. */
	const webhooksOf = ({ nodes: [{ webhookId }] }: SavedWorkflow) =>
		[...environment.webhooks.values()].filter(({ url }) =>
			String(url).includes(webhookId as string),
		);
	const isPublished = async (workflow: SavedWorkflow) =>
		deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
	/** What a workflow has been started with since the last look, in order. */
	const seen = new Map<string, number>();
	const news = async ({ id }: SavedWorkflow, count: number) => {
		const before = seen.get(id) ?? 0;
		seen.set(id, before + count);
		await eventually(async () => equal((await n8n.executions(id)).count, before + count));
		const { results } = await n8n.executions(id);
		const items: IDataObject[] = [];
		for (const { id: executionId } of results.slice(0, count).reverse()) {
			const execution = await n8n.finished(executionId);
			equal(execution.status, 'success');
			items.push(outputOf(execution, 'Calls')[0].json);
		}
		return items;
	};

	let workflow = await create('Calls to CRM', {
		agents: [reminder],
		events: [CONNECTED, ENDED, 'event_transcript'],
	});
	await check('publishing gives the agent one webhook, to the production URL', async () => {
		await isPublished(workflow);
		const [webhook, ...others] = webhooksOf(workflow);
		deepEqual(others, []);
		const [{ webhookId }] = workflow.nodes;
		const [address, query] = String(webhook.url).split('?');
		equal(address, `${server.webhookUrl}/webhook/${webhookId}/webhook`);
		match(query, /^n8n_secret=[0-9a-f]{64}$/);
		equal(webhook.label, 'n8n: Calls to CRM');
		equal(environment.agents.get(reminder)?.webhook, webhook.id);
	});
	await check('each event of a call starts the workflow', async () => {
		const callId = await placeCall(simulator, reminder);
		const items = await news(workflow, 3);
		deepEqual(items.map(({ event }) => event).sort(), [CONNECTED, ENDED, 'event_transcript']);
		for (const item of items) {
			deepEqual([item.callId, item.environment, item.confirmed], [callId, 'default', true]);
		}
		const { call } = items.find(({ event }) => event === ENDED) as { call: IDataObject };
		deepEqual([call.id, call.status], [callId, 'ended']);
	});
	await check('repeats and forgeries start nothing', async () => {
		const repeat = await simulator.redeliver(0);
		equal(repeat.status, 200);
		const forged = repeat.url.replace(/.$/, (end) => (end === '0' ? '1' : '0'));
		const headers = { 'content-type': 'application/json' };
		const body = JSON.stringify({ ...repeat.body, call_id: randomUUID() });
		equal((await fetch(forged, { method: 'POST', headers, body })).status, 401);
		await news(workflow, 0);
	});
	await check('ten calls at the same time: none is lost or doubled', async () => {
		const ids = await Promise.all(
			Array.from({ length: 10 }, async () => await placeCall(simulator, reminder)),
		);
		const items = await news(workflow, 30);
		const told = items.filter(({ event }) => event === ENDED).map(({ callId }) => callId);
		deepEqual(told.sort(), ids.sort());
	});
	await check('changed events and agents, published again', async () => {
		const { id: webhookId } = webhooksOf(workflow)[0];
		Object.assign(workflow.nodes[0].parameters, { events: [ENDED], agents: [reception] });
		workflow = await n8n.save(workflow);
		await isPublished(workflow);
		const [webhook, ...others] = webhooksOf(workflow);
		deepEqual([webhook.subscriptions, others], [[ENDED], []]);
		equal(environment.agents.get(reminder)?.webhook, start.agents[0].webhook);
		await placeCall(simulator, reminder);
		const callId = await placeCall(simulator, reception);
		const items = await news(workflow, 1);
		deepEqual([items[0].event, items[0].callId], [ENDED, callId]);
		return webhook.id === webhookId ? 'the webhook is kept' : 'with a new webhook';
	});
	await check('a renamed workflow goes on', async () => {
		workflow.name = 'Calls to ERP';
		workflow = await n8n.save(workflow);
		await isPublished(workflow);
		await placeCall(simulator, reception);
		await news(workflow, 1);
		const labels = webhooksOf(workflow).map(({ label }) => label);
		equal(labels.length, 1);
		return `its webhook is called '${String(labels[0])}'`;
	});
	await check(
		'listening in the editor takes one event, then it is production again',
		async () => {
			const [production] = webhooksOf(workflow);
			await n8n.listen(workflow);
			const test = webhooksOf(workflow).find(({ id }) => id !== production.id);
			match(String(test?.url), /\/webhook-test\//);
			equal(environment.agents.get(reception)?.webhook, test?.id);
			await placeCall(simulator, reception);
			await news(workflow, 1);
			const { results } = await n8n.executions(workflow.id);
			equal(results[0].mode, 'manual');
			await eventually(async () => deepEqual(webhooksOf(workflow), [production]));
			equal(environment.agents.get(reception)?.webhook, production.id);
			await placeCall(simulator, reception);
			await news(workflow, 1);
			equal((await n8n.executions(workflow.id)).results[0].mode, 'webhook');
		},
	);
	await check('listening may also be ended without an event', async () => {
		const before = settings();
		await n8n.listen(workflow);
		await n8n.stopListening(workflow);
		await eventually(async () => deepEqual(settings(), before));
	});

	await check('why a workflow was not published is told', async () => {
		const before = settings();
		const [taken, unreachable] = [
			await create('Taken', { agents: [followUp] }),
			await create('Unreachable', { agents: [reminder], options: {} }),
		];
		const [first, second] = await Promise.all(
			[taken, unreachable].map((one) => n8n.publish(one)),
		);
		deepEqual([first.status, second.status], ['failed', 'failed']);
		const [{ label, url }] = start.webhooks;
		for (const text of [label, url])
			ok(first.errors[0].includes(String(text)), first.errors[0]);
		match(second.errors[0], /cannot reach this n8n.*WEBHOOK_URL/);
		deepEqual(settings(), before);
		for (const one of [taken, unreachable]) await n8n.unpublish(one);
		return first.errors[0];
	});

	await check('n8n is killed before it learns that the webhook was made', async () => {
		const killed = await create('Killed', { agents: [reminder] });
		simulator.faults.add({ operationId: 'createWebhook', when: 'after', hang: true });
		void n8n.activate(killed).catch(() => {});
		await eventually(async () => equal(webhooksOf(killed).length, 1));
		const [{ id: webhookId }] = webhooksOf(killed);
		await server.main.kill();
		await server.startMain();
		await eventually(async () => {
			equal((await n8n.publication(killed)).status, 'published');
			equal(environment.agents.get(reminder)?.webhook, webhookId);
		}, 90);
		deepEqual(
			webhooksOf(killed).map(({ id }) => id),
			[webhookId],
		);
		await placeCall(simulator, reminder);
		await news(killed, 1);
		await n8n.unpublish(killed);
		deepEqual(webhooksOf(killed), []);
	});
	await check('the other workflow has outlived it', async () => {
		await placeCall(simulator, reception);
		await news(workflow, 1);
	});
	await check('unpublishing leaves everything as it was', async () => {
		await n8n.unpublish(workflow);
		deepEqual(settings(), start);
		await placeCall(simulator, reception);
		await news(workflow, 0);
	});
}
