import type { INode, INodeParameters } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import type { Fault, StoredObject } from '../../simulator';
import { byId, credentialFor, runNode, simulator } from '../support/harness';
import {
	actionIdsOf,
	actionOf,
	actionsTo,
	actionTrigger,
	ask,
	endpointOf,
	inputFields,
	liveSettings,
	liveWorkflow,
	lookupTrigger,
	placeAskingCall,
} from '../support/liveHarness';
import {
	edited,
	environment,
	seededAgents,
	send,
	startServer,
	tidyUp,
} from '../support/triggerHarness';

let server: TriggerServer;
let start: ReturnType<typeof liveSettings>;
/** Of the seeds. The second one has an external action, the last one a context endpoint. */
let reminder: string, followUp: string, reception: string;

beforeEach(async () => {
	[reminder, followUp, reception] = seededAgents();
	start = liveSettings();
	server = await startServer();
});

async function publish(node: INode, changes: Partial<SavedWorkflow> = {}): Promise<SavedWorkflow> {
	const workflow = liveWorkflow(node, undefined, changes);
	await server.activate(workflow);
	return workflow;
}

const publishAction = async (
	parameters: INodeParameters = {},
	changes: Partial<SavedWorkflow> = {},
) => await publish(actionTrigger({ agents: [reminder, followUp], ...parameters }), changes);

const publishLookup = async (
	parameters: INodeParameters = {},
	changes: Partial<SavedWorkflow> = {},
) => await publish(lookupTrigger({ agents: [reminder], ...parameters }), changes);

const failureOf = async (work: Promise<void>): Promise<Error> =>
	await work.then(
		() => {
			throw new Error('It did not fail');
		},
		(error: Error) => error,
	);

const writes = (from = 0) =>
	simulator.requests
		.slice(from)
		.map(({ operationId }) => String(operationId))
		.filter((id) => !/^(list|get)/.test(id));

const agentOf = (id: string) => environment().agents.get(id) as StoredObject;

describe.each([1, 2] as const)('an action in n8n %i', (generation) => {
	beforeEach(async () => {
		server = await startServer({ generation });
	});

	test('is made, beside the other actions of the agents, and goes without a trace', async () => {
		const [first, second] = [reminder, followUp].map(actionIdsOf);
		const workflow = await publishAction({}, { name: 'Find orders' });
		const action = actionOf(server);
		expect(action).toMatchObject({ type: 'action_external', label: 'n8n: Find orders' });
		expect(String(action.config.url)).toMatch(
			/^http:[^?]+\/webhook\/[^?]+\/live\?n8n_secret=[0-9a-f]{64}$/,
		);
		expect([reminder, followUp, reception].map(actionIdsOf)).toEqual([
			[...first, action.id],
			[...second, action.id],
			[],
		]);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
		expect(server.staticDataOf(workflow.id)).toEqual({ 'node:Live Trigger': {} });
	});

	test('is updated when it is edited, and has the new name and fields', async () => {
		const workflow = await publishAction();
		const changed = edited(workflow, {
			agents: [followUp, reception],
			actionName: 'look_up',
			actionDescription: 'Always.',
			inputFields: inputFields({ name: 'customer', type: 'integer' }),
			speakOnSend: 'Wait.',
		});
		await server.activate({ ...changed, name: 'Renamed' }, 'update');
		const action = actionOf(server);
		expect(action.label).toBe('n8n: Renamed');
		expect(action.config).toMatchObject({
			name: 'look_up',
			description: 'Always.',
			input_schema: { properties: { customer: { type: 'integer' } } },
			speak_on_send: simulator.switches.speakOn === 'text' ? 'Wait.' : true,
			speak_on_receive: simulator.switches.speakOn === 'text' ? '' : true,
		});
		expect(actionIdsOf(reminder)).not.toContain(action.id);
		expect([followUp, reception].map((id) => actionIdsOf(id).at(-1))).toEqual([
			action.id,
			action.id,
		]);
		await ask(server, { parameters: { customer: 7 }, signature: 'valid' });
		expect(simulator.liveRequests.at(-1)?.status).toBe(200);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('becomes a caller lookup, and the reverse', async () => {
		const workflow = await publishAction();
		const lookup = edited(workflow, { requestType: 'callerLookup' });
		await server.activate(lookup, 'update');
		expect(actionsTo(server)).toEqual([]);
		expect(endpointOf(reminder)).toContain(server.url);
		await server.activate(workflow, 'update');
		expect(endpointOf(reminder)).toBeNull();
		expect(actionIdsOf(reminder)).toContain(actionOf(server).id);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('of a trigger that was renamed is there once', async () => {
		const workflow = await publishAction();
		const [node, ...others] = workflow.nodes;
		await server.activate(
			{ ...workflow, nodes: [{ ...node, name: 'Asked' }, ...others] },
			'update',
		);
		await ask(server);
		await server.settled();
		expect(server.executions.map((execution) => execution.node)).toEqual(['Asked']);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});
});

describe('an action', () => {
	test('that is published again is as it was, and nothing is written', async () => {
		server = await startServer({ generation: 1 });
		await publishAction({ speakOnSend: 'Wait.' });
		const before = liveSettings();
		const from = simulator.requests.length;
		server.kill();
		await server.restart();
		expect(simulator.requests.length).toBeGreaterThan(from);
		expect(writes(from)).toEqual([]);
		expect(liveSettings()).toEqual(before);
	});

	test('keeps its signature secret, its address and its ID when n8n 1 saves a change', async () => {
		server = await startServer({ generation: 1 });
		const workflow = await publishAction();
		const action = environment().actions.get(actionOf(server).id) as StoredObject;
		action.label = 'Changed by hand';
		server.kill();
		await server.restart();
		const { id, label, config } = actionOf(server);
		expect([id, label]).toEqual([action.id, 'n8n: Orders']);
		expect(config).toEqual(action.config);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('is on exactly the chosen agents again when somebody has changed that', async () => {
		server = await startServer({ generation: 1 });
		const workflow = await publishAction();
		const { id } = actionOf(server);
		agentOf(reminder).actions = [];
		agentOf(reception).actions = [id];
		server.kill();
		await server.restart();
		expect([reminder, reception].map(actionIdsOf)).toEqual([[id], []]);
		await server.deactivate(workflow.id);
		expect(actionIdsOf(reminder)).toEqual([]);
	});

	test('that somebody deleted is made again, with its own secret', async () => {
		server = await startServer({ generation: 1 });
		const workflow = await publishAction();
		const { id, config } = actionOf(server);
		environment().actions.delete(id);
		for (const agent of [reminder, followUp]) {
			agentOf(agent).actions = actionIdsOf(agent).filter((action) => action !== id);
		}
		server.kill();
		await server.restart();
		expect(actionOf(server).config.signature_secret).not.toBe(config.signature_secret);
		await ask(server);
		expect(simulator.liveRequests.at(-1)?.status).toBe(200);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('leaves in its place what others add to an agent meanwhile', async () => {
		const other = structuredClone(start.actions[0]);
		environment().add('actions', { ...other, id: 'other' });
		start = liveSettings();
		const workflow = await publishAction();
		const { id } = actionOf(server);
		agentOf(reminder).actions = ['other', ...actionIdsOf(reminder)];
		await server.deactivate(workflow.id);
		expect(actionIdsOf(reminder)).toEqual(['other', ...(start.agents[0].actions as string[])]);
		expect(environment().actions.has(id)).toBe(false);
	});

	test('added by somebody between two requests of n8n is kept', async () => {
		environment().add('actions', { ...structuredClone(start.actions[0]), id: 'other' });
		simulator.faults.add({
			match: ({ operationId }) => {
				if (operationId === 'createAction') {
					agentOf(followUp).actions = ['other', ...(start.agents[1].actions as string[])];
				}
				return false;
			},
		});
		await publishAction();
		expect(actionIdsOf(followUp)).toEqual([
			'other',
			...(start.agents[1].actions as string[]),
			actionOf(server).id,
		]);
	});

	test('goes from the agents that are left when one was deleted', async () => {
		const [extra] = environment().addAgents(1);
		start = liveSettings();
		const workflow = await publishAction({ agents: [extra.id, reminder] });
		environment().agents.delete(extra.id);
		await server.deactivate(workflow.id);
		start.agents = start.agents.filter(({ id }) => id !== extra.id);
		expect(liveSettings()).toEqual(start);
	});

	test('that was deleted before leaves no error', async () => {
		const workflow = await publishAction();
		const { id } = actionOf(server);
		environment().actions.delete(id);
		for (const agent of [reminder, followUp]) {
			agentOf(agent).actions = actionIdsOf(agent).filter((action) => action !== id);
		}
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('is found beyond the first page', async () => {
		const [template] = start.actions;
		for (let count = 0; count < 120; count += 1) {
			environment().add('actions', { ...structuredClone(template), id: `other-${count}` });
		}
		environment().addAgents(120);
		start = liveSettings();
		const last = [...environment().agents.keys()].at(-1) as string;
		const workflow = await publishAction({ agents: [last] });
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('of two workflows on the same agent, each goes by itself', async () => {
		const first = await publishAction({ actionName: 'first' });
		const second = await publishAction({ actionName: 'second' });
		await placeAskingCall(server, reminder, '07', { order_number: '7' });
		expect(server.executions.map(({ workflowId }) => workflowId)).toEqual([
			first.id,
			second.id,
		]);
		await server.deactivate(first.id);
		expect(actionIdsOf(reminder).at(-1)).toBe(actionOf(server).id);
		await server.deactivate(second.id);
		expect(liveSettings()).toEqual(start);
	});

	test.each([
		['Agent Names or IDs', { agents: [] }],
		['Action Name', { actionName: '' }],
		['When to Use It', { actionDescription: ' ' }],
		['Input Fields: Name', { inputFields: inputFields({ name: '' }) }],
		['Input Fields', { inputFields: inputFields({ name: 'a' }, { name: 'a' }) }],
		['Input Schema (JSON)', { specifyInput: 'schema', inputSchema: '{ "type": "array" }' }],
		['Input Schema (JSON)', { specifyInput: 'schema', inputSchema: '{' }],
	])("without a good '%s' is not made", async (label, parameters) => {
		const workflow = liveWorkflow(actionTrigger({ agents: [reminder], ...parameters }));
		expect((await failureOf(server.activate(workflow))).message).toContain(`'${label}'`);
		expect(writes()).toEqual([]);
		expect(liveSettings()).toEqual(start);
	});

	test.each<[string, object, string]>([
		['an unknown type', { properties: { a: { type: 'strin' } } }, 'unknown type "strin"'],
		['no properties', {}, 'without "properties"'],
		[
			'an object without properties',
			{ properties: { a: { type: 'object' } } },
			"'a' as an object",
		],
		[
			'required inside of a property',
			{ properties: { a: { type: 'string', required: true } } },
			'"required": ["a"] next to',
		],
		['required that is no list', { properties: { a: {} }, required: 'a' }, 'a list of them'],
		['required of nothing', { properties: { a: {} }, required: ['b'] }, 'its properties'],
		['what agents say', { properties: { user_message: {} } }, "named 'user_message'"],
		['a title', { properties: { title: { type: 'string' } } }, "named 'title'"],
	])(
		'with a schema that no agent can be built from is not made: %s',
		async (_what, part, text) => {
			const inputSchema = JSON.stringify({ type: 'object', ...part });
			const node = actionTrigger({ agents: [reminder], specifyInput: 'schema', inputSchema });
			const { message } = await failureOf(server.activate(liveWorkflow(node)));
			expect(message).toContain("'Input Schema (JSON)'");
			expect(message).toContain(text);
			expect(message).toMatch(/Write |Give it another name/);
			expect(liveSettings()).toEqual(start);
		},
	);

	test.each([
		['find order', 'find_order'],
		['"Größe"', 'Gro_e'],
		['x'.repeat(65), 'x'.repeat(64)],
		['查询', 'for example find_order'],
	])('named %s is not made, and the message has a name that works', async (actionName, name) => {
		const node = actionTrigger({ agents: [reminder], actionName });
		const { message } = await failureOf(server.activate(liveWorkflow(node)));
		expect(message).toContain("'Action Name' may have letters");
		expect(message).toMatch(new RegExp(`Write ${name}$`));
		expect(writes()).toEqual([]);
	});

	test('of a name that an agent has already is not made, and the message names the other', async () => {
		await publishAction({}, { name: 'First' });
		const before = liveSettings();
		const second = liveWorkflow(actionTrigger({ agents: [reception, reminder] }));
		const { message } = await failureOf(server.activate(second));
		expect(message).toMatch(
			/^Agent '[^']+' has another action named 'find_order': 'n8n: First', http:/,
		);
		expect(message).toContain("Change 'Action Name'");
		expect(message).not.toContain('n8n_secret');
		expect(liveSettings()).toEqual(before);
		const free = await publishAction({ agents: [reception] });
		await server.deactivate(free.id);
		expect(liveSettings()).toEqual(before);
	});

	test.each<[string, () => void]>([
		['the description', () => void (simulator.quirks.descriptionLength = 30)],
		['the URL', () => void (simulator.quirks.storedUrl = (url) => url.replace(/\?.*/, ''))],
	])('of which Fluents.ai does not keep %s is taken back', async (part, cut) => {
		cut();
		const node = actionTrigger({ agents: [reminder, followUp] });
		const { message } = await failureOf(server.activate(liveWorkflow(node)));
		expect(message).toContain(`Fluents.ai changed ${part} of the action`);
		expect(liveSettings()).toEqual(start);
	});

	test('of thirty agents is put in and taken out in time', async () => {
		const ids = environment()
			.addAgents(30)
			.map(({ id }) => id);
		start = liveSettings();
		// A fifth of the time that a slow answer takes, and of the time that n8n gives.
		simulator.faults.add({ delayMs: 100, times: Infinity });
		const begun = Date.now();
		const workflow = await publishAction({ agents: ids });
		expect(Date.now() - begun).toBeLessThan(8_000);
		await server.deactivate(workflow.id);
		expect(Date.now() - begun).toBeLessThan(16_800);
		expect(liveSettings()).toEqual(start);
	});

	test('says nothing after the answer only where that was chosen', async () => {
		await publishAction({ options: { silentAfter: true }, speakOnReceive: 'Here it is.' });
		const isText = simulator.switches.speakOn === 'text';
		expect(actionOf(server).config.speak_on_receive).toBe(isText ? '' : false);
	});

	test.each([
		['text', ''],
		['boolean', true],
	])('is written at once in the form that the environment has: %s', async (speakOn, receive) => {
		Object.assign(simulator.switches, { speakOn });
		await publishAction();
		expect(actionOf(server).config.speak_on_receive).toBe(receive);
		expect(writes().filter((id) => id === 'createAction')).toHaveLength(1);
	});

	test.each([
		['an agent that does not exist', { agents: ['00000000-0000-4000-8000-000000000000'] }],
		['another environment', { options: { requiredEnvironment: 'production' } }],
		['an address that cannot be reached', { options: { allowUnreachableUrl: false } }],
	])('for %s is not made', async (_what, parameters) => {
		const workflow = liveWorkflow(actionTrigger({ agents: [reminder], ...parameters }));
		await failureOf(server.activate(workflow));
		expect(writes()).toEqual([]);
		expect(liveSettings()).toEqual(start);
	});

	test('that cannot be given to the second agent is not given to the first', async () => {
		const { length } = writes();
		const second: Fault = {
			operationId: 'updateAgent',
			match: ({ query }) => (query as { id?: string }).id === followUp,
			status: 400,
			times: Infinity,
		};
		simulator.faults.add(second);
		await failureOf(
			server.activate(liveWorkflow(actionTrigger({ agents: [reminder, followUp] }))),
		);
		expect(writes().length).toBeGreaterThan(length);
		expect(liveSettings()).toEqual(start);
	});

	test('of an answer that was lost is made once', async () => {
		simulator.faults.add({ operationId: 'createAction', when: 'after', reset: true });
		const workflow = await publishAction();
		expect(actionsTo(server)).toHaveLength(1);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('has its secrets in no error, no log and no output of the node Fluents.ai', async () => {
		const secrets: string[] = [];
		const repeating: Fault = { operationId: 'createAction', status: 400, times: Infinity };
		repeating.match = ({ body }) => {
			const { config } = body as { config: { url: string } };
			secrets.push(String(new URL(config.url).searchParams.get('n8n_secret')));
			repeating.body = { message: `Bad url ${config.url}`, error: JSON.stringify(body) };
			return true;
		};
		simulator.faults.add(repeating);
		const error = await failureOf(
			server.activate(liveWorkflow(actionTrigger({ agents: [reminder] }))),
		);
		simulator.faults.clear();
		await publishAction();
		const lookup = await publishLookup({ ifAttached: 'replace' });
		await server.listen(lookup);
		const { config } = actionOf(server);
		secrets.push(String(new URL(String(config.url)).searchParams.get('n8n_secret')));
		secrets.push(String(config.signature_secret));
		const endpoint = decodeURIComponent(String(endpointOf(reminder)));
		secrets.push(...[...endpoint.matchAll(/[/:]([\w-]{22})(?![\w-])/g)].map(([, one]) => one));

		const runs = await Promise.all([
			runNode({
				resource: 'agent',
				operation: 'get',
				agentId: byId(reminder),
				simplify: false,
			}),
			runNode({ resource: 'agent', operation: 'getAll', returnAll: true, simplify: false }),
			runNode({ resource: 'action', operation: 'getAll', returnAll: true, simplify: false }),
		]);
		for (const run of runs) expect([run.error, run.json.length > 0]).toEqual([undefined, true]);
		const told = JSON.stringify([
			{ ...error, message: error.message, stack: error.stack, cause: error.cause },
			server.log,
			runs.map(({ items }) => items),
		]);
		expect(told).toContain('Bad url');
		expect(told).toContain('n8n_secret');
		expect(secrets.length).toBeGreaterThan(4);
		for (const secret of new Set(secrets))
			expect([secret, told.includes(secret)]).toEqual([secret, false]);
	});
});

describe.each([
	['speakOn', 'text'],
	['speakOn', 'boolean'],
	['updateBody', 'partial'],
	['updateBody', 'full'],
	['listReferences', 'ids'],
	['listReferences', 'objects'],
])('with the switch %s on %s', (name, value) => {
	test('everything is put in and taken out', async () => {
		Object.assign(simulator.switches, { [name]: value });
		const action = await publishAction({ speakOnSend: 'Wait.' });
		const lookup = await publishLookup({
			agents: [reminder, reception],
			ifAttached: 'replace',
		});
		const { speak_on_send: before, speak_on_receive: after } = actionOf(server).config;
		const isText = simulator.switches.speakOn === 'text';
		expect([before, after]).toEqual(isText ? ['Wait.', ''] : [true, true]);
		await server.activate(
			edited(action, { speakOnSend: '', speakOnReceive: 'Now.' }),
			'update',
		);
		const now = actionOf(server).config;
		expect([now.speak_on_send, now.speak_on_receive]).toEqual(
			isText ? ['', 'Now.'] : [false, true],
		);
		await server.deactivate(action.id);
		await server.deactivate(lookup.id);
		expect(liveSettings()).toEqual(start);
	});
});

describe('a caller lookup', () => {
	test('is the context endpoint of exactly the chosen agents', async () => {
		const workflow = await publishLookup({ agents: [reminder, followUp] });
		expect(endpointOf(reminder)).toMatch(
			/\/webhook\/[0-9a-f-]{36}\/[\w-]{22}\?n8n=[\w-]{18}p$/,
		);
		expect(endpointOf(followUp)).toBe(endpointOf(reminder));
		expect(endpointOf(reception)).toBe(start.agents[2].context_endpoint);
		await server.activate(edited(workflow, { agents: [followUp] }), 'update');
		expect(endpointOf(reminder)).toBeNull();
		expect(endpointOf(followUp)).toContain(server.url);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('for an agent that has one of somebody else is refused, which names it without its query', async () => {
		agentOf(reception).context_endpoint = 'https://crm.example.com/who?token=theirs';
		start = liveSettings();
		const workflow = liveWorkflow(lookupTrigger({ agents: [reminder, reception] }));
		const { message } = await failureOf(server.activate(workflow));
		expect(message).toContain(
			"Agent 'Reception' has another context endpoint already: https://crm.example.com/who",
		);
		expect(message).toContain('If the Agent Has an Endpoint');
		expect(message).not.toContain('theirs');
		expect(liveSettings()).toEqual(start);
	});

	test.each([
		'https://crm.example.com/who?token=a%20b&x=1#part',
		'https://crm.example.com/who?n8n_secret=mine&n8n_previous=no',
		'https://crm.example.com/wer?name=Zoë&q=a+b%2Bc',
		'no address at all: %41 ü?',
		'https://crm.example.com/%7Bid%7D/{id}',
	])('gives back to the letter what was there: %s', async (foreign) => {
		agentOf(reception).context_endpoint = foreign;
		start = liveSettings();
		const replace = { agents: [reception], ifAttached: 'replace' };
		const workflow = await publishLookup(replace);
		expect(endpointOf(reception)).toContain('?was=');
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('lets alone what somebody has set meanwhile', async () => {
		const workflow = await publishLookup();
		agentOf(reminder).context_endpoint = 'https://new.example.com/';
		await server.deactivate(workflow.id);
		expect(endpointOf(reminder)).toBe('https://new.example.com/');
	});

	test('stays when n8n 1 starts, and comes back when somebody took it off', async () => {
		server = await startServer({ generation: 1 });
		const workflow = await publishLookup({ agents: [reminder, followUp] });
		const before = liveSettings();
		const from = simulator.requests.length;
		server.kill();
		await server.restart();
		expect(writes(from)).toEqual([]);
		agentOf(followUp).context_endpoint = null;
		server.kill();
		await server.restart();
		expect(liveSettings()).toEqual(before);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('goes from the agents that are left when one was deleted', async () => {
		const [extra] = environment().addAgents(1);
		start = liveSettings();
		const workflow = await publishLookup({ agents: [extra.id, reminder] });
		environment().agents.delete(extra.id);
		await server.deactivate(workflow.id);
		start.agents = start.agents.filter(({ id }) => id !== extra.id);
		expect(liveSettings()).toEqual(start);
	});

	test.each<[string, () => string]>([
		['of another workflow', () => String(endpointOf(reminder))],
		['that is long', () => `https://crm.example.com/${'x'.repeat(100)}`],
	])('in the place of one %s would be too long to be kept', async (_what, other) => {
		await publishLookup();
		agentOf(reception).context_endpoint = other();
		const before = liveSettings();
		const replace = { agents: [reception], ifAttached: 'replace' };
		const { message } = await failureOf(server.activate(liveWorkflow(lookupTrigger(replace))));
		expect(message).toMatch(
			/^What agent 'Reception' has as its context endpoint cannot be kept/,
		);
		expect(message).toContain('200 at most');
		expect(liveSettings()).toEqual(before);
	});

	test('of a second workflow is refused unless it may replace the first', async () => {
		await publishLookup();
		const before = liveSettings();
		const second = liveWorkflow(lookupTrigger({ agents: [reminder] }));
		const { message } = await failureOf(server.activate(second));
		expect(message).toContain('has another context endpoint already');
		expect(message).not.toContain('n8n_secret');
		expect(liveSettings()).toEqual(before);
	});
});

describe('a copy with the same address', () => {
	test.each([
		['action', publishAction],
		['caller lookup', publishLookup],
	])('is refused by n8n 2, and harms nothing: %s', async (_what, publishIt) => {
		const workflow = await publishIt();
		const before = liveSettings();
		const error = await failureOf(server.activate({ ...workflow, id: 'copy' }));
		expect(error.name).toBe('WebhookPathTakenError');
		expect(liveSettings()).toEqual(before);
	});

	test.each([
		['action', publishAction],
		['caller lookup', publishLookup],
	])('takes over in n8n 1, and leaves nothing: %s', async (_what, publishIt) => {
		server = await startServer({ generation: 1 });
		const workflow = await publishIt();
		const copy = { ...workflow, id: 'copy' };
		await server.activate(copy);
		await server.deactivate(workflow.id);
		await server.deactivate(copy.id);
		expect(liveSettings()).toEqual(start);
	});
});

describe.each([
	['action', () => actionTrigger({ agents: [reminder, followUp] })],
	[
		'caller lookup',
		() => lookupTrigger({ agents: [reminder, reception], ifAttached: 'replace' }),
	],
] as const)('listening in the editor: %s', (kind, make) => {
	/** The agent asks, by its action or for a caller. */
	const askFor = async (workflow: SavedWorkflow) => {
		if (kind === 'caller lookup') {
			const url = String(endpointOf(reminder));
			return (await send(`${url}&phone_number=12025550101`)).data;
		}
		const [id] = actionIdsOf(reminder).slice(-1);
		const parameters = { order_number: '7' };
		expect(workflow.nodes).toHaveLength(2);
		return (await simulator.ask({ action: id, parameters })).answer;
	};
	const answer = kind === 'action' ? { result: { found: true } } : { found: 'true' };
	const modes = () => server.executions.map(({ mode }) => mode);

	test('answers one question, and leaves nothing', async () => {
		const workflow = liveWorkflow(make());
		await server.listen(workflow);
		expect(await askFor(workflow)).toEqual(answer);
		await server.settled();
		expect(modes()).toEqual(['manual']);
		expect(liveSettings()).toEqual(start);
	});

	test('beside the published workflow, which answers again afterwards', async () => {
		const workflow = await publish(make());
		const before = liveSettings();
		await server.listen(workflow);
		expect(await askFor(workflow)).toEqual(answer);
		await server.settled();
		expect(liveSettings()).toEqual(before);
		expect(await askFor(workflow)).toEqual(answer);
		await server.settled();
		expect(modes()).toEqual(['manual', 'webhook']);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('goes on while the workflow is unpublished', async () => {
		const workflow = await publish(make());
		await server.listen(workflow);
		await server.deactivate(workflow.id);
		expect(await askFor(workflow)).toEqual(answer);
		await server.settled();
		expect(modes()).toEqual(['manual']);
		expect(liveSettings()).toEqual(start);
	});

	test('is ended by publishing, which nobody notices when it is stopped', async () => {
		const workflow = liveWorkflow(make());
		await server.listen(workflow);
		await server.activate(workflow);
		await server.stopListening(workflow.id);
		expect(await askFor(workflow)).toEqual(answer);
		await server.settled();
		expect(modes()).toEqual(['webhook']);
		await server.deactivate(workflow.id);
		expect(liveSettings()).toEqual(start);
	});

	test('with other agents gives each back what it had', async () => {
		const workflow = await publish(make());
		const before = liveSettings();
		const changed = edited(workflow, { agents: [followUp, reception], ifAttached: 'replace' });
		await server.listen(changed);
		await server.stopListening(changed.id);
		expect(liveSettings()).toEqual(before);
	});

	test('that n8n was killed in leaves nothing once the workflow is tried again or published', async () => {
		const workflow = liveWorkflow(make());
		for (const next of [
			async () => {
				await server.listen(workflow);
				await server.stopListening(workflow.id);
			},
			async () => {
				await server.activate(workflow);
				await server.deactivate(workflow.id);
			},
		]) {
			await server.listen(workflow);
			server.kill();
			await next();
			expect(liveSettings()).toEqual(start);
		}
	});

	test('may have other addresses than production, as in queue mode', async () => {
		// The name of a second host leaves no room for what an agent had before.
		const workflow = edited(liveWorkflow(make()), { agents: [reminder] });
		await server.activate(workflow);
		const before = liveSettings();
		const own = server.url;
		server.webhookUrl = own.replace('127.0.0.1', 'localhost');
		await server.listen(workflow);
		expect(await askFor(workflow)).toEqual(answer);
		await server.settled();
		expect(modes()).toEqual(['manual']);
		expect(liveSettings()).toEqual(before);
	});
});

test('an agent that asks is refused while n8n has not gone on after it was killed in publishing', async () => {
	const workflow = liveWorkflow(actionTrigger({ agents: [reminder] }));
	const match = ({ operationId }: { operationId?: string }) => {
		if (operationId === 'updateAgent') server.kill();
		return false;
	};
	simulator.faults.add({ match });
	await expect(server.activate(workflow)).rejects.toThrow('n8n was killed');
	simulator.faults.clear();
	expect((await ask(server)).status).toBe(401);
	await server.restart();
	expect(await ask(server)).toMatchObject({ status: 200, answer: { result: { found: true } } });
	await server.deactivate(workflow.id);
	expect(liveSettings()).toEqual(start);
});

test('a key that was revoked is told, and a good one tidies up', async () => {
	const action = await publishAction();
	const lookup = await publishLookup();
	server.credentials = { fluentsAiApi: credentialFor('default', { apiKey: 'sim_revoked_key' }) };
	for (const { id } of [action, lookup]) {
		expect(await failureOf(server.deactivate(id))).toMatchObject({ httpCode: '401' });
	}
	server.credentials = { fluentsAiApi: credentialFor() };
	await tidyUp(server, [action, lookup]);
	expect(liveSettings()).toEqual(start);
});
