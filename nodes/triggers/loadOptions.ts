import { agentName, agents } from '../shared/records/agent';
import { optionsOf } from '../shared/records/options';

export const loadOptions = {
	getAgents: optionsOf(agents, (agent) => ({ name: agentName(agent), value: String(agent.id) })),
};
