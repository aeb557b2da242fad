import type { IDataObject, INode } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import { simulator } from '../support/harness';
import {
	code,
	endpointOf,
	liveSettings,
	liveWorkflow,
	lookupTrigger,
	respondJson,
	spokenIn,
	wait,
} from '../support/liveHarness';
import { environment, outputs, seededAgents, send, startServer } from '../support/triggerHarness';

let server: TriggerServer;
/** Of the seeds; it answers the main line, and has a context endpoint of somebody else. */
let reception: string;

const LINE = '+14155550100';

beforeEach(async () => {
	[, , reception] = seededAgents();
	server = await startServer();
});

async function publish(
	parameters: INode['parameters'] = {},
	rows: INode[][] = [[respondJson('{ "name": "Ada", "closing_time": "eight" }')]],
): Promise<SavedWorkflow> {
	const node = lookupTrigger({ agents: [reception], ifAttached: 'replace', ...parameters });
	const workflow = liveWorkflow(node, rows);
	await server.activate(workflow);
	return workflow;
}

/** Somebody calls the main line. */
async function dialIn(from = '+12025550101'): Promise<{ call: string; answer: unknown }> {
	const call = await simulator.dialIn({ from, to: LINE });
	await server.settled();
	return { call, answer: simulator.liveRequests.at(-1)?.answer };
}

const contextOf = (call: string) => environment().calls.get(call)?.context;

test('the agent asks who is calling, and greets by what the workflow answers', async () => {
	const start = liveSettings();
	const workflow = await publish();
	const { call, answer } = await dialIn();

	expect(answer).toEqual({ name: 'Ada', closing_time: 'eight' });
	expect(contextOf(call)).toEqual(answer);
	expect(await spokenIn(call)).toEqual(
		expect.arrayContaining([
			'Hello Ada, thank you for calling.',
			'Yes, until eight. Can I help you?',
		]),
	);
	expect(outputs(server.executions)).toEqual([
		{
			request_type: 'callerLookup',
			call_id: null,
			caller_number: '+12025550101',
			phone_number:
				simulator.switches.callerNumber === 'digits' ? '12025550101' : '+12025550101',
			environment: 'default',
			received_at: expect.any(String),
			respond_by: expect.any(String),
		},
	]);
	await server.deactivate(workflow.id);
	expect(liveSettings()).toEqual(start);
});

const ways = (['digits', 'e164'] as const).flatMap((callerNumber) =>
	(['ampersand', 'questionMark', 'replaced'] as const).map(
		(appendedQuery) => [callerNumber, appendedQuery] as const,
	),
);

test.each(ways)('a number may come as %s, appended by %s', async (callerNumber, appendedQuery) => {
	Object.assign(simulator.switches, { callerNumber, appendedQuery });
	await publish();
	for (const from of ['+12025550101', '+4930901820', '+6598765432']) await dialIn(from);
	expect(outputs(server.executions).map((item) => item.caller_number)).toEqual([
		'+12025550101',
		'+4930901820',
		'+6598765432',
	]);
});

test.each<[string, string | null, string]>([
	['%2B12025550101', '+12025550101', '+12025550101'],
	['+12025550101', '+12025550101', '12025550101'],
	['%2B1%20(202)%20555-0101', '+12025550101', '+1 (202) 555-0101'],
	['0012025550101', '+12025550101', '0012025550101'],
	['2025550101', null, '2025550101'],
	['anonymous', null, 'anonymous'],
	['Restricted', null, 'Restricted'],
	['%2B266696687', null, '+266696687'],
	['7378742833', null, '7378742833'],
	['012345', null, '012345'],
	['', null, ''],
])('a number that is sent as %s', async (sent, callerNumber, phoneNumber) => {
	await publish();
	const url = `${endpointOf(reception)}&phone_number=${sent}`;
	expect((await send(url)).data).toEqual({ name: 'Ada', closing_time: 'eight' });
	await server.settled();
	expect(outputs(server.executions)).toMatchObject([
		{ caller_number: callerNumber, phone_number: phoneNumber },
	]);
});

test.each([
	['2025550101', '+12025550101'],
	['12025550101', '+12025550101'],
	['442079460018', '+442079460018'],
	['7378742833', null],
])('with a default country, a number that is sent as %s', async (sent, callerNumber) => {
	await publish({ options: { defaultCountry: 'US' } });
	await send(`${endpointOf(reception)}&phone_number=${sent}`);
	await server.settled();
	expect(outputs(server.executions)).toMatchObject([{ caller_number: callerNumber }]);
});

test('a caller without a number is answered like others', async () => {
	await publish();
	expect((await send(String(endpointOf(reception)))).data).toMatchObject({ name: 'Ada' });
	const { call } = await dialIn('anonymous');
	expect(contextOf(call)).toMatchObject({ name: 'Ada' });
	expect(outputs(server.executions)).toMatchObject([
		{ caller_number: null, phone_number: '' },
		{ caller_number: null, phone_number: 'anonymous' },
	]);
});

test.each<[string, string, IDataObject]>([
	[
		'numbers, lists and what is not set',
		'{ "orders": 2, "vip": true, "tags": ["a"], "at": { "b": 1 }, "none": null }',
		{ orders: '2', vip: 'true', tags: '["a"]', at: '{"b":1}' },
	],
	['nothing', '{}', {}],
])('the answer is flat: %s', async (_what, result, expected) => {
	await publish({}, [[respondJson(result, 'Not said')]]);
	const { call, answer } = await dialIn();
	expect(answer).toEqual(expected);
	expect(contextOf(call)).toEqual(expected);
});

test('the answer may be what the last node gives', async () => {
	await publish({ answerUsing: 'lastNode' }, [
		[code('return [{ json: { ...$input.all()[0].json, name: "Bob" } }];')],
	]);
	expect((await dialIn()).answer).toEqual({ name: 'Bob' });
});

test.each<[string, INode['parameters'], INode[][]]>([
	['fails', {}, [[code('throw new Error("Secret plans");')]]],
	['ends silently', {}, [[code('return [];')]]],
	['is slow', { options: { deadline: 1 } }, [[wait(1.2), respondJson('{ "name": "Ada" }')]]],
	['answers at once', { answerUsing: 'immediately' }, [[code('return [];')]]],
])('the caller is unknown when the workflow %s', async (_what, parameters, rows) => {
	await publish(parameters, rows);
	const { call, answer } = await dialIn();
	expect(answer).toEqual({});
	expect(await spokenIn(call)).toContain('Hello there, thank you for calling.');
	expect(server.executions).toHaveLength(1);
});

test.each<[string, (url: string) => string]>([
	['no secret', (url) => url.replace(/\/[\w-]{22}\?/, '/live?')],
	['another secret', (url) => url.replace(/.(?=\?)/, (one) => (one === 'A' ? 'B' : 'A'))],
])('an address with %s is refused', async (_what, change) => {
	await publish();
	const { status } = await send(`${change(String(endpointOf(reception)))}&phone_number=1`);
	expect(status).toBe(401);
	expect(server.executions).toEqual([]);
});

test('an option for signatures that is left over from an action is of no account', async () => {
	await publish({ options: { signature: 'required' } });
	expect((await dialIn()).answer).toMatchObject({ name: 'Ada' });
	expect(server.log).toEqual([]);
});

test('fifty callers at once are each told apart', async () => {
	await publish({}, [[wait(0.05), respondJson('={{ { number: $json.caller_number } }}')]]);
	const url = String(endpointOf(reception));
	const numbers = Array.from({ length: 50 }, (_, i) => `+120255501${String(i).padStart(2, '0')}`);
	const answers = await Promise.all(
		numbers.map(async (number) => (await send(`${url}&phone_number=${number.slice(1)}`)).data),
	);
	expect(answers).toEqual(numbers.map((number) => ({ number })));
});
