import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { requiredEnvironmentOption } from '../../shared/parameters/requiredEnvironment';
import type { ParameterReader } from '../../shared/parameters/reader';
import type { TransportOptions } from '../../shared/api/transport';
import { sortedByLabel } from './sorted';

/** Options that hold for the whole run; n8n evaluates them for the first item. */
export interface RunOptions extends TransportOptions {
	batching?: { batchSize: number; batchInterval: number };
}

const batching: INodeProperties = {
	displayName: 'Batching',
	name: 'batching',
	placeholder: 'Add Batching',
	type: 'fixedCollection',
	typeOptions: { multipleValues: false },
	default: { batch: {} },
	options: [
		{
			displayName: 'Batching',
			name: 'batch',
			values: [
				{
					displayName: 'Items per Batch',
					name: 'batchSize',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 50,
					description:
						'How many items are handled at the same time. The next batch starts when the whole batch is done. Without batching, items that read run 20 at a time, and items that change something one after the other.',
				},
				{
					displayName: 'Batch Interval (Ms)',
					name: 'batchInterval',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 1000,
					description: 'Time to wait between two batches, in milliseconds',
				},
			],
		},
	],
};

const includeSecrets: INodeProperties = {
	displayName: 'Include Secrets',
	name: 'includeSecrets',
	type: 'boolean',
	default: false,
	description:
		'Whether to output provider credentials, API keys of voices and signature secrets of actions in clear text, instead of masked. Works only with Simplify off. They are then kept in the execution data too.',
};

const timeout: INodeProperties = {
	displayName: 'Timeout (Ms)',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 30000,
	description: 'Time to wait for Fluents.ai to answer one request, in milliseconds',
};

/** The Options field of an operation: what all operations have, and `own` ones, sorted by label. */
export function optionsField(own: INodeProperties[] = []): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: sortedByLabel([
			...own,
			batching,
			includeSecrets,
			requiredEnvironmentOption,
			timeout,
		]),
	};
}

/** The options that were added, in a reader of their own. */
export function optionsOf(from: ParameterReader): ParameterReader {
	return from.inside(optionsField());
}

export function readOptions(context: IExecuteFunctions, itemIndex: number): IDataObject {
	return context.getNodeParameter('options', itemIndex, {});
}

export function readRunOptions(context: IExecuteFunctions): RunOptions {
	const { batching: chosen, timeout: milliseconds } = readOptions(context, 0);
	const batch = (chosen as IDataObject | undefined)?.batch as IDataObject | undefined;
	return {
		timeout: Number(milliseconds) > 0 ? Number(milliseconds) : undefined,
		batching: batch && {
			batchSize: Math.max(1, Math.floor(Number(batch.batchSize ?? 50))),
			batchInterval: Math.max(0, Number(batch.batchInterval ?? 1000)),
		},
	};
}
