import { actions } from '../../shared/records/action';
import { agentOption, agents } from '../../shared/records/agent';
import { optionsOf } from '../../shared/records/options';
import { actionTypes } from '../resources/action/fields';
import { labelled } from './listSearch';

export const loadOptions = {
	getActions: optionsOf(actions, labelled('type', actionTypes)),
	getAgents: optionsOf(agents, agentOption),
};
