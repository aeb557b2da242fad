import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import {
	byId,
	chain,
	errorOf,
	fluentsNode,
	itemsNode,
	manualTrigger,
	node,
	outputOf,
} from '../api';
import type { CaseContext } from '../cases';

export const name = 'webhookWait';

const TO = '+12125550101';

/** An execution that sleeps until Fluents.ai reports the end of its call. */
export async function run({ n8n, simulator, credentials, check }: CaseContext): Promise<void> {
	const environment = simulator.environment('default');
	const [agentId] = environment.agents.keys();
	const from = [...environment.numbers.values()].find(({ active }) => active === true);
	const workflow = (options: object = {}) =>
		chain(
			manualTrigger,
			itemsNode([{ to: TO, order: 1234 }]),
			fluentsNode(
				{
					resource: 'call',
					operation: 'createAndWait',
					agentId: byId(agentId),
					fromNumber: { __rl: true, mode: 'number', value: String(from?.number) },
					toNumber: '={{ $json.to }}',
					options: { waitUsing: 'webhook', maxWait: 5, ...options },
				},
				credentials.default,
			),
			node('After', 'n8n-nodes-base.noOp'),
		);
	const start = async (options?: object) => {
		simulator.dialled.clear();
		simulator.deliveries.length = 0;
		const id = await n8n.start(await n8n.createWorkflow(workflow(options)));
		for (let tries = 0; tries < 100; tries++) {
			if ((await n8n.execution(id)).status === 'waiting') return id;
			await sleep(100);
		}
		throw new Error(`The execution does not sleep: ${errorOf(await n8n.execution(id))}`);
	};
	const awake = async (id: string) => {
		let execution = await n8n.finished(id, 120);
		// n8n 1 stores that it has ended before what came of it.
		for (let tries = 0; outputOf(execution, 'After').length === 0 && tries < 20; tries++) {
			await sleep(100);
			execution = await n8n.execution(id);
		}
		equal(execution.status, 'success', errorOf(execution));
		equal(outputOf(execution, 'After').length, 1);
		return execution;
	};
	const answers = () => simulator.deliveries.map(({ event, status }) => `${event} ${status}`);

	await check('the execution sleeps, and an event of the call wakes it', async () => {
		simulator.callSeconds = 4;
		const id = await start();
		const reads = simulator.requests.length;
		await sleep(1500);
		equal(simulator.requests.length, reads, 'A sleeping execution looks at the call');
		const execution = await awake(id);
		const [{ json }] = outputOf(execution, 'After');
		equal(json.status, 'ended');
		equal(json.timedOut, undefined);
		match(String(json.transcript), /BOT/);
		const [input] = outputOf(execution, 'Items');
		deepEqual(input.json, { to: TO, order: 1234 }, 'The input was changed for the node before');
		deepEqual([...simulator.dialled], [[TO, 1]]);
		return answers().join(', ');
	});
	await check('early, foreign and forged events leave it asleep', async () => {
		simulator.callSeconds = 6;
		const id = await start();
		const call = [...environment.calls.values()].at(-1);
		const { url } = (call?.agent as { webhook: { url: string } }).webhook;
		ok(URL.canParse(url), `No URL was sent along: ${url}`);
		const send = async (target: string) => {
			const { status } = await fetch(target, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ type: 'event_phone_call_ended', call_id: 'another' }),
			});
			return status;
		};
		const statuses = [await send(url), await send(url)];
		deepEqual(statuses, [200, 200]);
		const forged = new URL(url);
		forged.search = '';
		const refused = await send(forged.href);
		equal((await n8n.execution(id)).status, 'waiting');
		const execution = await awake(id);
		equal(outputOf(execution, 'After')[0].json.status, 'ended');
		deepEqual([...simulator.dialled], [[TO, 1]]);
		return `without its token, n8n answers ${refused}`;
	});
	await check('an event that is lost is made up for by a later one', async () => {
		simulator.callSeconds = 4;
		simulator.deliveryFault = ({ event }) =>
			event === 'event_phone_call_ended' || event === 'event_transcript' ? 'skip' : 'twice';
		const execution = await awake(await start());
		simulator.deliveryFault = undefined;
		equal(outputOf(execution, 'After')[0].json.status, 'ended');
		return answers().join(', ');
	});
	await check('when Max Wait is over, the placed call goes on, marked', async () => {
		simulator.callSeconds = 600;
		const id = await start({ maxWait: 0.1 });
		const execution = await awake(id);
		const [{ json }] = outputOf(execution, 'After');
		equal(json.timedOut, true);
		ok(environment.calls.has(String(json.id)), 'The output does not name the call');
		deepEqual([...simulator.dialled], [[TO, 1]]);
	});
	await check('stopping a sleeping execution ends it, and its call goes on', async () => {
		simulator.callSeconds = 600;
		const id = await start();
		await n8n.stop(id);
		equal((await n8n.finished(id, 20)).status, 'canceled');
		deepEqual([...simulator.dialled], [[TO, 1]]);
	});
}
