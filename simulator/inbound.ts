import { sendLive } from './live';
import { withQuery } from './query';
import { callShape } from './shapes';
import type { SimulatorState } from './state';
import type { Environment, StoredCall, StoredObject } from './store';

type Fields = Record<string, unknown>;

/** The environment and the agent that answer a number, and the number as it is stored. */
function lineOf(environments: Iterable<Environment>, to: string) {
	for (const environment of environments) {
		const number = environment.findNumber(to);
		const agent = environment.agents.get(String(number?.inbound_agent));
		if (number?.active !== true || number.outbound_only === true || !agent) continue;
		return { environment, agent };
	}
	throw new Error(`${to} is no active number with an inbound agent`);
}

/** The variables in an answer to a caller lookup: those of a flat object, else none. */
function variablesIn(answer: unknown, status = 0): Fields {
	if (status < 200 || status >= 300) return {};
	if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return {};
	const isFlat = Object.values(answer).every((value) => typeof value !== 'object');
	return isFlat ? (answer as Fields) : {};
}

/** Asks the context endpoint of an agent, or that of its prompt, who is calling. */
async function lookUp(
	state: SimulatorState,
	environment: Environment,
	agent: StoredObject,
	from: string,
): Promise<Fields> {
	const prompt = environment.prompts.get(String(agent.prompt));
	const endpoint = agent.context_endpoint ?? prompt?.context_endpoint;
	if (typeof endpoint !== 'string' || endpoint === '') return {};
	const phone_number = state.switches.callerNumber === 'digits' ? from.replace('+', '') : from;
	const { answer, status } = await sendLive(state.player, {
		about: 'caller',
		environment: environment.name,
		method: 'GET',
		url: withQuery(endpoint, { phone_number }, state.switches),
		headers: { accept: 'application/json' },
	});
	return variablesIn(answer, status);
}

/** Who calls which number, both in E.164. */
export interface Dialling {
	from: string;
	to: string;
}

/**
 * Lets somebody call a number of an environment. The caller is looked up, then the call goes its way.
 * @returns id of the call
 * @throws Error when nobody would answer that number
 */
export async function dialIn(state: SimulatorState, { from, to }: Dialling): Promise<string> {
	const { environment, agent } = lineOf(state.environments.values(), to);
	const context = await lookUp(state, environment, agent, from);
	const call = environment.add('calls', {
		...callShape,
		is_outgoing: false,
		from_number: from,
		to_number: to,
		agent_phone_number: to,
		telephony_id: `CA${environment.hex(32)}`,
		agent: agent.id,
		context,
	}) as StoredCall;
	state.player.start(environment, call, Date.now());
	return call.id;
}
