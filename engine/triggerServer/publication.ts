import { isDeepStrictEqual } from 'node:util';

import { WebhookPathTakenError } from 'n8n-workflow';
import type { INode, Workflow, WorkflowActivateMode } from 'n8n-workflow';

import { routeOf, type Database, type SavedWorkflow, type Webhook } from './database';
import type { Process } from './process';

/** Publishes and unpublishes workflows. */
export interface Publication {
	/** @throws what the user reads as the reason why a trigger is not active. */
	publish(saved: SavedWorkflow, mode: WorkflowActivateMode): Promise<void>;
	/** @throws the first error of a trigger that could not be removed; it gets no events all the same. */
	unpublish(saved: SavedWorkflow): Promise<void>;
	/** What n8n does about triggers when it starts. */
	restart(): Promise<void>;
}

export type Report = (error: unknown) => void;

/** n8n pauses between tries; nobody has to wait for it here. */
const ACTIVATION_TRIES = 5;
const REMOVAL_TRIES = 3;

/** A trigger is registered anew when one of these changes. */
const REGISTRATION_FIELDS = [
	'name',
	'type',
	'typeVersion',
	'webhookId',
	'credentials',
	'parameters',
] as const;

/**
 * As n8n 2 does it: only triggers that have changed, side by side, with
 * several tries, and with static data as a failed one left them.
 */
export class PublicationService implements Publication {
	constructor(
		private readonly database: Database,
		private readonly process: Process,
		private readonly report: Report,
	) {}

	async publish(saved: SavedWorkflow, mode: WorkflowActivateMode): Promise<void> {
		const { database } = this;
		const old = database.published.get(saved.id);
		const removed = enabled(old).filter((node) => !hasSame(enabled(saved), node));
		const added = enabled(saved).filter(
			(node) => !hasSame(enabled(old), node) || !this.isRegistered(saved, node),
		);
		this.requireFreeRoutes(saved);
		database.outbox.set(saved.id, saved);
		if (old) for (const error of await this.remove(old, removed)) this.report(error);

		database.published.set(saved.id, saved);
		const workflow = database.workflowOf(saved);
		const outcomes = await Promise.allSettled(
			added.map(async ({ name }) => {
				for (const webhook of database.webhooksOf(workflow, name)) {
					await retry(ACTIVATION_TRIES, async () => {
						await this.register(workflow, webhook, mode);
					});
				}
			}),
		);
		database.store(workflow);
		database.outbox.delete(saved.id);
		const errors = errorsOf(outcomes);
		if (errors.length === 1) throw errors[0];
		if (errors.length > 1) {
			const messages = errors.map(({ message }) => message).join('; ');
			throw new Error(`Triggers failed to activate: ${messages}`);
		}
	}

	async unpublish(saved: SavedWorkflow): Promise<void> {
		const { outbox, published } = this.database;
		outbox.set(saved.id, null);
		const [error] = await this.remove(saved, saved.nodes);
		published.delete(saved.id);
		outbox.delete(saved.id);
		if (error) throw error;
	}

	/** Nothing is called for triggers that were registered; what a kill has interrupted is done again. */
	async restart(): Promise<void> {
		const { outbox, published } = this.database;
		for (const [workflowId, saved] of [...outbox]) {
			const old = published.get(workflowId);
			if (saved) await this.publish(saved, 'update').catch(this.report);
			else if (old) await this.unpublish(old).catch(this.report);
		}
	}

	private requireFreeRoutes(saved: SavedWorkflow): void {
		const { database } = this;
		for (const webhook of database.webhooksOf(database.workflowOf(saved))) {
			const { workflowId = saved.id } = database.route(routeOf(webhook)) ?? {};
			if (workflowId !== saved.id) throw new WebhookPathTakenError(webhook.node);
		}
	}

	private async register(
		workflow: Workflow,
		webhook: Webhook,
		mode: WorkflowActivateMode,
	): Promise<void> {
		const { database, process } = this;
		database.addRoute(webhook);
		try {
			await process.createIfNotExists(workflow, webhook, 'trigger', mode);
		} catch (error) {
			try {
				await process.remove(workflow, webhook);
				database.store(workflow);
				database.cutRoutes(workflow.id, [webhook.node]);
			} catch (left) {
				this.report(left);
			}
			throw error;
		}
	}

	private async remove(saved: SavedWorkflow, nodes: INode[]): Promise<Error[]> {
		const { database, process } = this;
		const names = nodes.map(({ name }) => name);
		database.cutRoutes(saved.id, names);
		const workflow = database.workflowOf(saved);
		const webhooks = names.flatMap((name) => database.webhooksOf(workflow, name));
		const outcomes = await Promise.allSettled(
			webhooks.map(async (webhook) => {
				await retry(REMOVAL_TRIES, async () => await process.remove(workflow, webhook));
			}),
		);
		database.store(workflow);
		return errorsOf(outcomes);
	}

	private isRegistered(saved: SavedWorkflow, { name }: INode): boolean {
		const { database } = this;
		return database
			.webhooksOf(database.workflowOf(saved), name)
			.every((webhook) => database.route(routeOf(webhook))?.workflowId === saved.id);
	}
}

/**
 * As n8n 1 does it: all triggers one after the other, whether they have changed or not. When one fails,
 * `delete` is called for all of them, with static data as last stored. A copy takes over the routes.
 */
export class ActiveWorkflowManager implements Publication {
	constructor(
		private readonly database: Database,
		private readonly process: Process,
		private readonly report: Report,
	) {}

	async publish(saved: SavedWorkflow, mode: WorkflowActivateMode): Promise<void> {
		const { published } = this.database;
		const old = published.get(saved.id);
		if (old) await this.clear(old).catch(this.report);
		published.set(saved.id, saved);
		await this.registerAll(saved, mode).catch((error) => {
			published.delete(saved.id);
			throw error;
		});
	}

	async unpublish(saved: SavedWorkflow): Promise<void> {
		await this.clear(saved).finally(() => this.database.published.delete(saved.id));
	}

	/** All published triggers are looked after; n8n would go on trying for ever. */
	async restart(): Promise<void> {
		for (const saved of this.database.published.values()) {
			const register = async () => await this.registerAll(saved, 'init');
			await retry(ACTIVATION_TRIES, register).catch(this.report);
		}
	}

	private async registerAll(saved: SavedWorkflow, mode: WorkflowActivateMode): Promise<void> {
		const { database, process } = this;
		const workflow = database.workflowOf(saved);
		for (const webhook of database.webhooksOf(workflow)) {
			try {
				database.addRoute(webhook);
				await process.createIfNotExists(workflow, webhook, 'trigger', mode);
			} catch (error) {
				await this.clear(saved).catch(this.report);
				throw error;
			}
		}
		database.store(workflow);
	}

	private async clear(saved: SavedWorkflow): Promise<void> {
		const { database, process } = this;
		const workflow = database.workflowOf(saved);
		for (const webhook of database.webhooksOf(workflow))
			await process.remove(workflow, webhook);
		database.store(workflow);
		database.cutRoutes(saved.id);
	}
}

function enabled(saved: SavedWorkflow | undefined): INode[] {
	return (saved?.nodes ?? []).filter(({ disabled }) => !disabled);
}

function hasSame(nodes: INode[], node: INode): boolean {
	const other = nodes.find(({ id }) => id === node.id);
	return (
		other !== undefined &&
		REGISTRATION_FIELDS.every((field) => isDeepStrictEqual(other[field], node[field]))
	);
}

async function retry(tries: number, attempt: () => Promise<void>): Promise<void> {
	for (let left = tries; ;) {
		try {
			await attempt();
			return;
		} catch (error) {
			left -= 1;
			if (left === 0) throw error;
		}
	}
}

function errorsOf(outcomes: Array<PromiseSettledResult<void>>): Error[] {
	return outcomes.flatMap((outcome) =>
		outcome.status === 'rejected' ? [outcome.reason as Error] : [],
	);
}
