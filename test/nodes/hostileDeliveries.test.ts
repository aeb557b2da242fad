import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { TriggerServer } from '../../engine/triggerServer';
import { cases, faultsOf, seed } from '../support/fuzz';
import { simulator } from '../support/harness';
import { actionOf, actionTrigger, liveWorkflow, respondJson } from '../support/liveHarness';
import {
	environment,
	seededAgents,
	send,
	startServer,
	trigger,
	webhooksTo,
	workflowOf,
} from '../support/triggerHarness';

/**
 * Events, the calls that are read for them, and questions, each with what they should not hold: they are
 * answered, and nothing fails after the answer.
 */

let server: TriggerServer;
let agent: string;

beforeEach(async () => {
	[agent] = seededAgents();
	server = await startServer();
});

const names = (...all: string[]) => fc.constantFrom(...all);

const odd = fc.oneof(
	fc.constantFrom<unknown>(
		...[null, 0, -1, 1e308, true, [], {}, [[]], [null], { id: {} }, { toString: 1 }],
		...['', 'x', '\u0000\u001b[31m\r\n', '\ud800', 'a'.repeat(10_000), '2026-02-30', 'NaN'],
	),
	fc.jsonValue({ maxDepth: 3 }),
);

async function post(url: unknown, body: unknown) {
	const headers = { 'content-type': 'application/json' };
	const text = JSON.stringify(body);
	const answer = await send(String(url), text, { headers, transformRequest: [] });
	await server.settled();
	const failures = server.executions.flatMap(({ error }) => (error ? [String(error.stack)] : []));
	const problems = [
		...failures,
		...server.log.filter((line) => line.startsWith('error')),
		...server.log.flatMap(faultsOf),
	];
	expect({ body, problems }).toEqual({ body, problems: [] });
	server.executions.length = 0;
	server.log.length = 0;
	return answer;
}

const run = { seed, numRuns: cases / 5, endOnFailure: true };

const events = ['event_phone_call_ended', 'event_transcript', 'event_recording'];

test(`whatever an event holds, it is answered (FUZZ_SEED=${seed})`, async () => {
	const options = { transcriptTurns: true, downloadRecording: true };
	const node = trigger({ callsOf: 'environment', events, call: 'simplified', options });
	await server.activate(workflowOf(node));
	const [{ url }] = webhooksTo(server);
	const field = names(
		...['type', 'event', 'event_type', 'status', 'id', 'call_id', 'conversation_id', 'callId'],
		...['payload', 'data', 'call', 'agent', 'agent_id', 'transcript', 'sender', 'timestamp'],
	);
	const event = fc.dictionary(field, odd, { maxKeys: 6 });
	const type = fc.option(names(...events, 'other'), { freq: 3 });
	await fc.assert(
		fc.asyncProperty(event, type, async (fields, name) => {
			const { status } = await post(url, { ...fields, ...(name !== null && { type: name }) });
			expect(status).toBe(200);
		}),
		run,
	);
}, 600_000);

test(`whatever a call holds, its event is handled (FUZZ_SEED=${seed})`, async () => {
	const filters = { contextName: 'a', contextValue: 'b', direction: 'outbound' };
	const shared = { events, call: 'simplified' };
	const options = { transcriptTurns: true, allowRepeats: true };
	await server.activate(
		workflowOf([
			trigger({ ...shared, agents: [agent], filters, options }),
			trigger({ ...shared, callsOf: 'environment', options }, { name: 'All' }),
		]),
	);
	const urls = webhooksTo(server).map(({ url }) => url);
	const [{ id }] = environment().addCalls(1, { agent });
	const field = names(
		...['agent', 'context', 'status', 'stage', 'stage_outcome', 'human_detection_result'],
		...['start_time', 'end_time', 'transcript', 'errors', 'error_message', 'is_outgoing'],
		...['to_number', 'from_number', 'actions', 'do_not_call_result', 'recording_available'],
	);
	const changes = fc.dictionary(field, odd, { minKeys: 1, maxKeys: 6 });
	await fc.assert(
		fc.asyncProperty(changes, names(...events.slice(0, 2)), async (changed, type) => {
			simulator.faults.clear();
			const alter = (body: unknown) => ({ ...(body as IDataObject), ...changed });
			simulator.faults.add({ operationId: 'getCall', times: Infinity, alter });
			for (const url of urls) {
				const { status } = await post(url, { type, call_id: id, payload: {} });
				expect(status).toBe(200);
			}
		}),
		{
			...run,
			examples: [
				[{ to_number: { toString: 1 }, context: { a: { toString: 1 } } }, events[0]],
			],
		},
	);
}, 600_000);

test(`whatever a question holds, it gets an answer that an agent understands (FUZZ_SEED=${seed})`, async () => {
	const properties = {
		a: { type: 'string' },
		n: { type: 'integer' },
		b: { type: 'boolean' },
		l: { type: 'array', items: { type: 'number' } },
		o: { type: 'object', properties: { x: { enum: ['1', 2, null] } } },
	};
	const inputSchema = JSON.stringify({ type: 'object', properties });
	const node = actionTrigger({ agents: [agent], specifyInput: 'schema', inputSchema });
	await server.activate(liveWorkflow(node, [[respondJson('={{ { got: $json.input } }}')]]));
	const { url } = actionOf(server).config;
	const inside = fc.dictionary(names('a', 'n', 'b', 'l', 'o', '__proto__'), odd);
	const field = names(
		'call_id',
		'payload',
		'conversation_id',
		'callId',
		'data',
		'call',
		'a',
		'n',
	);
	const question = fc.dictionary(field, fc.oneof(odd, inside), { maxKeys: 5 });
	await fc.assert(
		fc.asyncProperty(question, async (body) => {
			const { status, data } = await post(url, body);
			const { result } = data as { result?: unknown };
			expect([status, typeof result]).toEqual([200, 'object']);
		}),
		run,
	);
}, 600_000);
