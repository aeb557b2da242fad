import { actions } from '../../shared/records/action';
import { longLists } from '../../shared/parameters/longLists';
import { agentOption, agents } from '../../shared/records/agent';
import { optionsOf } from '../../shared/records/options';
import { actionTypes } from '../resources/action/fields';
import { labelled } from './listSearch';

export const loadOptions = {
	...longLists,
	getActions: optionsOf(actions, labelled('type', actionTypes)),
	getAgents: optionsOf(agents, agentOption),
};
