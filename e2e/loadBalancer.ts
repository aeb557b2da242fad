import { once } from 'node:events';
import {
	createServer,
	request as send,
	type IncomingMessage,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

import { LOOPBACK } from './ports';

/** What n8n's documentation of queue mode sends to webhook processes; all else is for main. */
const PRODUCTION = /^\/webhook(-waiting)?\//;

/** One address for the processes of queue mode, as a load balancer in front of them gives. */
export class LoadBalancer {
	private constructor(
		private readonly mainPort: number,
		readonly webhookPort: number,
		private readonly server = createServer(),
	) {
		server.on('request', (request, response) => this.forward(request, response));
	}

	static async start(mainPort: number, webhookPort: number): Promise<LoadBalancer> {
		const balancer = new LoadBalancer(mainPort, webhookPort);
		balancer.server.listen(0, LOOPBACK);
		await once(balancer.server, 'listening');
		return balancer;
	}

	get url(): string {
		return `http://${LOOPBACK}:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	private forward(request: IncomingMessage, response: ServerResponse): void {
		const { method, url: path = '/', headers } = request;
		const port = PRODUCTION.test(path) ? this.webhookPort : this.mainPort;
		const forwarded = send({ host: LOOPBACK, port, method, path, headers });
		forwarded.once('response', (answer) => {
			// The client may have gone, e.g. because its test has ended.
			if (response.destroyed) return void answer.destroy();
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			pipeline(answer, response, () => {});
		});
		pipeline(request, forwarded, (error) => {
			if (error && !response.headersSent) response.writeHead(502).end();
		});
	}
}
