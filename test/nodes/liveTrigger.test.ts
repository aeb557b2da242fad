import { sleep } from 'n8n-workflow';
import type { IDataObject, INode } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import { runNode, simulator } from '../support/harness';
import {
	actionOf,
	actionTrigger,
	ask,
	code,
	inputFields,
	liveWorkflow,
	placeAskingCall,
	respond,
	respondJson,
	spokenIn,
	wait,
} from '../support/liveHarness';
import { outputs, seededAgents, send, startServer } from '../support/triggerHarness';

let server: TriggerServer;
/** Of the seeds; it has no external action of its own. */
let agent: string;

beforeEach(async () => {
	[agent] = seededAgents();
	server = await startServer();
});

/** The form that an agent understands. */
const answerOf = (result: IDataObject, agent_message?: string) => ({
	result,
	...(agent_message !== undefined && { agent_message }),
});

const FALLBACK = answerOf({ answered: false }, 'Sorry, I cannot look that up right now.');

async function publish(
	parameters: INode['parameters'] = {},
	rows?: INode[][],
): Promise<SavedWorkflow> {
	const workflow = liveWorkflow(actionTrigger({ agents: [agent], ...parameters }), rows);
	await server.activate(workflow);
	return workflow;
}

/** Publishes, asks once, and waits until all is over. */
async function askOnce(parameters: INode['parameters'], rows?: INode[][]) {
	await publish(parameters, rows);
	const request = await ask(server);
	await server.settled();
	return request;
}

/** What a node gave in the last execution, and its hints. */
function ranOf(name: string) {
	const { runData } = server.executions.at(-1)!.run!.data.resultData;
	const [{ data, hints, error }] = runData[name];
	return { json: data?.main[0]?.[0]?.json, hints, error };
}

describe('in a call', () => {
	const found = respond({
		result: {
			fields: [
				{ name: 'day', value: 'Friday' },
				{ name: 'pieces', value: '={{ 1 + 1 }}' },
			],
		},
		agentSays: '=Order {{ $json.input.order_number }} comes on Friday.',
	});

	test('the agent asks, and says what the workflow answers', async () => {
		const speech = { speakOnSend: 'Let me look.', speakOnReceive: 'Here it is.' };
		await publish(speech, [[found]]);
		const call = await placeAskingCall(server, agent, '06', { order_number: 'Zoë 7' });

		expect(outputs(server.executions)).toEqual([
			{
				request_type: 'action',
				call_id: call,
				input: { order_number: 'Zoë 7' },
				environment: 'default',
				received_at: expect.any(String),
				respond_by: expect.any(String),
				is_signed: simulator.switches.signatureHeader === 'x-vocode-signature',
			},
		]);
		const [{ received_at, respond_by }] = outputs(server.executions);
		expect(Date.parse(String(respond_by)) - Date.parse(String(received_at))).toBe(8000);
		expect(simulator.liveRequests).toMatchObject([
			{
				status: 200,
				answer: answerOf({ day: 'Friday', pieces: 2 }, 'Order Zoë 7 comes on Friday.'),
			},
		]);
		const before =
			simulator.switches.speakOn === 'text' ? 'Let me look.' : 'One moment, please.';
		const after = simulator.switches.speakOn === 'text' ? ['Here it is.'] : [];
		expect(await spokenIn(call)).toEqual(
			expect.arrayContaining([before, ...after, 'Order Zoë 7 comes on Friday.']),
		);
	});

	test('the second question uses what the first has found, without any message', async () => {
		const counted = respondJson('={{ { order_number: $json.input.order_number + "1" } }}');
		await publish({ speakOnReceive: 'I have it.' }, [[counted]]);
		const call = await placeAskingCall(server, agent, '07', { order_number: '7' });

		expect(outputs(server.executions).map(({ input }) => input)).toEqual([
			{ order_number: '7' },
			{ order_number: '71' },
		]);
		expect(simulator.liveRequests.map(({ answer }) => answer)).toEqual([
			answerOf({ order_number: '71' }),
			answerOf({ order_number: '711' }),
		]);
		expect((await spokenIn(call)).join()).toContain('order number: 711');
	});

	test('a script decides what is asked, and later sentences use the result', async () => {
		const bookTable = inputFields({ name: 'day' }, { name: 'guests', type: 'integer' });
		await publish({ actionName: 'book', inputFields: bookTable }, [
			[respondJson('={{ { table: $json.input.guests * 2, day: $json.input.day } }}')],
		]);
		simulator.scriptOf = () => ({
			seconds: 20,
			asks: [{ at: 5, action: 'book', parameters: { day: '{day|Monday}', guests: 4 } }],
			turns: [{ at: 9, speaker: 'BOT', text: 'Table {table|?} on {day|?}, good bye.' }],
		});
		const call = await placeAskingCall(server, agent, '06');
		expect((await spokenIn(call)).at(-1)).toBe('Table 8 on Monday, good bye.');
	});
});

describe('the answer', () => {
	test('comes from deep in the workflow, and the workflow goes on', async () => {
		const { answer } = await askOnce({}, [
			[
				code('return $input.all().map(() => ({ json: { day: "Monday" } }));'),
				wait(0.05),
				respondJson('={{ { day: $json.day } }}', 'On Monday.'),
				code('return [{ json: { after: true } }];', 'After'),
			],
		]);
		expect(answer).toEqual(answerOf({ day: 'Monday' }, 'On Monday.'));
		expect(ranOf('Respond').json).toEqual({
			responded: true,
			in_time: true,
			agent_says: 'On Monday.',
			problem: null,
		});
		expect(ranOf('After').json).toEqual({ after: true });
	});

	test('is the first of two in a row, and the second says that it was not sent', async () => {
		const { answer } = await askOnce({}, [
			[respondJson('{ "n": 1 }', '', 'First'), respondJson('{ "n": 2 }', '', 'Second')],
		]);
		expect(answer).toEqual(answerOf({ n: 1 }));
		expect(ranOf('First').json).toMatchObject({ responded: true, problem: null });
		const { json, hints } = ranOf('Second');
		expect(json).toMatchObject({
			responded: false,
			problem: "The answer of item 0 of 'First' came first, and a question has one answer.",
		});
		expect(hints).toHaveLength(1);
		expect(server.executions[0].run!.status).toBe('success');
	});

	test('is the first of two branches', async () => {
		const { answer } = await askOnce({}, [
			[respondJson('{ "n": 1 }', '', 'First')],
			[respondJson('{ "n": 2 }', '', 'Second')],
		]);
		expect(answer).toEqual(answerOf({ n: 1 }));
	});

	test('is the first of three items, and the others say so', async () => {
		const { answer } = await askOnce({}, [
			[
				code('return [1, 2, 3].map((n) => ({ json: { n } }));'),
				respondJson('={{ { n: $json.n } }}'),
			],
		]);
		expect(answer).toEqual(answerOf({ n: 1 }));
		const { runData } = server.executions.at(-1)!.run!.data.resultData;
		const items = runData.Respond[0].data!.main[0]!;
		expect(items.map(({ json }) => json.responded)).toEqual([true, false, false]);
	});

	test('that comes too late is replaced, and the node says so', async () => {
		const { answer, milliseconds } = await askOnce(
			{ options: { deadline: 1, fallbackAnswer: 'One moment more.' } },
			[[wait(1.3), respondJson('{ "n": 1 }', 'Too late.')]],
		);
		expect(answer).toEqual(answerOf({ answered: false }, 'One moment more.'));
		expect(milliseconds).toBeGreaterThan(950);
		expect(milliseconds).toBeLessThan(1300);
		const { json, hints, error } = ranOf('Respond');
		expect(error).toBeUndefined();
		expect(json).toMatchObject({ responded: false, in_time: false });
		expect(server.executions[0].run!.status).toBe('success');
		expect(hints).toEqual([
			expect.objectContaining({
				message: expect.stringMatching(
					/^Item 0 was not sent\. The answer came 0\.\d seconds too late/,
				) as string,
			}),
		]);
	});

	test.each([
		['fails', [[code('throw new Error("Secret plans");')]]],
		['ends without one', [[code('return $input.all();')]]],
		['fails in the node that answers', [[respondJson('no JSON')]]],
	])('is the fallback at once when the workflow %s', async (_what, rows) => {
		const { answer, milliseconds } = await askOnce({}, rows);
		expect(answer).toEqual(FALLBACK);
		expect(milliseconds).toBeLessThan(2000);
	});

	test('is the usual fallback when a parameter of the trigger fails', async () => {
		const { id } = await publish();
		const [trigger] = server.published(id)!.nodes;
		trigger.parameters.options = { fallbackAnswer: '={{ $("Nobody").item.json.name }}' };
		const { answer, status, milliseconds } = await ask(server);
		await server.settled();
		expect([status, answer]).toEqual([200, FALLBACK]);
		expect(milliseconds).toBeLessThan(2000);
		const [{ error }] = server.executions;
		expect(error?.message).toContain("Referenced node doesn't exist");
	});

	test('is the fallback when the workflow falls asleep', async () => {
		const { answer } = await askOnce({ options: { deadline: 1 } }, [
			[wait(3600), respondJson('{ "n": 1 }')],
		]);
		expect(answer).toEqual(FALLBACK);
		expect(server.executions[0].run!.status).toBe('waiting');
	});

	test('without a text for the fallback has no message', async () => {
		const { answer } = await askOnce({ options: { fallbackAnswer: '' } }, [
			[code('return [];')],
		]);
		expect(answer).toEqual(answerOf({ answered: false }));
	});

	test('may use a text that stands in the question', async () => {
		await publish({}, [[respondJson('={{ { again: $json.input.order_number } }}')]]);
		const { answer } = await ask(server, { parameters: { order_number: '"} ü 😀' } });
		expect(answer).toEqual(answerOf({ again: '"} ü 😀' }));
	});

	test('goes to each of fifty that ask at the same time', async () => {
		await publish({}, [
			[wait(0.05), respondJson('={{ { again: $json.input.order_number } }}')],
		]);
		const numbers = Array.from({ length: 50 }, (_, i) => `order ${i}`);
		const requests = await Promise.all(
			numbers.map(
				async (order_number) => await ask(server, { parameters: { order_number } }),
			),
		);
		expect(requests.map(({ answer }) => answer)).toEqual(
			numbers.map((again) => answerOf({ again })),
		);
	});
});

describe('by the last node', () => {
	const lastNode = { answerUsing: 'lastNode' };

	test.each<[string, string, IDataObject]>([
		['an object', '{ day: "Monday" }', answerOf({ day: 'Monday' })],
		[
			'result and message',
			'{ result: { day: "Monday" }, agent_message: " On Monday. " }',
			answerOf({ day: 'Monday' }, 'On Monday.'),
		],
		['an empty message', '{ result: {}, agent_message: "" }', answerOf({})],
		['a message alone', '{ agent_message: "On Monday." }', answerOf({}, 'On Monday.')],
		[
			'a text as result',
			'{ result: "On Monday." }',
			answerOf({ result: 'On Monday.' }, 'On Monday.'),
		],
		[
			'what an AI Agent gives',
			'{ output: "On Monday." }',
			answerOf({ output: 'On Monday.' }, 'On Monday.'),
		],
		[
			'fields beside those of the trigger',
			'{ ...$input.all()[0].json, day: "Monday" }',
			answerOf({ day: 'Monday' }),
		],
		['nothing but what the trigger gave', '$input.all()[0].json', FALLBACK],
	])('%s', async (_what, json, expected) => {
		const { answer } = await askOnce(lastNode, [[code(`return [{ json: ${json} }];`)]]);
		expect(answer).toEqual(expected);
	});

	test.each<[string, INode[][]]>([
		['no node', []],
		['no item', [[code('return [];')]]],
		['an error', [[code('throw new Error("Secret plans");')]]],
		['a long sleep', [[wait(3600), code('return [{ json: { n: 1 } }];')]]],
	])('%s gives the fallback at once', async (_what, rows) => {
		const { answer, milliseconds } = await askOnce(lastNode, rows);
		expect(answer).toEqual(FALLBACK);
		expect(milliseconds).toBeLessThan(2000);
	});
});

describe('at once', () => {
	const immediately = { answerUsing: 'immediately', answerText: 'I have noted it.' };

	test('the agent gets the text, and the workflow goes on', async () => {
		const { answer, milliseconds } = await askOnce(immediately, [
			[wait(0.5), code('return [{ json: { done: true } }];')],
		]);
		expect(answer).toEqual(answerOf({}, 'I have noted it.'));
		expect(milliseconds).toBeLessThan(500);
		expect(outputs(server.executions)).toMatchObject([{ respond_by: null }]);
		expect(ranOf('Code').json).toEqual({ done: true });
	});

	test('a node that answers as well is told about', async () => {
		const { answer } = await askOnce(immediately, [[respondJson('{ "n": 1 }')]]);
		expect(answer).toEqual(answerOf({}, 'I have noted it.'));
		expect(ranOf('Respond').error?.message).toContain('has answered with its text at once');
	});
});

describe('who may ask', () => {
	const header = (): string => simulator.switches.signatureHeader;
	const refused = { status: 401, answer: { message: expect.any(String) as string } };
	const taken = { status: 200, answer: answerOf({ found: true }) };

	/** Asks a trigger that knows the name of the header. */
	async function askSigned(
		signature: 'ifSent' | 'off' | 'required',
		question: Parameters<typeof ask>[1],
		signatureHeader = header(),
	) {
		await publish({ options: { signature, signatureHeader } });
		const request = await ask(server, question);
		await server.settled();
		expect(server.executions).toHaveLength(request.status === 200 ? 1 : 0);
		return request;
	}

	test.each([
		['ifSent', 'valid', taken],
		['ifSent', 'none', taken],
		['ifSent', 'forged', refused],
		['ifSent', 'replayed', refused],
		['required', 'valid', taken],
		['required', 'none', refused],
		['required', 'forged', refused],
		['required', 'replayed', refused],
		['off', 'valid', taken],
		['off', 'none', taken],
		['off', 'forged', taken],
	] as const)('%s: a signature that is %s', async (mode, signature, expected) => {
		expect(await askSigned(mode, { signature })).toMatchObject(expected);
		const is_signed = mode !== 'off' && signature === 'valid';
		for (const item of outputs(server.executions)) expect(item.is_signed).toBe(is_signed);
	});

	test('the header may be written in any case, and the log names those of a request without it', async () => {
		const upper = header().toUpperCase();
		expect(await askSigned('required', {}, ` ${upper} `)).toMatchObject(taken);
		expect(server.log).toEqual([expect.stringContaining('got a valid signature')]);
	});

	test.each([
		['base64', 'base64'],
		['v1=hex', "hex after 'v1='"],
	] as const)('the log tells once which form came: %s', async (signatureForm, told) => {
		Object.assign(simulator.switches, { signatureForm });
		const request = await askSigned('required', {});
		await ask(server, { parameters: { order_number: '8' }, signature: 'valid' });
		await server.settled();
		expect(server.log).toEqual([
			`info: 'Live Trigger' got a valid signature in the header '${header()}', as ${told}`,
		]);
		expect(server.log.join()).not.toContain(String(request.headers[header()]));
	});

	test('a header of another name is found by the log, which holds no value of it', async () => {
		const request = await askSigned('ifSent', {}, 'x-other-signature');
		expect(request).toMatchObject(taken);
		expect(outputs(server.executions)[0].is_signed).toBe(false);
		const [line, ...more] = server.log;
		expect(more).toEqual([]);
		expect(line).toContain("without the header 'x-other-signature'");
		expect(line).toContain(header());
		expect(line).not.toContain(request.headers[header()]);
		expect(line).not.toContain('n8n_secret');
	});

	test('a signature cannot be checked when Fluents.ai has not given its secret', async () => {
		const withoutSecret = (mode: string) => {
			const node = actionTrigger({
				agents: [agent],
				options: { signature: mode, signatureHeader: header() },
			});
			return liveWorkflow(node);
		};
		simulator.quirks.secretsMasked = true;
		await expect(server.activate(withoutSecret('required'))).rejects.toThrow(
			'Fluents.ai gave no secret for the signatures',
		);
		const before = server.log.length;
		await server.activate(withoutSecret('ifSent'));
		expect(await ask(server)).toMatchObject(taken);
		await server.settled();
		expect(outputs(server.executions)[0].is_signed).toBe(false);
		expect(server.log.slice(before)).toEqual([]);
	});

	test.each([
		['words', 'REDACTED'],
		['letters', 'x'.repeat(44)],
		['an ellipsis', 'q83vASNF...RUVE='],
		['one character', 'q83vASNF…RUVE='],
		['brackets', '<hidden by Fluents.ai for you>'],
		['stars in the middle', 'q83vASNFZ4mrze8BI0VniavN7wEjRWeJ****RUVE='],
	])('a secret of which %s hide something is no key', async (_what, hidden) => {
		const hide = (body: unknown): unknown =>
			JSON.parse(
				JSON.stringify(body, (name, value: unknown) =>
					name === 'signature_secret' ? hidden : value,
				),
			);
		simulator.faults.add({
			times: Infinity,
			match: ({ method }) => method === 'GET',
			alter: hide,
		});
		await publish({ options: { signatureHeader: header() } });
		expect(await ask(server, { signature: 'valid' })).toMatchObject(taken);
		await server.settled();
		expect(outputs(server.executions)[0].is_signed).toBe(false);
	});

	test.each([
		['no secret', (url: string) => url.replace(/\?.*/, '')],
		[
			'another secret',
			(url: string) => url.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
		],
		['a part of the secret', (url: string) => url.slice(0, -1)],
	])('an address with %s is refused, also with a valid signature', async (_what, change) => {
		await publish({ options: { signature: 'off' } });
		const url = change(String(actionOf(server).config.url));
		expect(await ask(server, { url })).toMatchObject(refused);
		expect(server.executions).toEqual([]);
	});

	test('a body may be spaced, in any order, and hold any letters', async () => {
		const options = { signature: 'required', signatureHeader: header(), allowRepeats: true };
		await publish({ options });
		for (const body of [
			'{"payload":{"order_number":"é"},"call_id":"1"}',
			' {\n\t"call_id" : "1",  "payload" : { "order_number" : "\\u00e9" }\r\n} ',
			'\ufeff{"call_id":"1","payload":{"order_number":"é"}}',
			'{"conversation_id":"1","order_number":"é"}',
		]) {
			expect(await ask(server, { body })).toMatchObject({ body, ...taken });
		}
		await server.settled();
		for (const item of outputs(server.executions)) {
			expect(item).toMatchObject({
				call_id: '1',
				input: { order_number: 'é' },
				is_signed: true,
			});
		}
		expect(server.executions).toHaveLength(4);
	});

	test('only what is signed counts: neither a query nor another method', async () => {
		await publish({ options: { signature: 'ifSent', signatureHeader: header() } });
		const { url, headers, body } = await ask(server, { signature: 'valid' });
		await server.settled();
		const forged = `${url}&call_id=1&order_number=9`;
		const signed = { [header()]: headers[header()], 'content-type': 'application/json' };
		for (const method of ['GET', 'POST']) {
			await send(forged, body, { method, headers: signed, transformRequest: [] });
		}
		await server.settled();
		const inputs = outputs(server.executions).map(({ input }) => input);
		expect(inputs).toEqual(inputs.map(() => ({ order_number: '7' })));
		expect((await send(forged, body, { method: 'GET' })).status).toBe(405);
	});

	test.each([
		['a form', 'order_number=9', 'application/x-www-form-urlencoded'],
		['XML', '<payload><order_number>9</order_number></payload>', 'application/xml'],
		['bytes', '\u0000\ufffd', 'application/octet-stream'],
		['nothing', '', 'application/json'],
		[
			'JSON that is too deep',
			`{"payload":${'['.repeat(5000)}${']'.repeat(5000)}}`,
			'text/plain',
		],
	])('%s is refused', async (_what, body, type) => {
		await publish();
		const { url } = actionOf(server).config;
		const headers = { 'content-type': type };
		const config = { method: 'POST', headers, transformRequest: [] };
		expect((await send(String(url), body, config)).status).toBe(400);
		expect([server.executions, server.log.filter((line) => line.startsWith('error'))]).toEqual([
			[],
			[],
		]);
	});

	test.each(['[]', '"text"', '7', 'null', 'not JSON'])(
		'a body that is no JSON object is refused: %s',
		async (body) => {
			await publish();
			const { status } = await ask(server, { body });
			expect(status).toBeGreaterThanOrEqual(400);
			expect(status).toBeLessThan(500);
			expect(server.executions).toEqual([]);
		},
	);

	test('a call that nobody has heard of is handed on, since the secret was right', async () => {
		await publish();
		await ask(server, { callId: 'unheard-of' });
		await ask(server, { body: '{"payload":{"order_number":"7"}}' });
		await server.settled();
		expect(outputs(server.executions).map(({ call_id }) => call_id)).toEqual([
			'unheard-of',
			null,
		]);
	});

	test('after unpublishing nobody is answered', async () => {
		const workflow = await publish();
		const { url } = actionOf(server).config;
		await server.deactivate(workflow.id);
		expect((await send(String(url), { payload: { order_number: '7' } })).status).toBe(404);
	});

	test('the secrets are in no output, no error and no log', async () => {
		await publish({}, [[code('throw new Error("It failed");')]]);
		const { url, signature_secret: secret } = actionOf(server).config;
		await ask(server);
		await ask(server, { signature: 'forged' });
		await ask(server, { signature: 'none' });
		await server.settled();
		const told = JSON.stringify([
			server.executions,
			server.log,
			simulator.liveRequests.map(({ answer }) => answer),
		]);
		expect(told).toContain('It failed');
		for (const value of [new URL(String(url)).searchParams.get('n8n_secret'), secret]) {
			expect(value).toMatch(/.{20}/);
			expect(told).not.toContain(value);
		}
	});
});

describe('what is asked', () => {
	const fields = inputFields(
		{ name: 'day', allowedValues: 'Monday, Tuesday' },
		{ name: 'guests', type: 'integer' },
		{ name: 'window', type: 'boolean', required: false },
		{ name: 'price', type: 'number', required: false, allowedValues: '9.5, 12' },
		{ name: 'note', required: false, description: 'Anything else' },
	);
	const good = { day: 'Monday', guests: 2 };

	test('is described to the agent', async () => {
		await publish({ inputFields: fields });
		expect(actionOf(server).config).toMatchObject({
			name: 'find_order',
			description: 'Use it when the caller asks for an order.',
			processing_mode: 'muted',
			input_schema: {
				type: 'object',
				properties: {
					day: { type: 'string', enum: ['Monday', 'Tuesday'] },
					guests: { type: 'integer' },
					window: { type: 'boolean' },
					price: { type: 'number', enum: [9.5, 12] },
					note: { type: 'string', description: 'Anything else' },
				},
				required: ['day', 'guests'],
			},
		});
		expect(actionOf(server).action_trigger).toMatchObject({
			type: 'action_trigger_function_call',
		});
	});

	test.each<[string, object, string[]]>([
		['missing', { day: 'Monday' }, ["'guests' is missing."]],
		['empty', { ...good, day: '' }, ["'day' is missing."]],
		['null', { ...good, day: null }, ["'day' is missing."]],
		['all missing', {}, ["'day' is missing.", "'guests' is missing."]],
		['a wrong type', { ...good, guests: 'two' }, ["'guests' has to be of the type integer."]],
		['an object', { ...good, guests: { a: 1 } }, ["'guests' has to be of the type integer."]],
		['a fraction', { ...good, guests: 2.5 }, ["'guests' has to be of the type integer."]],
		['not allowed', { ...good, day: 'Sunday' }, ['\'day\' has to be "Monday" or "Tuesday".']],
		['not allowed either', { ...good, price: 9 }, ["'price' has to be 9.5 or 12."]],
	])(
		'%s is answered with a text that lets the agent ask again',
		async (_what, parameters, problems) => {
			await publish({ inputFields: fields });
			const { answer, status } = await ask(server, { parameters: { ...parameters } });
			const message = `${problems.join(' ')} Ask the caller for it, then try again.`;
			expect([status, answer]).toEqual([200, answerOf({ accepted: false, message })]);
			expect(server.executions).toEqual([]);
		},
	);

	test.each<[string, object]>([
		['all that is required', good],
		['all', { ...good, window: false, price: 12, note: '' }],
		['optional ones as null', { ...good, window: null, note: null }],
		['more than was asked for', { ...good, mood: 'good' }],
	])('%s is handed to the workflow', async (_what, parameters) => {
		await publish({ inputFields: fields });
		await ask(server, { parameters: { ...parameters } });
		await server.settled();
		expect(outputs(server.executions).map(({ input }) => input)).toEqual([parameters]);
	});

	test('is handed on as it is meant, since models mix up types', async () => {
		await publish({ inputFields: fields });
		const parameters = { day: ' monday', guests: '2', window: 'yes', price: '12', note: 7 };
		await ask(server, { parameters });
		await ask(server, { parameters: { ...good, window: '', price: '' } });
		await server.settled();
		expect(outputs(server.executions).map(({ input }) => input)).toEqual([
			{ day: 'Monday', guests: 2, window: true, price: 12, note: '7' },
			good,
		]);
	});

	test('may be described by a JSON Schema, with objects and lists in it', async () => {
		const inputSchema = {
			type: 'object',
			properties: {
				guests: {
					type: 'array',
					minItems: 1,
					items: {
						type: 'object',
						properties: { age: { type: 'integer', minimum: 0 } },
						required: ['age'],
					},
				},
			},
			required: ['guests'],
		};
		await publish({ specifyInput: 'schema', inputSchema: JSON.stringify(inputSchema) });
		expect(actionOf(server).config.input_schema).toEqual(inputSchema);
		const answers: unknown[] = [];
		for (const guests of [[{ age: 4 }], [{ age: -1 }], [{}, { age: 'four' }], []]) {
			answers.push((await ask(server, { parameters: { guests } })).answer);
		}
		const message = (text: string) =>
			answerOf({
				accepted: false,
				message: `${text} Ask the caller for it, then try again.`,
			});
		expect(answers).toEqual([
			answerOf({ found: true }),
			message("'age' has to be at least 0."),
			message("'age' is missing. 'age' has to be of the type integer."),
			message("'guests' has to be at least 1 entries."),
		]);
	});
});

describe('the same question, asked again', () => {
	const rows = [[wait(0.2), respondJson('={{ { at: $now.toMillis() } }}', 'Booked.')]];
	const again = { callId: 'call', parameters: { order_number: '7' } };

	test('gets the first answer, while that is on its way and afterwards', async () => {
		await publish({}, rows);
		const answers = await Promise.all([1, 2, 3].map(async () => await ask(server, again)));
		answers.push(await ask(server, { ...again, parameters: { order_number: 7 } }));
		await server.settled();
		expect(server.executions).toHaveLength(1);
		expect(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size).toBe(1);
		expect(answers[0].answer).toMatchObject({ agent_message: 'Booked.' });
	});

	test('in a call books once', async () => {
		simulator.quirks.questionRepeatedAfterMs = 100;
		await publish({}, rows);
		await placeAskingCall(server, agent, '06', { order_number: '7' });
		expect(simulator.liveRequests).toHaveLength(2);
		expect(simulator.liveRequests[1].answer).toEqual(simulator.liveRequests[0].answer);
		expect(server.executions).toHaveLength(1);
	});

	test.each<[string, Parameters<typeof ask>[1]]>([
		['other input', { ...again, parameters: { order_number: '8' } }],
		['another call', { ...again, callId: 'other' }],
	])('with %s is another one', async (_what, question) => {
		await publish({}, rows);
		await ask(server, again);
		await ask(server, question);
		await server.settled();
		expect(server.executions).toHaveLength(2);
	});

	test('runs the workflow again after half a minute', async () => {
		await publish({}, rows);
		await ask(server, again);
		await sleep(31_000);
		await ask(server, again);
		await server.settled();
		expect(server.executions).toHaveLength(2);
	});

	test('of no call runs the workflow each time, and so it does where that is chosen', async () => {
		await publish({}, rows);
		const body = '{"payload":{"order_number":"7"}}';
		for (let count = 0; count < 2; count += 1) await ask(server, { body });
		await publish({ actionName: 'other', options: { allowRepeats: true } }, rows);
		const [action] = [...simulator.environment('default').actions.values()].slice(-1);
		const { url } = action.config as { url: string };
		for (let count = 0; count < 2; count += 1) {
			await send(url, { call_id: 'c', payload: { order_number: '7' } });
		}
		await server.settled();
		expect(server.executions).toHaveLength(4);
	});

	test('gets the real answer of the first, never its fallback', async () => {
		await publish({ options: { deadline: 1 } }, [
			[wait(1.5), respondJson('{ "n": 1 }', 'Booked.')],
		]);
		expect((await ask(server, again)).answer).toEqual(FALLBACK);
		const second = await ask(server, again);
		expect(second.answer).toEqual(answerOf({ n: 1 }, 'Booked.'));
		await server.settled();
		expect(server.executions).toHaveLength(1);
	});

	test('waits until its own deadline only', async () => {
		await publish({ options: { deadline: 1 } }, [[wait(3), respondJson('{ "n": 1 }')]]);
		for (const { answer } of await Promise.all(
			[1, 2].map(async () => await ask(server, again)),
		)) {
			expect(answer).toEqual(FALLBACK);
		}
	});

	test('runs the workflow again when it failed', async () => {
		await publish({}, [[code('throw new Error("It failed");')]]);
		for (let count = 0; count < 2; count += 1) {
			expect((await ask(server, again)).answer).toEqual(FALLBACK);
		}
		await server.settled();
		expect(server.executions).toHaveLength(2);
	});

	test('gets the text that goes out at once, and starts nothing', async () => {
		await publish({ answerUsing: 'immediately', answerText: 'Noted.' }, []);
		for (let count = 0; count < 2; count += 1) {
			expect((await ask(server, again)).answer).toEqual(answerOf({}, 'Noted.'));
		}
		await server.settled();
		expect(server.executions).toHaveLength(1);
	});
});

describe('the node that answers', () => {
	test('says what is wrong when no Live Trigger is there', async () => {
		const { error } = await runNode({ resource: 'liveRequest', operation: 'respond' });
		expect(error?.message).toContain('not started by a Fluents.ai Live Trigger');
		expect(error?.description).toContain('sub-workflow');
	});

	test('finds which of two triggers has started the workflow', async () => {
		const first = actionTrigger({ agents: [agent] });
		const second = actionTrigger({ agents: [agent], actionName: 'other' }, { name: 'Second' });
		const workflow = liveWorkflow(first);
		workflow.nodes.push(second);
		workflow.connections.Second = workflow.connections[first.name];
		await server.activate(workflow);
		for (const name of ['find_order', 'other']) {
			simulator.scriptOf = () => ({
				asks: [{ at: 1, action: name, parameters: { order_number: '7' } }],
			});
			await placeAskingCall(server, agent, '06');
		}
		expect(server.executions.map(({ node }) => node)).toEqual(['Live Trigger', 'Second']);
		expect(simulator.liveRequests.map(({ answer }) => answer)).toEqual(
			Array(2).fill(answerOf({ found: true })),
		);
	});
});
