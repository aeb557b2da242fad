import type { INode, INodeParameters } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import type { StoredObject } from '../../simulator';
import { credentialFor, simulator } from '../support/harness';
import { actionIdsOf, actionTrigger, endpointOf, lookupTrigger } from '../support/liveHarness';
import {
	edited,
	environment,
	foreignWebhook,
	seededAgents,
	startServer,
	trigger,
	workflowOf,
} from '../support/triggerHarness';

/** Whose a registration is, for each kind of them, on one n8n and on two in one environment. */

const OTHER_INSTANCE = 'fedcba9876543210';

interface Kind {
	make(parameters: INodeParameters): INode;
	/** Where the agent's registration leads, without a query. */
	leadsTo(agentId: string): string | undefined;
	conflict: string;
}

const kinds: Record<string, Kind> = {
	webhook: {
		make: (parameters) => trigger(parameters),
		leadsTo: (agentId) => {
			const { webhook } = environment().agents.get(agentId) as StoredObject;
			return environment().webhooks.get(String(webhook))?.url as string | undefined;
		},
		conflict: 'has another webhook already',
	},
	action: {
		make: (parameters) => actionTrigger(parameters),
		leadsTo: (agentId) =>
			actionIdsOf(agentId)
				.map(
					(id) => environment().actions.get(id)?.config as { url?: string; name: string },
				)
				.find(({ name }) => name === 'find_order')?.url,
		conflict: "has another action named 'find_order'",
	},
	'caller lookup': {
		make: (parameters) => lookupTrigger(parameters),
		leadsTo: (agentId) => endpointOf(agentId) ?? undefined,
		conflict: 'has another context endpoint already',
	},
};

const everything = (name = 'default') => {
	const { webhooks, actions, agents } = environment(name);
	return structuredClone([webhooks, actions, agents].map((all) => [...all.values()]));
};

let server: TriggerServer;
let start: ReturnType<typeof everything>;
let reminder: string, followUp: string;

beforeEach(async () => {
	[reminder, followUp] = seededAgents();
	start = everything();
	server = await startServer();
});

const failureOf = async (work: Promise<void>): Promise<string> =>
	await work.then(
		() => 'It did not fail',
		(error: Error) => error.message,
	);

const willing = (workflow: SavedWorkflow) => edited(workflow, { ifAttached: 'replace' });

describe.each(Object.entries(kinds))('%s', (kind, { make, leadsTo, conflict }) => {
	const publish = async (parameters: INodeParameters = {}) => {
		const workflow = workflowOf(make({ agents: [reminder], ...parameters }), { name: 'Prod' });
		await server.activate(workflow);
		return workflow;
	};

	describe.each([
		['another instance', OTHER_INSTANCE],
		['a clone with the same instance ID', undefined],
	])('the same workflow on %s', (_what, instanceId) => {
		test('is told what is in its way, and takes nothing, published or tried', async () => {
			const workflow = await publish();
			const before = everything();
			const other = await startServer({ instanceId });
			for (const act of ['listen', 'activate'] as const) {
				const message = await failureOf(other[act](workflow));
				expect(message).toContain(conflict);
				expect(message).toContain(server.url);
				expect(message).toContain('of this same trigger');
				expect(message).toContain('to Replace It');
			}
			expect(everything()).toEqual(before);
		});

		test.each(['init', 'leadershipChange'] as const)(
			'takes nothing when n8n registers by itself (%s), whatever it may replace',
			async (mode) => {
				const workflow = willing(await publish());
				const before = everything();
				const other = await startServer({ instanceId });
				expect(await failureOf(other.activate(workflow, mode))).toContain(conflict);
				expect(everything()).toEqual(before);
			},
		);
	});

	test('on another instance is replaced when the user says so, and gives back', async () => {
		const workflow = await publish();
		const before = everything();
		const other = await startServer({ instanceId: OTHER_INSTANCE });
		const message = await failureOf(other.activate(willing(workflow)));
		if (make === kinds['caller lookup'].make) {
			expect(message).toContain('cannot be kept for it');
		} else {
			expect(leadsTo(reminder)).toContain(other.url);
			await other.deactivate(workflow.id);
		}
		expect(everything()).toEqual(before);
	});

	test.each(['staging', 'n8n-production-1', 'FEDCBA9876543210', 'für uns', '1'])(
		'whatever text N8N_INSTANCE_ID is (%s), everything is given back',
		async (instanceId) => {
			const n8n = await startServer({ instanceId });
			const agents = kind === 'webhook' ? [followUp] : [reminder];
			const workflow = willing(workflowOf(make({ agents })));
			await n8n.activate(workflow);
			expect(leadsTo(agents[0])).toContain(n8n.url);
			await n8n.listen(workflow);
			await n8n.stopListening(workflow.id);
			await n8n.activate({ ...workflow, name: 'Changed' }, 'update');
			await n8n.deactivate(workflow.id);
			expect(everything()).toEqual(start);
		},
	);

	test('instances whose IDs begin alike are told apart', async () => {
		const [first, second] = await Promise.all(
			['n8n-production-1', 'n8n-production-2'].map(
				async (instanceId) => await startServer({ instanceId }),
			),
		);
		const workflow = workflowOf(make({ agents: [reminder] }));
		await first.activate(workflow);
		const before = everything();
		// Of a test of the same n8n, the published one would be no conflict.
		expect(await failureOf(second.listen(workflow))).toContain('of this same trigger');
		expect(everything()).toEqual(before);
	});

	test('of which n8n has stored nothing is moved when the user says so', async () => {
		const workflow = await publish();
		const clone = await startServer();
		await clone.activate(willing(workflow));
		expect(leadsTo(reminder)).toContain(clone.url);
		await clone.deactivate(workflow.id);
		expect(everything()).toEqual(start);
	});

	describe('when n8n has moved to another address', () => {
		let workflow: SavedWorkflow;
		let former: string;

		beforeEach(async () => {
			workflow = await publish();
			former = server.url;
			server.webhookUrl = former.replace('127.0.0.1', 'localhost');
		});

		test('publishing moves it, and nothing is left in the end', async () => {
			await server.activate(workflow, 'update');
			expect(leadsTo(reminder)).toContain(server.url);
			await server.activate({ ...workflow, name: 'Changed' }, 'update');
			await server.activate(willing(workflow), 'update');
			expect(leadsTo(reminder)).toContain('localhost');
			await server.deactivate(workflow.id);
			expect(everything()).toEqual(start);
		});

		test('unpublishing says so and keeps what is stored, so that publishing heals it', async () => {
			const before = everything();
			const stored = server.staticDataOf(workflow.id);
			const message = await failureOf(server.deactivate(workflow.id));
			expect(message).toContain(`still registered at another address of n8n: ${former}`);
			expect(message).toContain('Publish the workflow once');
			expect(everything()).toEqual(before);
			expect(server.staticDataOf(workflow.id)).toEqual(stored);

			await server.activate(workflow);
			expect(leadsTo(reminder)).toContain('localhost');
			await server.deactivate(workflow.id);
			expect(everything()).toEqual(start);
		});

		test('it is not moved without its secret', async () => {
			const before = everything();
			// A copy that has lost the static data: nothing proves that the registration is its own.
			const copy = await startServer();
			copy.webhookUrl = server.webhookUrl;
			expect(await failureOf(copy.activate(workflow))).toContain(conflict);
			expect(everything()).toEqual(before);
		});
	});

	test('a start of n8n 1 at another address moves nothing', async () => {
		server = await startServer({ generation: 1 });
		const workflow = await publish();
		const before = everything();
		const former = server.url;
		server.kill();
		server.webhookUrl = former.replace('127.0.0.1', 'localhost');
		await server.restart();
		expect(server.log.join()).toContain(conflict);
		expect(everything()).toEqual(before);
		await server.activate(workflow);
		await server.deactivate(workflow.id);
		expect(everything()).toEqual(start);
	});

	describe('when the key is that of another environment now', () => {
		let workflow: SavedWorkflow;
		let before: ReturnType<typeof everything>;

		beforeEach(async () => {
			workflow = await publish();
			before = everything();
			const { apiKey } = credentialFor('staging') as { apiKey: string };
			// The name of the environment was not changed with it.
			server.credentials = { fluentsAiApi: credentialFor('default', { apiKey }) };
		});

		const text = "still registered in the Fluents.ai environment 'default'";

		test('nothing is removed or forgotten, and the next publish and test say so', async () => {
			const stored = server.staticDataOf(workflow.id);
			expect(await failureOf(server.deactivate(workflow.id))).toContain(text);
			expect(server.staticDataOf(workflow.id)).toEqual(stored);
			for (const act of ['listen', 'activate'] as const) {
				const message = await failureOf(server[act](workflow));
				expect(message).toContain(text);
				expect(message).toContain('publish and unpublish the workflow once');
				expect(message).toContain("'Leave Other Environment'");
			}
			expect(everything()).toEqual(before);
			for (const kind of ['webhooks', 'actions'] as const) {
				const urls = JSON.stringify([...environment('staging')[kind].values()]);
				expect(urls).not.toContain(server.url);
			}
		});

		test('the way out that the message tells works', async () => {
			await failureOf(server.deactivate(workflow.id));
			server.credentials = { fluentsAiApi: credentialFor() };
			await server.activate(workflow);
			await server.deactivate(workflow.id);
			expect(everything()).toEqual(start);
			await server.listen(workflow);
			await server.stopListening(workflow.id);
			expect(everything()).toEqual(start);
		});

		test('what was left in the present environment does not hide the other one', async () => {
			const inStaging = edited(workflow, {
				agents: [...environment('staging').agents.keys()].slice(0, 1),
			});
			const options = { allowUnreachableUrl: true, leaveBehind: true };
			await server.activate(edited(inStaging, { options }), 'update');
			await server.activate(inStaging, 'update');
			const both = [everything(), everything('staging')];

			server.credentials = { fluentsAiApi: credentialFor() };
			// The name of the environment was not changed with its key.
			expect(await failureOf(server.deactivate(workflow.id))).toContain(text);
			expect(await failureOf(server.activate(inStaging))).toContain(text);
			expect([everything(), everything('staging')]).toEqual(both);
		});

		test('the option leaves the other environment behind', async () => {
			const left = edited(workflow, {
				agents: [...environment('staging').agents.keys()].slice(0, 1),
				options: { allowUnreachableUrl: true, leaveBehind: true },
			});
			await failureOf(server.deactivate(workflow.id));
			await server.activate(left);
			await server.deactivate(workflow.id);
			expect(server.staticDataOf(workflow.id)).toEqual({
				[`node:${workflow.nodes[0].name}`]: {},
			});
			expect(everything()).toEqual(before);
		});
	});

	test('a key that was changed for the same environment is none of another', async () => {
		const workflow = await publish();
		const former = simulator.keys.default;
		simulator.keys.default = 'sim_second_key_of_default';
		try {
			server.credentials = { fluentsAiApi: credentialFor() };
			await server.activate({ ...workflow, name: 'Renamed' }, 'update');
			await server.deactivate(workflow.id);
			expect(everything()).toEqual(start);
		} finally {
			simulator.keys.default = former;
		}
	});

	test('the secret is stored as its hash only', async () => {
		const workflow = await publish();
		const stored = JSON.stringify(server.staticDataOf(workflow.id));
		const url = String(leadsTo(reminder));
		const secret =
			new URL(url).searchParams.get('n8n_secret') ?? /([\w-]{22})\?/.exec(url)?.[1];
		expect(secret).toMatch(/^([0-9a-f]{64}|[\w-]{22})$/);
		expect(stored).not.toContain(String(secret));
		expect(stored).toMatch(/"secretHash":"[0-9a-f]{64}"/);
		expect(stored).not.toContain(String(simulator.keys.default));
	});
});

test('a webhook that says nothing of an instance is a conflict', async () => {
	const workflow = workflowOf(trigger({ agents: [followUp] }));
	const record = JSON.stringify({ workflow: workflow.id, trigger: workflow.nodes[0].webhookId });
	foreignWebhook().description = `Kept by n8n. ${record}`;
	const message = await failureOf(server.activate(workflow));
	expect(message).toContain("has another webhook already: 'Call log'");
});
