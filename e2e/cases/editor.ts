import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Browser } from 'playwright-core';

import type { Environment } from '../../simulator';
import {
	byId,
	chain,
	CREDENTIAL,
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
import { readExample } from '../example';
import { play, progressOf } from '../inPage';

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

interface Room extends CaseContext {
	browser: Browser;
	editor: Editor;
	environment: Environment;
	/** Made with the editor alone. */
	workflow: SavedWorkflow;
}

async function setUp(context: CaseContext): Promise<Room> {
	const browser = await openBrowser(findBrowser()!);
	const { n8n, server, simulator } = context;
	const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
	await page.context().addCookies([{ ...n8n.session, url: server.url }]);
	const workflow = await n8n.createWorkflow({
		...chain(manualTrigger, itemsNode(people)),
		name: 'Made in the editor',
	});
	const environment = simulator.environment('default');
	return { ...context, browser, editor: new Editor(page, server.url), environment, workflow };
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
			context: { mappingMode: 'defineBelow', value: { name: '={{ $json.name }}' } },
			...parameters,
		},
		credentials.default,
	);
}

const building = [
	check<Room>(
		'people find the node by many words, its icons are there in both themes',
		async (room) => {
			const { editor, workflow } = room;
			await editor.openWorkflow(workflow);
			// What is added next is connected to it.
			await editor.node('Items').click();
			for (const words of SEARCHES) {
				await editor.search(words);
				await editor.found('Fluents.ai').waitFor();
			}
			await editor.checkTexts(editor.marked('node-creator'));
			await editor.checkIcons(editor.marked('node-creator'));
			await editor.found('Fluents.ai').click();
			await editor.found(CREATE_AND_WAIT).click();
			await editor.panel.waitFor();
		},
	),
	check<Room>('a wrong key is told, the right key passes', async ({ editor, simulator }) => {
		const dialog = editor.marked('credential-edit-dialog');
		await editor.marked('node-credentials-select').click();
		await editor.marked('node-credentials-select-item-new').click();
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
		await editor.page.locator('.el-dialog__headerbtn:visible').click();
		await dialog.waitFor({ state: 'hidden' });
	}),
	check<Room>('agent and number come from lists', async ({ editor }) => {
		await editor.pick('agentId', 'Appointment Reminder');
		await editor.pick('fromNumber', 'Main line');
	}),
	check<Room>('a field of the input is dragged to To Number', async ({ editor }) => {
		await editor.marked('execute-previous-node').click();
		await editor.input.getByText('phone', { exact: true }).first().waitFor();
		await editor.drag('phone', 'toNumber');
		const preview = editor.marked('parameter-expression-preview-toNumber');
		await preview.getByText(people[0].phone).waitFor();
	}),
	check<Room>(
		"the variables of the agent's prompt are there to be mapped",
		async ({ editor }) => {
			await editor.drag('name', 'name');
			await editor
				.marked('parameter-expression-preview-name')
				.getByText(people[0].name)
				.waitFor();
		},
	),
	check<Room>('executed, the output tells what came of each call', async (room) => {
		const { editor, simulator } = room;
		await editor.execute();
		await editor.output.getByText('no_answer').waitFor();
		await editor.showAs('table');
		await editor.output.locator('td').getByText('answered', { exact: true }).waitFor();
		await editor.showAs('json');
		await editor.output.getByText('"outcome"').first().waitFor();
		deepEqual([...simulator.dialled.keys()], ['+12125550101', '+12125550102']);
	}),
	check<Room>('what was built is in the workflow', async ({ editor, n8n, workflow }) => {
		await editor.closeNode();
		const built = await eventually(async () => {
			const { nodes } = await n8n.workflow(workflow.id);
			const found = nodes.find(({ type }) => type === FLUENTS_AI);
			ok(found, 'The node is not saved');
			return found.parameters;
		});
		equal(built.toNumber, '={{ $json.phone }}');
		deepEqual((built.context as IDataObject).value, { name: '={{ $json.name }}' });
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
		await editor.pick('callId', '+12025550117');
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
	check<Room>('an AI agent gets it as a tool, with limits', async ({ editor, n8n }) => {
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
	async ({ editor, n8n, simulator, credentials }) => {
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

const listening = [
	check<Room>('the trigger listens and shows the event of a call', async (room) => {
		const { editor, n8n, credentials, environment, simulator } = room;
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
	checks: [...building, ...looking, firstCall],
	listening,
	tearDown: async ({ browser }) => await browser.close(),
} satisfies Case<Room>;
