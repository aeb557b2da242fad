import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { INodeParameters } from 'n8n-workflow';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

import {
	chain,
	CREDENTIAL,
	FLUENTS_AI_TRIGGER,
	fluentsNode,
	itemsNode,
	manualTrigger,
	node,
} from '../e2e/api';
import { atAnyHour, readExample } from '../e2e/example';
import { launch, type LaunchedWithAccount } from '../e2e/launch';
import type { WorkflowJson } from '../engine';

const root = resolve(__dirname, '..');
const images = join(root, 'docs', 'images');
const example = join(root, 'examples', 'call-people-and-wait.json');
const size = { width: 1280, height: 800 };

/** Where Debian and others put it. */
const browsers = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const usage = `Takes the pictures of docs/images in n8n's editor, with the simulator behind it

  --n8n VERSION   version of n8n, or newest (default: the one whose engine the tests run on)
  --cache FOLDER  where n8n is installed
  --only NAME     one picture, may be repeated
  --browser FILE  Chromium or Chrome (default: the first of ${browsers.join(', ')})`;

const testId = (id: string) => `[data-test-id="${id}"]`;

/** One function per picture; each starts from an empty page. */
const pictures: Record<string, (page: Page, launched: LaunchedWithAccount) => Promise<void>> = {
	async credential(page, { server, credentials }) {
		// The editor tests a saved credential when it is opened.
		await page.goto(`${server.url}/home/credentials/${credentials.default.id}`);
		await page.getByText('Connection tested successfully').waitFor();
	},

	async operations(page, { server, n8n }) {
		const { id } = await n8n.createWorkflow(chain(manualTrigger));
		await page.goto(`${server.url}/workflow/${id}`);
		await page.locator(testId('canvas-node')).first().waitFor();
		await page.locator(testId('node-creator-plus-button')).click();
		await page.locator(testId('node-creator-search-bar')).fill('Fluents');
		await page.getByText('Fluents.ai', { exact: true }).click();
		const heading = page.getByText(/^call actions$/i);
		await heading.waitFor();
		// Having slid in, the list goes back to its top.
		await page.waitForTimeout(1000);
		await heading.evaluate((element) => element.scrollIntoView({ block: 'center' }));
	},

	async 'call-form'(page, launched) {
		await openCallForm(page, launched);
		await page.locator(testId('resource-locator-agentId')).locator('input').last().click();
		await page.getByText('Order Follow-up').waitFor();
	},

	async calls(page, launched) {
		await openCallForm(page, launched, { operation: 'createAndWait' });
		await page.locator(testId('parameter-input-calls')).locator('input').click();
		await page.getByText('To a Test Number Only').last().waitFor();
	},

	async context(page, launched) {
		const { prompts } = launched.simulator.environment('default');
		const [prompt] = prompts.values();
		const content = prompt.content;
		prompt.content = 'You remind {name} of the {topic} on {date}, and ask whether that suits.';
		await openCallForm(page, launched, {
			operation: 'createAndWait',
			people: [
				{ name: 'Anna', phone: '+1 212 555 0101', day: 'Tuesday at ten' },
				{ name: 'Ben', phone: '+1 212 555 0102', day: 'Friday at noon' },
			],
			parameters: {
				context: {
					mappingMode: 'defineBelow',
					value: { name: '={{ $json.name }}', date: '={{ $json.day }}' },
				},
			},
		});
		const mapper = page.locator(testId('resource-mapper-container'));
		await mapper.getByText('topic', { exact: true }).waitFor();
		await mapper.evaluate((element) => element.scrollIntoView({ block: 'center' }));
		prompt.content = content;
	},

	async 'dry-run'(page, launched) {
		await openCallForm(page, launched, {
			operation: 'createAndWait',
			people: [
				{ name: 'Anna', phone: '+1 212 555 0103 / 0104' },
				{ name: 'Ben', phone: '(212) 555-0101' },
				{ name: 'Chloe', phone: '+44 20 7946 0018' },
			],
			parameters: { calls: 'dryRun', options: { defaultCountry: 'US' } },
		});
		await page.locator(testId('node-execute-button')).click();
		const panel = page.locator(testId('output-panel'));
		await panel.locator(testId('radio-button-table')).click();
		await panel.getByText('would_call').first().waitFor();
	},

	async 'default-country'(page, launched) {
		await openCallForm(page, launched, {
			operation: 'createAndWait',
			parameters: { toNumber: '0151 23456789', options: { defaultCountry: 'US' } },
		});
		const country = page.locator(testId('parameter-input-defaultCountry')).locator('input');
		await country.scrollIntoViewIfNeeded();
		await country.click();
		await country.fill('ger');
		await page.getByText('Germany (+49)').last().waitFor();
	},

	async 'calling-window'(page, launched) {
		await openCallForm(page, launched, {
			operation: 'createAndWait',
			parameters: { options: { defaultCountry: 'US', callingWindow: { window: {} } } },
		});
		const zone = page.locator(testId('parameter-input-timezone')).locator('input');
		await zone.scrollIntoViewIfNeeded();
		await zone.click();
		await page.getByText('Of the Number Called').last().waitFor();
	},

	async output(page, launched) {
		await openCallForm(page, launched, { operation: 'createAndWait' });
		await page.locator(testId('node-execute-button')).click();
		const panel = page.locator(testId('output-panel'));
		await panel.locator(testId('radio-button-schema')).click();
		await panel.getByText('transcript').first().waitFor();
	},

	async 'trigger-panel'(page, { server, n8n, simulator, credentials }) {
		const [agent] = simulator.environment('default').agents.keys();
		const { id } = await n8n.createWorkflow(
			chain(
				node(
					'Fluents.ai Trigger',
					FLUENTS_AI_TRIGGER,
					{
						events: ['event_phone_call_ended', 'event_phone_call_did_not_connect'],
						agents: [agent],
					},
					{ credentials: { [CREDENTIAL]: credentials.default } },
				),
			),
		);
		await page.goto(`${server.url}/workflow/${id}`);
		await page.locator(testId('canvas-node')).last().dblclick();
		await page.getByText('Get events from phone calls').waitFor();
		await page.getByText('Appointment Reminder').first().waitFor();
		await page.getByText('When will this node trigger my flow?').click();
	},

	async example(page, { server, n8n, credentials }) {
		const json = JSON.parse(await readFile(example, 'utf8')) as WorkflowJson;
		const nodes = json.nodes.map((node) =>
			node.credentials
				? { ...node, credentials: { [CREDENTIAL]: credentials.default } }
				: node,
		);
		const { id } = await n8n.createWorkflow({ ...json, nodes });
		await page.goto(`${server.url}/workflow/${id}`);
		await page.locator(testId('canvas-node')).first().waitFor();
		await page.keyboard.press('1');
	},

	async 'call-list'(page, { server, n8n, credentials }) {
		const json = await readExample('call-list', credentials.default, ({ parameters }) => {
			const options = atAnyHour(parameters.options as INodeParameters);
			return { ...options, pacing: {}, pollInterval: 1 };
		});
		const nodes = json.nodes.map((one) =>
			one.name === 'People to Add'
				? { ...one, parameters: itemsNode(calledPeople).parameters }
				: one,
		);
		const { status } = await n8n.run({ ...json, nodes });
		if (status !== 'success') throw new Error(`The call list ended as ${status}`);
		const project = (await n8n.call('GET', '/projects/personal')) as { id: string };
		const { data } = (await n8n.call('GET', `/projects/${project.id}/data-tables`)) as {
			data: Array<{ id: string }>;
		};
		await page.setViewportSize({ width: 1920, height: 560 });
		await page.goto(`${server.url}/projects/${project.id}/datatables/${data[0].id}`);
		await page.getByText('no_answer').first().waitFor();
	},
};

/** Their numbers choose how the simulator lets the calls go. */
const calledPeople = [
	{ name: 'Anna', phone: '+12125550101', time_zone: 'America/New_York' },
	{ name: 'Ben', phone: '+13125550102', time_zone: 'America/Chicago' },
	{ name: 'Carl', phone: '+12125550110', time_zone: '' },
	{ name: 'Dora', phone: '+12135550103', time_zone: 'America/Los_Angeles' },
	{ name: 'Emil', phone: '212 555 0104', time_zone: '' },
	{ name: 'Fay', phone: '+12125550108', time_zone: '' },
];

interface CallForm {
	operation?: string;
	/** Items before the node; without them it has a number of its own. */
	people?: object[];
	/** Beside the usual ones. */
	parameters?: INodeParameters;
}

async function openCallForm(
	page: Page,
	{ server, n8n, simulator, credentials }: LaunchedWithAccount,
	{ operation = 'create', people, parameters }: CallForm = {},
): Promise<void> {
	const environment = simulator.environment('default');
	const [agent] = environment.agents.values();
	const [from] = environment.numbers.values();
	const chosen = (value: unknown, name: unknown) => ({
		__rl: true,
		mode: 'list',
		value: String(value),
		cachedResultName: String(name),
	});
	const { id } = await n8n.createWorkflow(
		chain(
			manualTrigger,
			...(people ? [itemsNode(people)] : []),
			fluentsNode(
				{
					resource: 'call',
					operation,
					agentId: operation === 'create' ? chosen('', '') : chosen(agent.id, agent.name),
					fromNumber: chosen(
						from.number,
						`${String(from.number)} (${String(from.label)})`,
					),
					toNumber: people ? '={{ $json.phone }}' : '+12125550101',
					context: {
						mappingMode: 'defineBelow',
						value: { name: people ? '={{ $json.name }}' : 'Anna' },
					},
					...parameters,
				},
				credentials.default,
				{ position: [220, 0] },
			),
		),
	);
	await page.goto(`${server.url}/workflow/${id}`);
	await page.locator(testId('canvas-node')).last().dblclick();
	await page.locator(testId('ndv')).waitFor();
}

async function takeAll(
	context: BrowserContext,
	launched: LaunchedWithAccount,
	only: string[] | undefined,
): Promise<void> {
	for (const [name, prepare] of Object.entries(pictures)) {
		if (only && !only.includes(name)) continue;
		const page = await context.newPage();
		await prepare(page, launched);
		// Notices of n8n itself come and go.
		await page.addStyleTag({ content: '.el-notification, [class*=toast] { display: none }' });
		await page.waitForTimeout(1500);
		await page.screenshot({ path: join(images, `${name}.png`), animations: 'disabled' });
		console.log(`docs/images/${name}.png`);
		await page.close();
	}
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			n8n: { type: 'string' },
			cache: { type: 'string' },
			browser: { type: 'string' },
			only: { type: 'string', multiple: true },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return console.log(usage);
	const executablePath = values.browser ?? browsers.find((path) => existsSync(path));
	if (!executablePath) {
		throw new Error(
			'There is no Chromium. Install it (Debian: apt-get install chromium), or name one with --browser.',
		);
	}
	await mkdir(images, { recursive: true });
	await launch({ ...values, log: console.log }, async (server) => {
		const account = await server.openAccount({ port: 4010, callSeconds: 2 });
		const launched = { ...server, ...account };
		const browser = await chromium.launch({
			executablePath,
			args: [
				'--no-sandbox',
				'--disable-gpu',
				'--disable-quic',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync',
			],
		});
		try {
			const context = await browser.newContext({ viewport: size, colorScheme: 'light' });
			await context.addCookies([{ ...launched.n8n.session, url: launched.server.url }]);
			await takeAll(context, launched, values.only);
		} finally {
			await browser.close();
		}
	});
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
