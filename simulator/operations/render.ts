import type { CollectionName, StoredCall, StoredObject } from '../model/objects';
import { shortTranscript } from '../model/conversation';
import { written } from '../model/phoneNumbers';
import type { Switches } from '../truths';
import type { OperationContext } from './context';

/** How an answer refers to other objects. */
export type References = 'objects' | 'ids';
export type Rendered = Record<string, unknown>;
export type Render = (
	context: OperationContext,
	stored: StoredObject,
	references: References,
) => Rendered;

/** The referenced object, or the bare id where ids are asked for or the object is gone. */
function reference(
	context: OperationContext,
	collection: CollectionName,
	id: unknown,
	references: References,
	render: Render = renderPlain,
): unknown {
	const stored = context.environment[collection].get(String(id));
	if (references === 'ids' || stored === undefined) return id;
	return render(context, stored, references);
}

export const renderPlain: Render = (_context, stored) => ({ ...stored });

export const renderAction: Render = ({ switches }, stored) => {
	const config = { ...(stored.config as Rendered) };
	for (const field of ['speak_on_send', 'speak_on_receive']) {
		const value = config[field];
		if (switches.speakOn === 'text' && typeof value === 'boolean') {
			config[field] = value ? 'One moment, please.' : '';
		}
		if (switches.speakOn === 'boolean' && typeof value === 'string')
			config[field] = value !== '';
	}
	return { ...stored, config };
};

export const renderAgent: Render = (context, stored, references) => {
	const connection =
		context.switches.openaiAccountConnection === 'object' ? references : ('ids' as const);
	return {
		...stored,
		prompt: reference(context, 'prompts', stored.prompt, references),
		voice: reference(context, 'voices', stored.voice, references),
		actions: (stored.actions as string[]).map((id) =>
			reference(context, 'actions', id, references, renderAction),
		),
		webhook: reference(context, 'webhooks', stored.webhook, references),
		openai_account_connection: reference(
			context,
			'accountConnections',
			stored.openai_account_connection,
			connection,
		),
	};
};

export const renderNumber: Render = (context, stored, references) => {
	const agent = context.environment.agents.get(String(stored.inbound_agent));
	return {
		...stored,
		number: written(stored.number, context.switches.numberForm),
		inbound_agent: reference(context, 'agents', stored.inbound_agent, references, renderAgent),
		inbound_agent_name: agent?.name ?? null,
		telephony_account_connection: reference(
			context,
			'accountConnections',
			stored.telephony_account_connection,
			references,
		),
	};
};

/** The form of times: `epoch` is a number in lists and a text on get (API: C5). */
function timeForm(times: Switches['times'], place: 'single' | 'list') {
	if (times !== 'epoch') return times;
	return place === 'list' ? 'number' : 'text';
}

function time(value: unknown, as: 'iso' | 'number' | 'text'): unknown {
	if (value === null || value === undefined) return null;
	const date = new Date(value as number | string);
	if (as === 'iso') return date.toISOString();
	return as === 'number' ? date.getTime() / 1000 : String(date.getTime() / 1000);
}

/** The agent of a call: an id as given, or the object that was sent along with the call. */
function callAgent(context: OperationContext, agent: unknown, references: References): unknown {
	if (typeof agent === 'string') {
		return reference(context, 'agents', agent, references, renderAgent);
	}
	if (references === 'ids') return (agent as StoredObject).id;
	const whole = agent as { actions: Array<string | StoredObject> };
	const actions = whole.actions.map((action) =>
		typeof action === 'string' ? action : renderAction(context, action, references),
	);
	return { ...whole, actions };
}

/** A call as answered on its own, or as one of a list. */
export function renderCall(
	context: OperationContext,
	stored: StoredCall,
	place: 'single' | 'list',
): Rendered {
	const { switches } = context;
	const references = place === 'list' ? switches.listReferences : 'objects';
	const times = timeForm(switches.times, place);
	const {
		progress: _,
		recordedAt: __,
		action_history,
		context: variables,
		do_not_call_result,
		...rest
	} = stored;
	const { transcript, to_number, from_number, agent_phone_number } = stored;
	const number = (phoneNumber: unknown) => written(phoneNumber, switches.numberForm);
	return {
		...rest,
		transcript:
			typeof transcript === 'string' && switches.transcriptForm === 'seconds'
				? shortTranscript(transcript)
				: transcript,
		to_number: number(to_number),
		from_number: number(from_number),
		agent_phone_number: number(agent_phone_number),
		...(switches.busyLine === 'untold' && stored.status === 'ended' && { errors: [] }),
		...(place === 'list' ? {} : { action_history }),
		...(place === 'list' && !switches.listContext ? {} : { context: variables }),
		...(place === 'list' && !switches.listDoNotCall ? {} : { do_not_call_result }),
		start_time: time(stored.start_time, times),
		end_time: time(stored.end_time, times),
		agent: callAgent(context, stored.agent, references),
		telephony_provider:
			switches.telephonyProvider === 'object'
				? { name: stored.telephony_provider }
				: stored.telephony_provider,
		telephony_account_connection: reference(
			context,
			'accountConnections',
			stored.telephony_account_connection,
			references,
		),
	};
}
