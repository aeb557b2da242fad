import '../n8nHome';
import 'reflect-metadata';

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import express, { type Request, type Response } from 'express';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	IRun,
	IWebhookResponseData,
	Workflow,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import type { Engine, RunOptions } from '..';
import {
	Database,
	paramsOf,
	plainCopy,
	routeOf,
	routesOf,
	type SavedWorkflow,
	type Webhook,
} from './database';
import { answerWith, type ResponseMode } from './execution';
import { answer, answerError, readBody, Refusal } from './http';
import { Process } from './process';
import { ActiveWorkflowManager, PublicationService, type Publication } from './publication';

export type { SavedWorkflow } from './database';

export interface TriggerServerOptions {
	/** Data of the credentials, by credential type. */
	credentials: RunOptions['credentials'];
	/** As n8n's environment variable WEBHOOK_URL; the server's own address by default. */
	webhookUrl?: string;
	/** Which generation of n8n it is like; default 2. */
	generation?: 1 | 2;
	/** As n8n's N8N_INSTANCE_ID; by default all servers have the same. */
	instanceId?: string;
}

/** An execution that a trigger has started. */
export interface StartedExecution {
	workflowId: string;
	/** Name of the trigger. */
	node: string;
	mode: WorkflowExecuteMode;
	items: INodeExecutionData[];
	/** What the trigger threw; n8n records such an execution as failed. */
	error?: Error;
	/** What came of it, once it has ended or fallen asleep. */
	run?: IRun;
}

interface Test {
	saved: SavedWorkflow;
	webhook: Webhook;
	/** What `create` has left. */
	staticData?: IDataObject;
}

/** Connections that may wait to be accepted: more than a test opens at once. */
const MOST_WAITING = 4096;

/**
 * Does with triggers of the built package what n8n's own server does, on n8n-core's own contexts and
 * over HTTP on a loopback address: publishing, listening in the editor, deliveries with what they start,
 * and being killed. The executions are recorded.
 */
export class TriggerServer {
	/** Base URL, with a slash at its end. */
	url = '';
	/** What triggers have started, oldest first. */
	readonly executions: StartedExecution[] = [];
	/** IDs of the workflows that somebody has listened to in the editor, whether that worked or not. */
	readonly listenedTo = new Set<string>();
	/** What n8n writes into its log: lines of nodes, and errors. */
	readonly log: string[] = [];
	/** These may be changed at any time. */
	credentials: RunOptions['credentials'];
	webhookUrl: string | undefined;

	private readonly database: Database;
	private process: Process;
	private readonly tests = new Map<string, Test>();
	private readonly deliveries = new Set<Promise<void>>();

	private constructor(
		private readonly engine: Engine,
		private readonly server: Server,
		private readonly options: TriggerServerOptions,
	) {
		this.credentials = options.credentials;
		this.webhookUrl = options.webhookUrl;
		this.database = new Database(engine);
		this.process = this.newProcess();
	}

	/** Starts a server on a free port; `close` it when done. */
	static async start(engine: Engine, options: TriggerServerOptions): Promise<TriggerServer> {
		const app = express().set('query parser', 'extended');
		const server = createServer(app);
		const self = new TriggerServer(engine, server, options);
		const serve = (isTest: boolean) => async (request: Request, response: Response) =>
			await self.serve(request, response, isTest);
		app.all('/webhook/*path', serve(false));
		app.all('/webhook-test/*path', serve(true));
		server.listen({ host: '127.0.0.1', port: 0, backlog: MOST_WAITING });
		await once(server, 'listening');
		self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		return self;
	}

	async close(): Promise<void> {
		this.process.kill();
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	/**
	 * Publishes a workflow, or a changed version of it.
	 *
	 * @throws what the user reads as the reason why a trigger is not active.
	 */
	async activate(saved: SavedWorkflow, mode: WorkflowActivateMode = 'activate'): Promise<void> {
		await this.process.untilKilled(this.publication.publish(structuredClone(saved), mode));
	}

	/**
	 * Unpublishes a workflow: it gets no more deliveries, then its triggers are removed.
	 *
	 * @throws the first error of a trigger; the workflow is unpublished all the same.
	 */
	async deactivate(workflowId: string): Promise<void> {
		const saved = this.database.published.get(workflowId);
		if (!saved) throw new Error(`The workflow ${workflowId} is not published`);
		await this.process.untilKilled(this.publication.unpublish(saved));
	}

	/** The published version of a workflow, if there is one. */
	published(workflowId: string): SavedWorkflow | undefined {
		return this.database.published.get(workflowId);
	}

	/** Waits in the editor for one event, at the test URLs of the workflow's triggers. */
	async listen(saved: SavedWorkflow): Promise<void> {
		this.listenedTo.add(saved.id);
		await this.process.untilKilled(this.startTest(structuredClone(saved)));
	}

	/** As the editor's button does; nothing happens when nobody listens. */
	async stopListening(workflowId: string): Promise<void> {
		const test = [...this.tests.values()].find(({ saved }) => saved.id === workflowId);
		if (!test) return;
		await this.process.untilKilled(this.endTest(this.database.workflowOf(test.saved, {})));
	}

	/**
	 * Kills n8n; `restart` does what it does then. What was not stored is lost, and code of nodes that
	 * waits for an answer never gets it.
	 */
	kill(): void {
		this.process.kill();
		this.process = this.newProcess();
		this.tests.clear();
		this.deliveries.clear();
		this.server.closeAllConnections();
	}

	/** What n8n does about triggers when it starts. */
	async restart(): Promise<void> {
		await this.process.untilKilled(this.publication.restart());
	}

	/** Waits until all deliveries are through, with the workflows that they have started. */
	async settled(): Promise<void> {
		while (this.deliveries.size > 0) await Promise.all(this.deliveries);
	}

	/** What the triggers of a workflow have stored. */
	staticDataOf(workflowId: string): IDataObject {
		return this.database.staticDataOf(workflowId);
	}

	private get publication(): Publication {
		const Kind = this.options.generation === 1 ? ActiveWorkflowManager : PublicationService;
		return new Kind(this.database, this.process, this.report);
	}

	private newProcess(): Process {
		return new Process(this.engine, () => ({
			credentials: this.credentials,
			baseUrl: (this.webhookUrl ?? this.url).replace(/\/?$/, '/'),
			editorUrl: this.url,
			instanceId: this.options.instanceId,
			log: (line) => void this.log.push(line),
		}));
	}

	private async startTest(saved: SavedWorkflow): Promise<void> {
		const { database, process } = this;
		const workflow = database.workflowOf(saved, {});
		for (const webhook of database.webhooksOf(workflow)) {
			const test: Test = { saved, webhook: { ...webhook, isTest: true } };
			this.tests.set(routeOf(webhook), test);
			try {
				await process.createIfNotExists(workflow, test.webhook, 'manual', 'manual');
				test.staticData = plainCopy(workflow.staticData);
			} catch (error) {
				await this.endTest(workflow);
				throw error;
			}
		}
	}

	private async endTest(workflow: Workflow): Promise<void> {
		for (const [route, { webhook, staticData }] of this.tests) {
			if (webhook.workflowId !== workflow.id) continue;
			if (staticData) workflow.staticData = structuredClone(staticData);
			await this.process.remove(workflow, webhook);
			this.tests.delete(route);
		}
	}

	private async serve(request: Request, response: Response, isTest: boolean): Promise<void> {
		const delivery = this.deliver(request, response, isTest)
			.catch((error: unknown) => {
				this.report(error);
				answerError(response, error);
			})
			.finally(() => this.deliveries.delete(delivery));
		this.deliveries.add(delivery);
		await delivery;
	}

	private async deliver(request: Request, response: Response, isTest: boolean): Promise<void> {
		const { workflow, webhook, pinData } = this.receiverOf(request, isTest);
		request.params = paramsOf(webhook, pathOf(request));
		await readBody(request, response);
		const mode = isTest ? 'manual' : 'webhook';
		const http = { httpRequest: request, httpResponse: response };
		const responseMode = responseModeOf(workflow, webhook, mode);
		let isHeld = false;
		let result: IWebhookResponseData;
		let error: Error | undefined;
		try {
			result = await this.process.receive(workflow, webhook, mode, http);
			if (!isTest) this.database.store(workflow);
			const { noWebhookResponse, workflowData } = result;
			isHeld = responseMode !== 'onReceived' && !noWebhookResponse && Boolean(workflowData);
			if (!isHeld) answer(response, webhook.webhookDescription, result);
		} catch (thrown) {
			error = thrown as Error;
			this.report(error);
			answerError(response, error);
			result = { workflowData: [[{ json: {} }]] };
		}
		if (!result.workflowData) return;
		const [items] = result.workflowData;
		const { workflowId, node } = webhook;
		const execution: StartedExecution = { workflowId, node, mode, items, error };
		this.executions.push(execution);
		const running = error
			? undefined
			: this.process.start(workflow, {
					node: workflow.getNode(node) as INode,
					items,
					mode,
					pinData,
				});
		if (running && isHeld) void answerWith(response, responseMode, running);
		if (isTest) await this.endTest(workflow);
		execution.run = await running?.end;
	}

	/** @throws Refusal when nobody waits for this method and path. */
	private receiverOf(request: Request, isTest: boolean) {
		for (const key of routesOf(request.method, pathOf(request))) {
			const receiver = isTest ? this.tester(key) : this.subscriber(key);
			if (receiver?.webhook) return { ...receiver, webhook: receiver.webhook };
		}
		throw new Refusal(
			404,
			`The requested webhook "${request.method} ${pathOf(request)}" is not registered.`,
		);
	}

	private tester(key: string) {
		const test = this.tests.get(key);
		if (!test) return undefined;
		const workflow = this.database.workflowOf(test.saved, {});
		if (test.staticData) workflow.setTestStaticData(structuredClone(test.staticData));
		return { workflow, webhook: test.webhook, pinData: test.saved.pinData };
	}

	private subscriber(key: string) {
		const { database } = this;
		const route = database.route(key);
		const saved = route && database.published.get(route.workflowId);
		if (!saved) return undefined;
		const workflow = database.workflowOf(saved);
		const webhooks = database.webhooksOf(workflow, route.node);
		const webhook = webhooks.find((candidate) => routeOf(candidate) === key);
		return { workflow, webhook, pinData: saved.pinData };
	}

	private readonly report = (error: unknown): void => {
		const { message, description } = error as Error & { description?: string };
		this.log.push(['error', message, description].filter(Boolean).join(': '));
	};
}

function pathOf({ params }: Request): string {
	return [params.path].flat().join('/').replace(/\/$/, '');
}

function responseModeOf(
	{ expression, nodes }: Workflow,
	{ node, webhookDescription }: Webhook,
	mode: WorkflowExecuteMode,
): ResponseMode {
	const { responseMode = 'onReceived' } = webhookDescription;
	const value = expression.getSimpleParameterValue(nodes[node], responseMode, mode, {});
	return value as ResponseMode;
}
