import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it arrived. */
export interface Received {
	method: string | undefined;
	/** Path without query. */
	path: string;
	query: Record<string, string>;
	contentType: string | undefined;
	/** Undefined for an empty body. */
	body: Record<string, unknown> | undefined;
}

/** A real HTTP server on loopback, as that of a Webhook node. */
export interface Receiver {
	url: string;
	received: Received[];
	/** The next answers, then 200: a status, a location to redirect to, or 'never'. */
	answers: Array<number | string>;
	/** Resolves when another request has arrived or its connection has ended. */
	change(): Promise<void>;
	/** Connections that are open now. */
	open(): number;
	close(): Promise<void>;
}

async function read(request: IncomingMessage): Promise<Received> {
	const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
	const body = await text(request);
	return {
		method: request.method,
		path: pathname,
		query: Object.fromEntries(searchParams),
		contentType: request.headers['content-type'],
		body: body === '' ? undefined : JSON.parse(body),
	};
}

/** @param host address to listen on */
export async function startReceiver(host = '127.0.0.1'): Promise<Receiver> {
	const received: Received[] = [];
	const answers: Receiver['answers'] = [];
	let open = 0;
	const server = createServer((request, response) => {
		void read(request).then((arrived) => {
			received.push(arrived);
			server.emit('change');
			const answer = answers.shift() ?? 200;
			if (answer === 'never') return;
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
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
