import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { Environment, LiveRequest, Question, Simulator } from '../../simulator';
import {
	chain,
	CREDENTIAL,
	FLUENTS_AI_LIVE_TRIGGER,
	fluentsNode,
	node,
	outputOf,
	type Execution,
	type N8nApi,
	type SavedWorkflow,
} from '../api';
import { dialIn, placeCall } from '../calls';
import { check, eventually, type Case, type CaseContext } from '../case';

/** Called, the agent uses its external action once, or twice. */
const ASKS_ONCE = '+12125550106';
const ASKS_TWICE = '+12125550107';

const FALLBACK = 'Please hold on.';

/** What the workflow does, by the number of the order or of the caller that it is asked about. */
const PLAN = {
	slow: { seconds: 10 },
	broken: { fail: 'Broken' },
	silent: { items: [] },
};

/** A node that does what a plan says for the value of an expression. */
function work(plan: IDataObject, expression: string): INode {
	// Two braces together would end the expression.
	const literal = JSON.stringify(plan).replaceAll('}}', '} }');
	return node('Work', 'n8n-nodes-probe.probeAnswer', {
		plan: `={{ (${literal})[${expression}] ?? {} }}`,
	});
}

const secondsOf = ({ milliseconds = 0 }: LiveRequest) => `${milliseconds / 1000} s`;

const answerTo = (orderNumber: string) => ({
	result: { order: orderNumber },
	agent_message: `Order ${orderNumber} arrives on Tuesday, Zoë.`,
});

const fallback = { result: { answered: false }, agent_message: FALLBACK };

/** Callers, by what the workflow does for them. */
const [ada, slow, broken] = ['+12125550121', '+12125550122', '+12125550123'];

const CALLERS_PLAN = {
	[ada]: { items: [{ name: 'Ada', orders: 2, vip: true }] },
	[slow]: { ...PLAN.slow, seconds: 9 },
	[broken]: PLAN.broken,
};

/** What the trigger of the workflow about orders is set to. */
const ordersParameters = (agent: string): INodeParameters => ({
	requestType: 'action',
	agents: [agent],
	actionName: 'find_order',
	actionDescription: 'Use it when the caller asks where an order is.',
	inputFields: {
		fields: [
			{ name: 'order_number', type: 'string', required: true },
			{ name: 'kind', type: 'string', required: false, allowedValues: 'new, old' },
		],
	},
	speakOnSend: 'One moment.',
	options: { fallbackAnswer: FALLBACK },
});

/** Agents ask workflows during calls, and get their answers in time. */
class Room {
	readonly isQueue: boolean;

	readonly environment: Environment;

	/** IDs of the agents. */
	readonly reminder: string;

	readonly followUp: string;

	readonly reception: string;

	/** The account's actions and agents before anything was published. */
	readonly before: Room['settings'];

	/** The workflow that agents ask about orders. */
	orders!: SavedWorkflow;

	/** The one that tells them who is calling. */
	callers!: SavedWorkflow;

	/** The action that was made when the power was cut. */
	madeAction!: string;

	constructor(readonly context: CaseContext) {
		this.isQueue = context.server.workers.length > 0;
		this.environment = context.simulator.environment('default');
		[this.reminder, this.followUp, this.reception] = this.environment.agents.keys();
		// In queue mode, tests have another host than production. Both, and this, have to fit into one URL.
		const reception = this.environment.agents.get(this.reception);
		Object.assign(reception as object, { context_endpoint: 'https://a.test' });
		this.before = this.settings;
	}

	get n8n(): N8nApi {
		return this.context.n8n;
	}

	get simulator(): Simulator {
		return this.context.simulator;
	}

	get settings() {
		return structuredClone({
			actions: [...this.environment.actions.values()],
			agents: [...this.environment.agents.values()],
		});
	}

	private async create(
		name: string,
		parameters: INodeParameters,
		...nodes: INode[]
	): Promise<SavedWorkflow> {
		const { credentials } = this.context;
		const options = { allowUnreachableUrl: true, ...(parameters.options as object) };
		const trigger = node(
			'Question',
			FLUENTS_AI_LIVE_TRIGGER,
			{ ...parameters, options },
			{ webhookId: randomUUID(), credentials: { [CREDENTIAL]: credentials.default } },
		);
		return await this.n8n.createWorkflow({ ...chain(trigger, ...nodes), name });
	}

	async createOrders(): Promise<SavedWorkflow> {
		const order = "{{ $('Question').first().json.input.order_number }}";
		const respond = fluentsNode(
			{
				resource: 'liveRequest',
				operation: 'respond',
				specifyResult: 'keypair',
				result: { fields: [{ name: 'order', value: `=${order}` }] },
				agentSays: `=Order ${order} arrives on Tuesday, Zoë.`,
			},
			this.context.credentials.default,
			{ name: 'Respond' },
		);
		const parameters = ordersParameters(this.reminder);
		return await this.create(
			'Orders',
			parameters,
			work(PLAN, '$json.input.order_number'),
			respond,
		);
	}

	async createCallers(): Promise<SavedWorkflow> {
		const parameters = {
			requestType: 'callerLookup',
			agents: [this.reception],
			ifAttached: 'replace',
			answerUsing: 'lastNode',
			options: { deadline: 7 },
		};
		return await this.create('Callers', parameters, work(CALLERS_PLAN, '$json.caller_number'));
	}

	async publish(workflow: SavedWorkflow): Promise<void> {
		deepEqual(await this.n8n.publish(workflow), { status: 'published', errors: [] });
	}

	async saveAndPublishOrders(): Promise<void> {
		this.orders = await this.n8n.save(this.orders);
		await this.publish(this.orders);
	}

	addressOf({ nodes: [{ webhookId }] }: SavedWorkflow): string {
		return `${this.context.server.webhookUrl}/webhook/${webhookId}/live`;
	}

	/**
	 * Does something that starts a workflow a number of times.
	 *
	 * @returns what it gives, and these executions, in order.
	 */
	async starts<T>(
		workflow: SavedWorkflow,
		count: number,
		task: () => Promise<T>,
	): Promise<{ result: T; executions: Execution[] }> {
		const last = await this.n8n.newestExecution(workflow);
		const result = await task();
		const since = async () =>
			(await this.n8n.executions(workflow.id)).results
				.map(({ id }) => Number(id))
				.filter((id) => id > last)
				.sort((a, b) => a - b);
		await eventually(async () => equal((await since()).length, count));
		const executions: Execution[] = [];
		for (const id of await since()) executions.push(await this.n8n.finished(String(id)));
		return { result, executions };
	}

	/** The actions that lead to the orders, in production or to a test in the editor. */
	actions(path = 'webhook') {
		const [{ webhookId }] = this.orders.nodes;
		return [...this.environment.actions.values()].filter(({ config }) =>
			String((config as IDataObject).url).includes(`/${path}/${webhookId}/live?`),
		);
	}

	/** The action that leads to the orders, which is the only one. */
	get action() {
		const [own, ...others] = this.actions();
		deepEqual(others, []);
		return own;
	}

	/** Asks about an order. */
	async ask(orderNumber: string, question: Partial<Question> = {}): Promise<LiveRequest> {
		const parameters = { order_number: orderNumber };
		return await this.simulator.ask({ action: this.action.id, parameters, ...question });
	}

	/** Asks about orders, which starts so many executions. */
	async asked(count: number, orderNumber: string, question?: Partial<Question>) {
		return await this.starts(
			this.orders,
			count,
			async () => await this.ask(orderNumber, question),
		);
	}

	/** Lets somebody call, which starts one execution. @returns what the agent was told about the caller. */
	async calledFrom(from: string) {
		const { simulator } = this.context;
		const { result: callId, executions } = await this.starts(
			this.callers,
			1,
			async () => await dialIn(simulator, this.reception, from),
		);
		const [{ answer }] = simulator.liveRequests.slice(-1);
		const context = this.environment.calls.get(callId)?.context;
		return { answer, context, execution: executions[0] };
	}

	get endpoint(): string {
		return String(this.environment.agents.get(this.reception)?.context_endpoint);
	}
}

const asking = [
	check<Room>(
		'publishing gives the agent one more action, at the production URL',
		async (room) => {
			await room.publish(room.orders);
			const { id, type, config } = room.action;
			const { name, url, input_schema: schema } = config as IDataObject;
			deepEqual([type, name], ['action_external', 'find_order']);
			const [address, query] = String(url).split('?');
			equal(address, room.addressOf(room.orders));
			match(query, /^n8n_secret=[0-9a-f]{64}$/);
			deepEqual((schema as IDataObject).required, ['order_number']);
			const [earlier] = room.before.agents.map(({ actions }) => actions as string[]);
			deepEqual(room.environment.agents.get(room.reminder)?.actions, [...earlier, id]);
		},
	),
	check<Room>('in a call the agent asks, and speaks the answer', async (room) => {
		room.simulator.scriptOf = () => ({
			asks: [{ at: 11, parameters: { order_number: 'A-1' } }],
		});
		const { result: callId, executions } = await room.starts(
			room.orders,
			1,
			async () => await placeCall(room.simulator, room.reminder, ASKS_ONCE),
		);
		const [execution] = executions;
		equal(execution.status, 'success');
		const [{ json: question }] = outputOf(execution, 'Question');
		deepEqual(
			[question.call_id, question.input, question.is_signed],
			[callId, { order_number: 'A-1' }, true],
		);
		equal(outputOf(execution, 'Work')[0].json.process, room.isQueue ? 'worker' : 'start');
		const [request] = room.simulator.liveRequests;
		deepEqual([request.status, request.answer], [200, answerTo('A-1')]);
		await eventually(async () => {
			const { calls } = room.simulator.environment('default');
			const transcript = String(calls.get(callId)?.transcript);
			ok(transcript.includes('BOT: One moment'), transcript);
			ok(transcript.includes('BOT: Order A-1 arrives on Tuesday, Zoë.'), transcript);
			await Promise.resolve();
		});
		return `${secondsOf(request)}${room.isQueue ? ', from a worker' : ''}`;
	}),
	check<Room>('in a call the agent asks twice', async (room) => {
		room.simulator.liveRequests.length = 0;
		const asks = ['A-2', 'A-3'].map((order_number, i) => ({
			at: 11 + 10 * i,
			parameters: { order_number },
		}));
		room.simulator.scriptOf = () => ({ asks });
		await room.starts(
			room.orders,
			2,
			async () => await placeCall(room.simulator, room.reminder, ASKS_TWICE),
		);
		const answers = room.simulator.liveRequests.map(({ answer }) => answer);
		deepEqual(answers, [answerTo('A-2'), answerTo('A-3')]);
		return room.simulator.liveRequests.map(secondsOf).join(', ');
	}),
	check<Room>('10 agents at once: each gets its own answer', async (room) => {
		const numbers = Array.from({ length: 10 }, (_, i) => `B-${i}`);
		const { result: requests } = await room.starts(
			room.orders,
			10,
			async () => await Promise.all(numbers.map(async (number) => await room.ask(number))),
		);
		deepEqual(
			requests.map(({ answer }) => answer),
			numbers.map(answerTo),
		);
		const slowest = Math.max(...requests.map(({ milliseconds = 0 }) => milliseconds));
		return `the slowest after ${slowest / 1000} s`;
	}),
	check<Room>('forged, replayed, and with another secret in the URL: 401', async (room) => {
		const { url } = room.action.config as { url: string };
		const other = url.replace(/.$/, (end) => (end === '0' ? '1' : '0'));
		const { result: requests } = await room.starts(room.orders, 0, async () => [
			await room.ask('A-4', { signature: 'forged' }),
			await room.ask('A-4', { signature: 'replayed' }),
			await room.ask('A-4', { url: other }),
		]);
		deepEqual(
			requests.map(({ status }) => status),
			[401, 401, 401],
		);
	}),
	check<Room>('without a signature it starts, and the log names the headers', async (room) => {
		const { result, executions } = await room.asked(1, 'A-5', { signature: 'none' });
		deepEqual(result.answer, answerTo('A-5'));
		equal(outputOf(executions[0], 'Question')[0].json.is_signed, false);
		match(
			await room.context.server.log(),
			/without the header 'x-vocode-signature'.*content-type/,
		);
	}),
	check<Room>('bad input: the agent is told to ask again', async (room) => {
		const parameters = { kind: 'blue' };
		const { result } = await room.asked(0, '', { parameters });
		const { message } = (result.answer as { result: { message: string } }).result;
		match(
			message,
			/'order_number' is missing.*'kind' has to be "new" or "old".*Ask the caller/,
		);
		return message;
	}),
	check<Room>('the workflow fails, or ends in silence: the fallback at once', async (room) => {
		for (const [number, status] of [
			['broken', 'error'],
			['silent', 'success'],
		]) {
			const { result, executions } = await room.asked(1, number);
			deepEqual([result.status, result.answer], [200, fallback]);
			equal(executions[0].status, status);
			ok((result.milliseconds as number) < 7000, `It came after ${secondsOf(result)}`);
		}
	}),
	check<Room>('the workflow is slow: the fallback in time, and a hint', async (room) => {
		const { result, executions } = await room.asked(1, 'slow');
		deepEqual([result.status, result.answer], [200, fallback]);
		ok((result.milliseconds as number) < 10_000, `It came after ${secondsOf(result)}`);
		const [execution] = executions;
		equal(execution.status, 'success');
		equal(outputOf(execution, 'Respond')[0].json.in_time, false);
		const [{ hints = [] }] = execution.data.resultData.runData.Respond;
		match(hints[0].message, /seconds too late/);
		return secondsOf(result);
	}),
	check<Room>('a parameter of the trigger fails: the usual fallback at once', async (room) => {
		// It works when the workflow is published.
		const later = Date.now() + 20_000;
		const fallbackAnswer = `={{ Date.now() > ${later} ? $('Nobody').item.json.name : 'Sorry.' }}`;
		const { parameters } = room.orders.nodes[0];
		const allOptions = parameters.options as INodeParameters;
		parameters.options = { ...allOptions, fallbackAnswer };
		await room.saveAndPublishOrders();
		await sleep(Math.max(0, later + 1000 - Date.now()));
		const { result, executions } = await room.asked(1, 'A-7');
		const usual = 'Sorry, I cannot look that up right now.';
		deepEqual(
			[result.status, result.answer],
			[200, { result: { answered: false }, agent_message: usual }],
		);
		equal(executions[0].status, 'error');
		room.orders.nodes[0].parameters.options = allOptions;
		return secondsOf(result);
	}),
	check<Room>('changed and published again', async (room) => {
		const { id } = room.action;
		Object.assign(room.orders.nodes[0].parameters, {
			actionName: 'locate_order',
			answerUsing: 'lastNode',
			agents: [room.reminder, room.followUp],
		});
		await room.saveAndPublishOrders();
		equal((room.action.config as IDataObject).name, 'locate_order');
		const holders = room.before.agents.map(({ id: agentId, actions }) => {
			const { actions: now } = room.environment.agents.get(agentId) as IDataObject;
			const earlier = actions as string[];
			return (now as string[]).length - earlier.length;
		});
		deepEqual(holders, [1, 1, 0]);
		const { result } = await room.asked(1, 'A-6');
		const { responded, in_time } = (result.answer as { result: IDataObject }).result;
		deepEqual([responded, in_time], [true, true]);
		return room.action.id === id ? 'the action is kept' : 'with a new action';
	}),
	check<Room>('a text at once, and the workflow goes on', async (room) => {
		Object.assign(room.orders.nodes[0].parameters, {
			answerUsing: 'immediately',
			answerText: 'I have noted it.',
		});
		const [trigger, pause] = room.orders.nodes;
		Object.assign(room.orders, chain(trigger, pause));
		await room.saveAndPublishOrders();
		const { result, executions } = await room.asked(1, 'slow');
		deepEqual(result.answer, { result: {}, agent_message: 'I have noted it.' });
		equal(outputOf(executions[0], 'Work').length, 1);
		return secondsOf(result);
	}),
];

const callerLookup = [
	check<Room>('caller lookup: publishing sets the context endpoint', async (room) => {
		const earlier = room.endpoint;
		await room.publish(room.callers);
		const address = room.addressOf(room.callers).replace(/live$/, '');
		ok(room.endpoint.startsWith(address), room.endpoint);
		ok(room.endpoint.includes(`?was=${earlier}&`), room.endpoint);
		match(room.endpoint.slice(address.length), /^[\w-]{22}\?.*&n8n=[\w-]{18}p$/);
		ok(room.endpoint.length <= 200, room.endpoint);
	}),
	check<Room>('caller lookup: the agent knows who is calling', async (room) => {
		for (const appendedQuery of ['ampersand', 'questionMark', 'replaced'] as const) {
			for (const callerNumber of ['digits', 'e164'] as const) {
				Object.assign(room.simulator.switches, { appendedQuery, callerNumber });
				const { context, execution } = await room.calledFrom(ada);
				deepEqual(context, { name: 'Ada', orders: '2', vip: 'true' });
				const [{ json }] = outputOf(execution, 'Question');
				deepEqual([json.request_type, json.caller_number], ['callerLookup', ada]);
			}
		}
		return room.simulator.liveRequests.slice(-4).map(secondsOf).join(', ');
	}),
	check<Room>('caller lookup: it is slow, fails, or knows nobody: {}', async (room) => {
		for (const [from, status] of [
			[slow, 'success'],
			[broken, 'error'],
		]) {
			const { answer, execution } = await room.calledFrom(from);
			deepEqual(answer, {});
			equal(execution.status, status);
		}
		const forged = room.endpoint.replace(/.(?=\?)/, (end) => (end === 'A' ? 'B' : 'A'));
		equal((await fetch(`${forged}&phone_number=12125550121`)).status, 401);
	}),
];

/** Listening, and the end of both workflows. */
const listening = [
	check<Room>(
		'listening in the editor takes one question, then it is production again',
		async (room) => {
			const production = room.settings;
			await room.n8n.listen(room.orders);
			const [test] = room.actions('webhook-test');
			const held = room.environment.agents.get(room.reminder)?.actions as string[];
			ok(held.includes(test.id) && !held.includes(room.action.id), held.join(', '));
			const { result, executions } = await room.asked(1, 'A-7', { action: test.id });
			equal(result.status, 200);
			match(
				String(executions[0].data.resultData.runData.Question[0].executionStatus),
				/success/,
			);
			equal((await room.n8n.executions(room.orders.id)).results[0].mode, 'manual');
			await eventually(async () => deepEqual(room.settings, production));
		},
	),
	check<Room>('caller lookup: listening in the editor', async (room) => {
		const production = room.endpoint;
		await room.n8n.listen(room.callers);
		notEqual(room.endpoint, production);
		const { context } = await room.calledFrom(ada);
		equal((context as IDataObject).name, 'Ada');
		equal((await room.n8n.executions(room.callers.id)).results[0].mode, 'manual');
		await eventually(async () => equal(room.endpoint, production));
	}),
	check<Room>('caller lookup: unpublishing puts the earlier endpoint back', async (room) => {
		await room.n8n.unpublish(room.callers);
		const earlier = room.before.agents.find(({ id }) => id === room.reception);
		equal(room.endpoint, earlier?.context_endpoint);
	}),
	check<Room>('unpublishing leaves everything as it was', async (room) => {
		const { id, config } = room.action;
		await room.n8n.unpublish(room.orders);
		deepEqual(room.settings, room.before);
		equal(room.environment.actions.has(id), false);
		const { url } = config as { url: string };
		equal((await fetch(url, { method: 'POST' })).status, 404);
	}),
];

export default {
	needsOwnN8n: true,
	isUrgent: true,
	async setUp(context) {
		const room = new Room(context);
		room.orders = await room.createOrders();
		room.callers = await room.createCallers();
		return room;
	},
	checks: [...asking, ...callerLookup],
	listening,
	powerCut: {
		/** n8n does not learn that the action was made. */
		async prepare(room) {
			// The first request is to be the one that makes the action.
			room.simulator.switches.speakOn = 'text';
			room.simulator.faults.add({ operationId: 'createAction', when: 'after', hang: true });
			room.orders = await room.createOrders();
			void room.n8n.activate(room.orders).catch(() => {});
			await eventually(() => equal(room.actions().length, 1));
			room.madeAction = room.action.id;
		},
		checks: [
			check('an action whose making n8n did not learn of is found again', async (room) => {
				const published = { status: 'published', errors: [] };
				await eventually(async () => {
					deepEqual(await room.n8n.publication(room.orders), published);
					deepEqual((await room.ask('A-8')).answer, answerTo('A-8'));
				}, 90);
				equal(room.action.id, room.madeAction);
				await room.n8n.unpublish(room.orders);
				deepEqual(room.settings, room.before);
			}),
		],
	},
} satisfies Case<Room>;
