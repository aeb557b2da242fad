import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Environment } from '../../simulator';
import { chain, CREDENTIAL, FLUENTS_AI_TRIGGER, node, outputOf, type SavedWorkflow } from '../api';
import { placeCall } from '../calls';
import { check, eventually, type Case, type CaseContext } from '../case';

const ENDED = 'event_phone_call_ended';
const CONNECTED = 'event_phone_call_connected';

/** Call events start workflows, through everything that users and machines do meanwhile. */
class Room {
	readonly environment: Environment;

	/** IDs of the agents. */
	readonly reminder: string;

	readonly followUp: string;

	readonly reception: string;

	/** The account's webhooks and agents before anything was published. */
	readonly start: Room['settings'];

	/** The workflow that most checks are about. */
	workflow!: SavedWorkflow;

	/** One that is being published when the power is cut, and the webhook that it has made by then. */
	killed!: { workflow: SavedWorkflow; webhookId: string };

	/** How many executions of a workflow were looked at. */
	private readonly seen = new Map<string, number>();

	constructor(readonly context: CaseContext) {
		this.environment = context.simulator.environment('default');
		[this.reminder, this.followUp, this.reception] = this.environment.agents.keys();
		this.start = this.settings;
		context.simulator.callSeconds = 0.5;
	}

	get settings() {
		return structuredClone({
			webhooks: [...this.environment.webhooks.values()],
			agents: [...this.environment.agents.values()],
		});
	}

	async create(name: string, parameters: INodeParameters): Promise<SavedWorkflow> {
		const { n8n, credentials } = this.context;
		const trigger = node(
			'Calls',
			FLUENTS_AI_TRIGGER,
			{ events: [ENDED], options: { allowUnreachableUrl: true }, ...parameters },
			{ webhookId: randomUUID(), credentials: { [CREDENTIAL]: credentials.default } },
		);
		return await n8n.createWorkflow({ ...chain(trigger), name });
	}

	/** The webhooks in Fluents.ai that lead to a workflow. */
	webhooksOf({ nodes: [{ webhookId }] }: SavedWorkflow = this.workflow) {
		return [...this.environment.webhooks.values()].filter(({ url }) =>
			String(url).includes(webhookId as string),
		);
	}

	/** ID of the webhook that an agent has. */
	webhookOf(agent: string): unknown {
		return this.environment.agents.get(agent)?.webhook;
	}

	async publish(workflow: SavedWorkflow = this.workflow): Promise<void> {
		deepEqual(await this.context.n8n.publish(workflow), { status: 'published', errors: [] });
	}

	async saveAndPublish(): Promise<void> {
		this.workflow = await this.context.n8n.save(this.workflow);
		await this.publish();
	}

	/** Lets an agent call somebody. @returns the ID of the call. */
	async call(agent: string): Promise<string> {
		return await placeCall(this.context.simulator, agent);
	}

	/** What a workflow has been started with since the last look, in order: so many items. */
	async news(count: number, { id }: SavedWorkflow = this.workflow): Promise<IDataObject[]> {
		const { n8n } = this.context;
		const before = this.seen.get(id) ?? 0;
		this.seen.set(id, before + count);
		await eventually(async () => equal((await n8n.executions(id)).count, before + count));
		const { results } = await n8n.executions(id);
		const items: IDataObject[] = [];
		for (const { id: executionId } of results.slice(0, count).reverse()) {
			const execution = await n8n.finished(executionId);
			equal(execution.status, 'success');
			items.push(outputOf(execution, 'Calls')[0].json);
		}
		return items;
	}

	/** How the newest execution was started: webhook or manual. */
	async newestMode(): Promise<string> {
		return (await this.context.n8n.executions(this.workflow.id)).results[0].mode;
	}
}

export default {
	setUp: async (context) => await Promise.resolve(new Room(context)),
	checks: [
		check('publishing gives the agent one webhook, to the production URL', async (room) => {
			room.workflow = await room.create('Calls to CRM', {
				agents: [room.reminder],
				events: [CONNECTED, ENDED, 'event_transcript'],
			});
			await room.publish();
			const [webhook, ...others] = room.webhooksOf();
			deepEqual(others, []);
			const [{ webhookId }] = room.workflow.nodes;
			const [address, query] = String(webhook.url).split('?');
			equal(address, `${room.context.server.webhookUrl}/webhook/${webhookId}/webhook`);
			match(query, /^n8n_secret=[0-9a-f]{64}$/);
			equal(webhook.label, 'n8n: Calls to CRM');
			equal(room.webhookOf(room.reminder), webhook.id);
		}),
		check('each event of a call starts the workflow', async (room) => {
			const callId = await room.call(room.reminder);
			const items = await room.news(3);
			deepEqual(items.map(({ event }) => event).sort(), [
				CONNECTED,
				ENDED,
				'event_transcript',
			]);
			for (const item of items) {
				deepEqual(
					[item.call_id, item.environment, item.confirmed],
					[callId, 'default', true],
				);
			}
			const { call } = items.find(({ event }) => event === ENDED) as { call: IDataObject };
			deepEqual([call.id, typeof call.transcript], [callId, 'string']);
		}),
		check('repeats and forgeries start nothing', async (room) => {
			const repeat = await room.context.simulator.redeliver(0);
			equal(repeat.status, 200);
			const forged = repeat.url.replace(/.$/, (end) => (end === '0' ? '1' : '0'));
			const headers = { 'content-type': 'application/json' };
			const body = JSON.stringify({ ...repeat.body, call_id: randomUUID() });
			equal((await fetch(forged, { method: 'POST', headers, body })).status, 401);
			await room.news(0);
		}),
		check('ten calls at the same time: none is lost or doubled', async (room) => {
			const ids = await Promise.all(
				Array.from({ length: 10 }, async () => await room.call(room.reminder)),
			);
			const items = await room.news(30);
			const told = items.filter(({ event }) => event === ENDED).map(({ call_id }) => call_id);
			deepEqual(told.sort(), ids.sort());
		}),
		check('changed events and agents, published again', async (room) => {
			const { reminder, reception } = room;
			const { id: webhookId } = room.webhooksOf()[0];
			const [{ parameters }] = room.workflow.nodes;
			Object.assign(parameters, { events: [ENDED], agents: [reception] });
			await room.saveAndPublish();
			const [webhook, ...others] = room.webhooksOf();
			deepEqual([webhook.subscriptions, others], [[ENDED], []]);
			equal(room.webhookOf(reminder), room.start.agents[0].webhook);
			await room.call(reminder);
			const callId = await room.call(reception);
			const items = await room.news(1);
			deepEqual([items[0].event, items[0].call_id], [ENDED, callId]);
			return webhook.id === webhookId ? 'the webhook is kept' : 'with a new webhook';
		}),
		check('a renamed workflow goes on', async (room) => {
			room.workflow.name = 'Calls to ERP';
			await room.saveAndPublish();
			await room.call(room.reception);
			await room.news(1);
			const labels = room.webhooksOf().map(({ label }) => label);
			equal(labels.length, 1);
			return `its webhook is called '${String(labels[0])}'`;
		}),
		check('why a workflow was not published is told', async (room) => {
			const { n8n } = room.context;
			const before = room.settings;
			const both = [
				await room.create('Taken', { agents: [room.followUp] }),
				await room.create('Unreachable', { agents: [room.reminder], options: {} }),
			];
			const [taken, unreachable] = await Promise.all(
				both.map(async (one) => await n8n.publish(one)),
			);
			deepEqual([taken.status, unreachable.status], ['failed', 'failed']);
			const [{ label, url }] = room.start.webhooks;
			for (const text of [label, url]) {
				ok(taken.errors[0].includes(String(text)), taken.errors[0]);
			}
			match(unreachable.errors[0], /cannot reach this n8n.*WEBHOOK_URL/);
			deepEqual(room.settings, before);
			for (const one of both) await n8n.unpublish(one);
			return taken.errors[0];
		}),
	],
	listening: [
		check(
			'listening in the editor takes one event, then it is production again',
			async (room) => {
				const { workflow, reception } = room;
				const [production] = room.webhooksOf();
				await room.context.n8n.listen(workflow);
				const test = room.webhooksOf().find(({ id }) => id !== production.id);
				match(String(test?.url), /\/webhook-test\//);
				equal(room.webhookOf(reception), test?.id);
				await room.call(reception);
				await room.news(1);
				equal(await room.newestMode(), 'manual');
				await eventually(() => deepEqual(room.webhooksOf(), [production]));
				equal(room.webhookOf(reception), production.id);
				await room.call(reception);
				await room.news(1);
				equal(await room.newestMode(), 'webhook');
			},
		),
		check('listening may also be ended without an event', async (room) => {
			const before = room.settings;
			await room.context.n8n.listen(room.workflow);
			await room.context.n8n.stopListening(room.workflow);
			await eventually(() => deepEqual(room.settings, before));
		}),
	],
	powerCut: {
		/** n8n does not learn that the webhook was made. */
		async prepare(room) {
			const { n8n, simulator } = room.context;
			const workflow = await room.create('Killed', { agents: [room.reminder] });
			simulator.faults.add({ operationId: 'createWebhook', when: 'after', hang: true });
			void n8n.activate(workflow).catch(() => {});
			await eventually(() => equal(room.webhooksOf(workflow).length, 1));
			room.killed = { workflow, webhookId: room.webhooksOf(workflow)[0].id };
		},
		checks: [
			check('a webhook whose making n8n did not learn of is found again', async (room) => {
				const { n8n } = room.context;
				const { workflow, webhookId } = room.killed;
				await eventually(async () => {
					equal((await n8n.publication(workflow)).status, 'published');
					equal(room.webhookOf(room.reminder), webhookId);
				}, 90);
				deepEqual(
					room.webhooksOf(workflow).map(({ id }) => id),
					[webhookId],
				);
				await room.call(room.reminder);
				await room.news(1, workflow);
				await n8n.unpublish(workflow);
				deepEqual(room.webhooksOf(workflow), []);
			}),
			check('the other workflow has outlived it', async (room) => {
				await room.call(room.reception);
				await room.news(1);
			}),
			check('unpublishing leaves everything as it was', async (room) => {
				await room.context.n8n.unpublish(room.workflow);
				deepEqual(room.settings, room.start);
				await room.call(room.reception);
				await room.news(0);
			}),
		],
	},
} satisfies Case<Room>;
