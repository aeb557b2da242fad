import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, IWebhookResponseData } from 'n8n-workflow';

import { LOOPBACK } from '../ports';

/** What the probe trigger reports when n8n calls it. */
export interface ProbeCall {
	/** checkExists, create, delete, webhook, or what `then` of an instruction named. */
	method: string;
	workflow: { id: string; name: string };
	/** Parameter of the node, to tell which version of it n8n uses. */
	label: string;
	mode: string;
	/** Of the life cycle only. */
	activation?: string;
	/** What getNodeWebhookUrl says. */
	url: string;
	/** Of the node, as it is when the call begins. */
	staticData: IDataObject;
	process: 'start' | 'webhook' | 'worker';
	/** Name of the entry in `webhooks` that received a request. */
	entry?: string;
	body?: unknown;
	query?: IDataObject;
}

/** What the probe trigger does then; by default it succeeds. */
export interface Instruction {
	/** Replaces the node's static data, before anything else. */
	store?: IDataObject;
	/** Message of an error to throw. */
	fail?: string;
	/** What the function returns. */
	result?: boolean | IWebhookResponseData;
	/** webhook() answers with this by itself. */
	answer?: { status: number; body: string };
	/** webhook() reports again under this name, after it has answered. */
	then?: string;
}

/** Collects what the probe triggers report, and tells them what to do. */
export class Recorder {
	readonly calls: ProbeCall[] = [];

	/** Asked for each call; what it promises may never come. */
	instruct: (call: ProbeCall) => Instruction | Promise<Instruction> = () => ({});

	private constructor(private readonly server = createServer()) {
		server.on('request', (request, response) => void this.record(request, response));
	}

	static async start(): Promise<Recorder> {
		const recorder = new Recorder();
		recorder.server.listen(0, LOOPBACK);
		await once(recorder.server, 'listening');
		return recorder;
	}

	get url(): string {
		return `http://${LOOPBACK}:${(this.server.address() as AddressInfo).port}`;
	}

	/** Names of the calls so far, in their order. */
	get methods(): string[] {
		return this.calls.map(({ method }) => method);
	}

	/** The calls so far: method, mode/activation mode, static data. */
	get trace(): string[] {
		return this.calls.map(({ method, mode, activation, staticData }) =>
			[method, [mode, activation].filter(Boolean).join('/'), JSON.stringify(staticData)].join(
				' ',
			),
		);
	}

	/** The newest call of a method. @throws Error when there is none. */
	last(method: string): ProbeCall {
		const call = this.calls.findLast((one) => one.method === method);
		if (!call) throw new Error(`n8n did not call ${method}`);
		return call;
	}

	/** Waits until a method has been called `times`. @throws Error after `seconds`. */
	async waitFor(method: string, times = 1, seconds = 60): Promise<ProbeCall> {
		const deadline = Date.now() + seconds * 1000;
		while (this.methods.filter((name) => name === method).length < times) {
			if (Date.now() > deadline) {
				throw new Error(
					`n8n did not call ${method} ${times} times in ${seconds} s, only ${this.methods.join(', ') || 'nothing'}`,
				);
			}
			await sleep(100);
		}
		return this.last(method);
	}

	/** Forgets the calls and obeys a new rule. */
	reset(instruct: Recorder['instruct'] = () => ({})): void {
		this.calls.length = 0;
		this.instruct = instruct;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	private async record(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const call = JSON.parse(await text(request)) as ProbeCall;
		this.calls.push(call);
		const instruction = await this.instruct(call);
		response.setHeader('content-type', 'application/json').end(JSON.stringify(instruction));
	}
}
