import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { LOOPBACK } from './ports';

/** What the model is asked to go on from. */
export interface ModelTurn {
	/** What the tools that it has called in this conversation gave, oldest first. */
	outputs: string[];
	/** Names of the tools that it may call, with their schemas. */
	tools: Array<{ name: string; description?: string; parameters?: object }>;
	/** The whole conversation, as the API writes it. */
	input: Array<Record<string, unknown>>;
}

/** One of OpenAI's APIs, as n8n's OpenAI Chat Model speaks it. */
interface Dialect {
	read(request: Record<string, unknown>): ModelTurn;
	write(answer: ModelAnswer, number: number, model: unknown): object;
	/** An answer as the events of a stream. */
	events(answer: object): object[];
}

/** A call of a tool, or what the model says. */
export type ModelAnswer = { tool: string; input: object } | { text: string };

/** A language model that does what a script says, for n8n's OpenAI Chat Model. */
export class ScriptedModel {
	/** What it was asked, oldest first. */
	readonly turns: ModelTurn[] = [];

	private constructor(
		private readonly script: (turn: ModelTurn) => ModelAnswer,
		private readonly http = createServer(),
	) {
		this.http.on('request', (request, response) => {
			void this.answer(request).then(({ type, body }) => {
				response.setHeader('content-type', type).end(body);
			});
		});
	}

	static async start(script: (turn: ModelTurn) => ModelAnswer): Promise<ScriptedModel> {
		const model = new ScriptedModel(script);
		model.http.listen(0, LOOPBACK);
		await once(model.http, 'listening');
		return model;
	}

	/** Data of an `openAiApi` credential that leads to it. */
	get credential(): { apiKey: string; url: string } {
		const { port } = this.http.address() as AddressInfo;
		return { apiKey: 'none', url: `http://${LOOPBACK}:${port}/v1` };
	}

	/** What all tools gave so far, oldest first. */
	get outputs(): string[] {
		return this.turns.flatMap(({ outputs }) => outputs.slice(-1));
	}

	async close(): Promise<void> {
		this.http.closeAllConnections();
		this.http.close();
		await once(this.http, 'close');
	}

	private async answer(request: IncomingMessage): Promise<{ type: string; body: string }> {
		// n8n's Agents ask what models there are.
		if (request.method === 'GET') return { type: 'application/json', body: '{"data":[]}' };
		const body = JSON.parse(await text(request)) as Record<string, unknown>;
		const dialect = request.url?.endsWith('/chat/completions') ? completions : responses;
		const turn = dialect.read(body);
		this.turns.push(turn);
		const answer = dialect.write(this.script(turn), this.turns.length, body.model);
		return body.stream === true
			? { type: 'text/event-stream', body: streamed(dialect.events(answer)) }
			: { type: 'application/json', body: JSON.stringify(answer) };
	}
}

/** What n8n's Agents need of an answer of the Responses API to stream it. */
interface StreamedAnswer {
	output: Array<{ id: string; type: string; arguments?: string }>;
}

const streamed = (events: object[]) =>
	[...events.map((event) => JSON.stringify(event)), '[DONE]']
		.map((data) => `data: ${data}\n\n`)
		.join('');

function responseEvents(response: StreamedAnswer): object[] {
	const [item] = response.output;
	const place = { output_index: 0, item_id: item.id };
	const delta = item.arguments ?? JSON.stringify(item);
	const content =
		item.type === 'function_call'
			? { type: 'response.function_call_arguments.delta', ...place, delta }
			: { type: 'response.output_text.delta', ...place, content_index: 0, delta: 'Done.' };
	return [
		{ type: 'response.created', response },
		{
			type: 'response.output_item.added',
			...place,
			item: { ...item, arguments: '', content: [] },
		},
		content,
		{ type: 'response.output_item.done', ...place, item },
		{ type: 'response.completed', response },
	];
}

const textOf = (output: unknown) => (typeof output === 'string' ? output : JSON.stringify(output));

/** The Responses API. */
const responses: Dialect = {
	read({ input, tools }) {
		const entries = input as ModelTurn['input'];
		const outputs = entries
			.filter(({ type }) => type === 'function_call_output')
			.map(({ output }) => textOf(output));
		return { input: entries, outputs, tools: (tools ?? []) as ModelTurn['tools'] };
	},
	write: (answer, number, model) => ({
		id: `resp_${number}`,
		object: 'response',
		created_at: 0,
		model,
		status: 'completed',
		output: [
			'tool' in answer
				? {
						type: 'function_call',
						id: `fc_${number}`,
						call_id: `call_${number}`,
						status: 'completed',
						name: answer.tool,
						arguments: JSON.stringify(answer.input),
					}
				: {
						type: 'message',
						id: `msg_${number}`,
						role: 'assistant',
						status: 'completed',
						content: [{ type: 'output_text', text: answer.text, annotations: [] }],
					},
		],
		usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
	}),
	events: (answer) => responseEvents(answer as StreamedAnswer),
};

/** What is streamed of an answer of the Chat Completions API. */
interface Completion {
	choices: [{ message: { tool_calls?: object[] }; finish_reason: string }];
}

/** The Chat Completions API, which older agents need. */
const completions: Dialect = {
	read({ messages, tools = [] }) {
		const entries = messages as ModelTurn['input'];
		const outputs = entries
			.filter(({ role }) => role === 'tool')
			.map(({ content }) => textOf(content));
		const functions = tools as Array<{ function: ModelTurn['tools'][number] }>;
		return { input: entries, outputs, tools: functions.map((tool) => tool.function) };
	},
	write(answer, number, model) {
		const call = 'tool' in answer && {
			id: `call_${number}`,
			type: 'function',
			function: { name: answer.tool, arguments: JSON.stringify(answer.input) },
		};
		const message = call
			? { role: 'assistant', content: null, tool_calls: [call] }
			: { role: 'assistant', content: 'text' in answer ? answer.text : '' };
		const finish_reason = call ? 'tool_calls' : 'stop';
		return {
			id: `chatcmpl_${number}`,
			object: 'chat.completion',
			created: 0,
			model,
			choices: [{ index: 0, message, finish_reason }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	},
	events(answer) {
		const { choices, ...rest } = answer as Completion;
		const [{ message, finish_reason }] = choices;
		const tool_calls = message.tool_calls?.map((call, index) => ({ index, ...call }));
		const delta = { ...message, ...(tool_calls && { tool_calls }) };
		const object = 'chat.completion.chunk';
		return [{ ...rest, object, choices: [{ index: 0, delta, finish_reason }] }];
	},
};
