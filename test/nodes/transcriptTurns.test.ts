import type { INodeParameters } from 'n8n-workflow';

import { shortTranscript } from '../../simulator/model/conversation';
import { byId, byList, runNode, simulator } from '../support/harness';

const TO = '+12125550101';

/** What the simulator's person and agent say to each other first. */
const FIRST_TURNS = [
	{ speaker: 'bot', text: 'Hello Anna, I am calling about your appointment.', at: 1 },
	{ speaker: 'human', text: 'Oh yes, hello. When was that again?', at: 7 },
];

beforeEach(() => simulator.reset());

const calls = () => [...simulator.environment('default').calls.values()];

const run = async (operation: string, parameters: INodeParameters, turns = true) => {
	const { error, json } = await runNode({
		resource: 'call',
		operation,
		options: turns ? { transcriptTurns: true, pollInterval: 1 } : {},
		...parameters,
	});
	expect(error).toBeUndefined();
	return json;
};

const place = (): INodeParameters => {
	const { agents, numbers } = simulator.environment('default');
	const [from] = numbers.values();
	const [agent] = agents.keys();
	return {
		agentId: byList(agent),
		fromNumber: byList(String(from.number)),
		toNumber: TO,
		context: { mappingMode: 'defineBelow', value: { name: 'Anna' } },
	};
};

describe.each([true, false])('with Simplify %p', (simple) => {
	test('get adds the turns beside the text', async () => {
		const [{ id, transcript }] = calls();
		const [call] = await run('get', { callId: byId(id), simple });
		const isShort = simulator.switches.transcriptForm === 'seconds';
		const shown = isShort ? shortTranscript(String(transcript)) : transcript;
		expect(call.transcript).toBe(shown);
		expect(call.transcript_turns).toEqual([
			{
				speaker: 'bot',
				text: 'Hello Grace, I am calling about your order. Has it arrived?',
				at: 1,
			},
			{ speaker: 'human', text: 'Not yet. Where is it?', at: 6 },
			{ speaker: 'bot', text: 'It is on its way and arrives tomorrow.', at: 12 },
			{ speaker: 'human', text: 'Great, thanks. Bye.', at: 17 },
		]);
		const [plain] = await run('get', { callId: byId(id), simple }, false);
		const { transcript_turns: _turns, ...rest } = call;
		expect(rest).toEqual(plain);
		if (simple) expect(Object.keys(call)).toHaveLength(12);
	});

	test('get many does for each call, also for those without a transcript', async () => {
		const json = await run('getAll', { returnAll: true, simple });
		const lengths = json.map(({ transcript_turns: turns }) => (turns as unknown[]).length);
		expect(lengths).toEqual([0, 0, 4]);
	});

	test('create and wait does when the call has ended', async () => {
		simulator.callSeconds = 0.2;
		const [call] = await run('createAndWait', { ...place(), simple });
		expect(call.outcome).toBe('answered');
		expect(call.transcript_turns).toHaveLength(7);
		expect(call.transcript_turns).toEqual(expect.arrayContaining(FIRST_TURNS));
	});

	test('end does for what was said until then', async () => {
		simulator.callSeconds = 1;
		const [{ id }] = await run('create', { ...place(), simple }, false);
		await new Promise((resolve) => setTimeout(resolve, 400));
		const [call] = await run('end', { callId: byId(String(id)), simple });
		const turns = call.transcript_turns as unknown[];
		expect(turns.slice(0, 2)).toEqual(FIRST_TURNS);
		expect(turns.length).toBeLessThan(7);
	});
});

test('times in the transcript count from the start of the call, in either form', async () => {
	const [call] = calls();
	const start = new Date(call.start_time!).getTime();
	call.transcript = [2, 5]
		.map((at) => `[${new Date(start + at * 1000).toISOString()}] BOT: Hello`)
		.join('\n');
	const [json] = await run('get', { callId: byId(call.id) });
	expect(json.transcript_turns).toEqual([
		{ speaker: 'bot', text: 'Hello', at: 2 },
		{ speaker: 'bot', text: 'Hello', at: 5 },
	]);
});
