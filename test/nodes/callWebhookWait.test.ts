import type { IDataObject } from 'n8n-workflow';

import { byId, engine, hintsOf, runNode, simulator, type NodeRun } from '../support/harness';
import { dialled, numbers, placing, plainAgent, toItems } from '../support/callFixtures';

/** Waking an execution is n8n's part: e2e/cases/webhookWait.ts proves that on a real server. */
const [TO] = numbers(1);
const webhookWaitingBaseUrl = 'https://n8n.example.com/webhook-waiting';

beforeEach(() => {
	simulator.reset();
	simulator.callSeconds = 60;
});

const sleeping = (options = {}) => placing('createAndWait', { waitUsing: 'webhook', ...options });
const runSleeping = async (options = {}, items = [{ to: TO, order: 12 } as IDataObject]) =>
	await runNode(sleeping(options), { items, webhookWaitingBaseUrl });
const deliver = async ({ workflow, run, options }: NodeRun, body: IDataObject = {}) =>
	await engine.deliver(workflow, run, options, body);
const agent = plainAgent;
const placedCall = () => [...simulator.environment('default').calls.values()].at(-1);

describe('an execution that sleeps', () => {
	test('does so until Max Wait, with the placed call as what n8n passes on then', async () => {
		const started = Date.now();
		const { json, run, requests } = await runSleeping({ maxWait: 30 });
		const waitTill = run.waitTill?.getTime() ?? 0;
		expect(waitTill - started).toBeGreaterThanOrEqual(30 * 60_000);
		expect(waitTill - started).toBeLessThan(31 * 60_000);
		expect(json[0]).toMatchObject({ to_number: TO, timed_out: true, id: expect.any(String) });
		const [{ data }] = run.data.executionData?.nodeExecutionStack ?? [];
		expect(data.main[0]?.[0].json).toEqual(json[0]);
		expect(run.data.resultData.runData.Items[0].data?.main[0]?.[0].json).toEqual({
			to: TO,
			order: 12,
		});
		// Once more just before it sleeps.
		expect(requests.map(({ operationId }) => operationId).slice(-2)).toEqual([
			'createCall',
			'getCall',
		]);
	});

	test('has the events of its call come to its own address, and changes no agent', async () => {
		const { run, requests } = await runSleeping();
		const { body } = requests.findLast(({ operationId }) => operationId === 'createCall') ?? {};
		expect((body as { agent: unknown }).agent).toMatchObject({
			id: agent().id,
			webhook: {
				url: expect.stringMatching(`^${webhookWaitingBaseUrl}/[0-9a-f-]+(\\?.+)?$`),
				method: 'POST',
				subscriptions: [
					'event_error',
					'event_phone_call_did_not_connect',
					'event_phone_call_ended',
					'event_recording',
					'event_transcript',
				],
			},
		});
		expect(run.status).toBe('waiting');
		expect(requests.map(({ operationId }) => operationId)).not.toContain('updateAgent');
		expect(agent().webhook ?? null).toBeNull();
	});

	test.each<[string, IDataObject]>([
		['early', { type: 'event_phone_call_ended', call_id: 'this one' }],
		['of another call', { type: 'event_phone_call_ended', call_id: 'other' }],
		['forged', { status: 'ended', payload: { transcript: 'All agreed.' } }],
		['empty', {}],
	])('sleeps on after an event that is %s', async (_what, body) => {
		const answer = await deliver(await runSleeping(), body);
		expect(answer.workflowData).toBeUndefined();
		expect(answer.webhookResponse).toBeDefined();
	});

	test('sleeps on when the call cannot be read', async () => {
		const asleep = await runSleeping();
		simulator.faults.add({ operationId: 'getCall', status: 403, times: Infinity });
		expect((await deliver(asleep)).workflowData).toBeUndefined();
	});

	test('wakes with the call as it is read, not as an event tells it', async () => {
		const asleep = await runSleeping({ transcriptTurns: true });
		const call = placedCall();
		Object.assign(call ?? {}, {
			progress: undefined,
			status: 'ended',
			stage: 'picked_up',
			transcript: '[00:01] BOT: Hello.',
		});
		for (const repeat of [1, 2]) {
			const { workflowData } = await deliver(asleep, { transcript: 'All agreed.', repeat });
			expect(workflowData).toEqual([
				[
					{
						json: expect.objectContaining({
							id: call?.id,
							outcome: 'answered',
							transcript: '[00:01] BOT: Hello.',
							transcript_turns: [expect.objectContaining({ text: 'Hello.' })],
						}),
						pairedItem: { item: 0 },
					},
				],
			]);
			expect(workflowData?.[0][0].json).not.toHaveProperty('timed_out');
		}
	});

	test('sleeps on until the recording is there, if that is wanted', async () => {
		const asleep = await runSleeping({ waitForRecording: true });
		const call = placedCall() ?? { agent: {} };
		Object.assign(call, {
			progress: undefined,
			status: 'ended',
			stage_outcome: 'bot_disconnected',
		});
		expect((await deliver(asleep)).workflowData).toBeUndefined();
		Object.assign(call, { recording_available: true });
		expect((await deliver(asleep)).workflowData).toHaveLength(1);
	});
});

test('a call that has ended already puts nothing to sleep', async () => {
	simulator.callSeconds = 0;
	const { json, run } = await runSleeping();
	expect(json[0]).toMatchObject({ to_number: TO, outcome: 'answered' });
	expect(json[0]).not.toHaveProperty('timed_out');
	expect(run.waitTill).toBeUndefined();
});

test('a call that another execution has placed is waited for by polling', async () => {
	simulator.callSeconds = 1;
	const options = { callKey: 'order 12', pollInterval: 1 };
	await runNode(placing('create', options), { items: toItems([TO]) });
	const { json, run } = await runSleeping(options);
	expect(json[0]).toMatchObject({ duplicate: true, outcome: 'answered' });
	expect(run.waitTill).toBeUndefined();
	expect(dialled()).toEqual({ [TO]: 1 });
});

test('a dry run puts nothing to sleep, and tells which webhook would be sent', async () => {
	const parameters = placing('createAndWait', { waitUsing: 'webhook' }, { calls: 'dryRun' });
	const { json, run } = await runNode(parameters, {
		items: toItems([TO]),
		webhookWaitingBaseUrl,
	});
	expect(json).toMatchObject([
		{
			dry_run: true,
			would_call: true,
			request: {
				agent: { webhook: { url: expect.stringContaining(webhookWaitingBaseUrl) } },
			},
		},
	]);
	expect(run.waitTill).toBeUndefined();

	agent().webhook = [...simulator.environment('default').webhooks.keys()][0];
	const busy = await runNode(parameters, { items: toItems([TO]), webhookWaitingBaseUrl });
	expect(busy.json[0].would_call).toMatch(/has a webhook of its own/);
	expect(dialled()).toEqual({});
});

test('a call to a test number tells whom it stood in for, also after the sleep', async () => {
	const parameters = placing(
		'createAndWait',
		{ waitUsing: 'webhook' },
		{ calls: 'testNumber', testNumber: '+12125550177' },
	);
	const asleep = await runNode(parameters, { items: toItems([TO]), webhookWaitingBaseUrl });
	const whom = { to_number: '+12125550177', instead_of: TO };
	expect(asleep.json).toMatchObject([{ ...whom, timed_out: true }]);
	Object.assign(placedCall() ?? {}, { progress: undefined, status: 'ended' });
	const { workflowData } = await deliver(asleep);
	expect(workflowData?.[0][0].json).toMatchObject(whom);
});

describe('nobody is called', () => {
	test('for more than one item, which the error tells how to handle', async () => {
		const { error, requests } = await runSleeping({}, toItems(numbers(2)));
		expect(error?.message).toContain('an execution waits for one call only');
		expect(error?.description).toMatch(/Loop Over Items.*sub-workflow.*'Wait Using' to Poll/);
		expect(requests).toEqual([]);
	});

	test('when the item is to fail after Max Wait, at which n8n does not run the node', async () => {
		const { error, requests } = await runSleeping({ onTimeout: 'fail' });
		expect(error?.message).toBe(
			"With 'Wait Using' set to Webhook, 'When Max Wait Is Over' cannot be Fail",
		);
		expect(error?.description).toContain('Nobody was called');
		expect(requests).toEqual([]);
	});

	test('when the agent has a webhook, unless that may be replaced for this call', async () => {
		const environment = simulator.environment('default');
		const own = environment.add('webhooks', {
			subscriptions: ['event_transcript'],
			url: 'https://example.com/hook',
			method: 'POST',
		});
		agent().webhook = own.id;
		const { error } = await runSleeping();
		expect(error?.message).toBe(
			"Nobody was called: the agent 'Reception' has a webhook of its own",
		);
		expect(error?.description).toContain("'Replace Agent's Webhook'");
		expect(dialled()).toEqual({});

		const replaced = await runSleeping({ replaceWebhook: true });
		expect(replaced.run.status).toBe('waiting');
		expect(hintsOf(replaced.run)).toContainEqual(
			"The events of this call come to this execution only, not to the agent's own webhook.",
		);
		expect(dialled()).toEqual({ [TO]: 1 });
		expect(agent().webhook).toBe(own.id);
	});
});

test('Get Call reads the call that timed out', async () => {
	const { json } = await runSleeping();
	const read = await runNode(
		{ resource: 'call', operation: 'get', callId: byId('={{ $json.id }}') },
		{ items: json },
	);
	expect(read.json[0]).toMatchObject({ id: json[0].id, to_number: TO });
});
