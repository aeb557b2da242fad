import { agentOption, agents } from '../shared/records/agent';
import { optionsOf } from '../shared/records/options';

export const loadOptions = { getAgents: optionsOf(agents, agentOption) };
