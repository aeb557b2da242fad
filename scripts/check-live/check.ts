import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import type { OpenAPIBackend } from 'openapi-backend';

import type { FluentsCredential } from '../../nodes/shared/api/credential';
import { answerFaults, loadApi } from '../../simulator/api';
import { LiveReader, type RawAnswer } from './client';
import { type Finding, findingsFor, type LiveAnswer } from './facts';
import { newsIn } from './news';

type Json = Record<string, unknown>;

export interface LiveReport {
	findings: Finding[];
	/** What does not fit the description, with operation, path and difference. */
	faults: string[];
	/** Fields and values that the description does not know, and unconfirmed fields that there are. */
	news: string[];
	requests: number;
}

/** List, get, and the field of an item by which to get it; the parameter has the same name but for numbers. */
const resources = [
	{ list: 'listAgents', get: 'getAgent' },
	{ list: 'listCalls', get: 'getCall' },
	{ list: 'listNumbers', get: 'getNumber', field: 'number', parameter: 'phone_number' },
	{ list: 'listActions', get: 'getAction' },
	{ list: 'listVoices', get: 'getVoice' },
	{ list: 'listPrompts', get: 'getPrompt' },
	{ list: 'listWebhooks', get: 'getWebhook' },
	{ list: 'listAccountConnections', get: 'getAccountConnection' },
];

/** Objects of each kind that are read by themselves. */
const MOST_GETS = 10;

const SUCCESS = /^2/;
const REFUSAL = /^4/;

/**
 * Reads what can be read with a key, and compares it with the description and with every fact that no
 * source settles. Nothing is changed, nobody is called.
 * @param progress receives a line for each request, without contents
 * @throws Error without the key, when the API cannot be reached or refuses the key
 */
export async function checkLive(
	credential: FluentsCredential,
	progress: (line: string) => void,
): Promise<LiveReport> {
	const check = new LiveCheck(credential, await loadApi(false), progress);
	await check.run();
	return check.report();
}

class LiveCheck {
	private readonly reader: LiveReader;
	private readonly answers: LiveAnswer[] = [];
	private readonly faults = new Map<string, number>();

	constructor(
		credential: FluentsCredential,
		private readonly api: OpenAPIBackend,
		private readonly progress: (line: string) => void,
	) {
		this.reader = new LiveReader(credential, wait);
	}

	report(): LiveReport {
		return {
			findings: findingsFor(this.answers),
			faults: [...this.faults].map(([text, times]) =>
				times > 1 ? `${text} (${times} times)` : text,
			),
			news: newsIn(this.api, this.answers),
			requests: this.answers.length,
		};
	}

	async run(): Promise<void> {
		const first = await this.read('listAgents', { page: 1, size: 1 }, 'list', SUCCESS);
		if (first.status === 401 || first.status === 403) {
			throw new Error(`The API refused the key (HTTP ${first.status})`);
		}
		for (const { list, get, field = 'id', parameter = 'id' } of resources) {
			const page = await this.read(list, { page: 1, size: 100 }, 'list', SUCCESS);
			for (const item of chosen(itemsOf(page))) {
				await this.read(get, { [parameter]: item[field] }, 'get', SUCCESS);
			}
		}
		const sorted = { page: 1, size: 100, sort_column: 'start_time' };
		await this.read('listCalls', { ...sorted, sort_desc: true }, 'descending', SUCCESS);
		await this.read('listCalls', { ...sorted, sort_desc: false }, 'ascending', SUCCESS);
		await this.readAvailable();
		await this.readRecording();
		await this.read('getAgent', { id: randomUUID() }, 'unknown id', REFUSAL);
		await this.read('listAgents', { page: 1, size: 0 }, 'bad value', /^[24]/);
		await this.read(
			'listAgents',
			{ page: 1, size: 1 },
			'wrong key',
			REFUSAL,
			'wrong-on-purpose',
		);
	}

	/** Looks for numbers on sale, with and without filters; without a provider it may be refused. */
	private async readAvailable(): Promise<void> {
		const connections = this.answers.filter(
			({ operationId }) => operationId === 'listAccountConnections',
		);
		const connection = connections
			.flatMap(itemsOf)
			.find(({ type }) => type === 'account_connection_twilio');
		const query = {
			limit: 5,
			telephony_provider: 'twilio',
			...(connection && { telephony_account_connection: connection.id }),
		};
		await this.read('listAvailableNumbers', { ...query, filters: '{}' }, 'list', /^[24]/);
		await this.read('listAvailableNumbers', query, 'bare', /^[24]/);
	}

	private async readRecording(): Promise<void> {
		const operationId = 'getCallRecording';
		const call = this.answers
			.filter((answer) => answer.operationId === 'listCalls')
			.flatMap(itemsOf)
			.find(({ recording_available: available }) => available === true);
		if (call === undefined) return;
		const { status, headers, start } = await this.reader.readStart(this.pathOf(operationId), {
			id: call.id,
		});
		this.keep({ operationId, purpose: 'file', status, body: undefined }, SUCCESS);
		if (!SUCCESS.test(String(status))) return;
		const type = String(headers['content-type']);
		if (!type.startsWith('audio/mpeg')) {
			this.fault(`${operationId}: content-type must be audio/mpeg, is ${type}`);
		}
		const isMp3 = start.toString('latin1', 0, 3) === 'ID3' || start.readUInt16BE() >= 0xffe0;
		if (!isMp3) this.fault(`${operationId}: body must be MP3, begins otherwise`);
	}

	/** Sends one request and compares its answer with the description. */
	private async read(
		operationId: string,
		query: Json,
		purpose: LiveAnswer['purpose'],
		expected: RegExp,
		apiKey?: string,
	): Promise<LiveAnswer> {
		const raw = await this.reader.read(this.pathOf(operationId), query, apiKey);
		const answer = { operationId, purpose, status: raw.status, body: bodyOf(raw) };
		this.keep(answer, expected);
		const isEmpty = answer.body === undefined && SUCCESS.test(String(raw.status));
		if (isEmpty) this.fault(`${operationId}: body must be JSON, is empty`);
		// The description knows errors as JSON and as text; only JSON can be compared further.
		const isText = typeof answer.body === 'string' && raw.status >= 400;
		for (const fault of isText ? [] : answerFaults(this.api, operationId, answer)) {
			this.fault(`${operationId}: ${fault.replace(/\/\d+(?=[/ ])/g, '/*')}`);
		}
		return answer;
	}

	private keep(answer: LiveAnswer, expected: RegExp): void {
		const { operationId, purpose, status } = answer;
		this.answers.push(answer);
		this.progress(`${operationId} (${purpose}): HTTP ${status}`);
		if (!expected.test(String(status))) {
			const kind = expected === REFUSAL ? '4XX' : expected === SUCCESS ? '2XX' : '2XX or 4XX';
			this.fault(`${operationId} (${purpose}): status must be ${kind}, is ${status}`);
		}
	}

	private fault(text: string): void {
		this.faults.set(text, (this.faults.get(text) ?? 0) + 1);
	}

	/** The path of an operation that reads. */
	private pathOf(operationId: string): string {
		const operation = this.api.getOperation(operationId);
		if (operation?.method !== 'get') throw new Error(`${operationId} does not only read`);
		return operation.path;
	}
}

/** The first objects, and of calls also one of each status, so that rare ones are among them. */
function chosen(items: Json[]): Json[] {
	const statuses = new Set(items.map(({ status }) => status));
	const ofEach = [...statuses].map((status) => items.find((item) => item.status === status));
	return [...new Set([...items.slice(0, MOST_GETS), ...ofEach])].filter(
		(item) => item !== undefined,
	);
}

function itemsOf({ body }: LiveAnswer): Json[] {
	const { items } = (body ?? {}) as Json;
	return Array.isArray(items) ? (items as Json[]) : [];
}

function bodyOf({ text }: RawAnswer): unknown {
	if (text === '') return undefined;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}
