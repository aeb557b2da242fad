import { deepEqual, match } from 'node:assert/strict';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { check, type Case, type CaseContext } from '../case';

async function test({ n8n, simulator }: CaseContext, changes: ICredentialDataDecryptedObject) {
	const { keys, url } = simulator;
	const data = { environment: 'default', apiKey: keys.default, baseUrl: url, ...changes };
	return await n8n.testCredential(await n8n.createCredential('Tested', data), data);
}

const refused: Array<[string, (context: CaseContext) => ICredentialDataDecryptedObject, RegExp]> = [
	['a refused key', () => ({ apiKey: 'sim_nobody' }), /refused this API key/],
	[
		'a key without rights',
		({ simulator }) => ({ apiKey: simulator.keys.noRights }),
		/may not list agents/,
	],
	[
		'a Base URL without the API',
		({ simulator }) => ({ baseUrl: `${simulator.url}/elsewhere` }),
		/no Fluents\.ai API at/,
	],
	['a Base URL where nobody answers', () => ({ baseUrl: 'http://127.0.0.1:9/v1' }), /refused/i],
	['a Base URL without https', () => ({ baseUrl: 'http://api.example.com/v1' }), /https/],
];

/** n8n's own test of the credential, and what the user reads there. */
export default {
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		check('a good key passes', async (context) => {
			const { status, message } = await test(context, {});
			deepEqual(status, 'OK');
			return message;
		}),
		...refused.map(([what, changes, expected]) =>
			check<CaseContext>(`${what} is told`, async (context) => {
				const { status, message } = await test(context, changes(context));
				deepEqual(status, 'Error');
				match(message, expected);
				return message;
			}),
		),
	],
} satisfies Case;
