import { kindOf } from '../../simulator/api';
import { type SwitchName, truths } from '../../simulator/truths';

type Json = Record<string, unknown>;

/** One answer of the API, read for one purpose. */
export interface LiveAnswer {
	operationId: string;
	/** What it was read for: the sorted ones are lists of calls, `bare` is a list without filters. */
	purpose:
		| 'list'
		| 'get'
		| 'ascending'
		| 'descending'
		| 'bare'
		| 'unknown id'
		| 'bad value'
		| 'wrong key'
		| 'file';
	status: number;
	/** Undefined when nothing was sent. */
	body: unknown;
}

/** A value that one answer shows, and which answer it was. */
interface Observation {
	value: unknown;
	where: string;
}

export interface Finding {
	name: SwitchName;
	fact: string;
	verdict: 'confirmed' | 'contradicted' | 'not seen';
	detail: string;
}

type Reader = (answers: LiveAnswer[]) => Observation[];

const isJson = (value: unknown): value is Json => kindOf(value) === 'object';
const isSuccess = ({ status }: LiveAnswer) => status >= 200 && status < 300;

function itemsOf(answer: LiveAnswer): Json[] {
	const items = isJson(answer.body) && isSuccess(answer) ? answer.body.items : undefined;
	return Array.isArray(items) ? items.filter(isJson) : [];
}

/** All objects of a kind, from lists and by themselves, each with the operation that gave it. */
function objects(answers: LiveAnswer[], ...operationIds: string[]) {
	return answers
		.filter(({ operationId }) => operationIds.includes(operationId))
		.flatMap((answer) => {
			const { operationId: where, purpose, body } = answer;
			const found = purpose === 'get' && isSuccess(answer) && isJson(body) ? [body] : [];
			return [...found, ...itemsOf(answer)].map((object) => ({ where, object }));
		});
}

/** What the fields of objects show; a field without a value shows nothing. */
function observe(
	found: ReturnType<typeof objects>,
	fields: string[],
	classify: (value: unknown) => unknown,
): Observation[] {
	return found.flatMap(({ where, object }) =>
		fields
			.filter((field) => (object[field] ?? null) !== null)
			.map((field) => ({ value: classify(object[field]), where: `${where} ${field}` })),
	);
}

const startOf = ({ start_time: start }: Json) => start ?? null;

/** Whether a sorted list begins with a call without start time, and holds one with it. */
function beginsEmpty(answers: LiveAnswer[], purpose: LiveAnswer['purpose']): boolean {
	const starts = answers
		.filter((answer) => answer.purpose === purpose)
		.flatMap(itemsOf)
		.map(startOf);
	return starts[0] === null && starts.some((start) => start !== null);
}

function timeForm(value: unknown): string {
	if (/^\d+(\.\d+)?$/.test(String(value))) {
		return Number(value) >= 1e12 ? 'milliseconds' : 'epoch';
	}
	return /^\d{4}-\d{2}-\d{2}T/.test(String(value)) ? 'iso' : kindOf(value);
}

/** Whether a phone number has its plus sign; undefined for what is none. */
function numberForm(value: unknown): string | undefined {
	const [, plus] = /^(\+?)\d{7,15}$/.exec(String(value)) ?? [];
	return plus === undefined ? undefined : plus === '+' ? 'plus' : 'digits';
}

/** The form of the times in a transcript; undefined when it has none. */
function transcriptForm(value: unknown): string | undefined {
	const [, hundredths] = /^\[\d+:\d\d(\.\d\d)?\]/.exec(String(value)) ?? [undefined, null];
	return hundredths === null ? undefined : hundredths ? 'hundredths' : 'seconds';
}

function referenceForm(value: unknown): string {
	return kindOf(value) === 'object' ? 'objects' : 'ids';
}

/** The form of an error by its fields; what is in them stays out of the report. */
function errorForm(body: unknown): string {
	if (body === undefined || body === '') return 'empty';
	if (!isJson(body)) return kindOf(body);
	if ('detail' in body) return 'fastapi';
	return 'message' in body ? 'nest' : `{${Object.keys(body).join(', ')}}`;
}

const refusals = (answers: LiveAnswer[], ...purposes: Array<LiveAnswer['purpose']>) =>
	answers.filter(({ purpose, status }) => purposes.includes(purpose) && status >= 400);

const knownLanguages = 'en es de hi pt fr nl id it ja ko'.split(' ');

/** How each fact shows in what can be read, or why it does not. */
const readers: Record<SwitchName, Reader | string> = {
	agentPayload: 'only placing a call shows it',
	numberKey: 'only changing a number shows it',
	numberKeyBoth: 'only changing a number shows it',
	successCode: 'only a POST shows it',
	errorBody: (answers) =>
		refusals(answers, 'unknown id', 'bad value').map(({ body, purpose, operationId }) => ({
			value: errorForm(body),
			where: `${operationId} with ${purpose}`,
		})),
	nestMessage: (answers) =>
		refusals(answers, 'bad value')
			.filter(({ body }) => errorForm(body) === 'nest')
			.map(({ body, operationId }) => ({
				value: kindOf((body as Json).message),
				where: `${operationId} with bad value`,
			})),
	times: (answers) =>
		observe(objects(answers, 'listCalls', 'getCall'), ['start_time', 'end_time'], timeForm),
	speakOn: (answers) =>
		objects(answers, 'listActions', 'getAction').flatMap(({ where, object }) =>
			observe(
				[{ where, object: isJson(object.config) ? object.config : {} }],
				['speak_on_send', 'speak_on_receive'],
				(value) => (typeof value === 'string' ? 'text' : kindOf(value)),
			),
		),
	afterAnswer: 'only answering live requests shows it',
	webhookMethod: 'only receiving events shows it',
	webhookActivation: 'only receiving events shows it',
	listReferences: (answers) => [
		...observe(objects(answers, 'listAgents'), ['prompt', 'voice', 'webhook'], referenceForm),
		...observe(objects(answers, 'listCalls'), ['agent'], referenceForm),
		...observe(objects(answers, 'listNumbers'), ['inbound_agent'], referenceForm),
	],
	actionsRequired: 'only creating an agent shows it',
	deepgramKeywords: (answers) =>
		observe(objects(answers, 'listAgents', 'getAgent'), ['deepgram_keywords'], kindOf),
	openaiAccountConnection: (answers) =>
		observe(objects(answers, 'getAgent'), ['openai_account_connection'], (value) =>
			typeof value === 'string' ? 'uuid' : kindOf(value),
		),
	filtersRequired: (answers) =>
		answers
			.filter(({ purpose }) => purpose === 'bare')
			// Refused for another reason, it says nothing about filters.
			.filter(
				(answer) =>
					isSuccess(answer) || JSON.stringify(answer.body ?? '').includes('filters'),
			)
			.map((answer) => ({ value: !isSuccess(answer), where: answer.operationId })),
	telephonyProvider: (answers) =>
		observe(objects(answers, 'listCalls', 'getCall'), ['telephony_provider'], kindOf),
	languages: (answers) =>
		observe(objects(answers, 'listAgents', 'getAgent'), ['language'], (value) =>
			knownLanguages.includes(String(value)) ? undefined : 'free',
		).filter(({ value }) => value !== undefined),
	updateBody: 'only an update shows it',
	voiceInput: 'only creating or updating an agent shows it',
	eventCallKey: 'only receiving events shows it',
	eventEnvelope: 'only receiving events shows it',
	numberForm: (answers) =>
		[
			...observe(objects(answers, 'listNumbers', 'getNumber'), ['number'], numberForm),
			...observe(
				objects(answers, 'listCalls', 'getCall'),
				['to_number', 'from_number'],
				numberForm,
			),
		].filter(({ value }) => value !== undefined),
	appendedQuery: 'only receiving events by GET, or caller lookups, shows it',
	brokenSchema: 'only a call of an agent with such a schema shows it',
	transcriptEvent: 'only receiving events shows it',
	actionEvent: 'only receiving events shows it',
	transcriptForm: (answers) =>
		observe(objects(answers, 'listCalls', 'getCall'), ['transcript'], transcriptForm).filter(
			({ value }) => value !== undefined,
		),
	signatureHeader: 'only receiving live requests shows it',
	signatureForm: 'only receiving live requests shows it',
	actionBody: 'only receiving live requests shows it',
	actionAnswer: 'only answering live requests shows it',
	failedAnswer: 'only answering live requests shows it',
	busyLine: 'only a call to a busy line shows it',
	callerNumber: 'only receiving caller lookups shows it',
	listContext: (answers) =>
		objects(answers, 'listCalls').map(({ where, object }) => ({
			value: 'context' in object,
			where,
		})),
	listDoNotCall: (answers) =>
		objects(answers, 'listCalls').map(({ where, object }) => ({
			value: 'do_not_call_result' in object,
			where,
		})),
	newCallStartTime: (answers) =>
		objects(answers, 'listCalls', 'getCall')
			.filter(({ object }) => object.status === 'not_started')
			.map(({ where, object }) => ({
				value: startOf(object) === null ? 'null' : 'set',
				where,
			})),
	nullStartTime: (answers) => {
		const where = 'listCalls, sorted';
		if (beginsEmpty(answers, 'descending')) return [{ value: 'first', where }];
		return beginsEmpty(answers, 'ascending') ? [{ value: 'last', where }] : [];
	},
	concurrencyAnswer: 'only placing calls shows it',
	unauthorizedBody: (answers) =>
		refusals(answers, 'wrong key').map(({ body, operationId }) => ({
			value: errorForm(body),
			where: `${operationId} with wrong key`,
		})),
	deleteBody: 'only a deletion shows it',
	listTotal: (answers) =>
		answers
			.filter((answer) => answer.purpose === 'list' && isSuccess(answer))
			.flatMap(({ body, operationId: where }) =>
				isJson(body) ? [{ value: totalForm(body), where }] : [],
			),
};

function totalForm({ items, total, total_is_estimated: estimated, has_more: more }: Json): string {
	if (estimated === true) return 'estimated';
	// The first page is the whole list when no other follows, so its length can be compared.
	const isWrong = more === false && Array.isArray(items) && items.length !== total;
	return isWrong ? 'wrong, though not marked as estimated' : 'exact';
}

/** Observations in words, each value once with the places that show it. */
function describe(observations: Observation[]): string {
	const places = new Map<unknown, Set<string>>();
	for (const { value, where } of observations) {
		places.set(value, (places.get(value) ?? new Set()).add(where));
	}
	return [...places]
		.map(([value, where]) => `${String(value)} (${[...where].join(', ')})`)
		.join('; ');
}

/**
 * Compares the answers with every fact that no source settles (simulator/truths.ts): what was expected
 * is truth A of each.
 */
export function findingsFor(answers: LiveAnswer[]): Finding[] {
	return (Object.keys(truths) as SwitchName[]).map((name): Finding => {
		const { fact, a, b } = truths[name];
		const reader = readers[name];
		if (typeof reader === 'string') return { name, fact, verdict: 'not seen', detail: reader };
		const seen = reader(answers);
		if (seen.length === 0) {
			return { name, fact, verdict: 'not seen', detail: 'nothing that was read shows it' };
		}
		if (seen.every(({ value }) => value === a)) {
			return { name, fact, verdict: 'confirmed', detail: describe(seen) };
		}
		const isOther = seen.every(({ value }) => value === b);
		const detail = `expected ${String(a)}, seen ${describe(seen)}${isOther ? ': truth B' : ''}`;
		return { name, fact, verdict: 'contradicted', detail };
	});
}
