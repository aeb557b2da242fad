import type { INode, INodeParameters } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import type { Fault, StoredObject } from '../../simulator';
import { credentialFor, simulator } from '../support/harness';
import {
	addressOf,
	edited,
	environment,
	foreignWebhook,
	outputs,
	placeCall,
	seededAgents,
	secretOf,
	settings,
	startServer,
	tidyUp,
	trigger,
	webhookOf,
	webhooksTo,
	workflowOf,
} from '../support/triggerHarness';

let server: TriggerServer;
let start: ReturnType<typeof settings>;
/** Of the seeds. The second one has a webhook of somebody else. */
let reminder: string, followUp: string, reception: string;

beforeEach(async () => {
	[reminder, followUp, reception] = seededAgents();
	start = settings();
	server = await startServer();
});

const published = async (
	parameters: INodeParameters,
	changes: Partial<SavedWorkflow> = {},
): Promise<{ workflow: SavedWorkflow; node: INode }> => {
	const node = trigger(parameters);
	const workflow = workflowOf(node, changes);
	await server.activate(workflow);
	return { workflow, node };
};

const failureOf = async (work: Promise<void>): Promise<Error> =>
	await work.then(
		() => {
			throw new Error('It did not fail');
		},
		(error: Error) => error,
	);

const operations = (from = 0) =>
	simulator.requests.slice(from).map(({ operationId }) => operationId);

/** All that the simulator was told to write, not only asked. */
const writes = (from = 0) => operations(from).filter((id) => !/^(list|get)/.test(String(id)));

describe('publishing', () => {
	test('creates one webhook that people can find, and attaches it to the chosen agents', async () => {
		const { workflow, node } = await published(
			{ agents: [reminder, reception], events: ['event_phone_call_ended', 'event_error'] },
			{ name: 'Calls to CRM' },
		);
		const [webhook, ...others] = webhooksTo(server);
		expect(others).toEqual([]);
		expect(webhook).toMatchObject({
			label: 'n8n: Calls to CRM',
			method: 'POST',
			subscriptions: ['event_phone_call_ended', 'event_error'],
		});
		const { origin, pathname, search } = new URL(String(webhook.url));
		expect(`${origin}${pathname}`).toBe(`${server.url}webhook/${node.webhookId}/webhook`);
		expect(search).toMatch(/^\?n8n_secret=[0-9a-f]{64}$/);
		expect([reminder, followUp, reception].map(webhookOf)).toEqual([
			webhook,
			foreignWebhook(),
			webhook,
		]);

		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
		expect(server.staticDataOf(workflow.id)).toEqual({ [`node:${node.name}`]: {} });
	});

	test('cuts a long name of the workflow', async () => {
		await published({ agents: [reminder] }, { name: 'x'.repeat(300) });
		expect(webhookOf(reminder)?.label).toMatch(/^n8n: x{90,100}$/);
	});

	test.each([
		['an emoji', '\u{1f600}'],
		['a family', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}'],
		['a flag', '\u{1f1e9}\u{1f1ea}'],
		['a letter with marks', 'e\u0301\u0323'],
		['a syllable', '\u1112\u1161\u11ab'],
	])('cuts the name between characters that people see: %s', async (_what, character) => {
		for (const start of ['', 'x', 'xy', 'xyz']) {
			const name = `${start}${character.repeat(100)}`;
			const { workflow } = await published({ agents: [reminder] }, { name });
			const label = String(webhookOf(reminder)?.label);
			const rest = label.slice(`n8n: ${start}`.length);
			expect(rest.replaceAll(character, '')).toBe('');
			expect(label.length).toBeGreaterThan(100 - character.length);
			expect(label.length).toBeLessThanOrEqual(100);
			await server.deactivate(workflow.id);
		}
	});

	test('needs nothing of what was deleted meanwhile to be undone', async () => {
		const [extra] = environment().addAgents(1);
		const { workflow } = await published({ agents: [reminder, extra.id] });
		environment().agents.delete(extra.id);
		environment().webhooks.delete(webhooksTo(server)[0].id);
		Object.assign(environment().agents.get(reminder) as StoredObject, { webhook: null });
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('finds agents and its own webhook beyond the first page', async () => {
		environment().addAgents(120);
		for (let count = 0; count < 120; count += 1) {
			environment().add('webhooks', { ...foreignWebhook(), id: `other-${count}` });
		}
		start = settings();
		const last = [...environment().agents.keys()].at(-1) as string;
		const { workflow } = await published({ agents: [last] });
		expect(webhookOf(last)).toBe(webhooksTo(server)[0]);
		await server.activate(workflow, 'init');
		expect(webhooksTo(server)).toHaveLength(1);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test.each([
		['none', 0],
		['all', 3],
	])('the whole environment, attached to %s', async (attach, carriers) => {
		const { workflow } = await published({
			callsOf: 'environment',
			attach,
			ifAttached: 'replace',
		});
		const [webhook] = webhooksTo(server);
		const agents = [...environment().agents.values()];
		expect(agents.filter((agent) => agent.webhook === webhook.id)).toHaveLength(carriers);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('of an agent that does not exist fails, and changes nothing', async () => {
		const missing = '00000000-0000-4000-8000-000000000000';
		const error = await failureOf(server.activate(workflowOf(trigger({ agents: [missing] }))));
		expect(error.message).toContain(missing);
		expect(writes()).toEqual([]);
	});

	test.each([
		['Trigger On', { events: [] }],
		['Agent Names or IDs', { agents: [] }],
	])('without %s fails before anything is asked', async (label, parameters) => {
		const workflow = workflowOf(trigger({ agents: [reminder], ...parameters }));
		const error = await failureOf(server.activate(workflow));
		expect(error.message).toContain(`'${label}' is empty`);
		expect(writes()).toEqual([]);
	});

	test('with the key of another environment fails before anything is asked', async () => {
		const options = { requiredEnvironment: 'production' };
		const error = await failureOf(
			server.activate(workflowOf(trigger({ agents: [reminder], options }))),
		);
		expect(error.message).toContain('production');
		expect(writes()).toEqual([]);
	});
});

// n8n 2 calls nothing then for what was published.
describe('when n8n 1 starts', () => {
	beforeEach(async () => {
		server = await startServer({ generation: 1 });
	});

	const restart = async () => {
		server.kill();
		await server.restart();
	};

	test('nothing is changed when everything is as it was', async () => {
		const { node } = await published({ agents: [reminder] });
		const before = { ...settings(), secret: secretOf(server, node) };
		const from = simulator.requests.length;
		await restart();
		expect(operations(from)).not.toEqual([]);
		expect(writes(from)).toEqual([]);
		expect({ ...settings(), secret: secretOf(server, node) }).toEqual(before);
	});

	test('a webhook that somebody deleted is made again', async () => {
		const { workflow } = await published({ agents: [reminder, reception] });
		const [webhook] = webhooksTo(server);
		environment().webhooks.delete(webhook.id);
		Object.assign(environment().agents.get(reminder) as StoredObject, { webhook: null });
		Object.assign(environment().agents.get(reception) as StoredObject, { webhook: null });
		await restart();
		expect(webhooksTo(server)).toHaveLength(1);
		expect(webhookOf(reminder)).toBe(webhooksTo(server)[0]);
		expect(webhookOf(reception)).toBe(webhooksTo(server)[0]);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('an agent gets the webhook back that somebody took off', async () => {
		await published({ agents: [reminder, reception] });
		Object.assign(environment().agents.get(reminder) as StoredObject, { webhook: null });
		await restart();
		expect(webhookOf(reminder)).toBe(webhooksTo(server)[0]);
	});

	test('an agent that was deleted does not keep the others from their events', async () => {
		const [extra] = environment().addAgents(1);
		start = settings();
		const { workflow } = await published({ agents: [extra.id, reminder] });
		environment().agents.delete(extra.id);
		await restart();
		expect(server.log.join()).toContain(extra.id);
		expect(webhookOf(reminder)).toBe(webhooksTo(server)[0]);
		await server.deactivate(workflow.id);
		start.agents = start.agents.filter(({ id }) => id !== extra.id);
		expect(settings()).toEqual(start);
	});
});

describe.each([1, 2] as const)('n8n %i', (generation) => {
	beforeEach(async () => {
		server = await startServer({ generation });
	});

	test('a renamed workflow gives its webhook the new name when the trigger changes', async () => {
		const { workflow } = await published({ agents: [reminder] });
		const renamed = { ...workflow, name: 'Renamed' };
		await server.activate(edited(renamed, { events: ['event_error'] }), 'update');
		expect(webhooksTo(server).map(({ label }) => label)).toEqual(['n8n: Renamed']);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('changed events and agents are there afterwards, and nothing else', async () => {
		const { workflow } = await published({
			agents: [reminder, followUp],
			ifAttached: 'replace',
		});
		const changed = edited(workflow, {
			agents: [followUp, reception],
			events: ['event_transcript', 'event_custom'],
		});
		await server.activate(changed, 'update');
		const [webhook, ...others] = webhooksTo(server);
		expect(others).toEqual([]);
		expect(webhook.subscriptions).toEqual(['event_transcript', 'event_custom']);
		expect([reminder, followUp, reception].map(webhookOf)).toEqual([
			undefined,
			webhook,
			webhook,
		]);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('a version whose triggers are gone leaves nothing', async () => {
		const { workflow } = await published({ agents: [reminder] });
		await server.activate({ ...workflow, nodes: [] }, 'update');
		expect(settings()).toEqual(start);
	});

	test('a trigger that was renamed has one webhook', async () => {
		const { workflow, node } = await published({ agents: [reminder] });
		await server.activate({ ...workflow, nodes: [{ ...node, name: 'Call ended' }] }, 'update');
		expect(webhooksTo(server)).toHaveLength(1);
		await placeCall(server, reminder);
		expect(server.executions.map((execution) => execution.node)).toEqual(['Call ended']);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('two triggers for different agents have a webhook each', async () => {
		const first = trigger({ agents: [reminder] });
		const second = trigger({ agents: [reception] }, { name: 'Second' });
		const workflow = workflowOf([first, second]);
		await server.activate(workflow);
		expect(webhookOf(reminder)).toBe(webhooksTo(server, first)[0]);
		expect(webhookOf(reception)).toBe(webhooksTo(server, second)[0]);
		await placeCall(server, reception);
		expect(server.executions.map(({ node }) => node)).toEqual(['Second']);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('of two triggers for the same agent the user is told about the second', async () => {
		const nodes = ['First', 'Second'].map((name) => trigger({ agents: [reminder] }, { name }));
		const workflow = workflowOf(nodes, { name: 'Twice' });
		const error = await failureOf(server.activate(workflow));
		expect(error.message).toContain("another webhook already: 'n8n: Twice'");
		if (server.published(workflow.id)) await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('two triggers that replace each other give back what was there before both', async () => {
		const replace = { agents: [followUp, reminder], ifAttached: 'replace' };
		const nodes = ['First', 'Second'].map((name) => trigger(replace, { name }));
		const workflow = workflowOf(nodes);
		await server.activate(workflow);
		expect(webhooksTo(server)).toHaveLength(2);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});
});

describe('an agent with a webhook of somebody else', () => {
	test('is left alone, and the message names that webhook without its query', async () => {
		foreignWebhook().url = 'https://crm.example.com/calls?token=theirs';
		start = settings();
		const workflow = workflowOf(trigger({ agents: [reminder, followUp] }));
		const error = await failureOf(server.activate(workflow));
		expect(error.message).toContain(
			"Agent 'Order Follow-up' has another webhook already: 'Call log', https://crm.example.com/calls. ",
		);
		// n8n shows nothing but the message of an error.
		expect(error.message).toContain('If the Agent Has a Webhook');
		expect(JSON.stringify(error)).not.toContain('theirs');
		expect(settings()).toEqual(start);
	});

	test('gets it back on deactivation when it was replaced', async () => {
		const { workflow } = await published({ agents: [followUp], ifAttached: 'replace' });
		expect(webhookOf(followUp)).toBe(webhooksTo(server)[0]);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('has none afterwards when it was deleted meanwhile', async () => {
		const { workflow } = await published({ agents: [followUp], ifAttached: 'replace' });
		environment().webhooks.delete(foreignWebhook().id);
		await server.deactivate(workflow.id);
		expect(webhookOf(followUp)).toBeUndefined();
		expect(environment().agents.get(followUp)?.webhook).toBeNull();
		expect(environment().webhooks.size).toBe(0);
	});

	test('keeps the one that somebody gave it meanwhile', async () => {
		const { workflow } = await published({ agents: [reminder], ifAttached: 'replace' });
		const agent = environment().agents.get(reminder) as StoredObject;
		agent.webhook = foreignWebhook().id;
		await server.deactivate(workflow.id);
		expect(webhookOf(reminder)).toBe(foreignWebhook());
	});

	test('is not touched when Fluents.ai does not keep what must be put back', async () => {
		const workflow = workflowOf(trigger({ agents: [followUp], ifAttached: 'replace' }));
		simulator.quirks.descriptionLength = 20;
		const error = await failureOf(server.activate(workflow));
		expect(error.message).toContain('Fluents.ai changed the description of the webhook');
		expect(settings()).toEqual(start);
	});
});

describe('two workflows for the same agent', () => {
	test('the second is refused, and the first keeps its events', async () => {
		await published({ agents: [reminder] }, { name: 'First' });
		const second = workflowOf(trigger({ agents: [reminder] }));
		const error = await failureOf(server.activate(second));
		expect(error.message).toContain("'n8n: First'");
		expect(error.message).not.toContain('n8n_secret');
		await placeCall(server, reminder);
		expect(server.executions).toHaveLength(1);
	});

	test.each([
		['first', [0, 1, 2]],
		['last', [2, 1, 0]],
		['in the middle', [1, 0, 2]],
		['in the middle, then the last', [1, 2, 0]],
	])('that replace each other are unpublished, the %s one first', async (_which, order) => {
		const replace = { agents: [reminder, followUp], ifAttached: 'replace' };
		const workflows: SavedWorkflow[] = [];
		for (let count = 0; count < 3; count += 1) {
			workflows.push((await published(replace, { name: `Workflow ${count}` })).workflow);
		}
		for (const index of order) await server.deactivate(workflows[index].id);
		expect(settings()).toEqual(start);
	});

	test('that replace each other are unpublished at the same time', async () => {
		const replace = { agents: [reminder, followUp], ifAttached: 'replace' };
		const workflows: SavedWorkflow[] = [];
		for (let count = 0; count < 3; count += 1) {
			workflows.push((await published(replace)).workflow);
		}
		await Promise.all(workflows.map(async ({ id }) => await server.deactivate(id)));
		expect(settings()).toEqual(start);
	});

	test('a copy with the same address is refused by n8n 2, and harms nothing', async () => {
		const { workflow } = await published({ agents: [reminder] });
		const before = settings();
		const error = await failureOf(server.activate({ ...workflow, id: 'copy' }));
		expect(error.name).toBe('WebhookPathTakenError');
		expect(settings()).toEqual(before);
		await placeCall(server, reminder);
		expect(server.executions).toMatchObject([{ workflowId: workflow.id }]);
	});

	test('a copy with the same address takes over in n8n 1, and leaves nothing', async () => {
		server = await startServer({ generation: 1 });
		const { workflow } = await published({ agents: [followUp], ifAttached: 'replace' });
		const copy = { ...workflow, id: 'copy' };
		await server.activate(copy);
		expect(webhooksTo(server)).toHaveLength(1);
		await placeCall(server, followUp);
		expect(server.executions).toMatchObject([{ workflowId: 'copy' }]);
		await server.deactivate(workflow.id);
		expect(webhooksTo(server)).toHaveLength(1);
		await server.deactivate(copy.id);
		expect(settings()).toEqual(start);
	});
});

describe('what goes wrong while publishing', () => {
	test('at the third of five agents puts the first two back, and tells which', async () => {
		environment().addAgents(3);
		start = settings();
		const five = [...environment().agents.keys()].filter((id) => id !== followUp);
		const agents = [...five.slice(0, 1), followUp, ...five.slice(1)].slice(0, 5);
		const third = ({ operationId, query }: { operationId?: string; query: object }) =>
			operationId === 'updateAgent' && 'id' in query && query.id === agents[2];
		simulator.faults.add({ match: third, status: 400, times: Infinity });
		const workflow = workflowOf(trigger({ agents, ifAttached: 'replace' }));
		await failureOf(server.activate(workflow));
		expect(settings()).toEqual(start);
	});

	test('a key that was revoked is told, and the next try with a good one tidies up', async () => {
		const { workflow } = await published({ agents: [followUp], ifAttached: 'replace' });
		server.credentials = {
			fluentsAiApi: credentialFor('default', { apiKey: 'sim_revoked_key' }),
		};
		const error = await failureOf(server.deactivate(workflow.id));
		expect(error).toMatchObject({ httpCode: '401' });
		expect(webhooksTo(server)).toHaveLength(1);

		server.credentials = { fluentsAiApi: credentialFor() };
		await server.activate(workflow);
		expect(webhooksTo(server)).toHaveLength(1);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('the secret is in no error and no log, also when the API repeats the address', async () => {
		const repeating: Fault = { operationId: 'createWebhook', status: 400, times: Infinity };
		const secrets: string[] = [];
		repeating.match = ({ body }) => {
			const { url } = body as { url: string };
			secrets.push(String(new URL(url).searchParams.get('n8n_secret')));
			repeating.body = { message: `The url ${url} is not good`, error: JSON.stringify(body) };
			return true;
		};
		simulator.faults.add(repeating);
		const error = await failureOf(server.activate(workflowOf(trigger({ agents: [reminder] }))));
		const told = JSON.stringify([
			{ ...error, message: error.message, stack: error.stack, cause: error.cause },
			server.log,
		]);
		expect(told).toContain('is not good');
		for (const secret of secrets) expect(told).not.toContain(secret);
		expect(secrets).not.toEqual([]);
	});
});

describe('an address that Fluents.ai cannot reach', () => {
	const options = { allowUnreachableUrl: false };

	test.each([
		'http://n8n.example.com/',
		'https://localhost:5678/',
		'https://127.0.0.1/',
		'https://10.1.2.3/',
		'https://172.20.0.2/',
		'https://192.168.178.20:5678/',
		'https://169.254.1.1/',
		'https://100.64.0.1/',
		'https://[::1]:5678/',
		'https://[fd00::1]/',
		'https://n8n/',
		'https://n8n:5678/base',
		'https://n8n.local/',
		'https://n8n.internal/',
		'https://0.0.0.0:5678/',
	])('is refused before anything is asked: %s', async (webhookUrl) => {
		server.webhookUrl = webhookUrl;
		const workflow = workflowOf(trigger({ agents: [reminder], options }));
		const error = await failureOf(server.activate(workflow));
		expect(error.message).toContain(new URL(webhookUrl).origin);
		expect(error.message).toContain('WEBHOOK_URL');
		expect(writes()).toEqual([]);
	});

	test.each([
		'https://n8n.example.com/',
		'https://8.8.8.8/',
		'https://172.32.0.1/n8n',
		'https://localhost.example.com/',
		'https://[2001:4860::1]/',
	])('is not one of these: %s', async (webhookUrl) => {
		server.webhookUrl = webhookUrl;
		await published({ agents: [reminder], options });
		const { url } = webhookOf(reminder) as StoredObject;
		expect(String(url).startsWith(webhookUrl)).toBe(true);
	});
});

describe('listening in the editor', () => {
	test('has a webhook of its own, and ends with the first event', async () => {
		const node = trigger({ agents: [followUp], ifAttached: 'replace' });
		const workflow = workflowOf(node, { name: 'Try' });
		await server.listen(workflow);
		const [webhook] = webhooksTo(server, node, 'webhook-test');
		expect(webhook.label).toBe('n8n test: Try');
		await placeCall(server, followUp);
		expect(server.executions).toMatchObject([{ mode: 'manual', workflowId: workflow.id }]);
		expect(outputs(server.executions)[0].event).toBe('event_phone_call_ended');
		expect(settings()).toEqual(start);
	});

	test('does not disturb the published workflow afterwards', async () => {
		const { workflow, node } = await published({ agents: [reminder] });
		const before = settings();
		await server.listen(workflow);
		expect(webhookOf(reminder)).toBe(webhooksTo(server, node, 'webhook-test')[0]);
		await placeCall(server, reminder);
		expect(server.executions.map(({ mode }) => mode)).toEqual(
			expect.arrayContaining(['manual']),
		);
		expect(settings()).toEqual(before);

		server.executions.length = 0;
		await placeCall(server, reminder);
		expect(server.executions.map(({ mode }) => mode)).toEqual(['webhook']);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('goes on while the workflow is unpublished', async () => {
		const { workflow, node } = await published({ agents: [followUp], ifAttached: 'replace' });
		await server.listen(workflow);
		await server.deactivate(workflow.id);
		expect(webhookOf(followUp)).toBe(webhooksTo(server, node, 'webhook-test')[0]);
		await server.stopListening(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('is ended by publishing, which nobody notices when it is stopped', async () => {
		const node = trigger({ agents: [followUp], ifAttached: 'replace' });
		const workflow = workflowOf(node);
		await server.listen(workflow);
		await server.activate(workflow);
		await server.stopListening(workflow.id);
		expect(webhookOf(followUp)?.url).toBe(addressOf(server, node));
		expect(webhooksTo(server)).toHaveLength(1);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});

	test('with changed agents gives each agent back what it had', async () => {
		const { workflow } = await published({ agents: [reminder] });
		const before = settings();
		const changed = edited(workflow, {
			agents: [reminder, followUp, reception],
			ifAttached: 'replace',
		});
		await server.listen(changed);
		await server.stopListening(changed.id);
		expect(settings()).toEqual(before);
	});

	test('on the agent of another workflow is refused like publishing', async () => {
		await published({ agents: [reminder] });
		const before = settings();
		const workflow = workflowOf(trigger({ agents: [reminder] }));
		const error = await failureOf(server.listen(workflow));
		expect(error.message).toContain('another webhook already');
		expect(settings()).toEqual(before);
	});

	test('that publishing ends hands on what its agents had', async () => {
		const first = workflowOf(trigger({ agents: [followUp], ifAttached: 'replace' }));
		await server.listen(first);
		const { workflow: second } = await published({ agents: [followUp], ifAttached: 'replace' });
		await server.activate(edited(first, { agents: [reminder] }));
		for (const { id } of [first, second]) await server.deactivate(id);
		expect(settings()).toEqual(start);
	});

	test('does not make anybody forget what lies under the webhook of another workflow', async () => {
		server = await startServer({ generation: 1 });
		const replace = { agents: [followUp], ifAttached: 'replace' };
		const { workflow } = await published(replace);
		const other = workflowOf(trigger(replace));
		for (const tried of [other, workflow]) {
			await server.listen(tried);
			server.kill();
		}
		await server.restart();
		await tidyUp(server, [other, workflow]);
		expect(settings()).toEqual(start);
	});

	test('that n8n was killed in leaves nothing once the workflow is published or tried again', async () => {
		const node = trigger({ agents: [followUp], ifAttached: 'replace' });
		const workflow = workflowOf(node);
		await server.listen(workflow);
		server.kill();
		await server.listen(workflow);
		expect(webhooksTo(server)).toHaveLength(1);
		await server.stopListening(workflow.id);
		expect(settings()).toEqual(start);

		await server.listen(workflow);
		server.kill();
		await server.activate(workflow);
		expect(webhooksTo(server)).toHaveLength(1);
		await server.deactivate(workflow.id);
		expect(settings()).toEqual(start);
	});
});
