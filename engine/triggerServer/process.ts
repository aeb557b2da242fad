import { HookContext, WebhookContext } from 'n8n-core';
import type {
	INode,
	IWebhookResponseData,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import type { Engine, RunOptions } from '..';
import type { Webhook } from './database';
import { startWorkflow, type RunningWorkflow, type Start } from './execution';

interface Settings {
	credentials: RunOptions['credentials'];
	/** Base URL of n8n as it tells it to nodes. */
	baseUrl: string;
	/** As n8n's N8N_EDITOR_BASE_URL. */
	editorUrl: string;
	instanceId?: string;
	/** Receives the lines that nodes log. */
	log: (line: string) => void;
}

const KILLED = 'n8n was killed';

/**
 * A process of n8n: runs the code of triggers, on n8n-core's contexts, until it is killed. Then nothing
 * that they do has an effect any more: their requests are not sent, and nobody learns how they end.
 */
export class Process {
	private readonly end = new AbortController();

	constructor(
		private readonly engine: Engine,
		private readonly settings: () => Settings,
	) {}

	kill(): void {
		this.end.abort();
	}

	/** Waits for something that the process does. Throws when it is killed meanwhile. */
	async untilKilled<T>(work: Promise<T>): Promise<T> {
		const { signal } = this.end;
		let onKill = () => {};
		const killed = new Promise<never>((_, reject) => {
			onKill = () => reject(new Error(KILLED));
			signal.addEventListener('abort', onKill);
		});
		return await Promise.race([work, killed]).finally(() =>
			signal.removeEventListener('abort', onKill),
		);
	}

	async createIfNotExists(
		workflow: Workflow,
		webhook: Webhook,
		mode: WorkflowExecuteMode,
		activation: WorkflowActivateMode,
	): Promise<void> {
		const exists = await this.callMethod('checkExists', workflow, webhook, mode, activation);
		if (!exists) await this.callMethod('create', workflow, webhook, mode, activation);
	}

	async remove(workflow: Workflow, webhook: Webhook): Promise<void> {
		await this.callMethod('delete', workflow, webhook, 'internal', 'update');
	}

	/** Hands a request to the node. */
	async receive(
		workflow: Workflow,
		webhook: Webhook,
		mode: WorkflowExecuteMode,
		http: Pick<IWorkflowExecuteAdditionalData, 'httpRequest' | 'httpResponse'>,
	): Promise<IWebhookResponseData> {
		const additionalData = { ...this.additionalData(), ...http };
		const node = workflow.getNode(webhook.node) as INode;
		const data = { ...webhook, workflowExecuteAdditionalData: additionalData };
		const context = new WebhookContext(workflow, node, additionalData, mode, data, [], null);
		this.keepLog(context);
		const { webhook: code } = this.engine.nodeType(node.type);
		return await this.whileAlive(async () => (await code?.call(context)) ?? {});
	}

	/** Runs what comes after a trigger. */
	start(workflow: Workflow, start: Start): RunningWorkflow {
		return startWorkflow(workflow, start, this.additionalData());
	}

	private async callMethod(
		method: 'checkExists' | 'create' | 'delete',
		workflow: Workflow,
		webhook: Webhook,
		mode: WorkflowExecuteMode,
		activation: WorkflowActivateMode,
	): Promise<boolean | undefined> {
		const node = workflow.getNode(webhook.node);
		const { webhookMethods } = node ? this.engine.nodeType(node.type) : {};
		const code = webhookMethods?.[webhook.webhookDescription.name]?.[method];
		if (!node || !code) return undefined;
		const additionalData = this.additionalData();
		const data = { ...webhook, workflowExecuteAdditionalData: additionalData };
		const context = new HookContext(workflow, node, additionalData, mode, activation, data);
		this.keepLog(context);
		this.setInstanceId(context);
		return await this.whileAlive(async () => await code.call(context));
	}

	private async whileAlive<T>(code: () => Promise<T>): Promise<T> {
		try {
			return await code();
		} finally {
			if (this.end.signal.aborted) await never();
		}
	}

	private additionalData(): IWorkflowExecuteAdditionalData {
		const { baseUrl, credentials, editorUrl } = this.settings();
		const additionalData = this.engine.additionalData(credentials, {
			instanceBaseUrl: editorUrl,
			webhookBaseUrl: `${baseUrl}webhook`,
			webhookTestBaseUrl: `${baseUrl}webhook-test`,
		});
		const { credentialsHelper } = additionalData;
		const { authenticate } = credentialsHelper;
		credentialsHelper.authenticate = async (...args) => {
			if (this.end.signal.aborted) throw new Error(KILLED);
			return await authenticate.apply(credentialsHelper, args);
		};
		return additionalData;
	}

	private keepLog(context: HookContext | WebhookContext): void {
		const write = (level: string) => (message: string, meta?: object) =>
			this.settings().log(`${level}: ${message}${meta ? ` ${JSON.stringify(meta)}` : ''}`);
		const levels = ['debug', 'info', 'warn', 'error'];
		const logger = Object.fromEntries(levels.map((level) => [level, write(level)]));
		Object.defineProperty(context, 'logger', { value: logger });
	}

	/** n8n-core has one for the whole process. */
	private setInstanceId(context: HookContext): void {
		const { instanceId } = this.settings();
		if (instanceId === undefined) return;
		Object.defineProperty(context, 'getInstanceId', { value: () => instanceId });
	}
}

async function never(): Promise<never> {
	return await new Promise<never>(() => {});
}
