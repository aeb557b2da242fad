import { NodeHelpers } from 'n8n-workflow';
import type { IDataObject, INode, IWebhookData, IWebhookDescription, Workflow } from 'n8n-workflow';

import type { Engine, WorkflowJson } from '..';

/** A workflow that n8n has stored. */
export interface SavedWorkflow extends WorkflowJson {
	id: string;
	name: string;
}

/** An entry of a node's `webhooks`, with the path that leads to it. */
export type Webhook = Omit<IWebhookData, 'workflowExecuteAdditionalData'>;

interface Route {
	workflowId: string;
	node: string;
}

/** What n8n keeps in its database, and is there again when it was killed. */
export class Database {
	/** The published version of each workflow. */
	readonly published = new Map<string, SavedWorkflow>();
	/** What has been begun and not ended: publishing of a version, or unpublishing (null). */
	readonly outbox = new Map<string, SavedWorkflow | null>();
	private readonly staticData = new Map<string, IDataObject>();
	private readonly routes = new Map<string, Route>();

	constructor(private readonly engine: Engine) {}

	/** What the triggers of a workflow have stored, as a copy. */
	staticDataOf(workflowId: string): IDataObject {
		return structuredClone(this.staticData.get(workflowId) ?? {});
	}

	/** A fresh copy of a workflow. */
	workflowOf(
		saved: SavedWorkflow,
		staticData: IDataObject = this.staticDataOf(saved.id),
	): Workflow {
		const active = this.published.has(saved.id);
		return this.engine.workflowOf(structuredClone({ ...saved, active }), staticData);
	}

	/** Stores what nodes have changed in the static data of their workflow. */
	store({ id, staticData }: Workflow): void {
		if (staticData.__dataChanged !== true) return;
		const { __dataChanged: _, ...data } = plainCopy(staticData);
		this.staticData.set(id, data);
		staticData.__dataChanged = false;
	}

	/** The webhooks of a node, or of all nodes of a workflow. */
	webhooksOf(workflow: Workflow, name?: string): Webhook[] {
		const nodes = Object.values(workflow.nodes).filter((node) => !name || node.name === name);
		return nodes.flatMap((node) => (node.disabled ? [] : this.webhooksOfNode(workflow, node)));
	}

	private webhooksOfNode({ id, expression }: Workflow, node: INode): Webhook[] {
		const { webhooks = [] } = this.engine.nodeType(node.type).description;
		return webhooks.map((webhookDescription: IWebhookDescription) => {
			const value = (field: 'httpMethod' | 'path'): string =>
				String(
					expression.getSimpleParameterValue(
						node,
						webhookDescription[field],
						'internal',
						{},
					),
				);
			const { isFullPath } = webhookDescription;
			const path = NodeHelpers.getNodeWebhookPath(id, node, value('path'), isFullPath);
			return {
				httpMethod: value('httpMethod') as IWebhookData['httpMethod'],
				node: node.name,
				path,
				...(isDynamic(path) && { webhookId: node.webhookId }),
				webhookDescription,
				workflowId: id,
			};
		});
	}

	addRoute(webhook: Webhook): void {
		const { workflowId, node } = webhook;
		this.routes.set(routeOf(webhook), { workflowId, node });
	}

	route(key: string): Route | undefined {
		return this.routes.get(key);
	}

	/** @param nodes names of the nodes; all without it. */
	cutRoutes(workflowId: string, nodes?: string[]): void {
		for (const [key, route] of this.routes) {
			const isMeant = nodes?.includes(route.node) ?? true;
			if (route.workflowId === workflowId && isMeant) this.routes.delete(key);
		}
	}
}

/** Whether a part of a path stands for anything, as in `:secret`. */
function isDynamic(path: string): boolean {
	return path.startsWith(':') || path.includes('/:');
}

/** What tells webhooks apart: method and path, and of a dynamic path how many parts it has. */
export function routeOf({ httpMethod, path, webhookId }: Webhook): string {
	return webhookId === undefined
		? `${httpMethod} ${path}`
		: dynamicRoute(httpMethod, webhookId, path.split('/').length);
}

function dynamicRoute(method: string, webhookId: string, parts: number): string {
	return `${method} ${webhookId} ${parts}`;
}

/** The routes that a request may take, the first that is there. */
export function routesOf(method: string, path: string): string[] {
	const [webhookId, ...parts] = path.split('/');
	return [`${method} ${path}`, dynamicRoute(method, webhookId, parts.length)];
}

/** What the parts of a dynamic path stand for in a request. */
export function paramsOf({ path, webhookId }: Webhook, requested: string): Record<string, string> {
	if (webhookId === undefined) return {};
	const parts = requested.split('/').slice(1);
	const names = path.split('/').map((part, i) => [part, parts[i]] as const);
	return Object.fromEntries(
		names.filter(([name]) => name.startsWith(':')).map(([name, part]) => [name.slice(1), part]),
	);
}

/** Static data without what n8n wraps around it to notice changes. */
export function plainCopy(data: IDataObject): IDataObject {
	return JSON.parse(JSON.stringify(data)) as IDataObject;
}
