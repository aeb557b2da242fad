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
	/** The whole conversation, as OpenAI's Responses API writes it. */
	input: Array<Record<string, unknown>>;
}

/** A call of a tool, or what the model says. */
export type ModelAnswer = { tool: string; input: object } | { text: string };

/** A language model that does what a script says, for n8n's OpenAI Chat Model (Responses API). */
export class ScriptedModel {
	/** What it was asked, oldest first. */
	readonly turns: ModelTurn[] = [];

	private constructor(
		private readonly script: (turn: ModelTurn) => ModelAnswer,
		private readonly http = createServer(),
	) {
		this.http.on('request', (request, response) => {
			void this.answer(request).then((body) => {
				response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
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

	private async answer(request: IncomingMessage): Promise<object> {
		const {
			input,
			model,
			tools = [],
		} = JSON.parse(await text(request)) as {
			model: string;
			input: ModelTurn['input'];
			tools?: ModelTurn['tools'];
		};
		const outputs = input
			.filter(({ type }) => type === 'function_call_output')
			.map(({ output }) => (typeof output === 'string' ? output : JSON.stringify(output)));
		const turn = { input, outputs, tools };
		this.turns.push(turn);
		const number = this.turns.length;
		return {
			id: `resp_${number}`,
			object: 'response',
			created_at: 0,
			model,
			status: 'completed',
			output: [written(this.script(turn), number)],
			usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
		};
	}
}

/** An answer as the Responses API writes it. */
function written(answer: ModelAnswer, number: number): object {
	if ('tool' in answer) {
		return {
			type: 'function_call',
			id: `fc_${number}`,
			call_id: `call_${number}`,
			status: 'completed',
			name: answer.tool,
			arguments: JSON.stringify(answer.input),
		};
	}
	return {
		type: 'message',
		id: `msg_${number}`,
		role: 'assistant',
		status: 'completed',
		content: [{ type: 'output_text', text: answer.text, annotations: [] }],
	};
}
