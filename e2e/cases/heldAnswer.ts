import { deepEqual, doesNotMatch, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import { chain, node, outputOf, type SavedWorkflow } from '../api';
import { eventually, type CaseContext } from '../cases';

export const name = 'heldAnswer';

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

/** Of what n8n puts into the log when somebody writes to a response that has been sent. */
const BROKEN =
	/ERR_HTTP_HEADERS_SENT|headers after they are sent|write after end|unhandled|uncaught/i;

/**
 * A trigger that holds the answer until the workflow has it, and is the only one that ever answers:
 * everything the Live Trigger does is first proven here, with a node that can do nothing else.
 */
export async function run(context: CaseContext): Promise<void> {
	const { n8n, server, check } = context;
	const isQueue = server.workers.length > 0;

	const create = async (answerBy: string, ...nodes: INode[]) =>
		await n8n.createWorkflow(
			chain(
				node(
					'Request',
					'n8n-nodes-probe.heldAnswerTrigger',
					{ answerBy },
					{ webhookId: randomUUID() },
				),
				...nodes,
			),
		);
	const publish = async (answerBy: string, ...nodes: INode[]) => {
		const workflow = await create(answerBy, ...nodes);
		deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
		// The webhook process learns of a new address from the database, some time afterwards.
		await eventually(async () => equal((await ask(workflow, { deadline: 1 })).status, 200));
		return workflow;
	};
	const ask = async (
		{ nodes: [{ webhookId }] }: SavedWorkflow,
		plan: Plan = {},
		{ path = 'webhook', accept = 'identity' }: { path?: string; accept?: string } = {},
	): Promise<Answered> => {
		const start = Date.now();
		const response = await fetch(`${server.webhookUrl}/${path}/${webhookId}/webhook`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'accept-encoding': accept },
			body: JSON.stringify(plan),
			signal: AbortSignal.timeout(60_000),
		});
		const json = (await response.json()) as IDataObject;
		const seconds = (Date.now() - start) / 1000;
		return { status: response.status, headers: response.headers, json, seconds };
	};
	/** Asks, and gives the answer to come and the execution that the request has started. */
	const start = async (workflow: SavedWorkflow, plan: Plan, path?: string) => {
		const before = await n8n.newestExecution(workflow);
		const asked = ask(workflow, plan, { path });
		await eventually(async () => ok((await n8n.newestExecution(workflow)) > before));
		return { asked, executionId: String(await n8n.newestExecution(workflow)) };
	};
	const askToTheEnd = async (workflow: SavedWorkflow, plan: Plan, path?: string) => {
		const { asked, executionId } = await start(workflow, plan, path);
		return { ...(await asked), execution: await n8n.finished(executionId) };
	};
	const answers = async (workflow: SavedWorkflow, plan: Plan, answer: unknown) => {
		const { status, json, seconds, execution } = await askToTheEnd(workflow, plan);
		deepEqual([status, json], [200, { answer }]);
		equal(execution.status, 'success');
		return `after ${seconds.toFixed(1)} s`;
	};
	/** @returns what n8n wanted to answer, for people to read. */
	const fallsBack = async (workflow: SavedWorkflow, plan: Plan, executionStatus: string) => {
		const { status, json, execution } = await askToTheEnd(workflow, plan);
		equal(status, 200);
		equal(json.fallback, 'n8n', JSON.stringify(json));
		equal(execution.status, executionStatus);
		const { status: code, content } = json.instead as IDataObject;
		const text = (content as IDataObject | undefined)?.message ?? 'nothing';
		return `n8n wanted to answer ${String(code)}: ${String(text)}`;
	};
	const isLate = async (workflow: SavedWorkflow, plan: Plan) => {
		const slow = { ...plan, deadline: 2 };
		const { status, json, seconds, execution } = await askToTheEnd(workflow, slow);
		deepEqual([status, json], [200, { fallback: 'deadline' }]);
		ok(seconds < 4, `The fallback came after ${seconds} s`);
		equal(execution.status, 'success');
		return execution;
	};

	const between = node('Between', 'n8n-nodes-base.noOp');
	const [first, second] = ['First', 'Second'].map((name) =>
		node(name, 'n8n-nodes-probe.probeAnswer', {
			plan: `={{ $('Request').first().json.plan.${name} }}`,
		}),
	);
	const byNode = await publish('responseNode', between, first, second);

	await check('a node answers, and the first answer wins', async () => {
		const plan: Plan = {
			First: { answers: [{ body: { slot: 1 } }, { body: { slot: 2 } }] },
			Second: { answers: [{ body: { slot: 3 } }] },
		};
		return await answers(byNode, plan, { slot: 1 });
	});
	await check('the answering node knows the trigger, with nodes between them', async () => {
		const { execution } = await askToTheEnd(byNode, {});
		const [{ json: request }] = outputOf(execution, 'Request');
		for (const name of ['First', 'Second']) {
			const [{ json }] = outputOf(execution, name);
			deepEqual([json.respondBy, json.evaluated], [request.respondBy, request.respondBy]);
			equal(json.process, isQueue ? 'worker' : 'start');
		}
		return isQueue ? 'the answer comes from a worker' : '';
	});
	await check(
		'also when n8n stores static data first',
		async () =>
			await answers(
				byNode,
				{ store: 1, First: { answers: [{ body: { slot: 1 } }] } },
				{ slot: 1 },
			),
	);
	await check('an answer may be text, bytes, or null', async () => {
		await answers(byNode, { First: { answers: [{ body: 'Hello' }] } }, 'Hello');
		const base64 = Buffer.from('Grüße').toString('base64');
		await answers(byNode, { First: { answers: [{ base64 }] } }, 'Grüße');
		await answers(byNode, { First: { answers: [{ body: null }] } }, null);
	});
	await check('a long answer is compressed as n8n does it', async () => {
		const body = { text: 'a'.repeat(10_000) };
		const plan = { First: { answers: [{ body }] } };
		const { headers, json } = await ask(byNode, plan, { accept: 'gzip' });
		deepEqual([headers.get('content-encoding'), json], ['gzip', { answer: body }]);
	});
	await check('20 requests at once: each gets its own answer', async () => {
		const requests = Array.from({ length: 20 }, async (_, slot) => {
			const plan = { deadline: 60, First: { answers: [{ body: { slot } }] } };
			const { json, seconds } = await ask(byNode, plan);
			deepEqual(json, { answer: { slot } });
			return seconds;
		});
		const seconds = await Promise.all(requests);
		await eventually(async () => {
			const { results } = await n8n.executions(byNode.id);
			ok(results.every(({ status }) => status === 'success'));
		});
		return `the slowest after ${Math.max(...seconds).toFixed(1)} s`;
	});

	await check(
		'the workflow fails: the fallback',
		async () => await fallsBack(byNode, { First: { fail: 'Broken' } }, 'error'),
	);
	await check(
		'the workflow ends without an answer: the fallback',
		async () => await fallsBack(byNode, {}, 'success'),
	);
	await check('an error as the answer, or nothing: the fallback', async () => {
		const refused = { First: { answers: [{ body: { message: 'No' }, statusCode: 503 }] } };
		await fallsBack(byNode, { First: { answers: [{}] } }, 'success');
		return await fallsBack(byNode, refused, 'success');
	});
	await check(
		'webhook() itself fails: the fallback',
		async () => await fallsBack(byNode, { fail: 'Broken' }, 'error'),
	);
	await check('the workflow is slow: the fallback, and it goes on to its end', async () => {
		const { data } = await isLate(byNode, {
			First: { seconds: 4, answers: [{ body: { slot: 1 } }] },
			Second: { answers: [{ body: { slot: 2 } }] },
		});
		const [{ hints }] = data.resultData.runData.Second;
		deepEqual(hints, [{ message: 'Too late', location: 'outputPane' }]);
	});
	await check('the workflow is stopped: nobody is kept waiting', async () => {
		const plan: Plan = {
			deadline: 6,
			First: { seconds: 3 },
			Second: { answers: [{ body: { slot: 1 } }] },
		};
		const { asked, executionId } = await start(byNode, plan);
		await n8n.stop(executionId);
		const { status, json, seconds } = await asked;
		equal(status, 200);
		ok(seconds < 8, `The answer came after ${seconds} s`);
		const execution = await n8n.finished(executionId);
		// In queue mode n8n notes that it was stopped, and its worker goes on to the end all the same.
		if (!isQueue) deepEqual([json.fallback, execution.status], ['n8n', 'canceled']);
		return `${JSON.stringify(json.answer ?? json.fallback)} after ${seconds.toFixed(1)} s`;
	});

	const wait = (parameters: INodeParameters) =>
		node('Wait', 'n8n-nodes-base.wait', parameters, {
			typeVersion: 1.1,
			webhookId: randomUUID(),
		});
	await check('a short Wait: its answer is in time', async () => {
		const pause = wait({ resume: 'timeInterval', amount: 1, unit: 'seconds' });
		const workflow = await publish('responseNode', pause, first);
		return await answers(workflow, { First: { answers: [{ body: 1 }] } }, 1);
	});
	await check('a Wait that sleeps: the fallback, and the workflow goes on later', async () => {
		const workflow = await publish('responseNode', first, wait({ resume: 'webhook' }), second);
		const { asked, executionId } = await start(workflow, {
			deadline: 2,
			Second: { answers: [{ body: { slot: 1 } }] },
		});
		const { json } = await asked;
		ok(json.fallback, JSON.stringify(json));
		const asleep = async () => await n8n.execution(executionId);
		await eventually(async () => equal((await asleep()).status, 'waiting'));
		const [known] = outputOf(await asleep(), 'First');
		equal((await fetch(String(known.json.resumeUrl))).status, 200);
		const execution = await n8n.finished(executionId);
		equal(execution.status, 'success');
		const [{ json: request }] = outputOf(execution, 'Request');
		equal(outputOf(execution, 'Second')[0].json.respondBy, request.respondBy);
		return `from ${String(json.fallback)}`;
	});

	const byLast = await publish('lastNode', between, first);
	await check(
		'the last node answers with its first item',
		async () =>
			await answers(byLast, { First: { items: [{ slot: 1 }, { slot: 2 }] } }, { slot: 1 }),
	);
	await check('the last node: it fails, or gives nothing', async () => {
		await fallsBack(byLast, { First: { fail: 'Broken' } }, 'error');
		return await fallsBack(byLast, { First: { items: [] } }, 'success');
	});
	await check('the last node: it is slow', async () => {
		await isLate(byLast, { First: { seconds: 4 } });
	});
	await check('the last node: it may not be the trigger', async () => {
		await fallsBack(await publish('lastNode', between), {}, 'success');
	});
	await check('the trigger answers at once, and the workflow goes on', async () => {
		const workflow = await publish('onReceived', first);
		const { json, execution } = await askToTheEnd(workflow, { First: { seconds: 1 } });
		deepEqual(json, { answer: 'at once' });
		equal(outputOf(execution, 'First').length, 1);
	});

	const respond = (parameters: INodeParameters, typeVersion: number) =>
		node('Respond', 'n8n-nodes-base.respondToWebhook', parameters, { typeVersion });
	const json = { respondWith: 'json', responseBody: '{ "slot": 1 }' };
	await check(
		"n8n's own Respond to Webhook answers in its first version",
		async () => await answers(await publish('responseNode', respond(json, 1)), {}, { slot: 1 }),
	);
	await check(
		'its later versions refuse: the fallback',
		async () => await fallsBack(await publish('responseNode', respond(json, 1.4)), {}, 'error'),
	);
	await check('it may send a file', async () => {
		const file = node(
			'File',
			'n8n-nodes-base.convertToFile',
			{ operation: 'toText', sourceProperty: 'plan.store' },
			{ typeVersion: 1.1 },
		);
		const workflow = await publish('responseNode', file, respond({ respondWith: 'binary' }, 1));
		return await answers(workflow, { store: 7 }, '7');
	});

	await check('listening in the editor holds the answer too', async () => {
		const tests: Array<[Plan, IDataObject]> = [
			[{ First: { answers: [{ body: { slot: 1 } }] } }, { answer: { slot: 1 } }],
			[{ First: { fail: 'Broken' } }, { fallback: 'n8n' }],
			[{}, { fallback: 'n8n' }],
			[{ deadline: 2, First: { seconds: 4 } }, { fallback: 'deadline' }],
		];
		for (const [plan, expected] of tests) {
			await n8n.listen(byNode);
			const { status, json, execution } = await askToTheEnd(byNode, plan, 'webhook-test');
			delete json.instead;
			deepEqual([status, json], [200, expected]);
			equal(outputOf(execution, 'Request')[0].json.mode, 'manual');
		}
	});
	await check('no answer was sent twice', async () => {
		doesNotMatch(await server.log(), BROKEN);
	});
}
