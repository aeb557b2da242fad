import { deepEqual, match } from 'node:assert/strict';

import type { CaseContext } from '../cases';

export const name = 'credential';

/** n8n's own test of the credential, and what the user reads there. */
export async function run({ n8n, simulator, check }: CaseContext): Promise<void> {
	const { keys, url } = simulator;
	const good = { environment: 'default', apiKey: keys.default, baseUrl: url };
	const test = async (changes: Partial<typeof good>) => {
		const data = { ...good, ...changes };
		return await n8n.testCredential(await n8n.createCredential('Tested', data), data);
	};

	await check('a good key passes', async () => {
		const { status, message } = await test({});
		deepEqual(status, 'OK');
		return message;
	});
	const refused: Array<[string, Partial<typeof good>, RegExp]> = [
		['a refused key', { apiKey: 'sim_nobody' }, /refused this API key/],
		['a key without rights', { apiKey: keys.noRights }, /may not list agents/],
		['a Base URL without the API', { baseUrl: `${url}/elsewhere` }, /no Fluents\.ai API at/],
		['a Base URL where nobody answers', { baseUrl: 'http://127.0.0.1:9/v1' }, /refused/i],
		['a Base URL without https', { baseUrl: 'http://api.example.com/v1' }, /https/],
	];
	for (const [what, changes, expected] of refused) {
		await check(`${what} is told`, async () => {
			const { status, message } = await test(changes);
			deepEqual(status, 'Error');
			match(message, expected);
			return message;
		});
	}
}
