import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { WorkflowJson } from '../../engine';
import { chain, errorOf, itemsNode, manualTrigger, node, outputOf, type Execution } from '../api';
import { createAndWait } from '../calls';
import { check, eventually, type Case, type CaseContext } from '../case';

const TO = '+12125550101';

/** A call outlasts what is looked at while the execution sleeps, also on a busy computer. */
const CALL_SECONDS = 15;

/** An execution that sleeps until Fluents.ai reports the end of its call. */
class Room {
	constructor(readonly context: CaseContext) {}

	/** @returns the ID of an execution that sleeps. */
	async start(options: object = {}): Promise<string> {
		const { n8n, simulator } = this.context;
		simulator.dialled.clear();
		simulator.deliveries.length = 0;
		const id = await n8n.start(await n8n.createWorkflow(this.workflow(options)));
		await eventually(async () => {
			const execution = await n8n.execution(id);
			equal(execution.status, 'waiting', errorOf(execution));
		});
		return id;
	}

	/** Waits until an execution has been woken, and ended. */
	async awake(id: string): Promise<Execution> {
		const { n8n } = this.context;
		let execution = await n8n.finished(id);
		// n8n 1 stores that it has ended before what came of it.
		await eventually(async () => {
			execution = await n8n.execution(id);
			equal(execution.status, 'success', errorOf(execution));
			equal(outputOf(execution, 'After').length, 1);
		});
		return execution;
	}

	get answers(): string {
		const { deliveries } = this.context.simulator;
		return deliveries.map(({ event, status }) => `${event} ${status}`).join(', ');
	}

	private workflow(options: object): WorkflowJson {
		return chain(
			manualTrigger,
			itemsNode([{ to: TO, order: 1234 }]),
			createAndWait(this.context, { waitUsing: 'webhook', maxWait: 5, ...options }),
			node('After', 'n8n-nodes-base.noOp'),
		);
	}
}

/** Sends an event about another call. @returns the status of the answer. */
async function sendForeign(target: string): Promise<number> {
	const { status } = await fetch(target, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ type: 'event_phone_call_ended', call_id: 'another' }),
	});
	return status;
}

export default {
	setUp: async (context) => await Promise.resolve(new Room(context)),
	checks: [
		check('the execution sleeps, and an event of the call wakes it', async (room) => {
			const { simulator } = room.context;
			simulator.callSeconds = CALL_SECONDS;
			const id = await room.start();
			const reads = simulator.requests.length;
			await sleep(1500);
			equal(simulator.requests.length, reads, 'A sleeping execution looks at the call');
			const execution = await room.awake(id);
			const [{ json }] = outputOf(execution, 'After');
			equal(json.outcome, 'answered');
			equal(json.timed_out, undefined);
			match(String(json.transcript), /BOT/);
			const [input] = outputOf(execution, 'Items');
			deepEqual(
				input.json,
				{ to: TO, order: 1234 },
				'The input was changed for the node before',
			);
			deepEqual([...simulator.dialled], [[TO, 1]]);
			return room.answers;
		}),
		check('early, foreign and forged events leave it asleep', async (room) => {
			const { n8n, simulator } = room.context;
			simulator.callSeconds = CALL_SECONDS;
			const id = await room.start();
			const call = [...simulator.environment('default').calls.values()].at(-1);
			const { url } = (call?.agent as { webhook: { url: string } }).webhook;
			ok(URL.canParse(url), `No URL was sent along: ${url}`);
			const statuses = [await sendForeign(url), await sendForeign(url)];
			deepEqual(statuses, [200, 200]);
			const forged = new URL(url);
			forged.search = '';
			const refused = await sendForeign(forged.href);
			equal((await n8n.execution(id)).status, 'waiting');
			const execution = await room.awake(id);
			equal(outputOf(execution, 'After')[0].json.outcome, 'answered');
			deepEqual([...simulator.dialled], [[TO, 1]]);
			return `without its token, n8n answers ${refused}`;
		}),
		check('an event that is lost is made up for by a later one', async (room) => {
			const { simulator } = room.context;
			simulator.callSeconds = CALL_SECONDS;
			simulator.deliveryFault = ({ event }) =>
				event === 'event_phone_call_ended' || event === 'event_transcript'
					? 'skip'
					: 'twice';
			const execution = await room.awake(await room.start());
			simulator.deliveryFault = undefined;
			equal(outputOf(execution, 'After')[0].json.outcome, 'answered');
			return room.answers;
		}),
		check('when Max Wait is over, the placed call goes on, marked', async (room) => {
			const { simulator } = room.context;
			simulator.callSeconds = 600;
			const id = await room.start({ maxWait: 0.1 });
			const execution = await room.awake(id);
			const [{ json }] = outputOf(execution, 'After');
			equal(json.timed_out, true);
			ok(
				simulator.environment('default').calls.has(String(json.id)),
				'The output does not name the call',
			);
			deepEqual([...simulator.dialled], [[TO, 1]]);
		}),
		check('stopping a sleeping execution ends it, and its call goes on', async (room) => {
			const { n8n, simulator } = room.context;
			simulator.callSeconds = 600;
			const id = await room.start();
			await n8n.stop(id);
			equal((await n8n.finished(id)).status, 'canceled');
			deepEqual([...simulator.dialled], [[TO, 1]]);
		}),
	],
} satisfies Case<Room>;
