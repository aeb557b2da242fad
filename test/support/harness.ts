import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeListSearchResult,
	INodeParameters,
	INodePropertyOptions,
	IRun,
	ResourceMapperFields,
} from 'n8n-workflow';

import type { Engine, RunOptions, WorkflowJson } from '../../engine';
import type { RequestRecord, Simulator } from '../../simulator';
import type { clock as Clock } from './clock';

interface Provided {
	engine: Engine;
	simulator: Simulator;
	clock: typeof Clock;
	truth: 'a' | 'b';
}

/** From test/support/environment.ts. */
export const { engine, simulator, clock, truth } = globalThis as unknown as Provided;

export const FLUENTS_AI = 'n8n-nodes-fluentsai.fluentsAi';

/** A resource locator's value, as n8n stores it. */
export const byId = (value: string) => ({ __rl: true, mode: 'id', value });
export const byList = (value: string) => ({ __rl: true, mode: 'list', value });
export const byNumber = (value: string) => ({ __rl: true, mode: 'number', value });

/** Data of a credential for one of the simulator's environments. */
export function credentialFor(
	environment = 'default',
	changes: ICredentialDataDecryptedObject = {},
): ICredentialDataDecryptedObject {
	const apiKey = simulator.keys[environment];
	return { environment, apiKey, baseUrl: simulator.url, ...changes };
}

export interface NodeRun {
	/** Outputs of the node: its regular one, then its error output if it has one. */
	items: INodeExecutionData[];
	errorItems: INodeExecutionData[];
	json: IDataObject[];
	/** The error that stopped the workflow, if any. */
	error:
		| {
				name: string;
				message: string;
				description?: string;
				httpCode?: string;
				context: IDataObject;
		  }
		| undefined;
	/** Requests that the simulator got during the run. */
	requests: RequestRecord[];
	run: IRun;
	/** What was run, to go on with it. */
	workflow: WorkflowJson;
	options: RunOptions;
}

export interface NodeRunOptions {
	/** Input items; one empty item by default. */
	items?: IDataObject[];
	credential?: ICredentialDataDecryptedObject;
	/** Settings of the node, such as onError or retryOnFail. */
	settings?: Partial<INode>;
	/** Time zone of the workflow. */
	timezone?: string;
	onStart?: RunOptions['onStart'];
	webhookWaitingBaseUrl?: string;
	/** A run that failed, to be retried instead of starting anew. */
	retryOf?: NodeRun;
}

/** Runs the node in a workflow on n8n's engine: a trigger, the input items, the node. */
export async function runNode(
	parameters: INodeParameters,
	{
		items = [{}],
		credential,
		settings,
		timezone,
		onStart,
		webhookWaitingBaseUrl,
		retryOf,
	}: NodeRunOptions = {},
): Promise<NodeRun> {
	const next = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
	const node = (name: string, type: string, changes: Partial<INode> = {}): INode => ({
		id: name,
		name,
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...changes,
	});
	const json: WorkflowJson = {
		nodes: [
			node('Trigger', 'n8n-nodes-base.manualTrigger'),
			node('Items', 'n8n-nodes-base.code'),
			node('Fluents.ai', FLUENTS_AI, {
				parameters,
				credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
				...settings,
			}),
		],
		connections: { Trigger: next('Items'), Items: next('Fluents.ai') },
		pinData: { Items: items.map((item) => ({ json: item })) },
		settings: { timezone },
	};
	const before = simulator.requests.length;
	const options: RunOptions = {
		credentials: { fluentsAiApi: credential ?? credentialFor() },
		onStart,
		webhookWaitingBaseUrl,
	};
	const run = retryOf
		? await engine.retry(json, retryOf.run, options)
		: await engine.run(json, options);
	const result = run.data.resultData.runData['Fluents.ai']?.at(-1);
	const outputs = result?.data?.main ?? [];
	return {
		items: outputs[0] ?? [],
		errorItems: outputs[1] ?? [],
		json: (outputs[0] ?? []).map((item) => item.json),
		error: result?.error as NodeRun['error'],
		requests: simulator.requests.slice(before),
		run,
		workflow: json,
		options,
	};
}

/** What the node has to say in the output pane. */
export function hintsOf({ data }: IRun): string[] {
	const { hints = [] } = data.resultData.runData['Fluents.ai'].at(-1) ?? {};
	return hints.map(({ message }) => message);
}

const editedNode: INode = {
	id: 'node',
	name: 'Fluents.ai',
	type: FLUENTS_AI,
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
	credentials: { fluentsAiApi: { id: '1', name: 'Test' } },
};

/** Searches in one of the node's resource locators, as the editor does. */
export async function search(
	method: string,
	filter?: string,
	paginationToken?: string,
	credential = credentialFor(),
): Promise<INodeListSearchResult> {
	const credentials = { fluentsAiApi: credential };
	return await engine.search(editedNode, method, credentials, filter, paginationToken);
}

/** Loads the entries of one of the node's dropdowns, as the editor does. */
export async function loadOptions(method: string): Promise<INodePropertyOptions[]> {
	return await engine.loadOptions(editedNode, method, { fluentsAiApi: credentialFor() });
}

/** Asks for the fields of the node's resource mapper, as the editor does when these parameters are set. */
export async function mapperFields(
	method: string,
	parameters: INodeParameters,
	credential = credentialFor(),
): Promise<ResourceMapperFields> {
	const node = { ...editedNode, parameters };
	return await engine.mapperFields(node, method, { fluentsAiApi: credential });
}
