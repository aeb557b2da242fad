import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { toList, toText } from '../shared/parameters/convert';

type TriggerContext = IHookFunctions | IWebhookFunctions;

/** Which calls of the environment start the workflow. Empty texts and lists let all through. */
export interface CallFilter {
	/** IDs of agents; undefined for those of all agents. */
	agents: string[] | undefined;
	direction: '' | 'inbound' | 'outbound';
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
export function readEvents(context: TriggerContext): string[] {
	const chosen = textsIn(context.getNodeParameter('events', []));
	const events = [...new Set([...chosen, ...textsIn(readOptions(context).otherEvents)])];
	if (events.length > 0) return events;
	throw new NodeOperationError(context.getNode(), "'Trigger On' is empty", {
		description: 'Choose at least one event that starts the workflow.',
	});
}

/**
 * The agents that have to carry the webhook.
 *
 * @throws NodeOperationError when agents are to be chosen and none is.
 */
export function readCarriers(context: TriggerContext): string[] | 'all' {
	const chosen = readChosenAgents(context);
	if (chosen === undefined)
		return context.getNodeParameter('attach', 'none') === 'all' ? 'all' : [];
	if (chosen.length > 0) return chosen;
	throw new NodeOperationError(context.getNode(), "'Agent Names or IDs' is empty", {
		description:
			"Choose the agents whose calls start the workflow, or set 'Calls Of' to Whole Environment.",
	});
}

export function readOptions(context: TriggerContext): IDataObject {
	return context.getNodeParameter('options', {}) as IDataObject;
}

export function readDeliveryParameters(context: TriggerContext): DeliveryParameters {
	const options = readOptions(context);
	const filters = context.getNodeParameter('filters', {}) as IDataObject;
	const call = context.getNodeParameter('call', 'simplified') as DeliveryParameters['call'];
	const recordingField = toText(options.binaryPropertyName ?? 'data') || 'data';
	return {
		events: readEvents(context),
		filter: {
			agents: both(readChosenAgents(context), textsIn(filters.agents)),
			direction: (filters.direction ?? '') as CallFilter['direction'],
			outcomes: textsIn(filters.outcome),
			contextName: toText(filters.contextName),
			contextValue: toText(filters.contextValue),
		},
		call,
		confirm: options.confirm === true || call !== 'none',
		transcriptTurns: options.transcriptTurns === true,
		recordingField: options.downloadRecording === true ? recordingField : '',
		dropsUnconfirmed: options.ifUnconfirmed === 'drop',
		allowsRepeats: options.allowRepeats === true,
	};
}

function readChosenAgents(context: TriggerContext): string[] | undefined {
	if (context.getNodeParameter('callsOf', 'agents') !== 'agents') return undefined;
	return textsIn(context.getNodeParameter('agents', []));
}

/** An empty second list lets all of the first through. */
function both(first: string[] | undefined, second: string[]): string[] | undefined {
	if (second.length === 0) return first;
	return first ? first.filter((entry) => second.includes(entry)) : second;
}

function textsIn(value: unknown): string[] {
	return toList(value, (problem) => new Error(problem)) as string[];
}
