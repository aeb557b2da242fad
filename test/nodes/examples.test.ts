import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NodeHelpers } from 'n8n-workflow';
import type { IDataObject, INode, INodeParameters, INodeProperties, IRun } from 'n8n-workflow';

import { findOperation } from '../../nodes/FluentsAi/resources';
import { outputOf, Tables, type WorkflowJson } from '../../engine';
import type { RequestRecord } from '../../simulator';
import { clock, credentialFor, engine, FLUENTS_AI, simulator } from '../support/harness';
import {
	FLUENTS_AI_LIVE_TRIGGER,
	liveSettings,
	placeAskingCall,
	spokenIn,
} from '../support/liveHarness';
import { FLUENTS_AI_TRIGGER, outputs, placeCall, startServer } from '../support/triggerHarness';

const folder = resolve(__dirname, '../../examples');
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const textOf = (file: string) => readFileSync(resolve(folder, file), 'utf8');
const read = (file: string) => JSON.parse(textOf(file)) as WorkflowJson;

const TOOL = `${FLUENTS_AI}Tool`;
const OWN = [FLUENTS_AI, TOOL, FLUENTS_AI_TRIGGER, FLUENTS_AI_LIVE_TRIGGER];
const isOwn = ({ type }: INode) => OWN.includes(type);
const operationOf = ({ parameters: { resource, operation } }: INode) =>
	findOperation(String(resource), String(operation));

beforeEach(() => {
	simulator.reset();
	engine.tables = new Tables();
});

interface ExampleRun {
	run: IRun;
	/** What was asked of Fluents.ai, reads left out. */
	changes: RequestRecord[];
	/** Nodes that ran, the trigger first. */
	ran: string[];
}

const credentials = () => ({
	fluentsAiApi: credentialFor(),
	'Fluents.ai staging': credentialFor('staging'),
});

/** Runs a workflow to its end; looks at calls every second to be quick. */
async function runExample(json: WorkflowJson): Promise<ExampleRun> {
	const nodes = json.nodes.map((node) =>
		node.parameters.operation === 'createAndWait'
			? withParameters(node, {
					options: { ...(node.parameters.options as IDataObject), pollInterval: 1 },
				})
			: node,
	);
	const before = simulator.requests.length;
	const run = await engine.run(
		{ ...json, nodes, settings: { ...json.settings, timezone: 'Etc/UTC' } },
		{ credentials: credentials() },
	);
	expect(run.data.resultData.error).toBeUndefined();
	return {
		run,
		changes: simulator.requests.slice(before).filter(({ method }) => method !== 'GET'),
		ran: Object.keys(run.data.resultData.runData),
	};
}

function withParameters(node: INode, parameters: INode['parameters']): INode {
	return { ...node, parameters: { ...node.parameters, ...parameters } };
}

/** The workflow with Place instead of Dry Run. */
function placingCalls(json: WorkflowJson): WorkflowJson {
	const nodes = json.nodes.map((node) =>
		node.parameters.calls === 'dryRun' ? withParameters(node, { calls: 'place' }) : node,
	);
	return { ...json, nodes };
}

const environment = () => simulator.environment('default');
const dialled = () => Object.fromEntries(simulator.dialled);

const DAY = 24 * 60 * 60_000;

/** Adds calls that ended yesterday at noon. */
function addYesterdaysCalls(...calls: IDataObject[]): string[] {
	const start = Math.floor(Date.now() / DAY) * DAY - DAY / 2;
	return calls.map((fields) => {
		const times = { start_time: start, end_time: start + 90_000 };
		return environment().addCalls(1, { ...times, ...fields })[0].id;
	});
}

describe.each(files)('%s', (file) => {
	const { name, nodes, connections, pinData = {} } = read(file);
	const own = nodes.filter(isOwn);

	test('has a name and says what it is for and what to set', () => {
		expect(name).toBeTruthy();
		const [note] = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		expect(note.parameters.content).toMatch(/^## .+\n[^]+\n### Setup\n1\. /);
		const writes = own.some((node) => operationOf(node)?.kind !== 'read');
		if (writes) expect(note.parameters.content).toContain('*Required Environment*');
		const dials = own.some(({ parameters: { resource, operation } }) =>
			/^call create/.test(`${String(resource)} ${String(operation)}`),
		);
		if (dials) expect(note.parameters.content).toContain('costs money');
	});

	test('has nodes that stand by themselves and are connected', () => {
		const names = nodes.map((node) => node.name);
		expect(new Set(names).size).toBe(names.length);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(names.length);
		const targets = Object.values(connections).flatMap((outputs) =>
			Object.values(outputs).flatMap((ends) => ends.flatMap((end) => end ?? [])),
		);
		const connected = [...Object.keys(connections), ...targets.map(({ node }) => node)];
		const shown = nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
		expect(new Set(connected)).toEqual(new Set(shown.map((node) => node.name)));
		expect(names).toEqual(expect.arrayContaining(Object.keys(pinData)));
	});

	test('uses the node as it is', () => {
		expect(own.length).toBeGreaterThan(0);
		for (const node of own) {
			const { descriptionType, toolDescription, ...parameters } = node.parameters;
			if (node.type === TOOL)
				expect([descriptionType, !toolDescription]).toEqual(['manual', false]);
			else expect([descriptionType, toolDescription]).toEqual([undefined, undefined]);

			const type = node.type === TOOL ? FLUENTS_AI : node.type;
			const { description } = engine.nodeType(type);
			const { properties } = description;
			const { resource, operation, ...fields } = parameters;
			const known = type === FLUENTS_AI ? operationOf(node)!.properties : properties;
			expect([node.name, unknownFields(known, fields)]).toEqual([node.name, []]);
			const plain = { ...node, parameters };
			expect([
				node.name,
				NodeHelpers.getNodeParametersIssues(properties, plain, description),
			]).toEqual([node.name, null]);
		}
	});

	test('repeats nothing but reads, and calls with keys from data', () => {
		for (const node of own) {
			const { callKey } = (node.parameters.options ?? {}) as IDataObject;
			const repeatable = operationOf(node)?.kind === 'read' || callKey !== undefined;
			expect([node.name, repeatable || node.retryOnFail !== true]).toEqual([node.name, true]);
		}
	});

	test('holds neither secrets nor numbers of real people', () => {
		const references = [
			{ id: 'fluentsai-demo', name: 'Fluents.ai default' },
			{ id: 'fluentsai-demo-staging', name: 'Fluents.ai staging' },
		];
		for (const { name: of, credentials, ...node } of nodes) {
			const own = isOwn(node as INode);
			expect([of, Object.keys(credentials ?? {})]).toEqual([of, own ? ['fluentsAiApi'] : []]);
			if (own) expect(references).toContainEqual(credentials?.fluentsAiApi);
		}
		const text = textOf(file);
		expect(text).not.toMatch(/\bsk[-_]|bearer |api.?key|password|secret|token/i);
		const numbers =
			text.match(
				/\+\d[\d\s().-]{8,}|\b00\d[\d\s().-]{8,}|\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b/g,
			) ?? [];
		for (const number of numbers) expect(number.replace(/\D/g, '')).toMatch(/55501\d\d$/);
	});
});

/** Paths of fields that an operation does not have, e.g. `options.batch`. */
function unknownFields(known: INodeProperties[], given: IDataObject, path = ''): string[] {
	return Object.entries(given).flatMap(([name, value]) => {
		const field = known.find((property) => property.name === name);
		if (!field) return [path + name];
		const inside = (value ?? {}) as IDataObject;
		if (field.type === 'collection') {
			return unknownFields(field.options as INodeProperties[], inside, `${path}${name}.`);
		}
		if (field.type !== 'fixedCollection') return [];
		return Object.entries(inside).flatMap(([group, entries]) => {
			const values = (
				field.options as Array<{ name: string; values: INodeProperties[] }>
			).find((option) => option.name === group)?.values;
			const where = `${path}${name}.${group}`;
			if (!values) return [where];
			return [entries]
				.flat()
				.flatMap((entry) => unknownFields(values, entry as IDataObject, `${where}.`));
		});
	});
}

test('call-people-and-wait.json begins with a dry run, which calls nobody', async () => {
	const { run, changes, ran } = await runExample(read('call-people-and-wait.json'));
	expect(changes).toEqual([]);
	expect(dialled()).toEqual({});
	const verdicts = outputOf(run, 'Call and Wait').map(({ json }) => [
		json.would_call,
		json.to_number,
	]);
	expect(verdicts).toEqual([
		[true, '+12125550101'],
		[true, '+12125550102'],
		[true, '+12125550103'],
	]);
	expect(ran.at(-1)).toBe('Called');
});

test('call-people-and-wait.json calls all three and fetches a recording', async () => {
	const { run, changes } = await runExample(placingCalls(read('call-people-and-wait.json')));

	expect(dialled()).toEqual({ '+12125550101': 1, '+12125550102': 1, '+12125550103': 1 });
	expect(new Set(changes.map(({ path }) => path))).toEqual(new Set(['/v1/calls/create']));
	expect(outputOf(run, 'Get Transcripts').map(({ json }) => json.outcome)).toEqual([
		'answered',
		'no_answer',
		'voicemail',
	]);
	expect(outputOf(run, 'Get Recording')[0].binary?.data.mimeType).toBe('audio/mpeg');
});

test('reminder-calls-from-sheet.json calls open rows and explains those it did not', async () => {
	const { run } = await runExample(read('reminder-calls-from-sheet.json'));

	expect(dialled()).toEqual({ '+12125550101': 1, '+12125550102': 1 });
	const called = outputOf(run, 'Call and Wait');
	expect(called.map(({ json }) => json.outcome)).toEqual(['answered', 'no_answer']);
	// The name and the date of the row reach the conversation.
	expect(called[0].json.transcript).toMatch(/Hello Anna.+[^]+Tuesday at ten/);
	const notCalled = outputOf(run, 'Call and Wait', 1);
	expect(notCalled.map(({ json }) => json.error)).toEqual([
		expect.stringContaining("'To Number' has no country code: '212 555 0103'"),
	]);
	// Write Reason finds the row by this link.
	expect(notCalled[0].pairedItem).toEqual({ item: 2 });
});

test('reminder-calls-from-sheet.json calls nobody when all rows have a status', async () => {
	const json = read('reminder-calls-from-sheet.json');
	for (const { json: row } of json.pinData!['Get Rows']) row.Status = 'ended';
	const { changes, ran } = await runExample(json);

	expect(changes).toEqual([]);
	expect(ran).toEqual(['Weekdays at Ten', 'Get Rows', 'Not Called Yet']);
});

const HOURS = 'calls-within-calling-hours.json';

/** An example with calling hours, where those are everywhere now or nowhere. */
function withHours(file: string, isOpen: boolean): WorkflowJson {
	const json = read(file);
	const minutes = Math.floor(Date.now() / 60_000) - 2;
	const timeOf = (minute: number) => new Date(minute * 60_000).toISOString().slice(11, 16);
	const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
	const hours = isOpen
		? { days, opensAt: '00:00', closesAt: '24:00' }
		: { days, opensAt: timeOf(minutes), closesAt: timeOf(minutes + 1), timezone: 'UTC' };
	const nodes = json.nodes.map((node) => {
		if (!isOwn(node)) return node;
		const options = node.parameters.options as INodeParameters;
		const { window } = options.callingWindow as { window: INodeParameters };
		// Calls would take as long as the pace of the example says.
		const pacing = { limits: { callsPerMinute: 120, maxConcurrentCalls: 2 } };
		const callingWindow = { window: { ...window, ...hours } };
		return withParameters(node, { options: { ...options, callingWindow, pacing } });
	});
	return { ...json, nodes };
}

test('calls-within-calling-hours.json calls each once, also when it is started again', async () => {
	const { run } = await runExample(withHours(HOURS, true));
	const all = { '+12125550101': 1, '+12125550102': 1, '+12135550103': 1 };
	expect(dialled()).toEqual(all);
	const [first] = outputOf(run, 'Outside of the Hours', 1).map(({ json }) => json);
	expect(first).toMatchObject({ to_number: '+12125550101', outcome: 'answered' });

	const again = await runExample(withHours(HOURS, true));
	expect(again.changes).toEqual([]);
	const calls = outputOf(again.run, 'Outside of the Hours', 1).map(({ json }) => json);
	expect(calls.map(({ duplicate }) => duplicate)).toEqual([true, true, true]);
	expect(calls[0].id).toBe(first.id);
	expect(dialled()).toEqual(all);
});

test('calls-within-calling-hours.json sleeps until the hours begin, and hands everybody in again', async () => {
	const { run, changes } = await runExample(withHours(HOURS, false));
	expect(changes).toEqual([]);
	const given = outputOf(run, 'Outside of the Hours').map(({ json }) => json);
	expect(given.map(({ skipped, Phone }) => [skipped, Phone])).toEqual([
		['outside_window', '+1 (212) 555-0101'],
		['outside_window', '+1 212 555 0102'],
		['outside_window', '+1 213 555 0103'],
	]);
	expect(outputOf(run, 'Outside of the Hours', 1)).toEqual([]);
	expect(run.waitTill?.toISOString()).toBe(given[0].opens_at);
});

test('lead-callback-from-form.json calls the lead at once, with name and topic', async () => {
	const { run, changes, ran } = await runExample(read('lead-callback-from-form.json'));

	expect(dialled()).toEqual({ '+12025550101': 1 });
	expect(changes.at(-1)?.body).toMatchObject({
		from_number: '+14155550100',
		context: { name: 'Grace', topic: 'a demo' },
		on_no_human_answer: 'hangup',
	});
	expect(outputOf(run, 'Call Lead')[0].json.to_number).toBe('+12025550101');
	expect(ran.at(-1)).toBe('Tell Sales: Calling');
});

test.each([
	['+44 20 7946 0101', 'Tell Sales: Other Country'],
	['(202) 555-0101', 'Tell Sales: Other Country'],
	['+1 202', 'Tell Sales: Not Called'],
])('lead-callback-from-form.json does not call %s', async (phone, told) => {
	const json = read('lead-callback-from-form.json');
	json.pinData!['Call Me Back Form'][0].json.Phone = phone;
	const { changes, ran } = await runExample(json);

	expect(changes).toEqual([]);
	expect(ran.at(-1)).toBe(told);
});

test("recordings-to-storage.json fetches yesterday's recordings and no others", async () => {
	const [first, , third] = addYesterdaysCalls(
		{ recording_available: true, to_number: '+12125550141' },
		{ recording_available: false },
		{ recording_available: true, to_number: '+12125550142' },
	);
	const { run, changes } = await runExample(read('recordings-to-storage.json'));

	expect(changes).toEqual([]);
	const day = new Date(Date.now() - DAY).toISOString().slice(0, 10);
	const recordings = outputOf(run, 'Get Recording');
	expect(new Set(recordings.map(({ json }) => json.file_name))).toEqual(
		new Set([`${day}-12125550141-${first}.mp3`, `${day}-12125550142-${third}.mp3`]),
	);
	expect(recordings.map(({ binary }) => binary?.data.mimeType)).toEqual([
		'audio/mpeg',
		'audio/mpeg',
	]);
});

test("nightly-call-report.json reads yesterday's calls that are over", async () => {
	const ids = addYesterdaysCalls({}, { status: 'error', error_message: 'No route' });
	addYesterdaysCalls({ status: 'in_progress' });
	environment().addCalls(1, { start_time: Date.now() });
	const { run, changes } = await runExample(read('nightly-call-report.json'));

	expect(changes).toEqual([]);
	const calls = outputOf(run, "Get Yesterday's Calls");
	expect(new Set(calls.map(({ json }) => json.id))).toEqual(new Set(ids));
	expect(new Set(calls.map(({ json }) => json.duration_seconds))).toEqual(new Set([90]));
});

test('nightly-call-report.json reports a day without calls too', async () => {
	const { ran } = await runExample(read('nightly-call-report.json'));

	expect(ran.at(-1)).toBe('Send Report');
});

test('set-up-agent-for-client.json creates the agent, which then answers the number', async () => {
	const count = () => {
		const { prompts, voices, agents, numbers } = environment();
		return [prompts, voices, agents, numbers].map(({ size }) => size);
	};
	const [prompts, voices, agents, numbers] = count();
	const { run } = await runExample(read('set-up-agent-for-client.json'));

	expect(count()).toEqual([prompts + 1, voices + 1, agents + 1, numbers]);
	const idFrom = (node: string) => String(outputOf(run, node)[0].json.id);
	expect(environment().prompts.get(idFrom('Create Prompt'))).toMatchObject({
		label: 'Hotel Example',
		content: expect.stringContaining('reception of Hotel Example') as string,
	});
	expect(environment().voices.get(idFrom('Create Voice'))).toMatchObject({
		type: 'voice_eleven_labs',
		voice_id: '21m00Tcm4TlvDq8ikWAM',
	});
	expect(environment().agents.get(idFrom('Create Agent'))).toMatchObject({
		name: 'Hotel Example',
		prompt: idFrom('Create Prompt'),
		voice: idFrom('Create Voice'),
		language: 'en',
		enable_recording: true,
	});
	expect(environment().findNumber('+14155550101')).toMatchObject({
		inbound_agent: idFrom('Create Agent'),
		outbound_only: false,
		label: 'Hotel Example',
	});
});

test('set-up-agent-for-client.json creates nothing for a number that is taken', async () => {
	const json = read('set-up-agent-for-client.json');
	const text = JSON.stringify(json).replace('"value":"+14155550101"', '"value":"+14155550100"');
	const { changes, ran } = await runExample(JSON.parse(text) as WorkflowJson);

	expect(changes).toEqual([]);
	expect(ran.at(-1)).toBe('Number Not Free');
});

test('promote-agent.json copies an agent to another environment, and does nothing twice', async () => {
	const staging = simulator.environment('staging');
	const agent = [...staging.agents.values()].find(({ name }) => name === 'Order Follow-up')!;
	const [goodbye, lookUp] = (agent.actions as string[]).map((id) => staging.actions.get(id)!);
	Object.assign(goodbye, { label: 'Wave goodbye' });
	Object.assign(agent, { initial_message: 'Hello from staging.', name: 'Order Desk' });
	const { id: _id, ...settings } = lookUp;
	const live = staging.add('actions', { ...settings, label: 'n8n: Orders' });
	agent.actions = [goodbye.id, lookUp.id, live.id];
	const voices = environment().voices.size;

	const { changes } = await runExample(read('promote-agent.json'));
	expect(new Set(changes.map(({ path }) => path.split('/').at(-1)))).toEqual(
		new Set(['create', 'update']),
	);
	const copy = [...environment().agents.values()].find(({ name }) => name === 'Order Desk')!;
	expect(copy).toMatchObject({ initial_message: 'Hello from staging.', webhook: null });
	const copied = (copy.actions as string[]).map((id) => environment().actions.get(id)!);
	expect(
		copied.map(({ label, type, config }) => [label, type, (config as IDataObject).url]),
	).toEqual([
		['Wave goodbye', goodbye.type, undefined],
		['Look up order', lookUp.type, 'https://staging.example.com/orders'],
	]);
	expect((copied[1].config as IDataObject).signature_secret).not.toBe(
		(lookUp.config as IDataObject).signature_secret,
	);
	expect(environment().voices.size).toBe(voices);
	expect(environment().prompts.get(String(copy.prompt))?.content).toBe(
		staging.prompts.get(String(agent.prompt))?.content,
	);

	const again = await runExample(read('promote-agent.json'));
	expect(again.changes).toEqual([]);
	expect(outputOf(again.run, 'Put Agent')[0].json).toMatchObject({
		id: copy.id,
		upserted: 'unchanged',
	});
});

test('promote-agent.json copies an agent without actions', async () => {
	const staging = simulator.environment('staging');
	for (const agent of staging.agents.values()) agent.actions = [];
	const { run } = await runExample(read('promote-agent.json'));
	expect(outputOf(run, 'Put Action')).toEqual([]);
	const { id } = outputOf(run, 'Put Agent')[0].json;
	expect(environment().agents.get(String(id))?.actions).toEqual([]);
});

const isTrigger = ({ type }: INode) => type === FLUENTS_AI_TRIGGER;

/** Publishes a workflow, calls people with its agent, and returns what its trigger gave. */
async function publishAndCall({ nodes }: WorkflowJson, ...people: string[]) {
	const [{ parameters, ...trigger }] = nodes.filter(isTrigger);
	const options = { ...(parameters.options as IDataObject), allowUnreachableUrl: true };
	const server = await startServer();
	await server.activate({
		id: 'example',
		name: 'Example',
		nodes: [{ ...trigger, parameters: { ...parameters, options } }],
		connections: {},
	});
	const [agent] = parameters.agents as string[];
	for (const to of people) await placeCall(server, agent, { to, context: { name: 'Anna' } });
	await server.deactivate('example');
	return server.executions.flatMap(({ items }) => items);
}

interface Schema {
	properties?: Record<string, Schema>;
}

/** The fields that the editor shows of a trigger before its first run. */
function schemaOf(node: string): Schema {
	const file = resolve(folder, `../nodes/${node}/__schema__/v1.0.0/output.json`);
	return JSON.parse(readFileSync(file, 'utf8')) as Schema;
}

/** Paths of fields that a schema does not have. */
function unknownIn({ properties }: Schema, given: IDataObject): string[] {
	if (!properties) return [];
	return Object.entries(given).flatMap(([name, value]) => {
		if (!properties[name]) return [name];
		const isInside = typeof value === 'object' && value !== null && !Array.isArray(value);
		const inside = isInside ? unknownIn(properties[name], value as IDataObject) : [];
		return inside.map((path) => `${name}.${path}`);
	});
}

/** Names and types of fields, at any depth. */
function typesIn(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(typesIn);
	if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, typesIn(inner)]));
}

test('the schema of the trigger has all fields of a raw call, too', async () => {
	const json = read('outcome-by-language-model.json');
	const nodes = json.nodes.map((node) =>
		isTrigger(node) ? withParameters(node, { call: 'raw' }) : node,
	);
	const [{ json: event }] = await publishAndCall({ ...json, nodes }, '+12125550101');
	expect(event.call).toHaveProperty('stage_outcome');
	expect(unknownIn(schemaOf('FluentsAiTrigger'), event)).toEqual([]);
});

/** Whom to call so that the trigger gives what is pinned to it. */
const triggered: Array<[string, ...string[]]> = [
	['call-events-to-crm-and-chat.json', '+12125550101', '+12125550102', '+12125550104'],
	['do-not-call.json', '+12125550110'],
	['outcome-by-language-model.json', '+12125550101'],
	['transcripts-to-table.json', '+12125550101'],
];

test('every example with a trigger of this package is known here', () => {
	const found = files.filter((file) => read(file).nodes.some(isTrigger));
	expect(found).toEqual(triggered.map(([file]) => file));
});

test.each(triggered)('%s has pinned data as the trigger gives it', async (file, ...people) => {
	const json = read(file);
	for (const agent of environment().agents.values()) {
		agent.run_do_not_call_detection = people.includes('+12125550110');
	}
	const given = await publishAndCall(json, ...people);
	for (const item of given)
		expect(unknownIn(schemaOf('FluentsAiTrigger'), item.json)).toEqual([]);

	const [{ name }] = json.nodes.filter(isTrigger);
	const pinned = json.pinData![name];
	expect(typesIn(given.map((item) => item.json))).toEqual(
		typesIn(pinned.map((item) => item.json)),
	);
	// Relatives of the API send the whole transcript under a longer name.
	const names = given.map((item) => String(item.json.event).replace(/_complete$/, ''));
	expect(names).toEqual(pinned.map((item) => item.json.event));
});

test('call-events-to-crm-and-chat.json writes every outcome, and tells what needs attention', async () => {
	const { run } = await runExample(read('call-events-to-crm-and-chat.json'));

	const records = outputOf(run, 'Make CRM Record').map(({ json }) => json);
	expect(records.map(({ Result, Outcome, Phone }) => [Result, Outcome, Phone])).toEqual([
		['ended', 'answered', '+12125550101'],
		['did not connect', 'no_answer', '+12125550102'],
		['error', 'failed', '+12125550104'],
	]);
	expect(records.map(({ Problem }) => Problem)).toEqual([
		'',
		'',
		'The telephony provider refused the call',
	]);
	expect(outputOf(run, 'Needs Attention').map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 1 },
		{ item: 2 },
	]);
});

test('call-events-to-crm-and-chat.json tells of a call that could not be read', async () => {
	const json = read('call-events-to-crm-and-chat.json');
	const message = 'The database has a problem';
	simulator.faults.add({ operationId: 'getCall', status: 500, body: { message } });
	const items = await publishAndCall(json, '+12125550101');
	const { run } = await runExample({
		...json,
		pinData: { ...json.pinData, 'Call Is Over': items },
	});

	expect(outputOf(run, 'Make CRM Record')[0].json).toMatchObject({
		Result: 'ended',
		Phone: '',
		Problem: message,
	});
	expect(outputOf(run, 'Needs Attention')).toHaveLength(1);
});

test('do-not-call.json calls who is not on the list, and puts on it who asks for that', async () => {
	const json = read('do-not-call.json');
	const called = await runExample(json);
	expect(dialled()).toEqual({ '+12125550101': 1, '+12125550102': 1, '+12125550110': 1 });
	const asked = outputOf(called.run, 'Call').map(({ json: call }) => call.asked_not_to_be_called);
	expect(asked).toEqual([false, null, true]);

	// Without a row in the table, the calls of before tell.
	const again = await runExample(json);
	const skipped = outputOf(again.run, 'Call').map(({ json: call }) => call.skipped);
	expect(skipped).toEqual([undefined, undefined, 'asked_not_to_be_called']);

	const heard = await runExample({
		...json,
		nodes: json.nodes.filter(({ id }) => id !== 'trigger'),
	});
	expect(heard.ran).toEqual(['Call Is Over', 'Asked Not to Be Called', 'Put on the List']);
	const [{ phone }] = engine.tables.rows('Do not call');
	expect(phone).toBe('+12125550110');
	const last = await runExample(json);
	expect(outputOf(last.run, 'Call')).toHaveLength(2);
	expect(dialled()['+12125550110']).toBe(1);
});

const HOUR = 60 * 60_000;

/** The call list at an hour at which everybody may be called, with changes of its node that calls. */
function callList(changes: INodeParameters = {}, isOpen = true): WorkflowJson {
	const json = withHours('call-list.json', isOpen);
	const nodes = json.nodes.map((node) => {
		if (!isOwn(node)) return node;
		const { options, ...others } = changes;
		const own = node.parameters.options as INodeParameters;
		const pacing = { limits: { callsPerMinute: 120, maxConcurrentCalls: 5 } };
		const all = { ...own, pacing, ...(options as INodeParameters) };
		return withParameters(node, { ...others, options: all });
	});
	return { ...json, nodes };
}

/** What stands in the call list, by name: fields with a value alone. */
function listed(...fields: string[]) {
	return Object.fromEntries(
		engine.tables
			.rows('Call list')
			.map((row) => [
				row.name,
				Object.fromEntries(fields.map((field) => [field, row[field]])),
			]),
	);
}

test('call-list.json calls everybody, and again who did not pick up, three times at most', async () => {
	await runExample(callList());
	const once = { '+12125550101': 1, '+13125550102': 1, '+12125550110': 1 };
	expect(dialled()).toEqual(once);
	const fields = ['attempts', 'outcome', 'do_not_call', 'note'];
	expect(listed(...fields)).toEqual({
		Anna: { attempts: 1, outcome: 'answered', do_not_call: null, note: null },
		Ben: { attempts: 1, outcome: 'no_answer', do_not_call: null, note: null },
		Carl: { attempts: 1, outcome: 'answered', do_not_call: true, note: null },
	});
	const inHours = Date.parse(String(listed('next_attempt').Ben.next_attempt)) - Date.now();
	expect(Math.round(inHours / HOUR)).toBe(27);

	await runExample(callList());
	expect(dialled()).toEqual(once);
	for (const attempt of [2, 3, 3]) {
		clock.advance(28 * HOUR);
		await runExample(callList());
		expect(dialled()).toEqual({ ...once, '+13125550102': attempt });
		expect(listed('attempts', 'outcome').Ben).toEqual({
			attempts: attempt,
			outcome: 'no_answer',
		});
	}
});

/** Plays a round of the call list in which the computer dies before the row of somebody is written. */
async function crashBefore(name: string): Promise<void> {
	const { tables } = engine;
	const update = tables.update.bind(tables);
	tables.update = (table, conditions, values) => {
		const [{ keyValue: id }] = conditions;
		const [row] = tables.find(table, [{ keyName: 'id', condition: 'eq', keyValue: id }]);
		if ('attempts' in values && row.name === name) throw new Error('No power');
		return update(table, conditions, values);
	};
	const { data } = await engine.run(callList(), { credentials: credentials() });
	expect(data.resultData.error?.message).toBe('No power');
	tables.update = update;
}

test('call-list.json finds the calls of a round that crashed before it wrote', async () => {
	await crashBefore('Ben');
	const once = dialled();
	expect(listed('attempts')).toEqual({
		Anna: { attempts: 1 },
		Ben: { attempts: null },
		Carl: { attempts: null },
	});

	clock.advance(HOUR);
	const { run } = await runExample(callList());
	expect(dialled()).toEqual(once);
	expect(outputOf(run, 'What Came of It')).toHaveLength(2);
	expect(listed('attempts', 'outcome', 'do_not_call')).toEqual({
		Anna: { attempts: 1, outcome: 'answered', do_not_call: null },
		Ben: { attempts: 1, outcome: 'no_answer', do_not_call: null },
		// Who has asked is left alone before anybody looks for the call.
		Carl: { attempts: null, outcome: null, do_not_call: true },
	});
	clock.advance(28 * HOUR);
	await runExample(callList());
	expect(dialled()).toEqual({ ...once, '+13125550102': 2 });
});

test('call-list.json calls each once in rounds that overlap', async () => {
	await Promise.all([runExample(callList()), runExample(callList())]);
	expect(dialled()).toEqual({ '+12125550101': 1, '+13125550102': 1, '+12125550110': 1 });
	const attempts = ['Anna', 'Ben'].map((name) => listed('attempts')[name].attempts);
	expect(attempts).toEqual([1, 1]);
});

test('call-list.json waits on in the next round for a call that goes on', async () => {
	simulator.callSeconds = 60 * 60;
	await runExample(callList({ options: { maxWait: 1 } }));
	const once = dialled();
	expect(listed('attempts', 'outcome').Anna).toEqual({ attempts: null, outcome: 'in_progress' });

	clock.advance(2 * HOUR);
	await runExample(callList());
	expect(dialled()).toEqual(once);
	expect(listed('attempts', 'outcome').Anna).toEqual({ attempts: 1, outcome: 'answered' });
});

test('call-list.json gives up a call that does not end, and calls nobody again for it', async () => {
	simulator.callSeconds = 60 * 60 * 24 * 7;
	await runExample(callList({ options: { maxWait: 1 } }));
	const once = dialled();
	for (let day = 1; day <= 3; day++) {
		clock.advance(25 * HOUR);
		await runExample(callList({ options: { maxWait: 1 } }));
	}
	expect(dialled()).toEqual(once);
	expect(listed('attempts', 'outcome').Anna).toEqual({ attempts: 1, outcome: 'unknown' });
});

test('call-list.json calls nobody outside of the hours, and says when they begin', async () => {
	const { run, changes } = await runExample(callList({}, false));
	expect(changes).toEqual([]);
	const [{ json: given }] = outputOf(run, 'Call and Wait');
	expect(listed('attempts', 'next_attempt').Anna).toEqual({
		attempts: null,
		next_attempt: given.opens_at,
	});
	await runExample(callList());
	expect(dialled()).toEqual({});
});

test('call-list.json notes why somebody cannot be called, and calls when that is mended', async () => {
	await runExample(callList());
	const [anna] = engine.tables.rows('Call list');
	Object.assign(anna, {
		phone: '212 555 0103',
		outcome: null,
		attempts: null,
		next_attempt: null,
	});
	simulator.dialled.clear();
	await runExample(callList());
	expect(dialled()).toEqual({});
	expect(anna).toMatchObject({
		attempts: null,
		note: expect.stringContaining('no country code') as string,
	});

	anna.phone = '+12125550103';
	clock.advance(2 * HOUR);
	await runExample(callList());
	expect(dialled()).toEqual({ '+12125550103': 1 });
	expect(anna).toMatchObject({ attempts: 1, outcome: 'voicemail', note: null });
});

test('call-list.json takes rows with the same number for one person, however it is written', async () => {
	await runExample(callList());
	const once = dialled();
	const rows = engine.tables.rows('Call list');
	const [anna, ben] = rows;
	const empty = { outcome: null, attempts: null, next_attempt: null, do_not_call: null };
	rows.push(
		{ ...anna, ...empty, id: 11, phone: '001 212 555 0101' },
		{ ...ben, ...empty, id: 12, phone: '+1 (312) 555-0102' },
		{ ...anna, ...empty, id: 13, name: 'Dora', phone: '+44 (0)20 7946 0018' },
		{ ...anna, ...empty, id: 14, name: 'Dora', phone: '+442079460018' },
		{ ...anna, ...empty, id: 15, name: 'Eve', phone: '+12125550108', do_not_call: true },
		{ ...anna, ...empty, id: 16, name: 'Eve', phone: '0012125550108' },
		{ ...anna, ...empty, id: 17, name: 'Nobody', phone: null },
		{ ...anna, ...empty, id: 18, name: 'Nobody', phone: '' },
	);
	clock.advance(200 * HOUR);
	await runExample(callList());
	expect(dialled()).toEqual({ ...once, [String(ben.phone)]: 2, '+442079460018': 1 });
	const notes = rows.filter(({ name }) => name === 'Nobody').map(({ note }) => note);
	expect(notes).toEqual([expect.stringContaining('empty'), expect.stringContaining('empty')]);
});

test('call-list.json leaves alone who was talking when the call broke down', async () => {
	const anna = '+12125550101';
	simulator.scriptOf = ({ to_number: to }) => ({
		status: 'error',
		outcome: null,
		errors: ['Lost the line'],
		detection: to === anna ? 'human' : null,
	});
	await runExample(callList());
	const broken = { attempts: 1, note: 'Lost the line' };
	expect(listed('attempts', 'outcome', 'note')).toEqual({
		Anna: { ...broken, outcome: 'unknown' },
		// Nobody picked up.
		Ben: { ...broken, outcome: 'failed' },
		// Without a detection, the transcript tells.
		Carl: { ...broken, outcome: 'unknown' },
	});
	clock.advance(30 * HOUR);
	await runExample(callList());
	expect(dialled()).toEqual({ [anna]: 1, '+13125550102': 2, '+12125550110': 1 });
});

test('call-list.json keeps what somebody writes into a row while a round goes on', async () => {
	simulator.onRequest = ({ operationId }) => {
		if (operationId !== 'createCall') return;
		const [anna, ben] = engine.tables.rows('Call list');
		anna.phone = '+12125550107';
		ben.outcome = 'answered';
	};
	await runExample(callList());
	simulator.onRequest = undefined;
	const once = dialled();
	expect(listed('attempts', 'outcome')).toMatchObject({
		Anna: { attempts: null, outcome: null },
		Ben: { attempts: null, outcome: 'answered' },
	});
	clock.advance(30 * HOUR);
	await runExample(callList());
	expect(dialled()).toEqual({ ...once, '+12125550107': 1 });
});

test.each([{ calls: 'dryRun' }, { calls: 'testNumber', testNumber: '+12125550101' }])(
	'call-list.json changes no row with %p',
	async (changes) => {
		await runExample(callList(changes));
		expect(listed('attempts', 'outcome', 'next_attempt').Ben).toEqual({
			attempts: null,
			outcome: null,
			next_attempt: null,
		});
	},
);

test('transcripts-to-table.json makes a row of each turn', async () => {
	const { run } = await runExample(read('transcripts-to-table.json'));

	const rows = outputOf(run, 'Make Rows').map(({ json }) => json);
	expect(rows).toHaveLength(7);
	expect(new Set(rows.map(({ call_id }) => call_id)).size).toBe(1);
	expect(rows[1]).toMatchObject({
		turn: 2,
		speaker: 'human',
		said: 'Oh yes, hello. When was that again?',
		at_seconds: 7,
		phone: '+12125550101',
	});
});

/** Publishes a workflow with a Live Trigger, under an address of this computer. */
async function publishLive(file: string) {
	const json = read(file);
	const server = await startServer();
	const start = liveSettings();
	const isLive = ({ type }: INode) => type === FLUENTS_AI_LIVE_TRIGGER;
	const nodes = json.nodes.map((node) => {
		const options = { ...(node.parameters.options as IDataObject), allowUnreachableUrl: true };
		return isLive(node) ? withParameters(node, { options }) : node;
	});
	await server.activate({ ...json, id: 'example', name: 'Example', nodes });
	const { name, parameters } = json.nodes.find(isLive)!;
	/** Unpublishes it, and checks that nothing is left and that the pinned data is of its kind. */
	const end = async () => {
		await server.deactivate('example');
		expect(liveSettings()).toEqual(start);
		const [pinned] = json.pinData![name];
		const schema = schemaOf('FluentsAiLiveTrigger');
		expect(unknownIn(schema, outputs(server.executions)[0])).toEqual([]);
		expect(typesIn(outputs(server.executions)[0])).toEqual(typesIn(pinned.json));
	};
	return { server, agent: (parameters.agents as string[])[0], end };
}

test('book-appointment-during-call.json offers another time, then books it', async () => {
	const { server, agent, end } = await publishLive('book-appointment-during-call.json');
	const day = { date: '2026-03-10', name: 'Anna Berg' };
	simulator.scriptOf = () => ({
		asks: [
			{ at: 5, parameters: { ...day, time: '10:00' } },
			{ at: 9, parameters: { ...day, time: '{free_time|}' } },
		],
	});
	const call = await placeAskingCall(server, agent, '07');
	expect(simulator.liveRequests.map(({ answer }) => answer)).toEqual([
		{
			result: { booked: 'no', free_time: '10:30' },
			agent_message: 'That time is taken. I could offer you 10:30 or 11:00.',
		},
		{
			result: { booked: 'yes', booked_time: '10:30' },
			agent_message: 'I have booked 10:30 for you.',
		},
	]);
	expect(await spokenIn(call)).toContain('I have booked 10:30 for you.');
	expect(server.executions.map(({ run }) => Object.keys(run!.data.resultData.runData))).toEqual([
		expect.not.arrayContaining(['Book']),
		expect.arrayContaining(['Book']),
	]);
	await end();
});

test.each([
	['16:30', 'I am sorry, that day is full.', ['2026-03-10T16:30:00', '2026-03-10T17:00:00']],
	['10:15', 'That time is taken. I could offer you 10:30 or 11:00.', []],
	['9:30', 'I have booked 09:30 for you.', []],
])('book-appointment-during-call.json answers %s', async (time, said, appointment) => {
	const json = read('book-appointment-during-call.json');
	const [start, end] = appointment.map((dateTime) => ({ dateTime }));
	const [{ json: asked }] = json.pinData!['Agent Asks'];
	// Always Output Data gives an empty item on a day without appointments.
	json.pinData!['Get Appointments of That Day'] = [{ json: start ? { start, end } : {} }];
	json.pinData!['Agent Asks'] = [
		{ json: { ...asked, input: { ...(asked.input as IDataObject), time } } },
	];
	const { run } = await runExample(json);
	const answers = ['Confirm', 'Offer Other Times'].flatMap((name) => outputOf(run, name));
	expect(answers.map((item) => item.json.agent_says)).toEqual([
		expect.stringContaining(said) as string,
	]);
});

test('survey-by-phone.json takes the answers while the agent asks, and gives them typed', async () => {
	const { server, agent, end } = await publishLive('survey-by-phone.json');
	// A model writes numbers as texts.
	const asks = [{ at: 11, parameters: { rating: '4', comment: 'Quick.' } }];
	simulator.scriptOf = () => ({ asks });
	const call = await placeAskingCall(server, agent, '06');
	expect(simulator.liveRequests.map(({ answer }) => answer)).toEqual([
		expect.objectContaining({ agent_message: 'Thank you very much, I have noted that.' }),
	]);
	const [{ input, call_id }] = outputs(server.executions);
	expect([input, call_id]).toEqual([{ rating: 4, comment: 'Quick.' }, call]);

	simulator.dialled.clear();
	const { run } = await runExample(read('survey-by-phone.json'));
	expect(dialled()).toEqual({ '+12125550106': 1, '+12125550102': 1 });
	const found = outputOf(run, 'Call and Wait').map(({ json }) => [json.outcome, json.answers]);
	expect(found).toEqual([
		['answered', { 'n8n: Example': { rating: 4, comment: 'Quick.' } }],
		['no_answer', {}],
	]);
	await end();
});

test.each<[string, IDataObject[], IDataObject, string]>([
	[
		'06',
		[{ approved: 'true', words: 'Yes.' }],
		{ approved: true, words: 'Yes.' },
		'Carry It Out',
	],
	[
		'06',
		[
			{ approved: true, words: 'Yes.' },
			{ approved: false, words: 'No, wait.' },
		],
		{ approved: false, words: 'No, wait.' },
		'Stop Here',
	],
	['06', [], { approved: false, words: '', outcome: 'answered' }, 'Stop Here'],
	['02', [], { approved: false, words: '', outcome: 'no_answer' }, 'Stop Here'],
	['03', [], { approved: false, words: '', outcome: 'voicemail' }, 'Stop Here'],
])(
	'approval-by-phone.json, with a call to %s in which %j is said',
	async (to, said, decision, next) => {
		const { server, end } = await publishLive('approval-by-phone.json');
		const asks = said.map((parameters, i) => ({ at: 8 + i, parameters }));
		simulator.scriptOf = () => (said.length > 0 || to === '06' ? { asks } : {});
		// The engine calls each workflow of the server by another name than that of the example.
		const text = JSON.stringify(read('approval-by-phone.json')).replace(
			'+12125550106',
			`+121255501${to}`,
		);
		const json = { ...(JSON.parse(text) as WorkflowJson), name: 'Example' };
		const { run, ran } = await runExample(json);
		expect(outputOf(run, 'Decision')[0].json).toMatchObject(decision);
		expect(ran.at(-1)).toBe(next);
		const noted = simulator.liveRequests.map(
			({ answer }) => (answer as IDataObject).agent_message,
		);
		expect(noted).toEqual(
			said.map(
				({ approved }) =>
					expect.stringContaining(approved ? 'you approve' : 'not approve') as string,
			),
		);
		if (said.length > 0) await end();
		else await server.deactivate('example');
	},
);

test.each<[IDataObject | undefined, IDataObject, string]>([
	[undefined, { name: 'Anna Berg', last_order: 'a blue bicycle' }, 'Hello Anna Berg'],
	[{}, {}, 'Hello there'],
])('greet-caller-by-name.json, with %p in the sheet', async (row, answer, said) => {
	const { server, end } = await publishLive('greet-caller-by-name.json');
	if (row) {
		const saved = server.published('example')!;
		const pinData = { ...saved.pinData, 'Find Customer': [{ json: row }] };
		await server.activate({ ...saved, pinData }, 'update');
	}
	const call = await simulator.dialIn({ from: '+12125550101', to: '+14155550100' });
	await server.settled();
	expect(simulator.liveRequests.map((request) => request.answer)).toEqual([answer]);
	expect((await spokenIn(call))[0]).toContain(said);
	await end();
});

/** Without a language model, but with what it would fill in, as n8n hands it to a tool. */
async function runTool(name: string, filledIn: IDataObject) {
	const { nodes } = read('ai-agent-with-phone.json');
	const tool = nodes.find((node) => node.name === name)!;
	const trigger = nodes.find(({ type }) => /trigger$/i.test(type))!;
	return await runExample({
		nodes: [trigger, { ...tool, type: FLUENTS_AI }],
		connections: { [trigger.name]: { main: [[{ node: name, type: 'main', index: 0 }]] } },
		pinData: { [trigger.name]: [{ json: filledIn }] },
	});
}

test('ai-agent-with-phone.json calls whom the model names, from the number of the user', async () => {
	const { run, changes } = await runTool('Call a Person', {
		To_Number: '+1 212 555 0101',
		Person_Name: 'Anna',
		Topic: 'your appointment',
		Date: 'Tuesday at ten',
	});

	expect(dialled()).toEqual({ '+12125550101': 1 });
	expect(changes.at(-1)?.body).toMatchObject({
		from_number: '+14155550100',
		context: { name: 'Anna', topic: 'your appointment', date: 'Tuesday at ten' },
	});
	expect(outputOf(run, 'Call a Person')[0].json).toMatchObject({
		outcome: 'answered',
		transcript: expect.stringContaining('Hello Anna') as string,
	});
});

test('ai-agent-with-phone.json finds calls since a time', async () => {
	const [id] = addYesterdaysCalls({});
	const since = new Date(Date.now() - 2 * DAY).toISOString();
	const { run } = await runTool('Find Calls', { Started_After: since });

	expect(outputOf(run, 'Find Calls').map(({ json }) => json.id)).toEqual([id]);
});

test('ai-agent-with-phone.json has human approval between the model and the tool that dials', () => {
	const { nodes, connections } = read('ai-agent-with-phone.json');
	const typeOf = (name: string) => nodes.find((node) => node.name === name)?.type ?? '';
	const [end, ...more] = connections['Call a Person'].ai_tool.flatMap((ends) => ends ?? []);
	expect(more).toEqual([]);
	expect(typeOf(end.node)).toMatch(/HitlTool$/);
	const [agent] = connections[end.node].ai_tool.flatMap((ends) => ends ?? []);
	expect(typeOf(agent.node)).toMatch(/\.agent$/);
	const others = nodes.filter(({ type, name }) => type === TOOL && name !== 'Call a Person');
	expect(others.map(({ parameters }) => parameters.operation)).toEqual(['getAll']);
});

test('mcp-server-for-calls.json lets only a tool with limits dial, and lets in only who may', () => {
	const { nodes } = read('mcp-server-for-calls.json');
	const tools = nodes.filter(({ type }) => type === TOOL).map(({ parameters }) => parameters);
	expect(tools.map(({ operation }) => operation)).toEqual(['createAndWait', 'get', 'get', 'end']);
	const [{ options }] = tools;
	expect(options).toEqual({ toolLimits: { limits: { allowed: 'US', callsPerHour: 10 } } });
	const trigger = nodes.find(({ type }) => /mcpTrigger$/.test(type));
	expect(trigger?.parameters.authentication).toBe('bearerAuth');
});
