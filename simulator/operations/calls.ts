import { endCall, isRunning, settle } from '../model/calls';
import {
	actionDefaults,
	agentDefaults,
	callDefaults,
	promptDefaults,
	voiceDefaults,
	webhookDefaults,
} from '../model/defaults';
import type { CollectionName, StoredCall, StoredObject } from '../model/objects';
import { withPlus } from '../model/phoneNumbers';
import { inlineAction } from './actions';
import type { Answer, OperationContext, OperationHandlers } from './context';
import { chosen, type Fields } from './crud';
import { invalid, invalidField, notFound, Problem } from './errors';
import { pageAnswer } from './paging';
import { recordingAnswer } from './recording';
import { renderCall } from './render';

/** What a call needs beside the numbers where the API takes nothing but the full agent. */
const fullFields = ['agent_phone_number', 'telephony_provider', 'context', 'telephony_params'];

/** What a caller decides about a call; all else is the server's to say. */
const inputFields = [
	'context',
	'telephony_params',
	'is_outgoing',
	'run_do_not_call_detection',
	'on_no_human_answer',
	'hipaa_compliant',
];

/** The call that the query names, up to date. */
function chosenCall(context: OperationContext): StoredCall {
	const call = chosen(context, context.environment.calls, 'Call');
	settle(call, context.now);
	return call;
}

/** All calls of the environment, up to date. */
function settledCalls({ environment, now }: OperationContext): StoredCall[] {
	const calls = [...environment.calls.values()];
	for (const call of calls) settle(call, now);
	return calls;
}

/** Checks the agent of a new call. An object is kept with the call as it was sent. */
function readAgent(context: OperationContext): string | Fields {
	const { body, environment, switches } = context;
	const sent = body.agent as string | Fields;
	if (switches.agentPayload === 'full') {
		if (typeof sent === 'string') throw invalidField('agent', 'must be an object');
		const missing = [
			...fullFields.filter((field) => body[field] === undefined),
			...['id', 'prompt', 'voice']
				.filter((field) => sent[field] === undefined)
				.map((field) => `agent.${field}`),
		];
		if (missing.length > 0) {
			throw invalid(
				...missing.map((field) => ({ in: 'body', field, kind: 'missing' }) as const),
			);
		}
	}
	const id = typeof sent === 'string' ? sent : sent.id;
	if (id !== undefined && !environment.agents.has(String(id)))
		throw notFound('Agent', String(id));
	return typeof sent === 'string' ? sent : wholeAgent(context, sent);
}

/**
 * An inline agent as the server keeps it: whole, with the ids and owners of all that it consists of.
 * What it refers to by id is taken from the environment, and it gets a voice if it has none.
 */
function wholeAgent({ environment }: OperationContext, sent: Fields): Fields {
	const owned = (fields: Fields): StoredObject => ({
		id: environment.newId(),
		user_id: environment.userId,
		...fields,
	});
	const whole = (collection: CollectionName, defaults: Fields, value: unknown) => {
		if (typeof value === 'string') return environment[collection].get(value) ?? value;
		if (typeof value !== 'object' || value === null) return null;
		return owned({ ...defaults, ...value });
	};
	const [voice] = environment.voices.values();
	const actions = (sent.actions ?? []) as unknown[];
	return owned({
		...agentDefaults,
		...sent,
		prompt: whole('prompts', promptDefaults, sent.prompt),
		voice: whole('voices', voiceDefaults, sent.voice) ?? voice ?? null,
		webhook: whole('webhooks', webhookDefaults, sent.webhook),
		actions: actions.map((sentAction) => {
			const action = whole('actions', actionDefaults, sentAction);
			return typeof action === 'object' && action !== null ? inlineAction(action) : action;
		}),
	});
}

/** The numbers of a call in the form in which they are kept; refused when they are none of their kind. */
function readNumbers({ body, environment }: OperationContext) {
	const to_number = withPlus(String(body.to_number));
	if (!/^\+[1-9]\d{6,14}$/.test(to_number)) {
		throw invalidField('to_number', 'must be a phone number in E.164');
	}
	const from = environment.findNumber(body.from_number);
	if (from?.active !== true) {
		throw invalidField('from_number', 'must be an active phone number of this environment');
	}
	const agent_phone_number = withPlus(String(body.agent_phone_number ?? from.number));
	return { from_number: from.number, to_number, agent_phone_number };
}

/** Whether an agent notices requests not to be called again, unless its call says otherwise. */
function detectsRequests({ environment }: OperationContext, agent: string | Fields): boolean {
	const whole = typeof agent === 'string' ? environment.agents.get(agent) : agent;
	return whole?.run_do_not_call_detection === true;
}

function readProvider({ body, switches }: OperationContext): unknown {
	const sent = body.telephony_provider;
	if (sent === undefined) return callDefaults.telephony_provider;
	if (typeof sent === 'object' && sent !== null) return (sent as Fields).name;
	if (switches.telephonyProvider === 'object') {
		throw invalidField('telephony_provider', 'must be an object');
	}
	return sent;
}

/** Where a recording is, if it is not with the API itself. */
function locationOf({ recording, url }: OperationContext, { id }: StoredCall): string | undefined {
	const { redirectTo, storage } = recording;
	if (redirectTo !== undefined) {
		return typeof redirectTo === 'string' ? redirectTo : redirectTo(id);
	}
	if (storage === undefined) return undefined;
	const location = new URL(`/storage/${id}.mp3?expires=1`, url);
	location.hostname = 'localhost';
	return location.href;
}

export const callHandlers: OperationHandlers = {
	listCalls: (context) =>
		pageAnswer(context, settledCalls(context), (call) => renderCall(context, call, 'list')),

	getCall: (context) => ({
		status: 200,
		body: renderCall(context, chosenCall(context), 'single'),
	}),

	createCall: (context) => {
		const { body, environment, switches, now, dialled, player } = context;
		const numbers = readNumbers(context);
		const agent = readAgent(context);
		const telephony_provider = readProvider(context);
		if (settledCalls(context).filter(isRunning).length >= environment.maxConcurrentCalls) {
			throw new Problem(
				switches.concurrencyAnswer,
				'The maximum number of concurrent calls of this environment is reached',
			);
		}
		const sent = Object.fromEntries(
			Object.entries(body).filter(([field]) => inputFields.includes(field)),
		);
		const call = environment.add('calls', {
			...callDefaults,
			run_do_not_call_detection: detectsRequests(context, agent),
			...sent,
			...numbers,
			telephony_id: `CA${environment.hex(32)}`,
			telephony_provider,
			agent,
		}) as StoredCall;
		dialled.set(call.to_number, (dialled.get(call.to_number) ?? 0) + 1);
		player.start(environment, call, now);
		return { status: switches.successCode, body: renderCall(context, call, 'single') };
	},

	endCall: (context) => {
		const call = chosenCall(context);
		if (!isRunning(call)) throw new Problem(400, `Call ${call.id} has already ended`);
		endCall(call, context.now);
		context.player.wake(call);
		return { status: context.switches.successCode, body: renderCall(context, call, 'single') };
	},

	getCallRecording: async (context): Promise<Answer> => {
		const call = chosenCall(context);
		if (call.recording_available !== true) {
			throw new Problem(404, `Call ${call.id} has no recording`);
		}
		const { recording, now } = context;
		if (now < (call.recordedAt ?? 0) + (recording.missingForMs ?? 0)) {
			throw new Problem(404, `Call ${call.id} has no recording`);
		}
		const location = locationOf(context, call);
		if (location !== undefined) return { status: 302, headers: { location } };
		return await recordingAnswer(String(call.transcript ?? ''), recording);
	},
};
