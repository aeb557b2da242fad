import type { IDataObject } from 'n8n-workflow';

import { credentialFor, simulator } from '../support/harness';
import { actionTrigger, lookupTrigger } from '../support/liveHarness';
import {
	environment,
	send,
	startServer,
	trigger,
	webhooksTo,
	workflowOf,
} from '../support/triggerHarness';

/** One environment that answers slowly holds up itself only. Two n8n of these tests share what a process has. */

const startOf = async (name: string) =>
	await startServer({ credentials: { fluentsAiApi: credentialFor(name) } });

const firstAgentOf = (name: string) => [...environment(name).agents.keys()].slice(0, 1);

/** From now on, each request of the default environment takes so long. */
function slowDown(delayMs: number): void {
	const match = ({ headers }: { headers: IDataObject }) => headers.authorization === 'default';
	simulator.faults.add({ match, delayMs, times: Infinity });
}

test.each([
	['webhook', trigger],
	['action', actionTrigger],
	['caller lookup', lookupTrigger],
] as const)('publishing a %s waits for no other environment', async (_kind, make) => {
	const [slow, quick] = [await startOf('default'), await startOf('staging')];
	slowDown(300);
	const ended: string[] = [];
	const publish = async (server: typeof slow, name: string) => {
		await server.activate(workflowOf(make({ agents: firstAgentOf(name) })));
		ended.push(name);
	};
	const first = publish(slow, 'default');
	await publish(quick, 'staging');
	expect(ended).toEqual(['staging']);
	await first;
});

test('events wait for the calls of no other environment', async () => {
	const [slow, quick] = [await startOf('default'), await startOf('staging')];
	for (const [server, name] of [
		[slow, 'default'],
		[quick, 'staging'],
	] as const) {
		const node = trigger({ agents: firstAgentOf(name), call: 'simplified' });
		await server.activate(workflowOf(node));
	}
	const urlIn = (name: string, server: typeof slow) =>
		[...environment(name).webhooks.values()]
			.map(({ url }) => String(url))
			.find((url) => url.startsWith(server.url)) ?? '';
	const sendEvent = async (name: string, server: typeof slow) => {
		const [agent] = firstAgentOf(name);
		const [{ id }] = environment(name).addCalls(1, { agent });
		const body = { type: 'event_phone_call_ended', call_id: id, payload: {} };
		expect(await send(urlIn(name, server), body)).toMatchObject({ status: 200 });
	};
	expect(webhooksTo(slow)).toHaveLength(1);
	// As many as are read at the same time.
	slowDown(1500);
	await Promise.all(Array.from({ length: 20 }, async () => await sendEvent('default', slow)));
	await sendEvent('staging', quick);
	await quick.settled();
	expect([slow.executions.length, quick.executions.length]).toEqual([0, 1]);
	await slow.settled();
	expect(slow.executions).toHaveLength(20);
});
