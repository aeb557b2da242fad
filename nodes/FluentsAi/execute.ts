import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { connect } from '../shared/api/connect';
import { exceptionError } from '../shared/api/errors';
import { createLimiter, createStagger } from '../shared/api/limiter';
import { requireEnvironment } from '../shared/parameters/requiredEnvironment';
import { cancelSignal, pauseUnlessStopped } from '../shared/api/transport';
import { readOptions, readRunOptions, type RunOptions } from './fields/options';
import type { Operation, Output, Run } from './operation';

/** Items that an operation handles at the same time, unless the option Batching says otherwise. */
const AT_ONCE = { read: 20, write: 1, wait: Infinity };

type Result<T> = { value: T } | { error: NodeApiError | NodeOperationError };

/**
 * Runs an operation for all input items.
 *
 * Programmatic, where n8n would offer a declarative engine: that one sends the requests of all items
 * at once, writes no item links and drops what the API said, and a call that is dialled twice costs
 * money and annoys a person.
 *
 * @returns the outputs in the order of the input, each with its item link; with Continue On Fail an
 * item that failed gives `{ error, details }`, the form that n8n sends to a node's error output.
 */
export async function execute(
	context: IExecuteFunctions,
	operation: Operation,
): Promise<INodeExecutionData[]> {
	const itemCount = context.getInputData().length;
	if (itemCount === 0) return [];
	const continueOnFail = context.continueOnFail();
	const options = readRunOptions(context);
	const connected = await settle(context, 0, async () => await connect(context, options));

	// What changes something is checked for all items before the first request. What only reads is checked
	// in its turn: expressions take time, which passes while other items wait for their answers.
	const readsLate = operation.kind === 'read';
	const prepared: Array<Result<unknown>> = [];
	for (let i = 0; i < itemCount; i++) {
		const result: Result<unknown> =
			'error' in connected
				? connected
				: await settle(context, i, async () => {
						const { requiredEnvironment } = readOptions(context, i);
						const { environment } = connected.value.credential;
						requireEnvironment(context.getNode(), requiredEnvironment, environment, i);
						return readsLate ? undefined : operation.read(context, i);
					});
		if ('error' in result && !continueOnFail) throw result.error;
		prepared.push(result);
	}
	if ('error' in connected) return prepared.map((result, i) => failedItem(context, result, i));

	const stop = new AbortController();
	const cancelled = cancelSignal(context);
	const done: string[] = [];
	const signal = cancelled ? AbortSignal.any([cancelled, stop.signal]) : stop.signal;
	const run: Run = {
		context,
		api: connected.value,
		signal,
		cancelled,
		inTurn: createTurns(signal, () => !continueOnFail && stop.abort()),
		note: (what) => done.push(what),
	};

	const results: Array<Result<Output[]> | undefined> = new Array(itemCount);
	await forEachItem(itemCount, operation.kind, options, signal, async (i) => {
		const parameters = prepared[i];
		const result =
			'error' in parameters
				? parameters
				: await settle(context, i, async () => {
						const { value } = parameters;
						const ready = readsLate ? operation.read(context, i) : value;
						return await operation.execute(run, ready, i);
					});
		// An item that did not go on because the run ended has no result: another one tells why.
		if ('error' in result && signal.aborted && result.error.cause === signal.reason) return;
		results[i] = result;
		if ('error' in result && !continueOnFail) stop.abort();
	});

	if (!continueOnFail) {
		const failed = results.find((result) => result && 'error' in result);
		if (failed && 'error' in failed) throw withNote(failed.error, done);
	}
	const outputs = results.map((result) => (result && 'value' in result ? result.value : []));
	for (const message of operation.hints?.(outputs.flat().map(({ json }) => json)) ?? []) {
		// n8n 1 has no hints for tools of an AI agent.
		context.addExecutionHints?.({ message, location: 'outputPane' });
	}
	return results.flatMap((result, i) => {
		if (result && 'error' in result) return [failedItem(context, result, i)];
		return outputs[i].map((output) => ({ ...output, pairedItem: { item: i } }));
	});
}

/** Starts the items in order, so many at once as the operation or the option Batching allows. */
async function forEachItem(
	itemCount: number,
	kind: Operation['kind'],
	{ batching }: RunOptions,
	signal: AbortSignal,
	handle: (itemIndex: number) => Promise<void>,
): Promise<void> {
	const batchSize = batching?.batchSize ?? itemCount;
	const slots = createLimiter(batching ? batchSize : AT_ONCE[kind]);
	const stagger = createStagger();

	for (let start = 0; start < itemCount; start += batchSize) {
		if (start > 0) await pauseUnlessStopped(batching?.batchInterval ?? 0, signal);
		const size = Math.min(batchSize, itemCount - start);
		await Promise.all(
			Array.from(
				{ length: size },
				async (_, offset) =>
					await slots(async () => {
						if (kind === 'read') await stagger();
						if (!signal.aborted) await handle(start + offset);
					}),
			),
		);
	}
}

/**
 * One after the other; what still waits when the run ends is not started any more.
 *
 * @param onError called before the next one could start.
 */
function createTurns(ended: AbortSignal, onError: () => void): Run['inTurn'] {
	const turn = createLimiter(1);
	return async (task) =>
		await turn(async () => {
			ended.throwIfAborted();
			const result = task();
			result.catch(onError);
			return await result;
		});
}

async function settle<T>(
	context: IExecuteFunctions,
	itemIndex: number,
	task: () => Promise<T>,
): Promise<Result<T>> {
	try {
		return { value: await task() };
	} catch (caught) {
		const known = caught instanceof NodeApiError || caught instanceof NodeOperationError;
		const error = known ? caught : exceptionError(context.getNode(), caught);
		error.context.itemIndex ??= itemIndex;
		return { error };
	}
}

function failedItem(
	context: IExecuteFunctions,
	result: Result<unknown>,
	itemIndex: number,
): INodeExecutionData {
	const { error } = result as { error: NodeApiError | NodeOperationError };
	const httpCode = error instanceof NodeApiError ? error.httpCode : null;
	const item: INodeExecutionData = {
		json: {
			error: error.message,
			details: { httpCode, description: error.description ?? '' },
		},
		pairedItem: { item: itemIndex },
	};
	if (context.getNode().onError === 'continueErrorOutput') {
		// Before 2.34 n8n knows an item for the error output by this property, not by its keys. It is
		// hidden, because n8n reduces an item that still has it afterwards to its message.
		Object.defineProperty(item, 'error', { value: error, writable: true });
	}
	return item;
}

function withNote(error: NodeApiError | NodeOperationError, done: string[]) {
	if (done.length > 0) {
		error.description = [
			error.description,
			`Before this, and not undone: ${summary(done)}. Running these items again in a new execution does it a second time.`,
		]
			.filter(Boolean)
			.join(' ');
	}
	return error;
}

/** The most steps that are listed one by one. */
const LONGEST_LIST = 5;

function summary(done: string[]): string {
	if (done.length <= LONGEST_LIST) return done.join(', ');
	return `${done.length} steps, from "${done[0]}" to "${done.at(-1)}"`;
}
