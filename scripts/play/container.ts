import { setTimeout as sleep } from 'node:timers/promises';

import { fakeKey } from '../../simulator/model/account';
import { startSimulator } from '../../simulator';
import { printCalls } from './callLog';
import { ENVIRONMENTS, furnish } from './furnish';

/**
 * What compose.yaml runs beside n8n, as one file. `simulator` plays Fluents.ai until it is ended; `set-up` gives
 * n8n the credentials and the examples, and ends.
 */
const N8N_URL = 'http://127.0.0.1:5678';
const SIMULATOR_PORT = 4010;

const log = (line: string) => console.log(line);

const programs: Record<string, () => Promise<void>> = {
	async simulator() {
		printCalls(await startSimulator({ port: SIMULATOR_PORT }), ENVIRONMENTS, log);
	},
	async 'set-up'() {
		const { OWNER_EMAIL: email = '', OWNER_PASSWORD: password = '' } = process.env;
		const owner = { email, password, firstName: 'You', lastName: 'Here' };
		const keys = Object.fromEntries(ENVIRONMENTS.map((name) => [name, fakeKey(name)]));
		await untilReady();
		await furnish(N8N_URL, owner, { url: `http://127.0.0.1:${SIMULATOR_PORT}/v1`, keys }, log);
		log(`n8n is ready: log in at ${N8N_URL}/home/workflows with ${email} and ${password}`);
	},
};

/** Waits until n8n answers as it does to its editor. While it starts, it answers everything with a text. */
async function untilReady(): Promise<void> {
	for (;;) {
		const answer = await fetch(`${N8N_URL}/rest/settings`).catch(() => undefined);
		if (answer?.headers.get('content-type')?.includes('json')) return;
		await sleep(1000);
	}
}

const [name] = process.argv.slice(2);
programs[name]().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
