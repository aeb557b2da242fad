import type { INodeProperties } from 'n8n-workflow';

import { requiredEnvironmentOption } from '../../shared/parameters/requiredEnvironment';
import type { ParameterReader } from '../../shared/parameters/reader';
import type { TransportOptions } from '../../shared/api/transport';
import type { Operation } from '../operation';
import { sortedByLabel } from './sorted';

const HOUR = 3_600_000;

/** Options that hold for the whole run; n8n evaluates them for the first item. */
export interface RunOptions extends TransportOptions {
	batching?: { batchSize: number; batchInterval: number };
}

/** Hides what makes no sense for a tool of an AI agent. n8n before 1.85, without such tools, shows it. */
export const notForTools: Pick<INodeProperties, 'displayOptions'> = {
	displayOptions: { hide: { '@tool': [true] } },
};

const batchSize: INodeProperties = {
	displayName: 'Items per Batch',
	name: 'batchSize',
	type: 'number',
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 50,
};

const batchInterval: INodeProperties = {
	displayName: 'Batch Interval (Ms)',
	name: 'batchInterval',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: HOUR },
	default: 1000,
};

const batching: INodeProperties = {
	displayName: 'Batching',
	name: 'batching',
	placeholder: 'Add Batching',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { batch: {} },
	// A tool gets one item at a time.
	...notForTools,
	options: [{ displayName: 'Batching', name: 'batch', values: [batchSize, batchInterval] }],
};

export const includeSecretsOption: INodeProperties = {
	displayName: 'Include Secrets',
	name: 'includeSecrets',
	type: 'boolean',
	default: false,
	description: 'Whether raw output, and so the execution data, shows secrets',
};

const timeout: INodeProperties = {
	displayName: 'Timeout (Ms)',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: HOUR },
	default: 30000,
	description: 'Milliseconds for each request',
};

/**
 * The Options field of an operation that reads one record for an item, or places calls: its `own` ones and
 * those of all, by label. What changes something else goes one item after the other, and a list takes many
 * requests for one item, so there a batch would say nothing.
 */
export function batchedOptionsField(own: INodeProperties[] = []): INodeProperties {
	return optionsField([...own, batching]);
}

/** The Options field of an operation that asks Fluents.ai: its `own` ones and those of all, by label. */
export function optionsField(own: INodeProperties[] = []): INodeProperties {
	return collectionOfOptions([...own, requiredEnvironmentOption, timeout]);
}

/** An Options field with these options alone. */
export function collectionOfOptions(options: INodeProperties[]): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: sortedByLabel(options),
	};
}

/** The options that were added, in a reader of their own. Some of them guard. */
export function optionsOf(from: ParameterReader): ParameterReader {
	return from.inside(collectionOfOptions([]), { guards: true });
}

/**
 * How long one request may take.
 *
 * @returns milliseconds.
 * @throws NodeOperationError that names the parameter.
 */
export function readTimeout(from: ParameterReader): number {
	return optionsOf(from).number(timeout);
}

/** @throws NodeOperationError that names the parameter. */
export function readRunOptions(from: ParameterReader, { properties }: Operation): RunOptions {
	// Workflows may hold options that an operation does not offer.
	const batches = properties.some(({ options }) =>
		(options as INodeProperties[] | undefined)?.includes(batching),
	);
	const batch = batches ? optionsOf(from).entry(batching) : undefined;
	return {
		timeout: readTimeout(from),
		batching: batch && {
			batchSize: batch.number(batchSize),
			batchInterval: batch.number(batchInterval),
		},
	};
}
