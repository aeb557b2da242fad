import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios from 'axios';

/**
 * The least that a Node.js process needs for one request each: axios in a bare loop. It prints the milliseconds.
 * Arguments: base URL, key, requests at once; IDs of calls as JSON on stdin. Connections are kept open, but those to a
 * distant API over TLS: there they are what takes time, and n8n opens one for each request.
 */
async function main([baseURL, key, atOnce]: string[]): Promise<void> {
	let text = '';
	for await (const chunk of process.stdin) text += String(chunk);
	const ids = JSON.parse(text) as string[];
	const client = axios.create({
		baseURL,
		headers: { authorization: `Bearer ${key}` },
		httpAgent: new HttpAgent({ keepAlive: true, maxSockets: Number(atOnce) }),
		httpsAgent: new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 }),
		proxy: false,
	});
	const read = async () => {
		const left = [...ids];
		const worker = async () => {
			for (let id = left.shift(); id !== undefined; id = left.shift()) {
				const { data } = await client.get<{ id: string }>('/calls', { params: { id } });
				if (data.id !== id) throw new Error(`Asked for ${id}, got ${data.id}`);
			}
		};
		const start = performance.now();
		await Promise.all(Array.from({ length: Number(atOnce) }, worker));
		return performance.now() - start;
	};
	// The nodes are measured in a process that has run them before; so is this loop.
	await read();
	console.log(await read());
	process.exit();
}

void main(process.argv.slice(2));
