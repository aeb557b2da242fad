import { deepEqual, doesNotMatch, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import { chain, node, outputOf, type Execution, type SavedWorkflow } from '../api';
import { check, eventually, type Case, type CaseContext } from '../case';

/** What the nodes of the probe are to do with a request, by name of the node. */
interface Plan {
	/** Seconds after which the trigger answers by itself. */
	deadline?: number;
	/** What the trigger writes into its static data. */
	store?: number;
	/** Message of an error in webhook(), after it holds the answer. */
	fail?: string;
	First?: Step;
	Second?: Step;
}

interface Step {
	seconds?: number;
	fail?: string;
	answers?: Array<{ body?: unknown; base64?: string; statusCode?: number }>;
	/** What the node gives; what it knows of the request by default. */
	items?: IDataObject[];
}

interface Answered {
	status: number;
	headers: Headers;
	json: IDataObject;
	seconds: number;
}

/** Seconds that a workflow takes which is too slow, also for a busy n8n to be on its way to the fallback. */
const SLOW = 15;

/** Of what n8n puts into the log when somebody writes to a response that has been sent. */
const BROKEN =
	/ERR_HTTP_HEADERS_SENT|headers after they are sent|write after end|unhandled|uncaught/i;

/** The first node answers with this. */
const answersWith = (body: unknown): Plan => ({ First: { answers: [{ body }] } });

const between = node('Between', 'n8n-nodes-base.noOp');

/** Two nodes that answer, as the plan of the request says. */
const [first, second] = ['First', 'Second'].map((name) =>
	node(name, 'n8n-nodes-probe.probeAnswer', {
		plan: `={{ $('Request').first().json.plan.${name} }}`,
	}),
);

const wait = (parameters: INodeParameters) =>
	node('Wait', 'n8n-nodes-base.wait', parameters, { typeVersion: 1.1, webhookId: randomUUID() });

/** n8n's own node, which gives a slot in JSON by default. */
const respond = (
	typeVersion: number,
	parameters: INodeParameters = { respondWith: 'json', responseBody: '{ "slot": 1 }' },
) => node('Respond', 'n8n-nodes-base.respondToWebhook', parameters, { typeVersion });

/**
 * A trigger that holds the answer until the workflow has it, and is the only one that ever answers:
 * everything the Live Trigger does is first proven here, with a node that can do nothing else.
 */
class Room {
	readonly isQueue: boolean;

	/** Published, with answers by the node or by the last node. */
	byNode!: SavedWorkflow;

	byLast!: SavedWorkflow;

	constructor(readonly context: CaseContext) {
		this.isQueue = context.server.workers.length > 0;
	}

	async publish(answerBy: string, ...nodes: INode[]): Promise<SavedWorkflow> {
		const { n8n } = this.context;
		const settings = { webhookId: randomUUID() };
		const trigger = node(
			'Request',
			'n8n-nodes-probe.heldAnswerTrigger',
			{ answerBy },
			settings,
		);
		const workflow = await n8n.createWorkflow(chain(trigger, ...nodes));
		deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
		// The webhook process learns of a new address from the database, some time afterwards.
		await eventually(async () =>
			equal((await this.ask(workflow, { deadline: 1 })).status, 200),
		);
		return workflow;
	}

	async ask(
		{ nodes: [{ webhookId }] }: SavedWorkflow,
		plan: Plan = {},
		{ path = 'webhook', accept = 'identity' }: { path?: string; accept?: string } = {},
	): Promise<Answered> {
		const start = Date.now();
		const { webhookUrl } = this.context.server;
		const response = await fetch(`${webhookUrl}/${path}/${webhookId}/webhook`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'accept-encoding': accept },
			body: JSON.stringify(plan),
			signal: AbortSignal.timeout(60_000),
		});
		const json = (await response.json()) as IDataObject;
		const seconds = (Date.now() - start) / 1000;
		return { status: response.status, headers: response.headers, json, seconds };
	}

	/** Asks, and gives the answer to come and the execution that the request has started. */
	async start(
		workflow: SavedWorkflow,
		plan: Plan,
		path?: string,
	): Promise<{ asked: Promise<Answered>; executionId: string }> {
		const { n8n } = this.context;
		const before = await n8n.newestExecution(workflow);
		const asked = this.ask(workflow, plan, { path });
		await eventually(async () => ok((await n8n.newestExecution(workflow)) > before));
		return { asked, executionId: String(await n8n.newestExecution(workflow)) };
	}

	async askToTheEnd(
		workflow: SavedWorkflow,
		plan: Plan,
		path?: string,
	): Promise<Answered & { execution: Execution }> {
		const { asked, executionId } = await this.start(workflow, plan, path);
		return { ...(await asked), execution: await this.context.n8n.finished(executionId) };
	}

	async answers(workflow: SavedWorkflow, plan: Plan, answer: unknown): Promise<string> {
		const { status, json, seconds, execution } = await this.askToTheEnd(workflow, plan);
		deepEqual([status, json], [200, { answer }]);
		equal(execution.status, 'success');
		return `after ${seconds.toFixed(1)} s`;
	}

	/** @returns what n8n wanted to answer, for people to read. */
	async fallsBack(workflow: SavedWorkflow, plan: Plan, executionStatus: string): Promise<string> {
		const { status, json, execution } = await this.askToTheEnd(workflow, plan);
		equal(status, 200);
		equal(json.fallback, 'n8n', JSON.stringify(json));
		equal(execution.status, executionStatus);
		const { status: code, content } = json.instead as IDataObject;
		const text = (content as IDataObject | undefined)?.message ?? 'nothing';
		return `n8n wanted to answer ${String(code)}: ${String(text)}`;
	}

	async isLate(workflow: SavedWorkflow, plan: Plan): Promise<Execution> {
		const slow = { ...plan, deadline: 2 };
		const { status, json, seconds, execution } = await this.askToTheEnd(workflow, slow);
		deepEqual([status, json], [200, { fallback: 'deadline' }]);
		ok(seconds < SLOW, `The fallback came after ${seconds} s`);
		equal(execution.status, 'success');
		return execution;
	}
}

const byNode = [
	check<Room>('a node answers, and the first answer wins', async (room) => {
		const plan: Plan = {
			First: { answers: [{ body: { slot: 1 } }, { body: { slot: 2 } }] },
			Second: { answers: [{ body: { slot: 3 } }] },
		};
		return await room.answers(room.byNode, plan, { slot: 1 });
	}),
	check<Room>('the answering node knows the trigger, with nodes between them', async (room) => {
		const { execution } = await room.askToTheEnd(room.byNode, {});
		const [{ json: request }] = outputOf(execution, 'Request');
		for (const name of ['First', 'Second']) {
			const [{ json }] = outputOf(execution, name);
			deepEqual([json.respondBy, json.evaluated], [request.respondBy, request.respondBy]);
			equal(json.process, room.isQueue ? 'worker' : 'start');
		}
		return room.isQueue ? 'the answer comes from a worker' : '';
	}),
	check<Room>('also when n8n stores static data first', async (room) => {
		const plan = { store: 1, ...answersWith({ slot: 1 }) };
		return await room.answers(room.byNode, plan, { slot: 1 });
	}),
	check<Room>('an answer may be text, bytes, or null', async (room) => {
		await room.answers(room.byNode, answersWith('Hello'), 'Hello');
		const base64 = Buffer.from('Grüße').toString('base64');
		await room.answers(room.byNode, { First: { answers: [{ base64 }] } }, 'Grüße');
		await room.answers(room.byNode, answersWith(null), null);
	}),
	check<Room>('a long answer is compressed as n8n does it', async (room) => {
		const body = { text: 'a'.repeat(10_000) };
		const options = { accept: 'gzip' };
		const { headers, json } = await room.ask(room.byNode, answersWith(body), options);
		deepEqual([headers.get('content-encoding'), json], ['gzip', { answer: body }]);
	}),
	check<Room>('20 requests at once: each gets its own answer', async (room) => {
		const requests = Array.from({ length: 20 }, async (_, slot) => {
			const plan = { deadline: 60, ...answersWith({ slot }) };
			const { json, seconds } = await room.ask(room.byNode, plan);
			deepEqual(json, { answer: { slot } });
			return seconds;
		});
		const seconds = await Promise.all(requests);
		await eventually(async () => {
			const { results } = await room.context.n8n.executions(room.byNode.id);
			ok(results.every(({ status }) => status === 'success'));
		});
		return `the slowest after ${Math.max(...seconds).toFixed(1)} s`;
	}),
];

const fallbacks = [
	check<Room>(
		'the workflow fails: the fallback',
		async (room) => await room.fallsBack(room.byNode, { First: { fail: 'Broken' } }, 'error'),
	),
	check<Room>(
		'the workflow ends without an answer: the fallback',
		async (room) => await room.fallsBack(room.byNode, {}, 'success'),
	),
	check<Room>('an error as the answer, or nothing: the fallback', async (room) => {
		const refused = { First: { answers: [{ body: { message: 'No' }, statusCode: 503 }] } };
		await room.fallsBack(room.byNode, { First: { answers: [{}] } }, 'success');
		return await room.fallsBack(room.byNode, refused, 'success');
	}),
	check<Room>(
		'webhook() itself fails: the fallback',
		async (room) => await room.fallsBack(room.byNode, { fail: 'Broken' }, 'error'),
	),
	check<Room>('the workflow is slow: the fallback, and it goes on to its end', async (room) => {
		const { data } = await room.isLate(room.byNode, {
			First: { seconds: SLOW, answers: [{ body: { slot: 1 } }] },
			Second: { answers: [{ body: { slot: 2 } }] },
		});
		const [{ hints }] = data.resultData.runData.Second;
		deepEqual(hints, [{ message: 'Too late', location: 'outputPane' }]);
	}),
	check<Room>('the workflow is stopped: nobody is kept waiting', async (room) => {
		const { n8n } = room.context;
		const plan: Plan = {
			deadline: 60,
			First: { seconds: 30 },
			Second: { answers: [{ body: { slot: 1 } }] },
		};
		const { asked, executionId } = await room.start(room.byNode, plan);
		await n8n.stop(executionId);
		const { status, json, seconds } = await asked;
		equal(status, 200);
		ok(seconds < 60, `The answer came after ${seconds} s`);
		const execution = await n8n.finished(executionId);
		// In queue mode n8n notes that it was stopped, and its worker goes on to the end all the same.
		if (!room.isQueue) deepEqual([json.fallback, execution.status], ['n8n', 'canceled']);
		return `${JSON.stringify(json.answer ?? json.fallback)} after ${seconds.toFixed(1)} s`;
	}),
];

const waits = [
	check<Room>('a short Wait: its answer is in time', async (room) => {
		const pause = wait({ resume: 'timeInterval', amount: 1, unit: 'seconds' });
		const workflow = await room.publish('responseNode', pause, first);
		return await room.answers(workflow, answersWith(1), 1);
	}),
	check<Room>(
		'a Wait that sleeps: the fallback, and the workflow goes on later',
		async (room) => {
			const { n8n } = room.context;
			const pause = wait({ resume: 'webhook' });
			const workflow = await room.publish('responseNode', first, pause, second);
			const { asked, executionId } = await room.start(workflow, {
				deadline: 2,
				Second: { answers: [{ body: { slot: 1 } }] },
			});
			const { json } = await asked;
			ok(json.fallback, JSON.stringify(json));
			// n8n 1 says that it waits before it has stored what it knows.
			const resumeUrl = await eventually(async () => {
				const asleep = await n8n.execution(executionId);
				equal(asleep.status, 'waiting');
				return String(outputOf(asleep, 'First')[0].json.resumeUrl);
			});
			equal((await fetch(resumeUrl)).status, 200);
			const execution = await n8n.finished(executionId);
			equal(execution.status, 'success');
			const [{ json: request }] = outputOf(execution, 'Request');
			equal(outputOf(execution, 'Second')[0].json.respondBy, request.respondBy);
			return `from ${String(json.fallback)}`;
		},
	),
];

const byLast = [
	check<Room>('the last node answers with its first item', async (room) => {
		const plan = { First: { items: [{ slot: 1 }, { slot: 2 }] } };
		return await room.answers(room.byLast, plan, { slot: 1 });
	}),
	check<Room>('the last node: it fails, or gives nothing', async (room) => {
		await room.fallsBack(room.byLast, { First: { fail: 'Broken' } }, 'error');
		return await room.fallsBack(room.byLast, { First: { items: [] } }, 'success');
	}),
	check<Room>('the last node: it is slow', async (room) => {
		await room.isLate(room.byLast, { First: { seconds: SLOW } });
	}),
	check<Room>('the last node: it may not be the trigger', async (room) => {
		await room.fallsBack(await room.publish('lastNode', between), {}, 'success');
	}),
];

const otherWays = [
	check<Room>('the trigger answers at once, and the workflow goes on', async (room) => {
		const workflow = await room.publish('onReceived', first);
		const { json, execution } = await room.askToTheEnd(workflow, { First: { seconds: 1 } });
		deepEqual(json, { answer: 'at once' });
		equal(outputOf(execution, 'First').length, 1);
	}),
	check<Room>("n8n's own Respond to Webhook answers in its first version", async (room) => {
		const workflow = await room.publish('responseNode', respond(1));
		return await room.answers(workflow, {}, { slot: 1 });
	}),
	check<Room>('its later versions refuse: the fallback', async (room) => {
		return await room.fallsBack(await room.publish('responseNode', respond(1.4)), {}, 'error');
	}),
	check<Room>('it may send a file', async (room) => {
		const file = node(
			'File',
			'n8n-nodes-base.convertToFile',
			{ operation: 'toText', sourceProperty: 'plan.store' },
			{ typeVersion: 1.1 },
		);
		const sends = respond(1, { respondWith: 'binary' });
		const workflow = await room.publish('responseNode', file, sends);
		return await room.answers(workflow, { store: 7 }, '7');
	}),
];

const listening = [
	check<Room>('listening in the editor holds the answer too', async (room) => {
		const tests: Array<[Plan, IDataObject]> = [
			[answersWith({ slot: 1 }), { answer: { slot: 1 } }],
			[{ First: { fail: 'Broken' } }, { fallback: 'n8n' }],
			[{}, { fallback: 'n8n' }],
			[{ deadline: 2, First: { seconds: SLOW } }, { fallback: 'deadline' }],
		];
		for (const [plan, expected] of tests) {
			await room.context.n8n.listen(room.byNode);
			const answered = await room.askToTheEnd(room.byNode, plan, 'webhook-test');
			delete answered.json.instead;
			deepEqual([answered.status, answered.json], [200, expected]);
			equal(outputOf(answered.execution, 'Request')[0].json.mode, 'manual');
		}
	}),
	check<Room>('no answer was sent twice', async (room) => {
		doesNotMatch(await room.context.server.log(), BROKEN);
	}),
];

export default {
	needsOwnN8n: true,
	async setUp(context) {
		const room = new Room(context);
		room.byNode = await room.publish('responseNode', between, first, second);
		room.byLast = await room.publish('lastNode', between, first);
		return room;
	},
	checks: [...byNode, ...fallbacks, ...waits, ...byLast, ...otherWays],
	listening,
} satisfies Case<Room>;
