import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { parse } from 'flatted';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeListSearchResult,
	INodeParameters,
	INodePropertyOptions,
	INodeTypeDescription,
	IRunExecutionData,
} from 'n8n-workflow';

import type { WorkflowJson } from '../engine';

export const FLUENTS_AI = 'n8n-nodes-fluentsai.fluentsAi';
export const FLUENTS_AI_LIVE_TRIGGER = 'n8n-nodes-fluentsai.fluentsAiLiveTrigger';
export const FLUENTS_AI_TRIGGER = 'n8n-nodes-fluentsai.fluentsAiTrigger';
export const CREDENTIAL = 'fluentsAiApi';

/** As nodes refer to a credential. */
export interface CredentialReference {
	id: string;
	name: string;
}

export interface Execution {
	id: string;
	/** success, error, canceled, crashed, ... */
	status: string;
	data: IRunExecutionData;
}

/** Whoever sets up n8n, and logs in. */
export interface Owner {
	email: string;
	firstName: string;
	lastName: string;
	password: string;
}

/** The account that the tests set up; n8n keeps it in a folder that is removed afterwards. */
export const owner: Owner = {
	email: 'owner@example.com',
	firstName: 'Test',
	lastName: 'Owner',
	password: 'Only4ThisTest',
};

/** A Data Table of n8n. */
export interface Table {
	name: string;
	columns: Array<{ name: string; type: string }>;
	rows: IDataObject[];
}

/** A page of executions, without what their nodes gave. */
export interface ExecutionList {
	count: number;
	results: Array<{
		id: string;
		mode: string;
		status: string;
		stoppedAt: string | null;
	}>;
}

/** How n8n shows that a workflow is published. */
export interface Publication {
	/** published, failed, partial (of several triggers) or not_published */
	status: string;
	/** What the user reads, one for each trigger that does not work. */
	errors: string[];
}

const UNFINISHED = new Set(['new', 'running', 'waiting', 'unknown']);

/** n8n's own REST API, as its editor uses it. */
export class N8nApi {
	private cookie = '';

	constructor(
		private readonly url: string,
		/** Of n8n. */
		private readonly version: string,
	) {}

	/**
	 * Logs in to an n8n that is already running; a fresh one is set up.
	 *
	 * @throws Error when nothing answers there, or the owner is another.
	 */
	static async join(url: string, account: Owner): Promise<{ n8n: N8nApi; version: string }> {
		const stranger = new N8nApi(url, '');
		if (await stranger.hasOwner()) await stranger.logIn(account);
		else await stranger.setUp(account);
		const { versionCli } = (await stranger.call('GET', '/settings')) as { versionCli: string };
		const n8n = new N8nApi(url, versionCli);
		n8n.cookie = stranger.cookie;
		return { n8n, version: versionCli };
	}

	/** Sets up the owner of a fresh n8n, which logs in. */
	async setUp({ email, firstName, lastName, password }: Owner = owner): Promise<void> {
		await this.call('POST', '/owner/setup', { email, firstName, lastName, password });
	}

	/** Whether somebody has set up this n8n. */
	async hasOwner(): Promise<boolean> {
		const { userManagement } = (await this.call('GET', '/settings')) as {
			userManagement: { showSetupOnFirstLoad: boolean };
		};
		return !userManagement.showSetupOnFirstLoad;
	}

	async logIn({ email, password }: Owner = owner): Promise<void> {
		await this.call('POST', '/login', { emailOrLdapLoginId: email, password });
	}

	/** What a browser needs to be logged in. */
	get session(): { name: string; value: string } {
		const [name, value] = this.cookie.split('=', 2);
		return { name, value };
	}

	async nodeType(name: string): Promise<INodeTypeDescription | undefined> {
		const types = (await this.fetch('GET', '/types/nodes.json')) as INodeTypeDescription[];
		return types.find((type) => type.name === name);
	}

	async createCredential(
		name: string,
		data: ICredentialDataDecryptedObject,
		type = CREDENTIAL,
	): Promise<CredentialReference> {
		const credential = { name, type, data };
		const { id } = (await this.call('POST', '/credentials', credential)) as { id: string };
		return { id, name };
	}

	/** The credential of this name, if there is one. */
	async findCredential(name: string): Promise<CredentialReference | undefined> {
		const all = (await this.call('GET', '/credentials')) as CredentialReference[];
		return all.find((credential) => credential.name === name);
	}

	/** n8n's own test of a saved credential, as the editor runs it. */
	async testCredential(
		{ id, name }: CredentialReference,
		data: ICredentialDataDecryptedObject,
	): Promise<{ status: 'OK' | 'Error'; message: string }> {
		const credentials = { id, name, type: CREDENTIAL, data };
		return (await this.call('POST', '/credentials/test', { credentials })) as {
			status: 'OK' | 'Error';
			message: string;
		};
	}

	/** Searches in the list of a resource locator. */
	async search(
		methodName: string,
		credential: CredentialReference,
		{ filter, paginationToken }: { filter?: string; paginationToken?: string } = {},
	): Promise<INodeListSearchResult> {
		return (await this.call('POST', '/dynamic-node-parameters/resource-locator-results', {
			nodeTypeAndVersion: { name: FLUENTS_AI, version: 1 },
			path: 'parameters.agentId',
			methodName,
			currentNodeParameters: {},
			credentials: { [CREDENTIAL]: credential },
			filter,
			paginationToken,
		})) as INodeListSearchResult;
	}

	/** Loads the options of a field, before a credential is chosen. */
	async options(nodeType: string, methodName: string): Promise<INodePropertyOptions[]> {
		return (await this.call('POST', '/dynamic-node-parameters/options', {
			nodeTypeAndVersion: { name: nodeType, version: 1 },
			path: 'parameters.options',
			methodName,
			currentNodeParameters: {},
		})) as INodePropertyOptions[];
	}

	/**
	 * Saves a workflow.
	 *
	 * @param tags IDs.
	 */
	async createWorkflow(json: WorkflowJson, tags: string[] = []): Promise<SavedWorkflow> {
		return (await this.call('POST', '/workflows', {
			name: 'Test',
			settings: {},
			// As the editor does; n8n 1 fails in tests without it.
			pinData: {},
			...json,
			tags,
			active: false,
		})) as SavedWorkflow;
	}

	async workflow(id: string): Promise<SavedWorkflow> {
		return (await this.call('GET', `/workflows/${id}`)) as SavedWorkflow;
	}

	/** All workflows that are not archived. */
	async workflows(): Promise<Array<SavedWorkflow & { isArchived: boolean }>> {
		const all = (await this.call('GET', '/workflows')) as Array<
			SavedWorkflow & { isArchived: boolean }
		>;
		return all.filter(({ isArchived }) => !isArchived);
	}

	/** ID of the tag of this name, which is made if there is none. */
	async tag(name: string): Promise<string> {
		const all = (await this.call('GET', '/tags')) as Array<{ id: string; name: string }>;
		const known = all.find((tag) => tag.name === name);
		const { id } = known ?? ((await this.call('POST', '/tags', { name })) as { id: string });
		return id;
	}

	/** Makes a Data Table with these rows, unless there is one of this name. */
	async createTable({ name, columns, rows }: Table): Promise<void> {
		const { id } = (await this.call('GET', '/projects/personal')) as { id: string };
		const tables = `/projects/${id}/data-tables`;
		const { data } = (await this.call('GET', tables)) as { data: Array<{ name: string }> };
		if (data.some((table) => table.name === name)) return;
		const made = (await this.call('POST', tables, { name, columns })) as { id: string };
		if (rows.length === 0) return;
		await this.call('POST', `${tables}/${made.id}/insert`, { data: rows, returnType: 'count' });
	}

	/** Starts a workflow as the editor's button does, with its pinned data; returns the execution's id. */
	async start(workflow: SavedWorkflow): Promise<string> {
		const trigger = workflow.nodes.find(({ type }) => /trigger$|webhook$/i.test(type));
		const { executionId } = (await this.call('POST', `/workflows/${workflow.id}/run`, {
			workflowData: workflow,
			triggerToStartFrom: { name: trigger?.name },
			// Older versions look at it to find a trigger with pinned data.
			startNodes: [],
		})) as { executionId: string };
		return executionId;
	}

	/** Runs a workflow as the editor's button does, and waits for its end. */
	async run(json: WorkflowJson): Promise<Execution> {
		return await this.finished(await this.start(await this.createWorkflow(json)));
	}

	/** @throws Error when the execution has not ended within `seconds`. */
	async finished(executionId: string, seconds = 120): Promise<Execution> {
		const deadline = Date.now() + seconds * 1000;
		for (;;) {
			const execution = await this.execution(executionId);
			// n8n stores the status first, then what the nodes gave.
			const isStored = execution.data?.resultData !== undefined;
			if (!UNFINISHED.has(execution.status) && isStored) return execution;
			if (Date.now() > deadline) {
				throw new Error(
					`Execution ${executionId} is ${execution.status} after ${seconds} s`,
				);
			}
			await sleep(200);
		}
	}

	async execution(id: string): Promise<Execution> {
		const { status, data } = (await this.call('GET', `/executions/${id}`)) as {
			status: string;
			data: string;
		};
		return { id, status, data: parse(data) as IRunExecutionData };
	}

	async stop(executionId: string): Promise<void> {
		await this.call('POST', `/executions/${executionId}/stop`);
	}

	/** How many executions a workflow has, of one status or of all. */
	async countExecutions(workflowId: string, status?: string): Promise<number> {
		return (await this.executions(workflowId, status)).count;
	}

	/** The newest 100 executions of a workflow, of one status or of all, newest first. */
	async executions(workflowId: string, status?: string): Promise<ExecutionList> {
		const filter = JSON.stringify({ workflowId, ...(status && { status: [status] }) });
		const path = `/executions?limit=100&filter=${encodeURIComponent(filter)}`;
		return (await this.call('GET', path)) as ExecutionList;
	}

	/** ID of the execution of a workflow that was started last; 0 when there is none. */
	async newestExecution({ id }: SavedWorkflow): Promise<number> {
		const { results } = await this.executions(id);
		return Math.max(0, ...results.map((execution) => Number(execution.id)));
	}

	/** Saves a changed workflow. n8n 1 also publishes the change, if the workflow is published. */
	async save({ id, versionId, name, nodes, connections }: SavedWorkflow): Promise<SavedWorkflow> {
		const changes = { versionId, name, nodes, connections };
		return (await this.call('PATCH', `/workflows/${id}`, changes)) as SavedWorkflow;
	}

	/** Publishes a workflow; its webhooks work some time after this has returned. */
	async activate({ id, versionId }: SavedWorkflow): Promise<void> {
		if (!this.isVersion1) {
			await this.call('POST', `/workflows/${id}/activate`, { versionId });
		} else if (!(await this.isActive(id))) {
			await this.call('PATCH', `/workflows/${id}`, { active: true, versionId });
		}
	}

	/** Publishes a workflow and waits until n8n is through with it, whatever comes out. */
	async publish(workflow: SavedWorkflow): Promise<Publication> {
		try {
			await this.activate(workflow);
		} catch (error) {
			// n8n 1 answers when it is through.
			if (!this.isVersion1) throw error;
			return { status: 'failed', errors: [(error as Error).message] };
		}
		let publication = await this.publication(workflow);
		// A busy n8n has not begun yet.
		for (let tries = 0; tries < 25 && publication.status === 'not_published'; tries++) {
			await sleep(200);
			publication = await this.publication(workflow);
		}
		return publication;
	}

	/** Takes a workflow back; its trigger is told some time after this has returned. */
	async deactivate({ id, versionId }: SavedWorkflow): Promise<void> {
		if (this.isVersion1) {
			await this.call('PATCH', `/workflows/${id}`, { active: false, versionId });
		} else {
			await this.call('POST', `/workflows/${id}/deactivate`, {});
		}
	}

	/** Takes a workflow back and waits until n8n is through with it. */
	async unpublish(workflow: SavedWorkflow): Promise<Publication> {
		await this.deactivate(workflow);
		return await this.publication(workflow);
	}

	/**
	 * What the user reads about the publication of a workflow, when n8n is through with it.
	 *
	 * @throws Error when it is not within `seconds`.
	 */
	async publication({ id }: SavedWorkflow, seconds = 180): Promise<Publication> {
		const deadline = Date.now() + seconds * 1000;
		if (this.isVersion1) {
			const status = (await this.isActive(id)) ? 'published' : 'not_published';
			return { status, errors: [] };
		}
		for (;;) {
			const answer = await this.call('GET', `/workflows/${id}/publication-status`);
			const { status, triggers } = answer as {
				status: string;
				triggers: Array<{ errorMessage: string | null }>;
			};
			const errors = triggers.flatMap(({ errorMessage }) => errorMessage ?? []);
			if (status !== 'in_progress') return { status, errors };
			if (Date.now() > deadline) {
				throw new Error(`Workflow ${id} is still being published after ${seconds} s`);
			}
			await sleep(200);
		}
	}

	/** Listens for one event at the test URLs of a workflow's trigger, as the editor's button does. */
	async listen(workflow: SavedWorkflow): Promise<void> {
		await this.start(workflow);
	}

	async stopListening({ id }: SavedWorkflow): Promise<void> {
		await this.call('DELETE', `/test-webhook/${id}`);
	}

	async archive({ id }: SavedWorkflow): Promise<void> {
		await this.call('POST', `/workflows/${id}/archive`, {});
	}

	/** Deletes a workflow; n8n wants it to be archived before. */
	async delete({ id }: SavedWorkflow): Promise<void> {
		await this.call('DELETE', `/workflows/${id}`);
	}

	/** The bytes of binary data; without a store for files, n8n keeps them in the item itself. */
	async binary({ id, data }: IBinaryData): Promise<Buffer> {
		if (!id) return Buffer.from(data, 'base64');
		const path = `/rest/binary-data?id=${encodeURIComponent(id)}&action=download`;
		return Buffer.from(await (await this.request('GET', path)).arrayBuffer());
	}

	/** @returns the content of `data`. */
	async call(method: string, path: string, body?: object): Promise<unknown> {
		const answer = (await this.fetch(method, `/rest${path}`, body)) as { data?: unknown };
		return answer.data ?? answer;
	}

	/** @returns the answer as it is sent, such as a stream of events. */
	async text(method: string, path: string, body?: object): Promise<string> {
		return await (await this.request(method, `/rest${path}`, body)).text();
	}

	/** Status and type of a file that the editor loads. */
	async file(path: string): Promise<{ type: string; text: string }> {
		const response = await this.request('GET', path);
		return { type: response.headers.get('content-type') ?? '', text: await response.text() };
	}

	private get isVersion1(): boolean {
		return this.version.startsWith('1.');
	}

	private async isActive(workflowId: string): Promise<boolean> {
		const { active } = (await this.call('GET', `/workflows/${workflowId}`)) as {
			active: boolean;
		};
		return active;
	}

	private async fetch(method: string, path: string, body?: object): Promise<unknown> {
		return await (await this.request(method, path, body)).json();
	}

	private async request(method: string, path: string, body?: object): Promise<Response> {
		const response = await fetch(`${this.url}${path}`, {
			method,
			headers: {
				'content-type': 'application/json',
				cookie: this.cookie,
				// A connection that is kept may be closed by a busy n8n just when it is used again.
				connection: 'close',
			},
			body: body && JSON.stringify(body),
		});
		if (!response.ok) {
			const text = (await response.text()).slice(0, 500);
			throw new Error(`n8n answered ${response.status} to ${method} ${path}: ${text}`);
		}
		const [cookie] = response.headers.getSetCookie();
		if (cookie) this.cookie = cookie.split(';')[0];
		return response;
	}
}

export interface SavedWorkflow extends WorkflowJson {
	id: string;
	versionId: string;
}

/** A chain of nodes, the first being the trigger. */
export function chain(...nodes: INode[]): WorkflowJson {
	const links = nodes
		.slice(1)
		.map((node, i) => [
			nodes[i].name,
			{ main: [[{ node: node.name, type: 'main' as const, index: 0 }]] },
		]);
	return { nodes, connections: Object.fromEntries(links), settings: { executionOrder: 'v1' } };
}

export function node(
	name: string,
	type: string,
	parameters: INodeParameters = {},
	changes: Partial<INode> = {},
): INode {
	const id = randomUUID();
	return { id, name, type, typeVersion: 1, position: [0, 0], parameters, ...changes };
}

export const manualTrigger = node('Start', 'n8n-nodes-base.manualTrigger');

/** A node that gives these items. */
export function itemsNode(items: object[]): INode {
	const jsCode = `return ${JSON.stringify(items.map((json) => ({ json })))};`;
	return node('Items', 'n8n-nodes-base.code', { jsCode }, { typeVersion: 2 });
}

/** The node of this package. */
export function fluentsNode(
	parameters: INodeParameters,
	credential: CredentialReference,
	changes: Partial<INode> = {},
): INode {
	const credentials = { [CREDENTIAL]: credential };
	return node('Fluents.ai', FLUENTS_AI, parameters, { credentials, ...changes });
}

/** A resource locator's value, as n8n stores it. */
export const byId = (value: string) => ({ __rl: true, mode: 'id', value });

/** What a node gave in its last run, on one of its outputs. */
export function outputOf({ data }: Execution, nodeName: string, output = 0): INodeExecutionData[] {
	return data.resultData.runData[nodeName]?.at(-1)?.data?.main?.[output] ?? [];
}

/** The text of the error that ended an execution; it is empty when none did. */
export function errorOf({ data }: Execution): string {
	const { error } = data.resultData;
	return error ? [error.message, error.description].filter(Boolean).join(' | ') : '';
}
