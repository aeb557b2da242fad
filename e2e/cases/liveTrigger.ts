import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { LiveRequest } from '../../simulator';
import {
	chain,
	CREDENTIAL,
	FLUENTS_AI_LIVE_TRIGGER,
	fluentsNode,
	node,
	outputOf,
	type Execution,
	type SavedWorkflow,
} from '../api';
import { dialIn, placeCall } from '../calls';
import { eventually, type CaseContext } from '../cases';

export const name = 'liveTrigger';

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

/** Agents ask workflows during calls, and get their answers in time. */
export async function run(context: CaseContext): Promise<void> {
	const { n8n, server, simulator, credentials, check } = context;
	const isQueue = server.workers.length > 0;
	const environment = simulator.environment('default');
	const [reminder, followUp, reception] = environment.agents.keys();
	simulator.callSeconds = 2;

	const settings = () =>
		structuredClone({
			actions: [...environment.actions.values()],
			agents: [...environment.agents.values()],
		});
	const before = settings();

	const create = async (workflow: string, parameters: INodeParameters, ...nodes: INode[]) => {
		const options = { allowUnreachableUrl: true, ...(parameters.options as object) };
		const trigger = node(
			'Question',
			FLUENTS_AI_LIVE_TRIGGER,
			{ ...parameters, options },
			{ webhookId: randomUUID(), credentials: { [CREDENTIAL]: credentials.default } },
		);
		return await n8n.createWorkflow({ ...chain(trigger, ...nodes), name: workflow });
	};
	const isPublished = async (workflow: SavedWorkflow) =>
		deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
	const addressOf = ({ nodes: [{ webhookId }] }: SavedWorkflow) =>
		`${server.webhookUrl}/webhook/${webhookId}/live`;

	/** Does something that starts a workflow a number of times. @returns these executions, in order. */
	const starts = async <T>(workflow: SavedWorkflow, count: number, task: () => Promise<T>) => {
		const last = await n8n.newestExecution(workflow);
		const result = await task();
		const since = async () =>
			(await n8n.executions(workflow.id)).results
				.map(({ id }) => Number(id))
				.filter((id) => id > last)
				.sort((a, b) => a - b);
		await eventually(async () => equal((await since()).length, count));
		const executions: Execution[] = [];
		for (const id of await since()) executions.push(await n8n.finished(String(id)));
		return { result, executions };
	};
	const secondsOf = ({ milliseconds = 0 }: LiveRequest) => `${milliseconds / 1000} s`;

	const order = "{{ $('Question').first().json.input.order_number }}";
	const respond = fluentsNode(
		{
			resource: 'liveRequest',
			operation: 'respond',
			specifyResult: 'keypair',
			result: { fields: [{ name: 'order', value: `=${order}` }] },
			agentSays: `=Order ${order} arrives on Tuesday, Zoë.`,
		},
		credentials.default,
		{ name: 'Respond' },
	);
	const createOrders = async () =>
		await create(
			'Orders',
			{
				requestType: 'action',
				agents: [reminder],
				actionName: 'find_order',
				actionDescription: 'Use it when the caller asks where an order is.',
				inputFields: {
					fields: [
						{ name: 'order_number', type: 'string', required: true },
						{
							name: 'kind',
							type: 'string',
							required: false,
							allowedValues: 'new, old',
						},
					],
				},
				speakOnSend: 'One moment.',
				options: { fallbackAnswer: FALLBACK },
			},
			work(PLAN, '$json.input.order_number'),
			respond,
		);
	let orders = await createOrders();
	/** The actions that lead to a workflow, in production or to a test of it in the editor. */
	const actionsOf = ({ nodes: [{ webhookId }] }: SavedWorkflow, path = 'webhook') =>
		[...environment.actions.values()].filter(({ config }) =>
			String((config as IDataObject).url).includes(`/${path}/${webhookId}/live?`),
		);
	const action = () => {
		const [own, ...others] = actionsOf(orders);
		deepEqual(others, []);
		return own;
	};
	const ask = async (
		orderNumber: string,
		question: Partial<Parameters<typeof simulator.ask>[0]> = {},
	) => {
		const parameters = { order_number: orderNumber };
		return await simulator.ask({ action: action().id, parameters, ...question });
	};
	const answerTo = (orderNumber: string) => ({
		result: { order: orderNumber },
		agent_message: `Order ${orderNumber} arrives on Tuesday, Zoë.`,
	});
	const fallback = { result: { answered: false }, agent_message: FALLBACK };

	await check('publishing gives the agent one more action, at the production URL', async () => {
		await isPublished(orders);
		const { id, type, config } = action();
		const { name, url, input_schema: schema } = config as IDataObject;
		deepEqual([type, name], ['action_external', 'find_order']);
		const [address, query] = String(url).split('?');
		equal(address, addressOf(orders));
		match(query, /^n8n_secret=[0-9a-f]{64}$/);
		deepEqual((schema as IDataObject).required, ['order_number']);
		const [earlier] = before.agents.map(({ actions }) => actions as string[]);
		deepEqual(environment.agents.get(reminder)?.actions, [...earlier, id]);
	});
	await check('in a call the agent asks, and speaks the answer', async () => {
		simulator.scriptOf = () => ({ asks: [{ at: 11, parameters: { order_number: 'A-1' } }] });
		const { result: callId, executions } = await starts(
			orders,
			1,
			async () => await placeCall(simulator, reminder, ASKS_ONCE),
		);
		const [execution] = executions;
		equal(execution.status, 'success');
		const [{ json: question }] = outputOf(execution, 'Question');
		deepEqual(
			[question.callId, question.input, question.isSigned],
			[callId, { order_number: 'A-1' }, true],
		);
		equal(outputOf(execution, 'Work')[0].json.process, isQueue ? 'worker' : 'start');
		const [request] = simulator.liveRequests;
		deepEqual([request.status, request.answer], [200, answerTo('A-1')]);
		await eventually(async () => {
			const { calls } = simulator.environment('default');
			const transcript = String(calls.get(callId)?.transcript);
			ok(transcript.includes('BOT: One moment'), transcript);
			ok(transcript.includes('BOT: Order A-1 arrives on Tuesday, Zoë.'), transcript);
			await Promise.resolve();
		});
		return `${secondsOf(request)}${isQueue ? ', from a worker' : ''}`;
	});
	await check('in a call the agent asks twice', async () => {
		simulator.liveRequests.length = 0;
		const asks = ['A-2', 'A-3'].map((order_number, i) => ({
			at: 11 + 10 * i,
			parameters: { order_number },
		}));
		simulator.scriptOf = () => ({ asks });
		await starts(orders, 2, async () => await placeCall(simulator, reminder, ASKS_TWICE));
		const answers = simulator.liveRequests.map(({ answer }) => answer);
		deepEqual(answers, [answerTo('A-2'), answerTo('A-3')]);
		return simulator.liveRequests.map(secondsOf).join(', ');
	});
	await check('10 agents at once: each gets its own answer', async () => {
		const numbers = Array.from({ length: 10 }, (_, i) => `B-${i}`);
		const { result: requests } = await starts(
			orders,
			10,
			async () => await Promise.all(numbers.map(async (number) => await ask(number))),
		);
		deepEqual(
			requests.map(({ answer }) => answer),
			numbers.map(answerTo),
		);
		const slowest = Math.max(...requests.map(({ milliseconds = 0 }) => milliseconds));
		return `the slowest after ${slowest / 1000} s`;
	});
	await check('forged, replayed, and with another secret in the URL: 401', async () => {
		const { url } = action().config as { url: string };
		const other = url.replace(/.$/, (end) => (end === '0' ? '1' : '0'));
		const { result: requests } = await starts(orders, 0, async () => [
			await ask('A-4', { signature: 'forged' }),
			await ask('A-4', { signature: 'replayed' }),
			await ask('A-4', { url: other }),
		]);
		deepEqual(
			requests.map(({ status }) => status),
			[401, 401, 401],
		);
	});
	await check('without a signature it starts, and the log names the headers', async () => {
		const { result, executions } = await starts(
			orders,
			1,
			async () => await ask('A-5', { signature: 'none' }),
		);
		deepEqual(result.answer, answerTo('A-5'));
		equal(outputOf(executions[0], 'Question')[0].json.isSigned, false);
		match(await server.log(), /without the header 'x-vocode-signature'.*content-type/);
	});
	await check('bad input: the agent is told to ask again', async () => {
		const parameters = { kind: 'blue' };
		const { result } = await starts(orders, 0, async () => await ask('', { parameters }));
		const { message } = (result.answer as { result: { message: string } }).result;
		match(
			message,
			/'order_number' is missing.*'kind' has to be "new" or "old".*Ask the caller/,
		);
		return message;
	});
	await check('the workflow fails, or ends in silence: the fallback at once', async () => {
		for (const [number, status] of [
			['broken', 'error'],
			['silent', 'success'],
		]) {
			const { result, executions } = await starts(orders, 1, async () => await ask(number));
			deepEqual([result.status, result.answer], [200, fallback]);
			equal(executions[0].status, status);
			ok((result.milliseconds as number) < 7000, `It came after ${secondsOf(result)}`);
		}
	});
	await check('the workflow is slow: the fallback in time, and a hint', async () => {
		const { result, executions } = await starts(orders, 1, async () => await ask('slow'));
		deepEqual([result.status, result.answer], [200, fallback]);
		ok((result.milliseconds as number) < 10_000, `It came after ${secondsOf(result)}`);
		const [execution] = executions;
		equal(execution.status, 'success');
		equal(outputOf(execution, 'Respond')[0].json.inTime, false);
		const [{ hints = [] }] = execution.data.resultData.runData.Respond;
		match(hints[0].message, /seconds too late/);
		return secondsOf(result);
	});
	await check('a parameter of the trigger fails: the usual fallback at once', async () => {
		// It works when the workflow is published.
		const later = Date.now() + 20_000;
		const fallbackAnswer = `={{ Date.now() > ${later} ? $('Nobody').item.json.name : 'Sorry.' }}`;
		const { parameters } = orders.nodes[0];
		const allOptions = parameters.options as INodeParameters;
		parameters.options = { ...allOptions, fallbackAnswer };
		orders = await n8n.save(orders);
		await isPublished(orders);
		await sleep(Math.max(0, later + 1000 - Date.now()));
		const { result, executions } = await starts(orders, 1, async () => await ask('A-7'));
		const usual = 'Sorry, I cannot look that up right now.';
		deepEqual(
			[result.status, result.answer],
			[200, { result: { answered: false }, agent_message: usual }],
		);
		equal(executions[0].status, 'error');
		orders.nodes[0].parameters.options = allOptions;
		return secondsOf(result);
	});
	await check('changed and published again', async () => {
		const { id } = action();
		Object.assign(orders.nodes[0].parameters, {
			actionName: 'locate_order',
			answerUsing: 'lastNode',
			agents: [reminder, followUp],
		});
		orders = await n8n.save(orders);
		await isPublished(orders);
		equal((action().config as IDataObject).name, 'locate_order');
		const holders = before.agents.map(({ id: agentId, actions }) => {
			const { actions: now } = environment.agents.get(agentId) as IDataObject;
			const earlier = actions as string[];
			return (now as string[]).length - earlier.length;
		});
		deepEqual(holders, [1, 1, 0]);
		const { result } = await starts(orders, 1, async () => await ask('A-6'));
		const { responded, inTime } = (result.answer as { result: IDataObject }).result;
		deepEqual([responded, inTime], [true, true]);
		return action().id === id ? 'the action is kept' : 'with a new action';
	});
	await check('a text at once, and the workflow goes on', async () => {
		Object.assign(orders.nodes[0].parameters, {
			answerUsing: 'immediately',
			answerText: 'I have noted it.',
		});
		const [trigger, pause] = orders.nodes;
		Object.assign(orders, chain(trigger, pause));
		orders = await n8n.save(orders);
		await isPublished(orders);
		const { result, executions } = await starts(orders, 1, async () => await ask('slow'));
		deepEqual(result.answer, { result: {}, agent_message: 'I have noted it.' });
		equal(outputOf(executions[0], 'Work').length, 1);
		return secondsOf(result);
	});
	await check(
		'listening in the editor takes one question, then it is production again',
		async () => {
			const production = settings();
			await n8n.listen(orders);
			const [test] = actionsOf(orders, 'webhook-test');
			const held = environment.agents.get(reminder)?.actions as string[];
			ok(held.includes(test.id) && !held.includes(action().id), held.join(', '));
			const { result, executions } = await starts(
				orders,
				1,
				async () => await ask('A-7', { action: test.id }),
			);
			equal(result.status, 200);
			match(
				String(executions[0].data.resultData.runData.Question[0].executionStatus),
				/success/,
			);
			equal((await n8n.executions(orders.id)).results[0].mode, 'manual');
			await eventually(async () => deepEqual(settings(), production));
		},
	);
	await check('unpublishing leaves everything as it was', async () => {
		const { id, config } = action();
		await n8n.unpublish(orders);
		deepEqual(settings(), before);
		equal(environment.actions.has(id), false);
		const { url } = config as { url: string };
		equal((await fetch(url, { method: 'POST' })).status, 404);
	});
	await check('n8n is killed before it learns that the action was made', async () => {
		// The first request is to be the one that makes the action.
		simulator.switches.speakOn = 'text';
		orders = await createOrders();
		simulator.faults.add({ operationId: 'createAction', when: 'after', hang: true });
		void n8n.activate(orders).catch(() => {});
		await eventually(async () => equal(actionsOf(orders).length, 1));
		const { id } = action();
		await server.main.kill();
		await server.startMain();
		await eventually(async () => {
			deepEqual(await n8n.publication(orders), { status: 'published', errors: [] });
			deepEqual((await ask('A-8')).answer, answerTo('A-8'));
		}, 90);
		equal(action().id, id);
		await n8n.unpublish(orders);
		deepEqual(settings(), before);
	});

	const callFrom = async (from: string) => {
		const callId = await dialIn(simulator, reception, from);
		const [{ answer }] = simulator.liveRequests.slice(-1);
		return { answer, context: environment.calls.get(callId)?.context };
	};
	const [ada, slow, broken] = ['+12125550121', '+12125550122', '+12125550123'];
	const plan = {
		[ada]: { items: [{ name: 'Ada', orders: 2, vip: true }] },
		[slow]: { ...PLAN.slow, seconds: 4 },
		[broken]: PLAN.broken,
	};
	const callers = await create(
		'Callers',
		{
			requestType: 'callerLookup',
			agents: [reception],
			ifAttached: 'replace',
			answerUsing: 'lastNode',
			options: { deadline: 3 },
		},
		work(plan, '$json.callerNumber'),
	);
	const endpoint = () => String(environment.agents.get(reception)?.context_endpoint);

	await check('caller lookup: publishing sets the context endpoint', async () => {
		const earlier = endpoint();
		await isPublished(callers);
		ok(endpoint().startsWith(`${addressOf(callers)}?`), endpoint());
		ok(endpoint().includes(encodeURIComponent(earlier)), endpoint());
		match(endpoint(), /n8n_secret=[0-9a-f]{64}$/);
	});
	await check('caller lookup: the agent knows who is calling', async () => {
		for (const appendedQuery of ['ampersand', 'questionMark'] as const) {
			for (const callerNumber of ['digits', 'e164'] as const) {
				Object.assign(simulator.switches, { appendedQuery, callerNumber });
				const { result, executions } = await starts(
					callers,
					1,
					async () => await callFrom(ada),
				);
				deepEqual(result.context, { name: 'Ada', orders: '2', vip: 'true' });
				const [{ json }] = outputOf(executions[0], 'Question');
				deepEqual([json.requestType, json.callerNumber], ['callerLookup', ada]);
			}
		}
		return simulator.liveRequests.slice(-4).map(secondsOf).join(', ');
	});
	await check('caller lookup: it is slow, fails, or knows nobody: {}', async () => {
		for (const [from, status] of [
			[slow, 'success'],
			[broken, 'error'],
		]) {
			const { result, executions } = await starts(
				callers,
				1,
				async () => await callFrom(from),
			);
			deepEqual(result.answer, {});
			equal(executions[0].status, status);
		}
		const forged = endpoint().replace(/.$/, (end) => (end === '0' ? '1' : '0'));
		equal((await fetch(`${forged}&phone_number=12125550121`)).status, 401);
	});
	await check('caller lookup: listening in the editor', async () => {
		const production = endpoint();
		await n8n.listen(callers);
		notEqual(endpoint(), production);
		const { result } = await starts(callers, 1, async () => await callFrom(ada));
		equal((result.context as IDataObject).name, 'Ada');
		equal((await n8n.executions(callers.id)).results[0].mode, 'manual');
		await eventually(async () => equal(endpoint(), production));
	});
	await check('caller lookup: unpublishing puts the earlier endpoint back', async () => {
		await n8n.unpublish(callers);
		deepEqual(settings(), before);
	});
}
