/**
 * Every fact about the API that no source settles, with the things it may be.
 * Truth A is what the newest vendor reference or the best evidence says, truth B the other source.
 */
interface Truth<A, B, Other> {
	/** Id of the contradiction, or a short name where sources are silent. */
	fact: string;
	a: A;
	b: B;
	/** Further values, which belong to neither truth as a whole. */
	others: readonly Other[];
	about: string;
}

const truth = <const A, const B, const Other = never>(
	fact: string,
	a: A,
	b: B,
	about: string,
	...others: Other[]
): Truth<A, B, Other> => ({ fact, a, b, about, others });

export const truths = {
	agentPayload: truth(
		'C1',
		'id',
		'full',
		'calls/create takes an agent id (or an inline agent), or nothing but the full agent object with agent_phone_number, telephony_provider, context and telephony_params',
	),
	numberKey: truth(
		'C2',
		'phone_number',
		'id',
		'query parameter that chooses the number on numbers/update, cancel and detach; the other one is ignored',
	),
	numberKeyBoth: truth(
		'C2 both',
		'accepted',
		'refused',
		'whether the query parameter that is not the key may be there too',
	),
	successCode: truth('C3', 201, 200, 'status code of a successful POST'),
	errorBody: truth(
		'C4',
		'nest',
		'fastapi',
		'error bodies {message, error, statusCode} with 400 for validation, or {detail} with 422',
	),
	nestMessage: truth(
		'C4 message',
		'string',
		'array',
		'whether message of a validation error is one string or an array of strings',
	),
	times: truth(
		'C5',
		'epoch',
		'iso',
		'start_time and end_time as epoch seconds (a number in lists, a numeric string on get; number or text: the same form in both), or as ISO 8601',
		'number',
		'text',
	),
	speakOn: truth(
		'C7',
		'boolean',
		'text',
		'type of speak_on_send and speak_on_receive of external actions',
	),
	afterAnswer: truth(
		'C7 after the answer',
		'silent',
		'speaks',
		'an agent with speak_on_receive false says nothing at all about an answer, or its agent_message',
	),
	webhookMethod: truth(
		'C8',
		'asStored',
		'post',
		'events are sent with the method of the webhook (GET: the event is in the query), or always by POST',
	),
	webhookActivation: truth(
		'C9',
		'agent',
		'environment',
		"events of a call go to the webhook of the call's agent, or to all webhooks of the environment",
	),
	listReferences: truth(
		'C10',
		'objects',
		'ids',
		'whether list items carry the objects they refer to, or their ids',
	),
	actionsRequired: truth('C11', true, false, 'whether agents/create insists on actions'),
	deepgramKeywords: truth(
		'C14',
		'object',
		'array',
		'deepgram_keywords as word to weight, or as list of words',
	),
	openaiAccountConnection: truth(
		'C15',
		'uuid',
		'object',
		'openai_account_connection of an agent in answers; both are taken as input',
	),
	filtersRequired: truth('C16', true, false, 'whether numbers/available insists on filters'),
	telephonyProvider: truth(
		'C17',
		'string',
		'object',
		'telephony_provider of calls as "twilio", or as {name}, which then is also the only input; as input {name} always works',
	),
	languages: truth(
		'C19',
		'enum',
		'free',
		'language restricted to the eleven known codes, or not',
	),
	updateBody: truth(
		'C21',
		'partial',
		'full',
		'updates take the changed fields only, or insist on the main fields of the resource',
	),
	voiceInput: truth(
		'C22',
		'uuid',
		'object',
		'an agent takes its voice by id only, or also as typed object {type, ...}',
	),
	eventCallKey: truth(
		'C23',
		'call_id',
		'conversation_id',
		'field of an event and of a live request that names its call',
	),
	numberForm: truth(
		'C24',
		'plus',
		'digits',
		'phone numbers in answers and events with a plus sign, or as digits alone; as input both forms are taken',
	),
	appendedQuery: truth(
		'C25',
		'ampersand',
		'questionMark',
		'how parameters are added to a URL that has a query: ?a=1&b=2, ?a=1?b=2, or in place of the query: ?b=2; concerns events that are sent with GET, and the number of a caller',
		'replaced',
	),
	brokenSchema: truth(
		'C26',
		'callFails',
		'works',
		'an input schema that the ancestor cannot read makes every call of its agent fail, or does no harm',
	),
	eventEnvelope: truth(
		'event envelope',
		'typed',
		'flat',
		'an event as {type, call_id, payload}, {event_type, call_id, ...payload}, {event, data: {call_id, ...payload}}, or {id, status: type, ...payload} with id for the call',
		'data',
		'status',
	),
	transcriptEvent: truth(
		'transcript event',
		'event_transcript',
		'event_transcript_complete',
		'name of the event with the whole transcript; or one event_transcript {text, sender, timestamp} for each thing said',
		'messages',
	),
	actionEvent: truth(
		'action event',
		'plain',
		'withConfig',
		'whether event_action carries action_config, with URL and signature_secret',
	),
	transcriptForm: truth(
		'transcript form',
		'hundredths',
		'seconds',
		'transcript lines as [MM:SS.cc] SENDER: text with lines for actions, or as [MM:SS] SENDER: text with what is said alone',
	),
	signatureHeader: truth(
		'signature header',
		'x-vocode-signature',
		'x-fluents-signature',
		'header of a live request that holds its signature',
	),
	signatureForm: truth(
		'signature form',
		'base64',
		'hex',
		'how the signature of a live request is written',
		'sha256=base64',
		'sha256=hex',
		'v1=hex',
	),
	actionBody: truth(
		'action body',
		'compact',
		'spaced',
		'JSON of a live request: call first, no spaces, text as it is; or call last, spaces, text escaped to ASCII',
	),
	actionAnswer: truth(
		'action answer',
		'any',
		'wrapped',
		'answers to live requests may be any JSON object, or only {result: {...}} with agent_message left out or a text',
	),
	failedAnswer: truth(
		'failed answer',
		'apologizes',
		'mutes',
		'after a time-out, a redirect or an answer that is not JSON the agent apologizes, or says nothing for the rest of the call',
	),
	callerNumber: truth(
		'caller number',
		'digits',
		'e164',
		'phone_number for the context endpoint: the digits alone, or with a plus sign',
	),
	busyLine: truth(
		'busy line',
		'told',
		'untold',
		'whether a call that does not connect tells in its errors that the line was busy',
	),
	listContext: truth('list context', true, false, 'whether call list items carry context'),
	listDoNotCall: truth(
		'list do not call',
		true,
		false,
		'whether call list items carry do_not_call_result',
	),
	newCallStartTime: truth(
		'new call start time',
		'null',
		'set',
		'start_time of a call that has not started yet',
	),
	nullStartTime: truth(
		'null start time',
		'last',
		'first',
		'where records without a value stand when a list is sorted descending (ascending: the other end)',
	),
	concurrencyAnswer: truth(
		'concurrency',
		429,
		400,
		'status code of calls/create when Max Concurrent Calls of the environment is reached',
	),
	unauthorizedBody: truth(
		'401 body',
		'nest',
		'empty',
		'body of 401 and 403: {message, statusCode}, or nothing',
	),
	deleteBody: truth(
		'delete body',
		'object',
		'empty',
		'a deletion answers the object, or nothing',
	),
	listTotal: truth(
		'total',
		'exact',
		'estimated',
		'whether total of a list page is the number of records, or a rough figure (has_more is always right)',
	),
} as const;

export type SwitchName = keyof typeof truths;

/** The truth in force for each unconfirmed fact. */
export type Switches = {
	-readonly [Name in SwitchName]:
		| (typeof truths)[Name]['a']
		| (typeof truths)[Name]['b']
		| (typeof truths)[Name]['others'][number];
};

/**
 * All switches on one truth.
 * @param which truth A or B
 * @param overrides switches that differ from it
 */
export function switchesFor(which: 'a' | 'b', overrides: Partial<Switches> = {}): Switches {
	const values = Object.entries(truths).map(([name, entry]) => [name, entry[which]]);
	return { ...(Object.fromEntries(values) as Switches), ...overrides };
}

/** All that a switch may be, truth A first, then truth B. */
export function valuesOf(name: SwitchName): unknown[] {
	const { a, b, others } = truths[name];
	return [a, b, ...others];
}

/**
 * Reads one switch from text such as `times=iso`.
 * @throws Error that lists what is possible, when the name or the value is unknown
 */
export function parseSwitch(text: string): Partial<Switches> {
	const [name = '', value = ''] = text.split('=', 2);
	if (!Object.hasOwn(truths, name)) {
		throw new Error(`Unknown switch "${name}". Switches: ${Object.keys(truths).join(', ')}`);
	}
	const values = valuesOf(name as SwitchName);
	const chosen = values.find((candidate) => String(candidate) === value);
	if (chosen === undefined) {
		throw new Error(`Switch "${name}" is ${values.join(' or ')}, not "${value}"`);
	}
	return { [name]: chosen };
}
