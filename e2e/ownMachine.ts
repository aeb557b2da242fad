import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { LOOPBACK } from './ports';

let address: Promise<string> | undefined;

/**
 * Starts a proxy that leads nowhere but to this machine: whatever n8n wants from outside ends there, and what
 * n8n 1 sends through a proxy although it is next door arrives. It ends with the process.
 *
 * @returns its URL, the same each time.
 */
export async function ownMachineProxy(): Promise<string> {
	address ??= start();
	return await address;
}

async function start(): Promise<string> {
	const proxy = createServer((_, response) => response.writeHead(403).end());
	proxy.on('connect', ({ url = '' }, client) => {
		client.on('error', () => client.destroy());
		const [host, port] = url.split(':');
		if (host !== LOOPBACK) {
			client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
			return;
		}
		const server = connect(Number(port), LOOPBACK, () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			server.pipe(client).pipe(server);
		});
		server.on('error', () => client.destroy());
	});
	proxy.listen(0, LOOPBACK).unref();
	await once(proxy, 'listening');
	return `http://${LOOPBACK}:${(proxy.address() as AddressInfo).port}`;
}
