import { deepEqual, doesNotMatch, equal } from 'node:assert/strict';

import type { Environment } from '../../simulator';
import { FLUENTS_AI, FLUENTS_AI_LIVE_TRIGGER } from '../api';
import { check, type Case, type CaseContext } from '../case';

type Room = CaseContext & { environment: Environment };

/** The searchable lists, asked for as the editor does. */
export default {
	setUp: async (context) =>
		await Promise.resolve({
			...context,
			environment: context.simulator.environment('default'),
		}),
	checks: [
		check('agents are listed page by page', async ({ n8n, credentials, environment }) => {
			environment.addAgents(150);
			const names: string[] = [];
			let pages = 0;
			let paginationToken: string | undefined;
			do {
				const page = await n8n.search('searchAgents', credentials.default, {
					paginationToken,
				});
				names.push(...page.results.map((entry) => entry.name));
				paginationToken = page.paginationToken as string | undefined;
				pages++;
			} while (paginationToken);
			equal(new Set(names).size, environment.agents.size);
			return `${names.length} agents on ${pages} pages`;
		}),
		check('typing finds an agent on a later page', async ({ n8n, credentials }) => {
			const { results } = await n8n.search('searchAgents', credentials.default, {
				filter: 'agent 149',
			});
			deepEqual(
				results.map((entry) => entry.name),
				['Agent 149'],
			);
		}),
		check('phone numbers and calls are listed', async ({ n8n, credentials, environment }) => {
			const numbers = await n8n.search('searchPhoneNumbers', credentials.default);
			const calls = await n8n.search('searchCalls', credentials.default);
			equal(numbers.results.length, environment.numbers.size);
			equal(calls.results.length, environment.calls.size);
			return `${numbers.results[0].name}; ${calls.results[0].name}`;
		}),
		check(
			'another credential lists its own environment',
			async ({ n8n, simulator, credentials }) => {
				const { results } = await n8n.search('searchPhoneNumbers', credentials.staging);
				const own = [...simulator.environment('staging').numbers.values()];
				deepEqual(
					results.map(({ value }) => value).sort(),
					own.map(({ number }) => number).sort(),
				);
			},
		),
		check('time zones and countries are listed without a credential', async ({ n8n }) => {
			const zones = await n8n.options(FLUENTS_AI, 'getTimeZones');
			equal(zones[0].name, 'Of the Number Called');
			const countries = await Promise.all(
				[FLUENTS_AI, FLUENTS_AI_LIVE_TRIGGER].map(
					async (type) => await n8n.options(type, 'getCountries'),
				),
			);
			deepEqual(countries[0], countries[1]);
			const germany = countries[0].find(({ value }) => value === 'DE');
			equal(germany?.name, 'Germany (+49)');
			return `${zones.length} and ${countries[0].length}`;
		}),
		check('a refused key is told in the list', async ({ n8n, simulator }) => {
			const refused = await n8n.createCredential('Refused', {
				environment: 'staging',
				apiKey: 'sim_nobody',
				baseUrl: simulator.url,
			});
			const answer = await n8n.search('searchAgents', refused).catch((error: Error) => error);
			if (!(answer instanceof Error)) throw new Error('The search did not fail');
			if (!answer.message.includes("environment 'staging'")) throw answer;
			doesNotMatch(answer.message, /sim_nobody/, 'The answer shows the key');
		}),
	],
} satisfies Case<Room>;
