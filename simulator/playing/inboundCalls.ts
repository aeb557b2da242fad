import { callDefaults } from '../model/defaults';
import type { Environment } from '../model/environment';
import type { StoredCall, StoredObject } from '../model/objects';
import { withPlus } from '../model/phoneNumbers';
import { sendLive } from '../sending/liveRequests';
import { withQuery } from '../sending/query';
import type { CallPlayer } from './player';

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
	player: CallPlayer,
	environment: Environment,
	agent: StoredObject,
	from: string,
): Promise<Fields> {
	const prompt = environment.prompts.get(String(agent.prompt));
	const endpoint = agent.context_endpoint ?? prompt?.context_endpoint;
	if (typeof endpoint !== 'string' || endpoint === '') return {};
	const phone_number =
		player.state.switches.callerNumber === 'digits' ? from.replace('+', '') : from;
	const { answer, status } = await sendLive(player, {
		about: 'caller',
		environment: environment.name,
		method: 'GET',
		url: withQuery(endpoint, { phone_number }, player.state.switches),
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
export async function dialIn(player: CallPlayer, dialling: Dialling): Promise<string> {
	const [from, to] = [withPlus(dialling.from), withPlus(dialling.to)];
	const { environment, agent } = lineOf(player.state.environments.values(), to);
	const context = await lookUp(player, environment, agent, from);
	const call = environment.add('calls', {
		...callDefaults,
		is_outgoing: false,
		from_number: from,
		to_number: to,
		agent_phone_number: to,
		telephony_id: `CA${environment.hex(32)}`,
		agent: agent.id,
		context,
	}) as StoredCall;
	player.start(environment, call, Date.now());
	return call.id;
}
