import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { OpenAPIBackend } from 'openapi-backend';

import { answerFaults, type RequestContext } from './api';
import { Problem, problemAnswer } from './operations/errors';
import { altered, type Fault } from './faults';
import { recordingAnswer } from './operations/recording';
import { sentBody } from './quirks';
import type { Answer } from './operations/context';
import type { RequestRecord } from './records';
import type { Simulation } from './simulation';
import type { Switches } from './truths';

type Query = Record<string, string | string[]>;

/** What the Authorization header stands for. */
interface Caller {
	/** Name of the environment, or what else the key is. */
	name: string;
	environment?: RequestContext['environment'];
	forbidden: boolean;
}

function identify(state: Simulation, authorization: string | undefined): Caller | undefined {
	if (authorization === undefined) return undefined;
	const key = /^Bearer (\S+)$/.exec(authorization)?.[1];
	const name = Object.keys(state.keys).find((candidate) => state.keys[candidate] === key);
	if (name === undefined) return { name: '(unknown key)', forbidden: false };
	return { name, environment: state.environments.get(name), forbidden: name === 'noRights' };
}

function parseQuery(url: URL): Query {
	const names = [...new Set(url.searchParams.keys())];
	return Object.fromEntries(
		names.map((name) => {
			const values = url.searchParams.getAll(name);
			return [name, values.length === 1 ? (values[0] ?? '') : values];
		}),
	);
}

/** JSON where it is JSON, else the text; the validator says what is wrong with it. */
function parseBody(text: unknown): unknown {
	if (typeof text !== 'string' || text === '') return undefined;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

/** A 429 when more requests arrived within a second than the limit allows. */
function limitProblem(state: Simulation, now: number): Problem | undefined {
	if (state.rateLimit === undefined) return undefined;
	const { perSecond, retryAfter } = state.rateLimit;
	state.accepted = state.accepted.filter((at) => at > now - 1000);
	if (state.accepted.length < perSecond) {
		state.accepted.push(now);
		return undefined;
	}
	// Both forms of the header know whole seconds only; the window never lasts longer than one.
	const date = new Date(Math.ceil((now + 1000) / 1000) * 1000).toUTCString();
	return new Problem(429, 'ThrottlerException: Too Many Requests', [], {
		'retry-after': retryAfter === 'date' ? date : '1',
	});
}

/** What a fault answers; an error status without a body gets one in the API's own shape. */
function faultAnswer({ status, body, headers }: Fault, switches: Switches): Answer | undefined {
	if (status === undefined && body === undefined) return undefined;
	const code = status ?? 500;
	if (body !== undefined || code < 400) return { status: code, body, headers };
	return problemAnswer(new Problem(code, STATUS_CODES[code] ?? '', [], headers), switches);
}

/** The first half of a body, and then nothing more: the connection breaks. */
function cut(body: Buffer | Readable, size: number): Readable {
	async function* half() {
		let left = Math.floor(size / 2);
		for await (const chunk of Readable.from(body, { objectMode: false })) {
			yield (chunk as Buffer).subarray(0, left);
			left -= (chunk as Buffer).length;
			if (left <= 0) throw new Error('cut by a fault');
		}
	}
	return Readable.from(half(), { objectMode: false });
}

/** Puts an answer on the wire. */
async function send(reply: FastifyReply, answer: Answer, truncate = false): Promise<void> {
	const { status, body, stream, headers = {} } = answer;
	reply.code(status).headers(headers);
	if (stream !== undefined) {
		const size = Number(headers['content-length']);
		await reply.send(truncate ? cut(stream, size) : stream);
		return;
	}
	if (body === undefined) {
		await reply.send();
		return;
	}
	const isText = typeof body === 'string';
	const bytes = Buffer.isBuffer(body) ? body : Buffer.from(isText ? body : JSON.stringify(body));
	if (!reply.hasHeader('content-type')) {
		reply.type(isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8');
	}
	reply.header('content-length', bytes.length);
	await reply.send(truncate ? cut(bytes, bytes.length) : bytes);
}

const storagePath = /^\/storage\/([^/]+)\.mp3$/;

/** What the storage of recordings answers, at an origin of its own, to whoever has the address. */
async function storageAnswer(state: Simulation, path: string): Promise<Answer> {
	const id = storagePath.exec(path)?.[1] ?? '';
	const { status = 200, body = '<Error><Code>AccessDenied</Code></Error>' } = state.recording
		.storage ?? { status: 404 };
	if (status !== 200) return { status, body, headers: { 'content-type': 'application/xml' } };
	const calls = [...state.environments.values()].map(({ calls: known }) => known.get(id));
	const call = calls.find((known) => known !== undefined);
	return await recordingAnswer(String(call?.transcript ?? ''), state.recording);
}

/** The query without the parameters that the operation does not know. */
function knownQuery(api: OpenAPIBackend, { operationId, query }: RequestRecord) {
	const parameters = api.getOperation(String(operationId))?.parameters ?? [];
	const names = parameters.map((parameter) => 'name' in parameter && parameter.name);
	return Object.fromEntries(Object.entries(query).filter(([name]) => names.includes(name)));
}

/** Lets the server act on a request. Errors of the API become answers, errors of the simulator a 500. */
async function act(
	state: Simulation,
	api: OpenAPIBackend,
	record: RequestRecord,
	caller: Caller | undefined,
): Promise<Answer> {
	const now = Date.now();
	try {
		if (storagePath.test(record.path)) return await storageAnswer(state, record.path);
		const limit = limitProblem(state, now);
		if (limit !== undefined) throw limit;
		if (caller?.forbidden === true) throw new Problem(403, 'Forbidden');
		const { environments, switches, strict, dialled, recording, totalOf, player } = state;
		const { quirks, url } = state;
		const environment = caller?.environment;
		const { method, path, body } = record;
		const query = strict ? record.query : knownQuery(api, record);
		const answer = (await api.handleRequest(
			{ method, path, query: query as Query, headers: {}, body },
			{
				...{ environment, environments, switches, strict },
				...{ now, dialled, recording, totalOf, player, quirks, url },
			},
		)) as Answer;
		const faults = state.validateResponses
			? answerFaults(api, String(record.operationId), answer)
			: [];
		if (faults.length > 0) {
			throw new Error(
				`The answer of ${record.operationId} does not fit the description: ${faults.join(', ')}`,
			);
		}
		return { ...answer, body: sentBody(answer.body, quirks) };
	} catch (error) {
		if (error instanceof Problem) return problemAnswer(error, state.switches);
		state.log(String(error instanceof Error ? error.stack : error));
		return problemAnswer(new Problem(500, `Simulator: ${String(error)}`), state.switches);
	}
}

/** Serves one request, from arrival to answer, with the fault that it meets. */
async function serve(
	state: Simulation,
	api: OpenAPIBackend,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<void> {
	const url = new URL(request.url, 'http://localhost');
	const caller = identify(state, request.headers.authorization);
	const { authorization: _key, ...headers } = request.headers;
	const { method } = request;
	const operation = api.matchOperation({ method, path: url.pathname, headers: {} });
	const record: RequestRecord = {
		at: Date.now(),
		method,
		path: url.pathname,
		operationId: operation?.operationId,
		query: parseQuery(url),
		headers: caller === undefined ? headers : { ...headers, authorization: caller.name },
		body: parseBody(request.body),
		status: undefined,
		open: ++state.open,
	};
	state.requests.push(record);
	reply.raw.once('close', () => {
		state.open -= 1;
		const outcome = record.status ?? 'no answer';
		const duration = `${Date.now() - record.at} ms`;
		state.log(`${method} ${request.url} [${caller?.name ?? 'no key'}] ${outcome}, ${duration}`);
	});

	const fault = state.faults.take(record);
	const lose = () => {
		reply.hijack();
		if (fault?.reset === true) request.raw.socket.resetAndDestroy();
	};
	const isLost = fault?.reset === true || fault?.hang === true;
	const before = fault?.when !== 'after';

	if (state.latencyMs > 0) await wait(state.latencyMs);
	if (fault?.delayMs !== undefined && before) await wait(fault.delayMs);
	if (isLost && before) return lose();
	const replaced = fault && faultAnswer(fault, state.switches);
	const early = before ? replaced : undefined;
	await state.onRequest?.(record);
	const answer = early ?? (await act(state, api, record, caller));
	if (fault?.delayMs !== undefined && !before) await wait(fault.delayMs);
	if (isLost) return lose();
	const given = replaced ?? answer;
	const final = fault === undefined ? given : { ...given, body: altered(given.body, fault) };
	record.status = final.status;
	await send(reply, final, fault?.truncate);
}

/** The HTTP server of a simulator; every path and method goes through the same steps. */
export function createServer(state: Simulation, api: OpenAPIBackend): FastifyInstance {
	const server = fastify({
		bodyLimit: 10 * 1024 * 1024,
		exposeHeadRoutes: false,
		forceCloseConnections: true,
	});
	// Bodies are parsed with the request, so that broken JSON is answered as the API would.
	server.removeAllContentTypeParsers();
	server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
		done(null, body);
	});
	server.all('/*', async (request, reply) => await serve(state, api, request, reply));
	return server;
}
