import type { INode } from 'n8n-workflow';

import type { TriggerServer } from '../../engine/triggerServer';
import type { StoredObject } from '../../simulator';
import { simulator } from '../support/harness';
import { actionIdsOf, actionTrigger, endpointOf, lookupTrigger } from '../support/liveHarness';
import {
	edited,
	environment,
	foreignWebhook,
	seededAgents,
	startServer,
	trigger,
	webhookOf,
	webhooksTo,
	workflowOf,
} from '../support/triggerHarness';

/** What Fluents.ai keeps of what triggers write, and what its lists do not say. */

const everything = () => {
	const { webhooks, actions, agents } = environment();
	return structuredClone([webhooks, actions, agents].map((all) => [...all.values()]));
};

let server: TriggerServer;
let start: ReturnType<typeof everything>;
let reminder: string, followUp: string, reception: string;

beforeEach(async () => {
	[reminder, followUp, reception] = seededAgents();
	start = everything();
	server = await startServer();
});

const failureOf = async (work: Promise<void>): Promise<string> =>
	await work.then(
		() => 'It did not fail',
		(error: Error) => error.message,
	);

const publish = async (node: INode) => {
	const workflow = workflowOf(node);
	await server.activate(workflow);
	return workflow;
};

const agentOf = (id: string) => environment().agents.get(id) as StoredObject;

const replacing = () => ({ agents: [reminder, followUp, reception], ifAttached: 'replace' });

const makers: Array<[string, () => INode]> = [
	['webhook', () => trigger(replacing())],
	['action', () => actionTrigger({ ...replacing(), actionName: 'find_order' })],
	[
		'caller lookup',
		() => lookupTrigger({ agents: [reminder, reception], ifAttached: 'replace' }),
	],
];

describe.each(makers)('%s', (kind, make) => {
	test.each([[['description']], [['webhook', 'actions', 'context_endpoint', 'config', 'url']]])(
		'lists without %s do not make n8n forget what agents had',
		async (fields) => {
			simulator.quirks.listsWithout = fields;
			const workflow = await publish(make());
			await server.listen(workflow);
			await server.stopListening(workflow.id);
			await server.activate({ ...workflow, name: 'Changed' }, 'update');
			expect(everything()).not.toEqual(start);
			await server.deactivate(workflow.id);
			expect(everything()).toEqual(start);
		},
	);

	test('lists that cut what triggers write do not make n8n forget it either', async () => {
		const cut = (body: unknown) => {
			const { items, ...rest } = body as { items: Array<Record<string, unknown>> };
			const short = (one: Record<string, unknown>) => {
				const { description } = one;
				return {
					...one,
					...(typeof description === 'string' && {
						description: description.slice(0, 44),
					}),
				};
			};
			return { ...rest, items: items.map(short) };
		};
		simulator.faults.add({
			match: ({ operationId }) => operationId?.startsWith('list') ?? false,
			alter: cut,
			times: Infinity,
		});
		const workflow = await publish(make());
		await server.activate({ ...workflow, name: 'Changed' }, 'update');
		expect(everything()).not.toEqual(start);
		await server.deactivate(workflow.id);
		expect(everything()).toEqual(start);
	});

	test('255 characters are enough, also for a test beside the published one', async () => {
		simulator.quirks.descriptionLength = 255;
		simulator.quirks.storedUrl = (url) => url.slice(0, 255);
		const workflow = await publish(make());
		const before = everything();
		await server.listen(workflow);
		await server.stopListening(workflow.id);
		expect(everything()).toEqual(before);
		await server.deactivate(workflow.id);
		expect(everything()).toEqual(start);
	});

	test('a URL of which the query is cut or written anew is taken back', async () => {
		simulator.quirks.storedUrl = (url) =>
			url.startsWith(server.url) ? url.replace(/\?.*/, '?x=1') : url;
		const message = await failureOf(server.activate(workflowOf(make())));
		expect(message).toContain(
			kind === 'caller lookup'
				? 'Fluents.ai did not keep the context endpoint of agent'
				: `Fluents.ai changed the URL of the ${kind}`,
		);
		expect(everything()).toEqual(start);
	});

	test('thirty agents are served in time when each request takes half a second', async () => {
		const ids = environment()
			.addAgents(30)
			.map(({ id }) => id);
		start = everything();
		// A twentieth of the time, in which n8n and the simulator have to work as long as in the whole.
		simulator.faults.add({ delayMs: 25, times: Infinity });
		const begun = performance.now();
		const workflow = workflowOf(make());
		await server.activate(edited(workflow, { agents: ids }));
		const published = (performance.now() - begun) * 20;
		await server.deactivate(workflow.id);
		const unpublished = (performance.now() - begun) * 20 - published;
		expect([published, unpublished].filter((time) => time > 84_000)).toEqual([]);
		expect(everything()).toEqual(start);
	});
});

describe('what agents have to get back', () => {
	const many = 40;
	const addAgents = () =>
		environment()
			.addAgents(many)
			.map((agent) => Object.assign(agent, { webhook: foreignWebhook().id }).id);

	test('has room for thirty agents, and publishing tells it before anything is changed', async () => {
		const ids = addAgents();
		start = everything();
		const workflow = workflowOf(trigger({ agents: ids, ifAttached: 'replace' }));
		const message = await failureOf(server.activate(workflow));
		const [, room] =
			/^40 of the agents have something to get back .* has room for (\d+)\./.exec(message) ??
			[];
		expect(Number(room)).toBeGreaterThanOrEqual(30);
		expect(everything()).toEqual(start);

		await server.activate(edited(workflow, { agents: ids.slice(0, Number(room)) }));
		const [{ description }] = webhooksTo(server);
		expect(String(description).length).toBeLessThanOrEqual(200);
		await server.deactivate(workflow.id);
		expect(everything()).toEqual(start);
	});

	test('leaves the address of n8n no more than 200 characters', async () => {
		server.webhookUrl = `https://${'n8n.'.repeat(30)}example.com/`;
		const message = await failureOf(
			server.activate(workflowOf(trigger({ agents: [reminder] }))),
		);
		expect(message).toContain('The address of this n8n is too long');
		expect(everything()).toEqual(start);
	});
});

describe('what a person changes while n8n is at it', () => {
	const once = (operationId: string, change: () => void) => {
		let isDone = false;
		simulator.faults.add({
			match: (request) => {
				if (!isDone && request.operationId === operationId) {
					isDone = true;
					change();
				}
				return false;
			},
		});
	};

	test('a webhook that an agent has got meanwhile stays', async () => {
		once('createWebhook', () => void (agentOf(reminder).webhook = foreignWebhook().id));
		const workflow = workflowOf(trigger({ agents: [reminder, reception] }));
		// n8n tries again, and finds it then.
		expect(await failureOf(server.activate(workflow))).toContain('has another webhook already');
		expect(webhookOf(reminder)).toBe(foreignWebhook());
		expect(webhookOf(reception)).toBeUndefined();
		expect(webhooksTo(server)).toEqual([]);
	});

	test('a webhook that an agent has got before the removal stays', async () => {
		const workflow = await publish(trigger({ agents: [reminder, reception] }));
		once('listWebhooks', () => {});
		once('getAgent', () => void (agentOf(reminder).webhook = foreignWebhook().id));
		await server.deactivate(workflow.id);
		expect(webhookOf(reminder)).toBe(foreignWebhook());
		expect(webhookOf(reception)).toBeUndefined();
	});

	test('what it changes in the webhook of another workflow stays, when that hands on what agents had', async () => {
		const first = await publish(trigger({ agents: [followUp], ifAttached: 'replace' }));
		const second = await publish(trigger({ agents: [followUp], ifAttached: 'replace' }));
		const heir = webhookOf(followUp) as StoredObject;
		once('getWebhook', () =>
			Object.assign(heir, { label: 'Renamed', subscriptions: ['event_error'] }),
		);
		await server.deactivate(first.id);
		expect(heir).toMatchObject({ label: 'Renamed', subscriptions: ['event_error'] });
		await server.deactivate(second.id);
		expect(everything()).toEqual(start);
	});

	test('a context endpoint that an agent has got meanwhile stays', async () => {
		once(
			'getAgent',
			() => void (agentOf(reminder).context_endpoint = 'https://new.example.com/'),
		);
		const workflow = workflowOf(lookupTrigger({ agents: [reminder] }));
		expect(await failureOf(server.activate(workflow))).toContain(
			'has another context endpoint already: https://new.example.com/',
		);
		expect(endpointOf(reminder)).toBe('https://new.example.com/');
	});

	describe('after it has written, and before it reads that back', () => {
		const beforeReadBack = (change: () => void) => {
			let isWritten = false;
			simulator.faults.add({
				match: ({ operationId, query }) => {
					if (query.id !== reminder) return false;
					if (isWritten && operationId === 'getAgent') {
						isWritten = false;
						change();
					}
					isWritten ||= operationId === 'updateAgent';
					return false;
				},
			});
		};
		const only = () => ({ agents: [reminder], actionName: 'find_order' });

		test('a webhook or an endpoint stays, and the next try names it', async () => {
			for (const [make, fields, told] of [
				[trigger, { webhook: foreignWebhook().id }, 'another webhook already'],
				[
					lookupTrigger,
					{ context_endpoint: 'https://new.example.com/' },
					'another context endpoint already: https://new.example.com/',
				],
			] as const) {
				beforeReadBack(() => void Object.assign(agentOf(reminder), fields));
				const message = await failureOf(server.activate(workflowOf(make(only()))));
				expect(message).toContain(told);
				expect(agentOf(reminder)).toMatchObject(fields);
				simulator.faults.clear();
			}
			expect(webhooksTo(server)).toEqual([]);
		});

		test('a webhook or an endpoint that takes the place of what goes stays, too', async () => {
			for (const [make, fields] of [
				[trigger, { webhook: foreignWebhook().id }],
				[lookupTrigger, { context_endpoint: 'https://new.example.com/' }],
			] as const) {
				const workflow = await publish(make(only()));
				beforeReadBack(() => void Object.assign(agentOf(reminder), fields));
				await server.deactivate(workflow.id);
				expect(agentOf(reminder)).toMatchObject(fields);
				simulator.faults.clear();
			}
			expect(webhooksTo(server)).toEqual([]);
		});

		test('actions that were added and taken off are so, beside that of the trigger', async () => {
			const [gone, added] = ['gone', 'added'].map((id) => {
				const [action] = environment().actions.values();
				return environment().add('actions', { ...structuredClone(action), id }).id;
			});
			agentOf(reminder).actions = [gone];
			beforeReadBack(() => {
				const list = agentOf(reminder).actions as string[];
				agentOf(reminder).actions = [added, ...list.filter((id) => id !== gone)];
			});
			const workflow = await publish(actionTrigger(only()));
			const [first, own, ...others] = actionIdsOf(reminder);
			expect([first, others]).toEqual([added, []]);
			expect(own).toBeDefined();

			simulator.faults.clear();
			beforeReadBack(() => void (agentOf(reminder).actions = [gone, added]));
			await server.deactivate(workflow.id);
			expect(actionIdsOf(reminder)).toEqual([gone, added]);
		});

		test('an action of the trigger that was taken off is told, and what was added stays', async () => {
			const added = [...environment().actions.keys()].slice(0, 1);
			beforeReadBack(() => void (agentOf(reminder).actions = [...added]));
			const workflow = workflowOf(actionTrigger(only()));
			expect(await failureOf(server.activate(workflow))).toContain(
				`Fluents.ai did not keep the actions of agent '${reminder}'`,
			);
			expect(actionIdsOf(reminder)).toEqual(added);
			expect(environment().actions.size).toBe(start[1].length);
		});
	});

	test('an action that Fluents.ai does not put into the list is told, and nothing is left', async () => {
		const before = actionIdsOf(reminder);
		simulator.faults.add({
			match: ({ operationId, body }) => {
				const { actions } = (body ?? {}) as { actions?: string[] };
				if (operationId === 'updateAgent' && actions) actions.length = 0;
				return false;
			},
			times: Infinity,
		});
		const message = await failureOf(
			server.activate(workflowOf(actionTrigger({ agents: [reminder] }))),
		);
		expect(message).toContain(`Fluents.ai did not keep the actions of agent '${reminder}'`);
		agentOf(reminder).actions = before;
		simulator.faults.clear();
	});
});

test('a namesake of an action is replaced when the user says so, and given back', async () => {
	const first = await publish(actionTrigger({ agents: [reminder, followUp] }));
	const before = everything();
	const names = new Set([reminder, followUp].flatMap(actionIdsOf));
	const second = await publish(actionTrigger({ ...replacing() }));
	const [own] = actionIdsOf(reception);
	expect(names.has(own)).toBe(false);
	expect(actionIdsOf(reminder)).toContain(own);
	await server.deactivate(second.id);
	expect(everything()).toEqual(before);

	// In the other order, what lies below is handed on.
	const third = await publish(actionTrigger({ ...replacing() }));
	await server.deactivate(first.id);
	await server.deactivate(third.id);
	expect(everything()).toEqual(start);
});
