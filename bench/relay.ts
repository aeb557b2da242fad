import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';

import { LOOPBACK } from '../e2e/ports';

/** A server as if it were far away, reached over TLS. */
export interface Distant {
	/** Of the origin, e.g. `https://127.0.0.1:4711`. */
	url: string;
	/** Milliseconds that a byte needs there and back; for connections that are opened from now on. */
	roundTrip: number;
	/** The most connections that were open at once; set it to 0 to count anew. */
	mostOpen: number;
	close(): void;
}

/** A certificate for the loopback address, and its key. */
export interface Certificate {
	file: string;
	keyFile: string;
}

/**
 * Makes a certificate that no authority knows; n8n trusts it by `NODE_EXTRA_CA_CERTS`.
 *
 * @param folder where it is written.
 * @throws Error when the computer has no openssl.
 */
export async function makeCertificate(folder: string): Promise<Certificate> {
	const certificate = { file: join(folder, 'relay.crt'), keyFile: join(folder, 'relay.key') };
	await promisify(execFile)('openssl', [
		...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
		...['-subj', '/CN=localhost', '-addext', `subjectAltName=IP:${LOOPBACK}`, '-days', '2'],
		...['-keyout', certificate.keyFile, '-out', certificate.file],
	]);
	return certificate;
}

/**
 * Puts a distance before a server on this computer: bytes pass after half of a round trip in each
 * direction, and the first ones of a connection after one more round trip, as TCP needs to open it. TLS
 * lies behind the distance, so that its handshake takes its round trips as well.
 *
 * @param target port of the server, which speaks HTTP.
 */
export async function startDistant(target: number, certificate: Certificate): Promise<Distant> {
	const cert = await readFile(certificate.file);
	const key = await readFile(certificate.keyFile);
	const terminator = createTlsServer({ cert, key }, (near) => {
		const far = connect(target, LOOPBACK).setNoDelay();
		breakTogether(near, far);
		near.pipe(far);
		far.pipe(near);
	});
	const terminatorPort = await listen(terminator);
	let open = 0;
	const relay = createServer((near) => {
		distant.mostOpen = Math.max(distant.mostOpen, ++open);
		near.once('close', () => open--);
		near.setNoDelay();
		const far = connect(terminatorPort, LOOPBACK).setNoDelay();
		breakTogether(near, far);
		const half = distant.roundTrip / 2;
		void carry(near, far, half, distant.roundTrip);
		void carry(far, near, half, 0);
	});
	const port = await listen(relay);
	const distant: Distant = {
		url: `https://${LOOPBACK}:${port}`,
		roundTrip: 0,
		mostOpen: 0,
		close: () => {
			relay.close();
			terminator.close();
		},
	};
	return distant;
}

async function listen(server: Server): Promise<number> {
	server.listen(0, LOOPBACK);
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

/** What breaks one side breaks the other; an orderly end passes in its turn. */
function breakTogether(one: Socket, other: Socket): void {
	one.on('error', () => other.destroy());
	other.on('error', () => one.destroy());
}

/**
 * Passes bytes on, each piece so late, and in order.
 *
 * @param first further milliseconds for the first piece.
 */
async function carry(from: Socket, to: Socket, delay: number, first: number): Promise<void> {
	let passed: Promise<unknown> = Promise.resolve();
	let extra = first;
	from.on('data', (piece: Buffer) => {
		const due = sleep(delay + extra);
		extra = 0;
		passed = Promise.all([passed, due]).then(() => to.write(piece));
	});
	await once(from, 'end').catch(() => {});
	await passed;
	to.end();
}
