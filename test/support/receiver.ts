import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

/** A request as it arrived. */
export interface Received {
	method: string | undefined;
	/** Path without query. */
	path: string;
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	/** The body to the letter. */
	text: string;
	/** What it says; undefined for an empty body. */
	body: Record<string, unknown> | undefined;
}

/** An answer with a body, after some milliseconds. An object is sent as JSON. */
interface WithBody {
	status?: number;
	body: object | string;
	afterMs?: number;
}

/** A real HTTP server on loopback, as that of a Webhook node. */
export interface Receiver {
	url: string;
	received: Received[];
	/** The next answers, then 200: a status, a location to redirect to, 'never', or one with a body. */
	answers: Array<number | string | WithBody>;
	/** Resolves when another request has arrived or its connection has ended. */
	change(): Promise<void>;
	/** Connections that are open now. */
	open(): number;
	close(): Promise<void>;
}

async function read(request: IncomingMessage): Promise<Received> {
	const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
	const body = await textOf(request);
	return {
		method: request.method,
		path: pathname,
		query: Object.fromEntries(searchParams),
		headers: request.headers,
		text: body,
		body: body === '' ? undefined : JSON.parse(body),
	};
}

/** @param host address to listen on */
export async function startReceiver(host = '127.0.0.1'): Promise<Receiver> {
	const received: Received[] = [];
	const answers: Receiver['answers'] = [];
	let open = 0;
	const server = createServer((request, response) => {
		void read(request).then(async (arrived) => {
			received.push(arrived);
			const answer = answers.shift() ?? 200;
			server.emit('change');
			if (answer === 'never') return;
			if (typeof answer === 'object') {
				const { status = 200, body, afterMs = 0 } = answer;
				await wait(afterMs);
				response.writeHead(status);
				response.end(typeof body === 'string' ? body : JSON.stringify(body));
				return;
			}
			if (typeof answer === 'number') response.writeHead(answer);
			else response.writeHead(302, { location: answer });
			response.end();
		});
	});
	server.on('connection', (socket) => {
		open += 1;
		socket.once('close', () => {
			open -= 1;
			server.emit('change');
		});
	});
	server.listen(0, host);
	await once(server, 'listening');
	return {
		url: `http://${host}:${(server.address() as AddressInfo).port}`,
		received,
		answers,
		change: async () => void (await once(server, 'change')),
		open: () => open,
		close: async () => {
			// Some tests close it themselves, so that nobody is there.
			if (!server.listening) return;
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
