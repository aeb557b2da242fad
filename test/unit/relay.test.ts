import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeCertificate, startDistant } from '../../bench/relay';

test('a distant server costs round trips: one to connect, one for TLS, one for the request', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'fluentsai-relay-'));
	const body = 'x'.repeat(100_000);
	const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const certificate = await makeCertificate(folder);
	const distant = await startDistant((server.address() as AddressInfo).port, certificate);
	try {
		distant.roundTrip = 100;
		const ca = await readFile(certificate.file);
		const start = performance.now();
		const got = await new Promise<string>((resolve, reject) => {
			request(distant.url, { ca, agent: false }, (response) => {
				let text = '';
				response.on('data', (piece) => (text += String(piece)));
				response.on('end', () => resolve(text));
			})
				.on('error', reject)
				.end();
		});
		const took = performance.now() - start;
		expect(got).toBe(body);
		expect(took).toBeGreaterThanOrEqual(295);
		// A busy computer takes longer, but a wrong count of round trips would be seen on a quiet one.
		expect(took).toBeLessThan(1500);
	} finally {
		distant.close();
		server.close();
		await rm(folder, { recursive: true, force: true });
	}
});
