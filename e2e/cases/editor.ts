import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Browser } from 'playwright-core';

import { FluentsAiApi } from '../../credentials/FluentsAiApi.credentials';
import type { WorkflowJson } from '../../engine';
import type { Environment } from '../../simulator';
import {
	byId,
	chain,
	CREDENTIAL,
	errorOf,
	FLUENTS_AI,
	FLUENTS_AI_LIVE_TRIGGER,
	FLUENTS_AI_TRIGGER,
	fluentsNode,
	itemsNode,
	manualTrigger,
	node,
	type SavedWorkflow,
} from '../api';
import { findBrowser, openBrowser } from '../browser';
import { placeCall } from '../calls';
import { check, eventually, type Case, type CaseContext } from '../case';
import { Editor } from '../editor';
import { nodesWithEveryField } from '../everyField';
import { atAnyHour, readExample } from '../example';
import { play, progressOf } from '../inPage';
import { textsIn } from '../labels';
import { Album } from '../pictures';

/** Of the window. */
const SIZE = { width: 1280, height: 800 };

/** What people type who look for this package. */
const SEARCHES = ['telephone', 'outbound', 'voicemail', 'phone call'];

const CREATE_AND_WAIT = 'Create a call (dials a person, costs money) and wait for its outcome';

const people = [
	{ name: 'Anna', phone: '+1 212 555 0101', day: 'Tuesday at ten' },
	{ name: 'Ben', phone: '+1 212 555 0102', day: 'Friday at noon' },
];

/** Seconds that somebody new may take for the first call. */
const FIRST_CALL = 300;

/** Parameters with a mistake, by the label that the error has to name. */
const mistakes: Array<[label: string, parameters: INodeParameters]> = [
	['To Number', { toNumber: '+1 212 555 0101 / 0104' }],
	['Calls', { calls: '={{ $json.nothing }}' }],
	['Closes At', { options: { callingWindow: { window: { closesAt: '25:00' } } } }],
];

/** Their numbers choose how the simulator lets the calls go. */
const calledPeople = [
	{ name: 'Anna', phone: '+12125550101', time_zone: 'America/New_York' },
	{ name: 'Ben', phone: '+13125550102', time_zone: 'America/Chicago' },
	{ name: 'Carl', phone: '+12125550110', time_zone: '' },
	{ name: 'Dora', phone: '+12135550103', time_zone: 'America/Los_Angeles' },
	{ name: 'Emil', phone: '212 555 0104', time_zone: '' },
	{ name: 'Fay', phone: '+12125550108', time_zone: '' },
];

interface Room extends CaseContext {
	browser: Browser;
	editor: Editor;
	album: Album;
	environment: Environment;
	/** Made with the editor alone. */
	workflow: SavedWorkflow;
}

async function setUp(context: CaseContext): Promise<Room> {
	const browser = await openBrowser(findBrowser()!);
	const { n8n, server, simulator } = context;
	const page = await browser.newPage({ viewport: SIZE });
	await page.context().addCookies([{ ...n8n.session, url: server.url }]);
	const workflow = await n8n.createWorkflow({
		...chain({ ...manualTrigger, position: [-220, 0] }, itemsNode(people)),
		name: 'Made in the editor',
	});
	const environment = simulator.environment('default');
	const [prompt] = environment.prompts.values();
	prompt.content = 'You remind {name} of the appointment on {date}, and ask whether that suits.';
	const types = [FLUENTS_AI, FLUENTS_AI_TRIGGER, FLUENTS_AI_LIVE_TRIGGER];
	const shown = [
		new FluentsAiApi(),
		...(await Promise.all(types.map((type) => n8n.nodeType(type)))),
	];
	const album = new Album(page, context.pictures, context.version, textsIn(shown));
	const editor = new Editor(page, server.url);
	return { ...context, browser, editor, album, environment, workflow };
}

/** A node that places calls, with the usual parameters and these. */
function callNode({ environment, credentials }: Room, parameters: INodeParameters) {
	const [agent] = environment.agents.keys();
	const [from] = environment.numbers.values();
	return fluentsNode(
		{
			resource: 'call',
			operation: 'createAndWait',
			agentId: byId(agent),
			fromNumber: { __rl: true, mode: 'number', value: String(from.number) },
			toNumber: '={{ $json.phone }}',
			context: {
				mappingMode: 'defineBelow',
				value: { name: 'Anna', date: 'Tuesday at ten' },
			},
			...parameters,
		},
		credentials.default,
	);
}

const building = [
	check<Room>(
		'people find the node by many words, its icons are there in both themes',
		async (room) => {
			const { editor, album, workflow } = room;
			await editor.openWorkflow(workflow);
			// What is added next is connected to it.
			await editor.node('Items').click();
			for (const words of SEARCHES) {
				await editor.search(words);
				await editor.found('Fluents.ai').waitFor();
			}
			await editor.checkTexts(editor.marked('node-creator'));
			await editor.checkIcons(editor.marked('node-creator'));
			await album.film();
			await editor.found('Fluents.ai').click();
			await editor.found(CREATE_AND_WAIT).waitFor();
			await album.film();
			await album.take('operations');
			await editor.found(CREATE_AND_WAIT).click();
			await editor.panel.waitFor();
		},
	),
	check<Room>('a wrong key is told, the right key passes', async (room) => {
		const { editor, album, simulator } = room;
		const dialog = editor.marked('credential-edit-dialog');
		await editor.marked('node-credentials-select').click();
		// n8n saves nothing before it has found a name.
		const named = editor.page.waitForResponse(/\/credentials\/new\b/);
		await editor.marked('node-credentials-select-item-new').click();
		await named;
		await editor.field('apiKey').fill('sim_wrong');
		await editor.field('baseUrl').fill(simulator.url);
		await editor.marked('credential-save-button').click();
		await dialog.getByText('More details').click();
		await dialog.getByText('refused this API key').waitFor();
		await editor.checkTexts(dialog);
		await editor.field('apiKey').fill(simulator.keys.default);
		await editor.marked('credential-save-button').click();
		// It closes when the test has passed, and tests again when it is opened.
		await dialog.waitFor({ state: 'hidden' });
		await editor.marked('credential-edit-button').click();
		await dialog.getByText('Connection tested successfully').waitFor();
		await album.take('credential');
		await editor.page.locator('.el-dialog__headerbtn:visible').click();
		await dialog.waitFor({ state: 'hidden' });
	}),
	check<Room>('agent and number come from lists', async ({ editor, album }) => {
		await editor.toggle('calls');
		await editor.choices.getByText('To a Test Number Only').waitFor();
		await album.take('calls');
		await editor.toggle('calls');
		await editor.openList('agentId');
		await album.film();
		await album.take('call-form');
		await editor.take('Appointment Reminder');
		await editor.openList('fromNumber');
		await editor.take('Main line');
	}),
	check<Room>('a field of the input is dragged to To Number', async ({ editor, album }) => {
		await editor.marked('execute-previous-node').click();
		await editor.input.getByText('phone', { exact: true }).first().waitFor();
		await editor.drag('phone', 'toNumber');
		await editor.preview('toNumber').getByText(people[0].phone).waitFor();
		await album.film();
	}),
	check<Room>("the agent's variables are mapped by dragging", async ({ editor, album }) => {
		await editor.drag('name', 'name');
		await editor.preview('name').getByText(people[0].name).waitFor();
		await editor.drag('day', 'date');
		await editor.preview('date').getByText(people[0].day).waitFor();
		await editor.marked('tab-params').click();
		await album.film();
		await album.take('context');
	}),
	check<Room>('executed, the output tells what came of each call', async (room) => {
		const { editor, album, simulator } = room;
		await editor.execute();
		await editor.output.getByText('no_answer').waitFor();
		await editor.output.getByText('Pin this output').waitFor();
		await editor.showAs('table');
		await editor.output.locator('td').getByText('answered', { exact: true }).waitFor();
		await album.film(4000);
		await editor.showAs('json');
		await editor.output.getByText('"outcome"').first().waitFor();
		await editor.showAs('schema');
		await editor.output.getByText('transcript').first().waitFor();
		await album.take('output');
		deepEqual([...simulator.dialled.keys()], ['+12125550101', '+12125550102']);
	}),
	check<Room>('what was built is in the workflow', async (room) => {
		const { editor, album, n8n, workflow } = room;
		await album.cut('first-call');
		await editor.closeNode();
		const built = await eventually(async () => {
			const { nodes } = await n8n.workflow(workflow.id);
			const found = nodes.find(({ type }) => type === FLUENTS_AI);
			ok(found, 'The node is not saved');
			return found.parameters;
		});
		equal(built.toNumber, '={{ $json.phone }}');
		deepEqual((built.context as IDataObject).value, {
			name: '={{ $json.name }}',
			date: '={{ $json.day }}',
		});
	}),
];

const looking = [
	check<Room>('no field is without choices, and no label or choice is cut', async (room) => {
		const { editor, n8n, credentials } = room;
		const nodes = [];
		for (const [name, selectors] of [
			[FLUENTS_AI, ['resource', 'operation']],
			[FLUENTS_AI_TRIGGER, ['callsOf']],
			[FLUENTS_AI_LIVE_TRIGGER, ['requestType']],
		] as const) {
			const type = (await n8n.nodeType(name))!;
			nodes.push(
				...nodesWithEveryField(type, [...selectors], credentials.default, nodes.length),
			);
		}
		const all = { nodes, connections: {}, settings: {}, name: 'Every field' };
		await editor.openWorkflow(await n8n.createWorkflow(all));
		await editor.page.keyboard.press('1');
		const complaints: string[] = [];
		for (const { name } of nodes) {
			await editor.openNode(name);
			const found = await editor.complaints();
			complaints.push(...found.map((what) => `${name}: ${what}`));
			await editor.closeNode();
		}
		deepEqual(complaints, []);
		await editor.openNode(nodes[0].name);
		for (const parameter of ['resource', 'operation', 'calls']) {
			await editor.toggle(parameter);
			await editor.choices.first().waitFor();
			await editor.checkTexts(editor.page.locator('.el-select-dropdown:visible'));
			await editor.toggle(parameter);
			await editor.choices.first().waitFor({ state: 'hidden' });
		}
		return `${nodes.length} nodes`;
	}),
	check<Room>('errors name their parameter', async (room) => {
		const { editor, n8n, simulator } = room;
		simulator.dialled.clear();
		const nodes = mistakes.map(([label, parameters], i) => {
			const one = callNode(room, { toNumber: '+12125550101', ...parameters });
			return { ...one, name: label, position: [220, i * 160] as [number, number] };
		});
		const targets = nodes.map(({ name }) => ({ node: name, type: 'main' as const, index: 0 }));
		const workflow = await n8n.createWorkflow({
			...chain(manualTrigger),
			nodes: [manualTrigger, ...nodes],
			connections: { Start: { main: [targets] } },
		});
		await editor.openWorkflow(workflow);
		for (const [label] of mistakes) {
			await editor.openNode(label);
			await editor.execute();
			const message = editor.marked('node-error-message');
			match(await message.innerText(), new RegExp(`[' ]${label}'`));
			await editor.closeNode();
		}
		deepEqual([...simulator.dialled], []);
	}),
	check<Room>('long lists are searched by typing', async (room) => {
		const { editor, album, n8n } = room;
		const options = { defaultCountry: 'US', callingWindow: { window: {} } };
		const workflow = await n8n.createWorkflow(
			chain(manualTrigger, callNode(room, { toNumber: '0151 23456789', options })),
		);
		await editor.openWorkflow(workflow, 'Fluents.ai');
		for (const [parameter, words, choice, picture] of [
			['defaultCountry', 'ger', 'Germany (+49)', 'default-country'],
			['timezone', 'number', 'Of the Number Called', 'calling-window'],
		]) {
			await editor.toggle(parameter);
			await editor.field(parameter).fill(words);
			await editor.choices.getByText(choice).waitFor();
			await album.take(picture);
			await editor.choices.getByText(choice).click();
		}
	}),
	check<Room>('a dry run tells who would be called, and why others would not', async (room) => {
		const { editor, album, n8n } = room;
		const numbers = ['+1 212 555 0103 / 0104', '(212) 555-0101', '+44 20 7946 0018'];
		const items = itemsNode(numbers.map((phone) => ({ phone })));
		const parameters = { calls: 'dryRun', options: { defaultCountry: 'US' } };
		const workflow = await n8n.createWorkflow(
			chain(manualTrigger, items, callNode(room, parameters)),
		);
		await editor.openWorkflow(workflow, 'Fluents.ai');
		await editor.execute();
		await editor.showAs('table');
		await editor.output.getByText('two numbers').waitFor();
		await album.take('dry-run');
	}),
	check<Room>('who asked not to be called is skipped the next time', async (room) => {
		const { editor, album, n8n } = room;
		const parameters = {
			toNumber: '+12125550110',
			additionalFields: { doNotCallDetection: true },
			options: { skipIfAsked: { period: {} } },
		};
		const workflow = await n8n.createWorkflow(chain(manualTrigger, callNode(room, parameters)));
		await editor.openWorkflow(workflow, 'Fluents.ai');
		await editor.execute();
		await editor.showAs('table');
		await editor.output.getByText('answered', { exact: true }).waitFor();
		await editor.execute();
		await editor.output.getByText('asked_not_to_be_called', { exact: true }).last().waitFor();
		await editor.output.getByText('nobody was called').waitFor();
		await editor.parameters.getByText('Within (Days)').scrollIntoViewIfNeeded();
		await album.take('skipped');
	}),
	check<Room>('the recording plays', async ({ editor, n8n, credentials }) => {
		const parameters = {
			resource: 'call',
			operation: 'getRecording',
			callId: { __rl: true, mode: 'list', value: '' },
		};
		const workflow = await n8n.createWorkflow(
			chain(manualTrigger, fluentsNode(parameters, credentials.default)),
		);
		await editor.openWorkflow(workflow, 'Fluents.ai');
		await editor.openList('callId');
		await editor.take('+12025550117');
		await editor.execute();
		await editor.marked('ndv-view-binary-data').first().click();
		const player = editor.page.locator('audio').first();
		await player.evaluate(play);
		return await eventually(async () => {
			const [at, length] = await player.evaluate(progressOf);
			ok(at > 0.5, 'It does not play');
			return `${Math.round(length)} s long`;
		});
	}),
	check<Room>('an AI agent gets it as a tool, with limits', async (room) => {
		const { editor, album, n8n } = room;
		const agent = node('AI Agent', '@n8n/n8n-nodes-langchain.agent', {}, { typeVersion: 2 });
		const workflow = await n8n.createWorkflow(chain(manualTrigger, agent));
		await editor.openWorkflow(workflow);
		const plus = editor.page
			.locator('[data-handleid*="ai_tool"]')
			.locator('[data-test-id="canvas-handle-plus"]');
		await editor.search('fluents', plus);
		await editor.found('Fluents.ai Tool').click();
		await editor.panel.waitFor();
		await editor.addOption('Tool Limits');
		await editor.addOption('Repeat Window (Minutes)');
		await editor.choose('output', 'Selected Fields');
		deepEqual(await editor.complaints(), []);
		await album.take('tool-limits');
		await editor.closeNode();
		await editor.checkIcons(editor.page.locator('.vue-flow'));
		await eventually(async () => {
			const { connections, nodes } = await n8n.workflow(workflow.id);
			const tool = nodes.find(({ type }) => type === `${FLUENTS_AI}Tool`);
			ok(tool, 'The tool is not saved');
			equal(connections[tool.name]?.ai_tool?.[0]?.[0]?.node, 'AI Agent');
		});
	}),
];

/** With n8n as `npm start` leaves it, by the steps of the README. */
const firstCall = check<Room>(
	`somebody new places the first call within ${FIRST_CALL / 60} minutes`,
	async ({ editor, album, n8n, simulator, credentials }) => {
		const example = await readExample(
			'call-people-and-wait',
			credentials.default,
			({ parameters }) => parameters.options as INodeParameters,
		);
		await n8n.createWorkflow({ ...example, name: `01 ${example.name}` });
		simulator.dialled.clear();
		const start = Date.now();
		await editor.open('/home/workflows');
		await editor.marked('resources-list-search').fill('01');
		await editor.marked('workflow-card-name').filter({ hasText: '01 ' }).first().click();
		await editor.node('Call and Wait').waitFor();
		await album.take('example');
		await editor.marked('execute-workflow-button').click();
		await editor.openNode('Call and Wait');
		await editor.output.getByText('would_call').first().waitFor();
		deepEqual([...simulator.dialled], []);

		await editor.choose('calls', 'Place');
		await editor.closeNode();
		await editor.marked('execute-workflow-button').click();
		await eventually(() => ok(simulator.dialled.size > 0, 'Nobody was called'));
		await editor.openNode('Call and Wait');
		await editor.output.getByText('answered', { exact: true }).first().waitFor();
		const seconds = (Date.now() - start) / 1000;
		ok(seconds < FIRST_CALL, `It took ${seconds} s`);
		return `${seconds.toFixed(0)} s from the list of workflows to the outcome, without reading`;
	},
);

/** Takes longer than what it shows is worth to a usual run. */
const callList = check<Room>('a call list is a table', async (room) => {
	const { editor, album, n8n, credentials, environment } = room;
	if (!album.isOpen) return 'only for its picture';
	const [prompt] = environment.prompts.values();
	prompt.content = 'You remind {name} of the appointment.';
	const example = await readExample('call-list', credentials.default, ({ parameters }) => {
		const options = atAnyHour(parameters.options as INodeParameters);
		const pacing = { limits: { callsPerMinute: 60, maxConcurrentCalls: 5 } };
		return { ...options, pacing, pollInterval: 1 };
	});
	const text = JSON.stringify(example).replaceAll('"Call list"', '"Call list of March"');
	const json = JSON.parse(text) as WorkflowJson;
	const nodes = json.nodes.map((one) =>
		one.name === 'People to Add'
			? { ...one, parameters: itemsNode(calledPeople).parameters }
			: one,
	);
	const execution = await n8n.run({ ...json, nodes });
	equal(execution.status, 'success', errorOf(execution));
	const project = (await n8n.call('GET', '/projects/personal')) as { id: string };
	const tables = `/projects/${project.id}/data-tables`;
	const { data } = (await n8n.call('GET', tables)) as {
		data: Array<{ id: string; name: string }>;
	};
	const table = data.find(({ name }) => name === 'Call list of March');
	await editor.page.setViewportSize({ width: 1920, height: 560 });
	await editor.open(`/projects/${project.id}/datatables/${table?.id}`);
	await editor.page.getByText('no_answer').first().waitFor();
	await album.take('call-list');
	await editor.page.setViewportSize(SIZE);
	return undefined;
});

const listening = [
	check<Room>('the trigger listens and shows the event of a call', async (room) => {
		const { editor, album, n8n, credentials, environment, simulator } = room;
		const [agent] = environment.agents.values();
		const parameters = { agents: [], options: { allowUnreachableUrl: true } };
		const workflow = await n8n.createWorkflow(
			chain(
				node('Event', FLUENTS_AI_TRIGGER, parameters, {
					webhookId: randomUUID(),
					credentials: { [CREDENTIAL]: credentials.default },
				}),
			),
		);
		await editor.openWorkflow(workflow, 'Event');
		await editor.choose('agents', 'Appointment Reminder');
		await editor.toggle('agents');
		await editor.page.getByText('Get events from phone calls').waitFor();
		await editor.checkTexts(editor.panel);
		await album.take('trigger-panel');
		await editor.execute();
		await eventually(() => ok(environment.agents.get(agent.id)?.webhook, 'It does not listen'));
		await placeCall(simulator, agent.id);
		await editor.output.getByText('event_phone_call_ended').first().waitFor();
	}),
	check<Room>('the Live Trigger listens and shows the question of an agent', async (room) => {
		const { editor, n8n, credentials, environment, simulator } = room;
		const [agent] = environment.agents.keys();
		const parameters = {
			agents: [agent],
			actionName: 'find_order',
			actionDescription: 'Use it when the caller asks where an order is.',
			inputFields: { fields: [{ name: 'order_number', type: 'string' }] },
			answerUsing: 'lastNode',
			options: { allowUnreachableUrl: true },
		};
		const workflow = await n8n.createWorkflow(
			chain(
				node('Question', FLUENTS_AI_LIVE_TRIGGER, parameters, {
					webhookId: randomUUID(),
					credentials: { [CREDENTIAL]: credentials.default },
				}),
			),
		);
		await editor.openWorkflow(workflow, 'Question');
		await editor.checkTexts(editor.panel);
		await editor.execute();
		const action = await eventually(() => {
			const found = [...environment.actions.values()].find(
				({ config }) => (config as IDataObject).name === 'find_order',
			);
			ok(found, 'It does not listen');
			return found.id;
		});
		await eventually(async () => {
			const question = { action, parameters: { order_number: 'A-1' } };
			// n8n may not have stored the secret yet.
			equal((await simulator.ask(question)).status, 200);
		});
		await editor.output.getByText('A-1').first().waitFor();
	}),
];

/** The package in n8n's editor, with a browser, as people use it. */
export default {
	async skip({ version }) {
		if (version.startsWith('1.')) return 'the editor of n8n 1 is another';
		const hasBrowser = findBrowser() !== undefined;
		return await Promise.resolve(
			hasBrowser ? undefined : 'there is no Chromium (Debian: apt-get install chromium)',
		);
	},
	setUp,
	checks: [...building, ...looking, firstCall, callList],
	listening,
	tearDown: async ({ browser }) => await browser.close(),
} satisfies Case<Room>;
