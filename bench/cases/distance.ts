import { rm } from 'node:fs/promises';

import { temporaryFolder } from '../../engine/temporaryFolder';
import { LOOPBACK } from '../../e2e/ports';
import type { Bench } from '../cases';
import { makeCertificate, startDistant } from '../relay';
import { compareReading } from './getEach';

export const name = 'distance';

/**
 * Round trips in milliseconds, each with the ratio to HTTP Request that is not to be exceeded. A request takes three: to
 * connect, to agree on keys, and to ask.
 */
const ROUND_TRIPS = [
	[100, 1],
	[300, 1],
];

/** 1,000 items that each read one call from an API that is far away and speaks TLS, so that connecting counts. */
export async function run(bench: Bench): Promise<void> {
	const folder = temporaryFolder('bench');
	try {
		const certificate = await makeCertificate(folder);
		const env = { NODE_EXTRA_CA_CERTS: certificate.file, NO_PROXY: LOOPBACK };
		await bench.onServer(env, async (launched) => {
			const { simulator, saveCredentials } = launched;
			const api = new URL(simulator.url);
			const distant = await startDistant(Number(api.port), certificate);
			const baseUrl = `${distant.url}${api.pathname}`;
			try {
				const credentials = await saveCredentials({ ...simulator, url: baseUrl });
				for (const [roundTrip, most] of ROUND_TRIPS) {
					simulator.reset();
					distant.roundTrip = roundTrip;
					const distance = `TLS, ${roundTrip} ms there and back`;
					await compareReading(
						bench,
						{ ...launched, credentials },
						{
							most,
							distance,
							isInReadme: roundTrip === 300,
							far: { baseUrl, env, relay: distant },
						},
					);
				}
			} finally {
				distant.close();
			}
		});
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
