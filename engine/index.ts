import './n8nHome';
import 'reflect-metadata';

import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import {
	BinaryDataConfig,
	BinaryDataService,
	ExecuteContext,
	ExecutionLifecycleHooks,
	LoadOptionsContext,
	PackageDirectoryLoader,
	RoutingNode,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import { createRunExecutionData, Workflow } from 'n8n-workflow';
import type {
	IConnections,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeExecutionData,
	INodeListSearchResult,
	INodeParameters,
	INodeProperties,
	INodePropertyOptions,
	INodeType,
	INodeTypes,
	IPinData,
	IRun,
	ITaskData,
	IWebhookData,
	IWebhookResponseData,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	ResourceMapperFields,
} from 'n8n-workflow';
import type { Readable } from 'node:stream';

import { standInFor } from './standIns';
import { Tables } from './tables';

export { Tables, type Table } from './tables';

/** A workflow as n8n exports it. */
export interface WorkflowJson {
	id?: string;
	name?: string;
	active?: boolean;
	nodes: INode[];
	connections: IConnections;
	settings?: IWorkflowSettings;
	pinData?: IPinData;
}

export interface RunOptions {
	/** Data of the credentials, by credential type; one that nodes call by its name wins over that. */
	credentials: Record<string, ICredentialDataDecryptedObject>;
	/** Called as soon as a node has finished. */
	onNode?: (name: string, result: ITaskData) => void;
	/** Called with a function that stops the execution, as the stop button of n8n does. */
	onStart?: (stop: () => void) => void;
	/** Where requests to sleeping executions go, without the execution's ID. */
	webhookWaitingBaseUrl?: string;
}

const packageRoot = resolve(__dirname, '..');

/** What n8n adds to the type of a node that is used as a tool. */
const TOOL = /Tool$/;

/**
 * n8n's engine with the built package in it: n8n-core's own loader reads `dist/` by package.json, and
 * workflows run on n8n-core's WorkflowExecute. What n8n itself (the server) adds is replaced by the
 * least that works: credentials come from the caller instead of a database, and nodes of other
 * packages give their pinned data, or a stand-in runs for them.
 */
export class Engine {
	/** The Data Tables of this n8n. */
	tables = new Tables();

	private constructor(private readonly loader: PackageDirectoryLoader) {}

	/** Loads the package from its `dist/`, so it has to be built before. */
	static async load(): Promise<Engine> {
		const loader = new PackageDirectoryLoader(packageRoot);
		await loader.loadAll();
		const engine = new Engine(loader);
		await engine.keepFiles('filesystem');
		if (process.env.N8N_LOG_LEVEL === 'silent') silence(Container.get(Logger));
		return engine;
	}

	/** The node type as n8n sees it; types are named `<package>.<node>`, for tools `<package>.<node>Tool`. */
	nodeType(type: string): INodeType {
		const name = type.replace(`${this.loader.packageName}.`, '').replace(TOOL, '');
		const known = this.loader.nodeTypes[name]?.type as INodeType | undefined;
		if (!known) return standInFor(type, this.tables);
		if (!TOOL.test(type)) return known;
		const description = { ...known.description, name: `${known.description.name}Tool` };
		return Object.create(known, { description: { value: description } }) as INodeType;
	}

	private isTrigger(type: string): boolean {
		return this.nodeType(type).description.group.includes('trigger');
	}

	credentialType(name: string): ICredentialType {
		return this.loader.credentialTypes[name].type;
	}

	/**
	 * Runs a workflow from its trigger to the end, or until it sleeps.
	 *
	 * @returns the finished run; errors of nodes are in it, nothing is thrown for them.
	 */
	async run(json: WorkflowJson, options: RunOptions): Promise<IRun> {
		return await this.execute(json, options, (additionalData, workflow) =>
			new WorkflowExecute(additionalData, 'manual').run({
				workflow,
				// n8n-core does not look for triggers with a webhook: n8n's editor names them.
				startNode:
					workflow.getStartNode() ??
					Object.values(workflow.nodes).find(({ type }) => this.isTrigger(type)),
				pinData: json.pinData,
			}),
		);
	}

	/** Runs what is left of a failed run, in a new execution, as n8n's Retry of an execution does. */
	async retry(json: WorkflowJson, failed: IRun, options: RunOptions): Promise<IRun> {
		// n8n reads it from its database.
		const data = structuredClone(failed.data);
		const { resultData } = data;
		delete resultData.error;
		resultData.runData[String(resultData.lastNodeExecuted)]?.pop();
		return await this.execute(json, options, (additionalData, workflow) =>
			new WorkflowExecute(additionalData, 'retry', data).processRunExecutionData(workflow),
		);
	}

	/**
	 * Hands a request to the node for which a run sleeps, as n8n does when one comes to its resume URL.
	 *
	 * @returns what the node answers; with `workflowData`, n8n goes on with that as the node's output.
	 */
	async deliver(
		json: WorkflowJson,
		{ data }: IRun,
		options: RunOptions,
		body: IDataObject,
	): Promise<IWebhookResponseData> {
		const workflow = this.workflowOf(json);
		const node = workflow.getNode(String(data.resultData.lastNodeExecuted)) as INode;
		const type = this.nodeType(node.type);
		const additionalData = this.additionalData(options.credentials);
		Object.assign(additionalData, { httpRequest: { body, method: 'POST' } });
		const [webhookDescription] = type.description.webhooks ?? [];
		const context = new WebhookContext(
			workflow,
			node,
			additionalData,
			'manual',
			{ webhookDescription } as IWebhookData,
			[],
			structuredClone(data),
		);
		return (await type.webhook?.call(context)) as IWebhookResponseData;
	}

	private async execute(
		json: WorkflowJson,
		options: RunOptions,
		start: (
			additionalData: IWorkflowExecuteAdditionalData,
			workflow: Workflow,
		) => ReturnType<WorkflowExecute['processRunExecutionData']>,
	): Promise<IRun> {
		const workflow = this.workflowOf(json);
		const additionalData = this.additionalData(options.credentials);
		const hooks = new ExecutionLifecycleHooks('manual', randomUUID(), {
			...json,
			id: workflow.id,
		} as IWorkflowBase);
		hooks.addHandler('nodeExecuteAfter', (name, result) => options.onNode?.(name, result));
		additionalData.hooks = hooks;
		additionalData.executionId = hooks.executionId;
		if (options.webhookWaitingBaseUrl) {
			additionalData.webhookWaitingBaseUrl = options.webhookWaitingBaseUrl;
		}

		const execution = start(additionalData, workflow);
		options.onStart?.(() => execution.cancel());
		return await execution;
	}

	/** Calls a search method of a node's resource locators, as the editor does. */
	async search(
		node: INode,
		method: string,
		credentials: RunOptions['credentials'],
		filter?: string,
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		const search = this.nodeType(node.type).methods?.listSearch?.[method];
		if (!search) throw new Error(`The node ${node.type} has no search ${method}`);
		return await search.call(this.editorContext(node, credentials), filter, paginationToken);
	}

	/** Calls a method that gives the entries of a node's dropdown, as the editor does. */
	async loadOptions(
		node: INode,
		method: string,
		credentials: RunOptions['credentials'],
	): Promise<INodePropertyOptions[]> {
		const load = this.nodeType(node.type).methods?.loadOptions?.[method];
		if (!load) throw new Error(`The node ${node.type} has no options ${method}`);
		return await load.call(this.editorContext(node, credentials));
	}

	/** Calls a method that gives the fields of a node's resource mapper, as the editor does. */
	async mapperFields(
		node: INode,
		method: string,
		credentials: RunOptions['credentials'],
	): Promise<ResourceMapperFields> {
		const load = this.nodeType(node.type).methods?.resourceMapping?.[method];
		if (!load) throw new Error(`The node ${node.type} has no fields ${method}`);
		return await load.call(this.editorContext(node, credentials));
	}

	/**
	 * Sends the test request of a credential, with the code that n8n's own test uses for it.
	 *
	 * @returns the message of the rule that fits the answer, else the error's own message, or OK.
	 */
	async testCredential(name: string, data: ICredentialDataDecryptedObject): Promise<string> {
		const { request, rules = [] } = this.credentialType(name).test as ICredentialTestRequest;
		const routing = { name: 'test', displayName: 'Test', type: 'string', default: '' } as const;
		const nodeType = {
			description: {
				...standInFor('test', this.tables).description,
				credentials: [{ name, required: true }],
				properties: [{ ...routing, routing: { request } }],
			},
		} as INodeType;
		const reference = { id: '1', name };
		const node: INode = { ...emptyNode('test'), credentials: { [name]: reference } };
		const workflow = new Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: { getByNameAndVersion: () => nodeType } as unknown as INodeTypes,
		});
		const context = new ExecuteContext(
			workflow,
			node,
			this.additionalData({ [name]: data }),
			'internal',
			createRunExecutionData(),
			0,
			[],
			{ main: [[{ json: {} }]] },
			{ node, data: {}, source: null },
			[],
		);
		try {
			const credential = { ...reference, type: name, data };
			const output = await new RoutingNode(context, nodeType, credential).runNode();
			const body = output?.[0]?.[0].json;
			const rule = rules.find(
				(each) =>
					each.type === 'responseSuccessBody' &&
					body?.[each.properties.key] === each.properties.value,
			);
			return rule?.properties.message ?? 'OK';
		} catch (error) {
			const { cause, message } = error as Error & {
				cause?: { response?: { status: number }; code?: string };
			};
			const rule = rules.find(
				({ type, properties }) =>
					type === 'responseCode' && properties.value === cause?.response?.status,
			);
			return rule?.properties.message ?? cause?.code ?? message;
		}
	}

	private editorContext(node: INode, credentials: RunOptions['credentials']): LoadOptionsContext {
		const workflow = this.workflowOf({ nodes: [node], connections: {} });
		const additionalData = this.additionalData(credentials);
		additionalData.currentNodeParameters = node.parameters;
		return new LoadOptionsContext(workflow, node, additionalData, '');
	}

	/** Keeps files on disk, or as those n8n do that have no such place: in memory as a whole. */
	async keepFiles(mode: 'filesystem' | 'default'): Promise<void> {
		Container.get(BinaryDataConfig).mode = mode;
		await Container.get(BinaryDataService).init();
	}

	/** The bytes of a binary field as a stream. */
	async readBinary(item: INodeExecutionData, field = 'data'): Promise<Readable> {
		const binary = item.binary?.[field];
		if (!binary?.id) throw new Error(`The item has no stored binary data in '${field}'`);
		return await Container.get(BinaryDataService).getAsStream(binary.id);
	}

	/**
	 * The workflow as the engine works with it; it fills in defaults in the nodes that it is given.
	 *
	 * @param staticData what its nodes have stored.
	 */
	workflowOf(json: WorkflowJson, staticData?: IDataObject): Workflow {
		const { id = 'workflow', name, nodes, connections, active = false, settings } = json;
		return new Workflow({
			id,
			name,
			nodes,
			connections,
			active,
			staticData,
			settings: { executionOrder: 'v1', ...settings },
			nodeTypes: {
				getByName: (type: string) => this.nodeType(type),
				getByNameAndVersion: (type: string) => this.nodeType(type),
				getKnownTypes: () => this.loader.known.nodes as unknown as IDataObject,
			},
		});
	}

	/**
	 * What nodes get from n8n itself.
	 *
	 * @param urls addresses of n8n; those that are not given lead nowhere.
	 */
	additionalData(
		credentials: RunOptions['credentials'],
		urls: Partial<IWorkflowExecuteAdditionalData> = {},
	): IWorkflowExecuteAdditionalData {
		const unreachable = 'http://127.0.0.1:9';
		return {
			credentialsHelper: {
				getParentTypes: () => [],
				isCredentialUsableByNode: () => true,
				getCredentialsProperties: (type: string): INodeProperties[] =>
					this.credentialType(type).properties,
				getDecrypted: async (
					_data: unknown,
					{ name }: INodeCredentialsDetails,
					type: string,
				) => await Promise.resolve({ ...(credentials[name] ?? credentials[type]) }),
				preAuthentication: async () => await Promise.resolve(undefined),
				authenticate: async (
					data: ICredentialDataDecryptedObject,
					type: string,
					request: IHttpRequestOptions,
				) => {
					const { authenticate } = this.credentialType(type);
					return typeof authenticate === 'function'
						? await authenticate(data, request)
						: request;
				},
			},
			currentNodeExecutionIndex: 0,
			variables: {},
			logAiEvent: () => {},
			restApiUrl: unreachable,
			instanceBaseUrl: unreachable,
			formBaseUrl: unreachable,
			formWaitingBaseUrl: unreachable,
			formTestBaseUrl: unreachable,
			webhookBaseUrl: unreachable,
			webhookWaitingBaseUrl: unreachable,
			webhookTestBaseUrl: unreachable,
			...urls,
		} as unknown as IWorkflowExecuteAdditionalData;
	}
}

/** n8n's logger finds the caller of each line, and the stack of each error, also if nobody gets to see the line. */
function silence(logger: Logger): void {
	for (const level of ['error', 'warn', 'info', 'debug'] as const) logger[level] = () => {};
}

/** What a node gave on one of its outputs in its last run. */
export function outputOf(run: IRun, node: string, output = 0): INodeExecutionData[] {
	return run.data.resultData.runData[node]?.at(-1)?.data?.main?.[output] ?? [];
}

export function emptyNode(type: string, parameters: INodeParameters = {}): INode {
	return { id: randomUUID(), name: type, type, typeVersion: 1, position: [0, 0], parameters };
}
