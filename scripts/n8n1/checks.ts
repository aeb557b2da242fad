import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { ExecuteContext as ExecuteContextClass } from 'n8n-core';
import type {
	IDataObject,
	IExecuteData,
	IHttpRequestOptions,
	INode,
	INodeType,
	IWorkflowExecuteAdditionalData,
	Workflow as WorkflowClass,
} from 'n8n-workflow';

const KEY = 'key-of-a-check-that-goes-nowhere-else';

/** A server that notes the headers of what it gets. */
interface Listener {
	origin: string;
	host: string;
	seen: IncomingMessage[];
	close(): void;
}

async function listen(answer: (request: IncomingMessage) => [number, object, string]) {
	const seen: IncomingMessage[] = [];
	const server: Server = createServer((request, response) => {
		seen.push(request);
		const [status, headers, body] = answer(request);
		response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const listener: Listener = {
		origin: `http://${host}`,
		host,
		seen,
		close: () => void server.close(),
	};
	return listener;
}

interface Installed {
	FluentsAi: new () => INodeType;
	authenticate(data: object, request: IHttpRequestOptions): Promise<IHttpRequestOptions>;
}

/**
 * Makes requests with the package on an installed engine, to an API and to somebody else.
 *
 * @param folder in which the engine is installed.
 * @param root of the installed package.
 * @returns how many checks have missed.
 */
export async function keyChecks(
	folder: string,
	root: string,
	log: (line: string) => void,
): Promise<number> {
	const load = createRequire(join(folder, 'package.json'));
	const others = await listen(() => [200, {}, '{"items":[],"has_more":false}']);
	const api = await listen(({ url }) =>
		url?.includes('redirect') || url?.includes('/agents')
			? [302, { location: `${others.origin}/elsewhere` }, '']
			: [200, {}, '{"items":[],"has_more":false}'],
	);
	const context = contextOf(load, root, `${api.origin}/v1`);
	const { httpRequestWithAuthentication: request } = context.helpers;
	const send = async (options: Partial<IHttpRequestOptions>) =>
		await request.call(context, 'fluentsAiApi', { url: '', json: true, ...options });

	/** What is sent, whether the key is to arrive at the API, and whether a redirect is followed. Nobody else gets the key. */
	const cases: Array<
		[what: string, task: () => Promise<unknown>, arrives: boolean, follows?: boolean]
	> = [
		['a request to the API', async () => await send({ url: `${api.origin}/v1/calls` }), true],
		['a path below a base', async () => await send({ baseURL: api.origin, url: '/v1' }), true],
		[
			'an address without slashes',
			async () => await send({ url: `http:${others.host}/` }),
			false,
		],
		[
			'an address without slashes, with a base',
			async () => await send({ baseURL: api.origin, url: `http:${others.host}/` }),
			false,
		],
		[
			'an address without a scheme, with a base',
			async () => await send({ baseURL: api.origin, url: `//${others.host}/` }),
			false,
		],
		[
			'backslashes',
			async () => await send({ baseURL: api.origin, url: `\\\\${others.host}/` }),
			false,
		],
		['a tab in it', async () => await send({ url: `ht\ttp://${others.host}/` }), false],
		[
			'the API as user',
			async () => await send({ url: `${api.origin}@${others.host}/` }),
			false,
		],
		[
			'a redirect elsewhere',
			async () => await send({ url: `${api.origin}/redirect` }),
			true,
			true,
		],
		[
			'the node Fluents.ai, of which the API redirects the request',
			async () => await runNode(context, root, load),
			true,
		],
	];
	let misses = 0;
	for (const [what, task, arrives, follows = false] of cases) {
		api.seen.length = 0;
		others.seen.length = 0;
		const refusal = await task().then(
			() => undefined,
			(error: Error) => error.message,
		);
		const isLeaked = others.seen.some(({ rawHeaders }) => rawHeaders.join().includes(KEY));
		const hasArrived = api.seen.some(
			({ headers }) => headers.authorization === `Bearer ${KEY}`,
		);
		const isFollowed = others.seen.length > 0;
		const isGood =
			!isLeaked &&
			hasArrived === arrives &&
			isFollowed === follows &&
			!refusal?.includes(KEY);
		if (!isGood) misses += 1;
		log(`${isGood ? 'ok  ' : 'MISS'} ${what}${refusal ? ` (${refusal.slice(0, 100)})` : ''}`);
	}
	for (const server of [api, others]) server.close();
	return misses;
}

/** The context of a run of the node, in which the package's own credential adds the key. */
function contextOf(load: NodeJS.Require, root: string, baseUrl: string): ExecuteContextClass {
	const { ExecuteContext } = load('n8n-core') as { ExecuteContext: typeof ExecuteContextClass };
	const { Workflow } = load('n8n-workflow') as { Workflow: typeof WorkflowClass };
	const { FluentsAi, authenticate } = installed(load, root);
	const data = { environment: 'default', apiKey: KEY, baseUrl };
	const node: INode = {
		id: 'node',
		name: 'Fluents.ai',
		type: 'fluentsAi',
		typeVersion: 1,
		position: [0, 0],
		parameters: { resource: 'agent', operation: 'getAll', returnAll: true },
		credentials: { fluentsAiApi: { id: '1', name: 'Check' } },
	};
	const type = new FluentsAi();
	const workflow = new Workflow({
		id: '1',
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		},
	});
	const additionalData = {
		credentialsHelper: {
			getDecrypted: async () => await Promise.resolve(data),
			getParentTypes: () => [],
			preAuthentication: async () => await Promise.resolve(undefined),
			authenticate: async (
				credentials: object,
				_type: string,
				request: IHttpRequestOptions,
			) => await authenticate(credentials, request),
		},
		hooks: {},
	} as unknown as IWorkflowExecuteAdditionalData;
	const input = [{ json: {} as IDataObject }];
	const inputData = { main: [input] };
	const executeData: IExecuteData = { node, data: inputData, source: null };
	const run = { resultData: { runData: {} } };
	return Reflect.construct(ExecuteContext, [
		...[workflow, workflow.getNode(node.name), additionalData, 'manual', run],
		...[0, input, inputData, executeData, []],
	]) as ExecuteContextClass;
}

function installed(load: NodeJS.Require, root: string): Installed {
	const { FluentsAi } = load(join(root, 'dist/nodes/FluentsAi/FluentsAi.node.js')) as Installed;
	const { FluentsAiApi } = load(join(root, 'dist/credentials/FluentsAiApi.credentials.js')) as {
		FluentsAiApi: new () => Pick<Installed, 'authenticate'>;
	};
	const credential = new FluentsAiApi();
	return { FluentsAi, authenticate: async (...all) => await credential.authenticate(...all) };
}

async function runNode(context: ExecuteContextClass, root: string, load: NodeJS.Require) {
	const { FluentsAi } = installed(load, root);
	return await new FluentsAi().execute?.call(context);
}
