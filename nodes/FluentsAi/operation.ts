import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import type { ItemReader } from '../shared/parameters/reader';
import type { OutputFields } from '../shared/records/shape';
import type { FluentsTransport } from '../shared/api/transport';

export interface Output {
	json: IDataObject;
	binary?: IBinaryKeyData;
}

/** One run of the node, as an operation sees it. */
export interface Run {
	context: IExecuteFunctions;
	api: FluentsTransport;
	/** Fires when the execution is stopped, or when another item failed and the run ends for it. */
	signal: AbortSignal;
	/** Fires when the user stops the execution. */
	cancelled?: AbortSignal;
	/** Runs the tasks of all items one after the other, in the order in which they ask for it. */
	oneAtATime<T>(task: () => Promise<T>): Promise<T>;
	/** Notes what was done and cannot be undone, so that an error of a later item can tell. */
	note(done: string): void;
}

/**
 * One entry of the Operation list.
 *
 * `P` is what `read` makes of the parameters. Of what changes something, it runs for all items before the
 * first request leaves, so that a wrong value in the last row is found before the first person is called.
 */
export interface Operation<P = unknown> {
	option: INodePropertyOptions & { value: string; action: string; description: string };
	/** Its fields, without display conditions: those come from where it stands. */
	properties: INodeProperties[];
	/** Its output fields with Simplify on, ten at most. */
	output: OutputFields;
	/** Fields that some outputs have beside those. */
	added?: OutputFields;
	/**
	 * How items share the time: reads run side by side, writes one after the other, and a `wait`
	 * starts with all items at once and puts what it writes into `Run.oneAtATime`.
	 */
	kind: 'read' | 'write' | 'wait';
	/** What the outputs leave a user to wonder about, in whole sentences for the output pane. */
	hints?(outputs: IDataObject[]): string[];
	/** @throws NodeOperationError that names the parameter and the item. */
	read(from: ItemReader): P;
	/**
	 * Completes the parameters of an item by what has to be read for it, before the first item is
	 * executed. Not asked by what only reads.
	 *
	 * @throws NodeApiError or NodeOperationError for an item that is not to be executed.
	 */
	complete?(run: Run, parameters: P, itemIndex: number): Promise<P>;
	/** Whether an item is not to wait, e.g. for the next batch. Not asked by what only reads. */
	hurries?(parameters: P): boolean;
	execute(run: Run, parameters: P, itemIndex: number): Promise<Output[]>;
}

/** One entry of the Resource list, with its operations. */
export interface Resource {
	option: INodePropertyOptions & { value: string; description: string };
	operations: Operation[];
	/** What is chosen when the resource is; the first operation unless said otherwise. */
	defaultOperation?: string;
}
