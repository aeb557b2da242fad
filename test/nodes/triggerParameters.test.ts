import type { INode, INodeParameters } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import { simulator } from '../support/harness';
import {
	actionOf,
	actionTrigger,
	ask,
	code,
	inputFields,
	liveWorkflow,
	lookupTrigger,
} from '../support/liveHarness';
import {
	outputs,
	placeCall,
	seededAgents,
	startServer,
	trigger,
	webhookOf,
	workflowOf,
} from '../support/triggerHarness';

/** Parameters of both triggers, as expressions and hands give them. */

let server: TriggerServer;
let reminder: string;

beforeEach(async () => {
	[reminder] = seededAgents();
	server = await startServer();
});

async function publish(node: INode): Promise<SavedWorkflow> {
	const workflow = workflowOf(node);
	await server.activate(workflow);
	return workflow;
}

const refusals: Array<[string, INode['parameters'], string]> = [
	['no choice', { call: 'everything' }, "'Include Call' is none of the choices: 'everything'"],
	['no truth', { options: { confirm: 'maybe' } }, "'Confirm With API' is neither true nor false"],
	[
		'a filter that gives nothing',
		{ filters: { contextName: 'order', contextValue: '={{ undefined }}' } },
		"'Context Variable Value' gives nothing",
	],
	[
		'a list of outcomes that gives nothing',
		{ filters: { outcome: '={{ undefined }}' } },
		"'Outcome' gives nothing",
	],
	[
		'a direction that gives nothing',
		{ filters: { direction: '={{ null }}' } },
		"'Direction' gives nothing",
	],
	[
		'an environment that gives nothing',
		{ options: { requiredEnvironment: '={{ undefined }}' } },
		"'Required Environment' gives nothing",
	],
];

test.each(refusals)('of the trigger, %s stops publishing', async (_what, parameters, message) => {
	const publishing = publish(trigger({ agents: [reminder], ...parameters }));
	await expect(publishing).rejects.toThrow(message);
	expect(simulator.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

const liveRefusals: Array<[string, INodeParameters, string]> = [
	['no time', { options: { deadline: 'soon' } }, "'Deadline (Seconds)' is not a number: 'soon'"],
	[
		'too long a time',
		{ options: { deadline: 20 } },
		"'Deadline (Seconds)' has to be a number of 1 or more and 9.5 or less, not 20",
	],
	['no way', { answerUsing: 'letter' }, "'Answer Using' is none of the choices: 'letter'"],
	[
		'a signature that gives nothing',
		{ options: { signature: '={{ undefined }}' } },
		"'Signature' gives nothing",
	],
	[
		'a header that HTTP does not know',
		{ options: { signatureHeader: '={{ "x\\u001b[31m" }}' } },
		"'Signature Header' is not the name of a header",
	],
	[
		'a text where there must be one',
		{ answerUsing: 'immediately', answerText: ' ' },
		"'Text' is empty",
	],
	[
		'allowed values that are no numbers',
		{ inputFields: inputFields({ name: 'a', type: 'integer', allowedValues: '1, two' }) },
		"'Input Fields: Allowed Values' is not a number: 'two'",
	],
	[
		'a field that is no object',
		{ specifyInput: 'schema', inputSchema: '={{ [1] }}' },
		"'Input Schema (JSON)' is not a JSON object",
	],
];

test.each(liveRefusals)(
	'of the Live Trigger, %s stops publishing',
	async (_what, parameters, message) => {
		const publishing = publish(actionTrigger({ agents: [reminder], ...parameters }));
		await expect(publishing).rejects.toThrow(message);
		expect(simulator.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
	},
);

test('of a caller lookup, what is no country stops publishing', async () => {
	const options = { defaultCountry: 'Atlantis' };
	const publishing = publish(lookupTrigger({ agents: [reminder], options }));
	await expect(publishing).rejects.toThrow("'Default Country' is not a country: 'Atlantis'");
});

test('texts and names of choices are taken for what they say', async () => {
	await publish(
		trigger({
			events: '={{ "Phone Call Ended, event_sms" }}',
			agents: `={{ "${reminder}" }}`,
			call: '={{ "Raw" }}',
			options: { transcriptTurns: '={{ "true" }}', allowRepeats: '={{ "false" }}' },
		}),
	);
	expect(webhookOf(reminder)?.subscriptions).toEqual(['event_phone_call_ended', 'event_sms']);
	await placeCall(server, reminder);
	const [output] = outputs(server.executions);
	expect(output.call).toHaveProperty('telephony_params');
	expect(output.transcript_turns).toEqual(expect.any(Array));
});

test('a list of agents in a filter, emptied by hand, lets all through', async () => {
	await publish(trigger({ agents: [reminder], filters: { agents: [], outcome: [] } }));
	await placeCall(server, reminder);
	expect(server.executions).toHaveLength(1);
});

test('a time and a switch given as text hold for the answer', async () => {
	const node = actionTrigger({
		agents: [reminder],
		answerUsing: 'lastNode',
		options: { deadline: '={{ "1" }}', allowRepeats: '={{ "true" }}' },
		inputFields: inputFields({ name: 'a', type: 'integer', allowedValues: '1, 2' }),
	});
	await server.activate(liveWorkflow(node, [[code('return [];')]]));
	expect(actionOf(server).config.input_schema).toEqual({
		type: 'object',
		properties: { a: { type: 'integer', enum: [1, 2] } },
		required: ['a'],
	});
	for (let count = 0; count < 2; count++) await ask(server, { parameters: { a: 2 } });
	await server.settled();
	expect(server.executions).toHaveLength(2);
	const [{ respond_by, received_at }] = outputs(server.executions);
	expect(Date.parse(String(respond_by)) - Date.parse(String(received_at))).toBe(1000);
});
