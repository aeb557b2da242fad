import type { INodeProperties } from 'n8n-workflow';

import { otherEventsField } from '../shared/parameters/callEvents';
import type { ParameterReader } from '../shared/parameters/reader';
import { agentsField, directionField, outcomeField } from '../shared/parameters/callFilters';
import type { CallCriteria } from '../shared/records/callCriteria';
import { optionsOf } from '../triggers/fields';
import {
	allowRepeatsOption,
	attachField,
	callsOfField,
	confirmOption,
	contextNameFilter,
	contextValueFilter,
	downloadRecordingOption,
	eventsField,
	filtersField,
	ifUnconfirmedOption,
	includeCallField,
	recordingFieldOption,
	transcriptTurnsOption,
} from './fields';

/** Which calls of the environment start the workflow. Empty texts and lists let all through. */
export interface CallFilter extends CallCriteria {
	outcomes: string[];
	contextName: string;
	contextValue: string;
}

/** What becomes of an event that arrives. */
export interface DeliveryParameters {
	events: string[];
	filter: CallFilter;
	call: 'none' | 'raw' | 'simplified';
	confirm: boolean;
	transcriptTurns: boolean;
	/** Field of the output for the recording; empty without it. */
	recordingField: string;
	dropsUnconfirmed: boolean;
	allowsRepeats: boolean;
}

/** @throws NodeOperationError when no event is chosen. */
export function readEvents(from: ParameterReader): string[] {
	const chosen = from.list({ ...eventsField, required: false });
	const events = [...new Set([...chosen, ...optionsOf(from).list(otherEventsField)])];
	if (events.length > 0) return events;
	throw from.fail(eventsField, 'is empty', 'Choose at least one event that starts the workflow.');
}

/**
 * The agents that have to carry the webhook.
 *
 * @throws NodeOperationError when agents are to be chosen and none is.
 */
export function readCarriers(from: ParameterReader): string[] | 'all' {
	const chosen = readChosenAgents(from);
	if (chosen === undefined) return from.choice(attachField) === 'all' ? 'all' : [];
	if (chosen.length > 0) return chosen;
	throw from.fail(
		agentsField,
		'is empty',
		"Choose the agents whose calls start the workflow, or set 'Calls Of' to Whole Environment.",
	);
}

/** @throws NodeOperationError for a value that is none of its field. */
export function readDeliveryParameters(from: ParameterReader): DeliveryParameters {
	const options = optionsOf(from);
	const call = from.choice<DeliveryParameters['call']>(includeCallField);
	const recordingField = options.text(recordingFieldOption);
	return {
		events: readEvents(from),
		filter: readFilter(from),
		call,
		confirm: options.boolean(confirmOption) || call !== 'none',
		transcriptTurns: options.boolean(transcriptTurnsOption),
		recordingField: options.boolean(downloadRecordingOption) ? recordingField : '',
		dropsUnconfirmed: options.choice(ifUnconfirmedOption) === 'drop',
		allowsRepeats: options.boolean(allowRepeatsOption),
	};
}

/** A filter keeps calls out, so an expression in it that gives nothing must not let all of them in. */
const guards = { guards: true };

function readFilter(from: ParameterReader): CallFilter {
	const filters = from.inside(filtersField);
	return {
		agents: both(readChosenAgents(from), listIn(filters, agentsField)),
		direction: filters.has(directionField)
			? filters.choice<'inbound' | 'outbound'>(directionField, guards)
			: '',
		outcomes: listIn(filters, outcomeField),
		contextName: filters.text(contextNameFilter, guards),
		contextValue: filters.text(contextValueFilter, guards),
	};
}

/** What a filter lets through; none where nothing was chosen in it. */
function listIn(filters: ParameterReader, field: INodeProperties): string[] {
	const given = filters.given(field);
	const isUnset = !filters.has(field) || (Array.isArray(given) && given.length === 0);
	return isUnset ? [] : filters.list(field, guards);
}

function readChosenAgents(from: ParameterReader): string[] | undefined {
	if (from.choice(callsOfField) !== 'agents') return undefined;
	return from.list(agentsField);
}

/** An empty second list lets all of the first through. */
function both(first: string[] | undefined, second: string[]): string[] | undefined {
	if (second.length === 0) return first;
	return first ? first.filter((entry) => second.includes(entry)) : second;
}
