import { endCall, isRunning, settle } from '../model/calls';
import { invalid, invalidField, notFound, Problem } from './errors';
import { recordingOf } from './recording';
import { renderCall } from './render';
import { callDefaults } from '../model/defaults';
import type { Environment } from '../model/environment';
import type { StoredCall } from '../model/objects';
import type { Answer, OperationContext, OperationHandlers } from './context';
import { chosen, type Fields } from './crud';
import { pageAnswer } from './paging';

/** What a call needs beside the numbers where the API takes nothing but the full agent. */
const fullFields = ['agent_phone_number', 'telephony_provider', 'context', 'telephony_params'];

/** What a caller decides about a call; all else is the server's to say. */
const inputFields = [
	'from_number',
	'to_number',
	'agent_phone_number',
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
	return typeof sent === 'string' ? sent : withIds(environment, sent);
}

/** An inline agent with an id for each object in it that came without one. */
function withIds(environment: Environment, agent: Fields): Fields {
	const named = (value: unknown) =>
		typeof value === 'object' && value !== null ? { id: environment.newId(), ...value } : value;
	const parts = ['prompt', 'voice', 'webhook']
		.filter((field) => agent[field] !== undefined)
		.map((field) => [field, named(agent[field])]);
	if (Array.isArray(agent.actions)) parts.push(['actions', agent.actions.map(named)]);
	return { id: environment.newId(), ...agent, ...Object.fromEntries(parts) };
}

/** Checks the numbers, E.164 and owned by the environment. */
function checkNumbers({ body, environment }: OperationContext): void {
	if (!/^\+[1-9]\d{6,14}$/.test(String(body.to_number))) {
		throw invalidField('to_number', 'must be a phone number in E.164');
	}
	if (environment.findNumber(body.from_number)?.active !== true) {
		throw invalidField('from_number', 'must be an active phone number of this environment');
	}
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

export const callHandlers: OperationHandlers = {
	listCalls: (context) =>
		pageAnswer(context, settledCalls(context), (call) => renderCall(context, call, 'list')),

	getCall: (context) => ({
		status: 200,
		body: renderCall(context, chosenCall(context), 'single'),
	}),

	createCall: (context) => {
		const { body, environment, switches, now, dialled, player } = context;
		checkNumbers(context);
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
			agent_phone_number: body.from_number,
			...sent,
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
		const { redirectTo, bytes } = context.recording;
		if (redirectTo !== undefined) {
			const location = typeof redirectTo === 'string' ? redirectTo : redirectTo(call.id);
			return { status: 302, headers: { location } };
		}
		const { stream, size } = await recordingOf(String(call.transcript ?? ''), bytes);
		return {
			status: 200,
			stream,
			headers: { 'content-type': 'audio/mpeg', 'content-length': String(size) },
		};
	},
};
