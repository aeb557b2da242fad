import { fill, variablesOf } from '../model/conversation';
import type { Environment } from '../model/environment';
import type { StoredCall, StoredObject } from '../model/objects';
import { type CallProgress, type Exchange, timeOf } from '../model/progress';
import type { Ask } from '../model/scripts';
import type { LiveRequest } from '../records';
import { actionRequest, sendLive, type Signing } from '../sending/liveRequests';
import type { Switches } from '../truths';
import type { Session } from './session';
import { sampleInput } from './sampleInput';

type Fields = Record<string, unknown>;

/** What the agent says when it has no text of its own. */
export const sayings = {
	oneMoment: 'One moment, please.',
	apology: 'I am sorry, I cannot do that at the moment.',
	askAgain: 'I am sorry, something about that was not right. Could you tell me again?',
};

const isObject = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with an answer, undefined for nothing. */
function faultOf({ status, answer, error }: LiveRequest, switches: Switches): string | undefined {
	if (status === undefined) return error;
	if (status < 200 || status >= 300) return `HTTP status ${status}`;
	if (!isObject(answer)) return 'The answer is not a JSON object';
	if (switches.actionAnswer === 'any') return undefined;
	if (!isObject(answer.result)) return 'The answer has no object "result"';
	const isText = answer.agent_message === undefined || typeof answer.agent_message === 'string';
	return isText ? undefined : '"agent_message" of the answer is not a text';
}

/** Whether the ancestor's agent never gets over an answer: none in time, a redirect, or no JSON. */
function isNeverOver({ status, answer, isTimedOut }: LiveRequest): boolean {
	if (status === undefined) return isTimedOut === true;
	return (status >= 300 && status < 400) || (status < 300 && typeof answer === 'string');
}

/** What an agent says to the person when an answer is bad. */
function excuseFor({ status = 0 }: LiveRequest): string {
	const isOwnMistake = status >= 400 && status < 500 && status !== 401 && status !== 403;
	return isOwnMistake ? sayings.askAgain : sayings.apology;
}

/** What was learned, as a sentence. */
function readOut(learned: Fields): string {
	const facts = Object.entries(learned).map(
		([name, value]) =>
			`${name.replaceAll('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
	);
	return facts.length > 0 ? `I have found this. ${facts.join(', ')}.` : 'That is done.';
}

/** What the agent does with an answer: what it learns, says and notes. */
function reactionTo(
	request: LiveRequest,
	action: StoredObject,
	parameters: Fields,
	switches: Switches,
): Pick<Exchange, 'after' | 'learned' | 'mutes' | 'entry'> {
	const { id: action_id, type: action_type, label: action_label } = action;
	const error = faultOf(request, switches);
	const answer = isObject(request.answer) ? request.answer : {};
	const result = isObject(answer.result) ? answer.result : answer;
	const learned = error === undefined ? result : {};
	const entry = {
		event_type: 'action_completed',
		timestamp: new Date().toISOString().replace('Z', '+00:00'),
		...{ action_id, action_type, action_label, parameters },
		result: {
			json: error === undefined ? result : null,
			http_status_code: request.status ?? null,
			error: error ?? null,
		},
	};
	if (error !== undefined) {
		const mutes = switches.failedAnswer === 'mutes' && isNeverOver(request);
		return { after: mutes ? [] : [excuseFor(request)], learned, mutes, entry };
	}

	const { speak_on_receive: speak } = action.config as Fields;
	if (speak === false && switches.afterAnswer === 'silent') return { after: [], learned, entry };
	const { agent_message: message } = answer;
	const own = typeof speak === 'string' ? speak : '';
	const found = speak === false || speak === '' ? '' : readOut(result);
	const said = typeof message === 'string' && message !== '' ? message : found;
	return { after: [own, said].filter((text) => text !== ''), learned, entry };
}

/** The action that an ask is about: the one with its name, or the agent's next one in turn. */
function actionFor(actions: StoredObject[], ask: Ask, index: number): StoredObject | undefined {
	if (ask.action === undefined) return actions[index % actions.length];
	return actions.find(({ config }) => (config as Fields).name === ask.action);
}

/** Parameters of a script, with the variables of the conversation in their texts. */
function filled(parameters: Fields, variables: Fields): Fields {
	const entries = Object.entries(parameters).map(([name, value]) => [
		name,
		typeof value === 'string' ? fill(value, variables) : value,
	]);
	return Object.fromEntries(entries);
}

/** Sends a question once more, if the simulator is told so. The agent goes on with the first answer. */
async function repeat(
	session: Session,
	call: StoredCall,
	request: ReturnType<typeof actionRequest>,
): Promise<void> {
	const { questionRepeatedAfterMs: pause } = session.state.quirks;
	if (pause === undefined) return;
	const time = Date.now() + pause;
	while (!session.signal.aborted && Date.now() < time) await session.sleep(call, time);
	if (!session.signal.aborted) await sendLive(session, request);
}

/** Uses an external action in a call, and goes on with the answer. */
async function exchange(
	session: Session,
	environment: Environment,
	call: StoredCall,
	progress: CallProgress,
	ask: Ask,
): Promise<void> {
	const { switches } = session.state;
	const current: Exchange = { askedAt: Date.now(), before: '', after: [], learned: {} };
	const variables = variablesOf(call, progress);
	const index = progress.exchanges.push(current) - 1;
	const action = actionFor(environment.externalActionsOf(call), ask, index);
	if (action !== undefined) {
		const { speak_on_send: speak, input_schema: schema } = action.config as Fields;
		if (speak !== false) current.before = typeof speak === 'string' ? speak : sayings.oneMoment;
		const parameters = ask.parameters
			? filled(ask.parameters, variables)
			: sampleInput(schema as object, variables);
		current.use = { name: String((action.config as Fields).name), parameters };
		session.wake(call);
		const question = { callId: call.id, parameters };
		const request = actionRequest(environment, action, question, switches);
		const [answered] = await Promise.all([
			sendLive(session, request),
			repeat(session, call, request),
		]);
		Object.assign(current, reactionTo(answered, action, parameters, switches));
	}
	current.answeredAt = Date.now();
	session.wake(call);
}

/** Lets the agent of a call ask, each time when its script says so, until the call is ended. */
export async function playAsks(
	session: Session,
	environment: Environment,
	call: StoredCall,
	progress: CallProgress,
): Promise<void> {
	const isOver = () => session.signal.aborted || progress.endedAt !== undefined;
	for (const ask of progress.script.asks ?? []) {
		while (!isOver() && timeOf(progress, ask.at) > Date.now()) {
			await session.sleep(call, timeOf(progress, ask.at));
		}
		if (isOver()) return;
		await exchange(session, environment, call, progress, ask);
	}
}

/** A live request that is sent by hand. */
export interface Question extends Signing {
	/** Id of the external action. */
	action: string;
	/** Name of the environment; default `default`. */
	environment?: string;
	/** Default: the newest call of the environment. */
	callId?: string;
	/** Default: made from the input schema. */
	parameters?: Fields;
	/** Default: the URL of the action. */
	url?: string;
}

/** Sends one live request outside of a call's conversation. */
export async function askByHand(session: Session, question: Question): Promise<LiveRequest> {
	const { state } = session;
	const { environment: name = 'default', action: id, url, ...rest } = question;
	const environment = state.environments.get(name);
	const action = environment?.actions.get(id);
	if (environment === undefined || action?.type !== 'action_external') {
		throw new Error(`Environment "${name}" has no external action ${id}`);
	}
	const { input_schema: schema } = action.config as { input_schema: object };
	const parameters = sampleInput(schema, {});
	const callId = [...environment.calls.keys()].at(-1) ?? environment.newId();
	const planned = actionRequest(
		environment,
		action,
		{ callId, parameters, ...rest },
		state.switches,
	);
	return await sendLive(session, { ...planned, url: url ?? planned.url });
}
