import { NodeApiError, NodeOperationError, sleep } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { MOST_OPEN } from '../shared/api/adaptiveLimiter';
import { connect } from '../shared/api/connect';
import { exceptionError, reworded, sentences, withoutItem } from '../shared/api/errors';
import { createLimiter, createStagger } from '../shared/api/limiter';
import { cancelSignal, pauseUnlessStopped, type FluentsTransport } from '../shared/api/transport';
import { withoutSecret } from '../shared/masking';
import { foreignText } from '../shared/foreignText';
import { ItemReader } from '../shared/parameters/reader';
import {
	requireEnvironment,
	requiredEnvironmentOption,
} from '../shared/parameters/requiredEnvironment';
import { optionsOf, readRunOptions, type RunOptions } from './fields/options';
import type { Operation, Output, Run } from './operation';
import { isTool, keepFromModel } from './tool';

/** Items that an operation handles at the same time, unless the option Batching says otherwise. */
const AT_ONCE = { read: MOST_OPEN, write: 1, wait: Infinity };

/** Milliseconds that reading parameters may take before n8n gets to do something else. */
const LONGEST_TURN = 10;

type Failed = { error: NodeApiError | NodeOperationError };
type Result<T> = { value: T } | Failed;

/** What a run of the node knows before it looks at its items. */
interface Start {
	context: IExecuteFunctions;
	operation: Operation;
	options: RunOptions;
	api: FluentsTransport;
	/** Whether an item that fails ends the run, as it does without Continue On Fail. */
	endsRun(result: Result<unknown>): result is Failed;
	/** Lets n8n do something else, if it has not for a while. */
	breathe(): Promise<void>;
}

/**
 * Runs the node for all input items.
 *
 * Programmatic, where n8n would offer a declarative engine: that one sends the requests of all items
 * at once, writes no item links and drops what the API said, and a call that is dialed twice costs
 * money and annoys a person.
 *
 * With Continue On Fail nothing is thrown, whatever fails: n8n would pass the input on as output.
 *
 * @param choose reads which operation is meant.
 * @returns the outputs in the order of the input, each with its item link; with Continue On Fail an
 * item that failed gives `{ error, details }`, the form that n8n sends to a node's error output.
 */
export async function execute(
	context: IExecuteFunctions,
	choose: (from: ItemReader) => Operation,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (items.length === 0) return [];
	const outcome = await settle(context, 0, async () => {
		const start = await prepareRun(context, choose);
		const { outputs, results } = await runAll(start, await prepareAll(start));
		addHints(start, outputs);
		return results.flatMap((result, i) => toItems(context, result, i));
	});
	if ('value' in outcome) return outcome.value;
	if (!context.continueOnFail()) throw toldToModels(context, outcome.error);
	return items.flatMap((_, i) => toItems(context, outcome, i));
}

async function prepareRun(
	context: IExecuteFunctions,
	choose: (from: ItemReader) => Operation,
): Promise<Start> {
	const first = new ItemReader(context, 0);
	const operation = choose(first);
	const options = readRunOptions(first, operation);
	const continues = context.continueOnFail();
	return {
		context,
		operation,
		options,
		api: await connect(context, options),
		endsRun: (result): result is Failed => 'error' in result && !continues,
		breathe: createBreather(),
	};
}

/**
 * Reads the parameters of all items. What changes something is checked for all items before the first
 * request. What only reads is checked while the first items wait for their answers.
 *
 * @throws the error of the first item that fails, where that ends the run.
 */
async function prepareAll(start: Start): Promise<Array<Result<() => unknown>>> {
	const { context, operation } = start;
	const prepared: Array<Result<() => unknown>> = [];
	for (let i = 0; i < context.getInputData().length; i++) {
		await start.breathe();
		const result = await settle(context, i, () => {
			const from = new ItemReader(context, i);
			checkEnvironment(start, from);
			if (operation.kind === 'read') return () => operation.read(from);
			const parameters = operation.read(from);
			return () => parameters;
		});
		if (start.endsRun(result)) throw result.error;
		prepared.push(result);
	}
	return prepared;
}

function checkEnvironment({ context, api }: Start, from: ItemReader): void {
	const options = optionsOf(from);
	keepFromModel(context, options, requiredEnvironmentOption);
	const required = options.text(requiredEnvironmentOption, { guards: true });
	requireEnvironment(context.getNode(), required, api.credential.environment, from.itemIndex);
}

/**
 * Carries out the operation for all items.
 *
 * @throws the error of the first item that failed, where that ends the run, with what was done before.
 */
async function runAll(
	start: Start,
	prepared: Array<Result<() => unknown>>,
): Promise<{ results: Array<Result<Output[]>>; outputs: Output[] }> {
	const { context, operation, endsRun } = start;
	const { apiKey } = start.api.credential;
	const stop = new AbortController();
	const cancelled = cancelSignal(context);
	const done: string[] = [];
	const signal = cancelled ? AbortSignal.any([cancelled, stop.signal]) : stop.signal;
	const run: Run = {
		context,
		api: start.api,
		signal,
		cancelled,
		oneAtATime: createTurns(signal, (error) => endsRun({ error }) && stop.abort()),
		// It names what the answer of Fluents.ai holds.
		note: (what) => done.push(foreignText(what, [apiKey])),
	};

	const ready = await completeAll(start, run, prepared);
	const results: Array<Result<Output[]>> = ready.map(() => ({ value: [] }));
	const takesTime = (item: Result<() => unknown>) =>
		'value' in item && (operation.kind === 'read' || !operation.hurries?.(item.value()));
	const pauses = ready.some(takesTime);
	const look = async (i: number) => {
		await start.breathe();
		const item = ready[i];
		return 'error' in item ? item : await settle(context, i, item.value, [apiKey]);
	};
	const carryOut = async (i: number, parameters: unknown) => {
		const outputs = await operation.execute(run, parameters, i);
		return outputs.map((output) => withoutKey(output, apiKey));
	};
	await forEachItem(start, { signal, pauses, look }, async (i, parameters) => {
		await start.breathe();
		const result =
			'error' in parameters
				? parameters
				: await settle(context, i, () => carryOut(i, parameters.value), [apiKey]);
		// An item that did not go on because the run ended has no result: another one tells why.
		if ('error' in result && signal.aborted && result.error.cause === signal.reason) return;
		results[i] = result;
		if (endsRun(result)) stop.abort();
	});
	const failed = results.find(endsRun);
	if (failed) throw withNote(failed.error, done);
	return {
		results,
		outputs: results.flatMap((result) => ('value' in result ? result.value : [])),
	};
}

/**
 * Completes the parameters of all items, as many at once as may be read.
 *
 * @throws the error of the first item that fails, where that ends the run.
 */
async function completeAll(
	{ context, operation, endsRun, breathe, api }: Start,
	run: Run,
	prepared: Array<Result<() => unknown>>,
): Promise<Array<Result<() => unknown>>> {
	if (!operation.complete) return prepared;
	const slots = createLimiter(MOST_OPEN);
	let isOver = false;
	const completeOne = async (item: Result<() => unknown>, i: number) => {
		await breathe();
		if ('error' in item || isOver) return item;
		const task = async () => {
			const parameters = await operation.complete?.(run, item.value(), i);
			return () => parameters;
		};
		const result = await settle(context, i, task, [api.credential.apiKey]);
		isOver ||= endsRun(result);
		return result;
	};
	const completed = await Promise.all(
		prepared.map(async (item, i) => await slots(async () => await completeOne(item, i))),
	);
	const failed = completed.find(endsRun);
	if (failed) throw failed.error;
	return completed;
}

interface Items<T> {
	/** Fires when no further item is to start. */
	signal: AbortSignal;
	/** Whether there is a pause between batches. */
	pauses: boolean;
	look(itemIndex: number): Promise<T>;
}

/**
 * Starts the items in order, so many at once as the operation or the option Batching allows. What `look` gives for
 * an item is handed to `handle`. Where items are only read, `look` does not wait for a place: expressions are a
 * third of the computing for an item, and pass while the first items wait for their answers.
 */
async function forEachItem<T>(
	{ context, operation: { kind }, options: { batching } }: Start,
	{ signal, pauses, look }: Items<T>,
	handle: (itemIndex: number, looked: T) => Promise<void>,
): Promise<void> {
	const itemCount = context.getInputData().length;
	const batchSize = batching?.batchSize ?? itemCount;
	const slots = createLimiter(batching ? batchSize : AT_ONCE[kind]);
	const [lookStagger, startStagger] = [createStagger(signal), createStagger(signal)];
	const handleOne = async (i: number) => {
		if (kind === 'read') await lookStagger();
		if (signal.aborted) return;
		const looked = await look(i);
		await slots(async () => {
			if (kind === 'read') await startStagger();
			if (!signal.aborted) await handle(i, looked);
		});
	};

	for (let start = 0; start < itemCount; start += batchSize) {
		const pause = pauses ? (batching?.batchInterval ?? 0) : 0;
		if (start > 0) await pauseUnlessStopped(pause, signal);
		const size = Math.min(batchSize, itemCount - start);
		await Promise.all(
			Array.from({ length: size }, async (_, offset) => await handleOne(start + offset)),
		);
	}
}

/**
 * One after the other; what still waits when the run ends is not started any more.
 *
 * @param onError called before the next one could start.
 */
function createTurns(
	ended: AbortSignal,
	onError: (error: Failed['error']) => void,
): Run['oneAtATime'] {
	const turn = createLimiter(1);
	return async (task) =>
		await turn(async () => {
			ended.throwIfAborted();
			const result = task();
			result.catch(onError);
			return await result;
		});
}

/**
 * n8n's webhooks and other executions live in the same event loop as the reading of expressions.
 *
 * @returns what many may wait for at once: each waits for the work that those before it do without a pause.
 */
function createBreather(): () => Promise<void> {
	let since = Date.now();
	let turn = Promise.resolve();
	return () => {
		turn = turn.then(async () => {
			if (Date.now() - since < LONGEST_TURN) return;
			await sleep(0);
			since = Date.now();
		});
		return turn;
	};
}

/** @param secrets that the texts of an error may not hold. */
async function settle<T>(
	context: IExecuteFunctions,
	itemIndex: number,
	task: () => T | Promise<T>,
	secrets: readonly string[] = [],
): Promise<Result<T>> {
	try {
		return { value: await task() };
	} catch (caught) {
		const known = caught instanceof NodeApiError || caught instanceof NodeOperationError;
		const error = known ? caught : exceptionError(context.getNode(), caught);
		error.context.itemIndex ??= itemIndex;
		// A tool has one item.
		const message = isTool(context) ? withoutItem(error.message) : error.message;
		return { error: reworded(error, { message }, secrets) };
	}
}

/** A key that is shorter is none, and could be a part of any word. */
const SHORTEST_KEY = 8;

/** Also where Fluents.ai answers with the key, it is in no output. */
function withoutKey(output: Output, apiKey: string): Output {
	if (apiKey.length < SHORTEST_KEY) return output;
	return { ...output, json: withoutSecret(output.json, apiKey) };
}

function addHints({ context, operation }: Start, outputs: Output[]): void {
	if (!hasHints(context)) return;
	for (const message of operation.hints?.(outputs.map(({ json }) => json)) ?? []) {
		context.addExecutionHints({ message, location: 'outputPane' });
	}
}

function toItems(
	context: IExecuteFunctions,
	result: Result<Output[]>,
	itemIndex: number,
): INodeExecutionData[] {
	const pairedItem = { item: itemIndex };
	if ('value' in result) return result.value.map((output) => ({ ...output, pairedItem }));
	const { error } = result;
	const httpCode = error instanceof NodeApiError ? error.httpCode : null;
	const details = { httpCode, description: error.description ?? '' };
	const item: INodeExecutionData = { json: { error: error.message, details }, pairedItem };
	if (context.getNode().onError === 'continueErrorOutput') {
		// Before 2.34 n8n knows an item for the error output by this property, not by its keys. It is
		// hidden, because n8n reduces an item that still has it afterwards to its message.
		Object.defineProperty(item, 'error', { value: error, writable: true });
	}
	return [item];
}

/** Of what may be done twice if a model asks again. What came of a call is in its message. */
const MAY_BE_DONE = /not known whether Fluents\.ai acted/;

/**
 * What AI Agent v3 and MCP in queue mode give the language model of an error is the message alone; n8n 1 gives
 * the description alone.
 */
function toldToModels(context: IExecuteFunctions, error: Failed['error']): Failed['error'] {
	if (!isTool(context)) return error;
	const whole = sentences(error.message, error.description ?? '');
	if (!hasHints(context)) return reworded(error, { description: whole });
	return MAY_BE_DONE.test(error.message)
		? reworded(error, { message: whole, description: '' })
		: error;
}

/** n8n 1 has no hints for tools of an AI agent. */
function hasHints({ addExecutionHints }: Partial<IExecuteFunctions>): boolean {
	return addExecutionHints !== undefined;
}

function withNote(error: NodeApiError | NodeOperationError, done: string[]) {
	if (done.length === 0) return error;
	const note = `Before this, and not undone: ${summary(done)}. Running these items again in a new execution does it a second time.`;
	return reworded(error, { description: [error.description, note].filter(Boolean).join(' ') });
}

/** The most steps that are listed one by one. */
const LONGEST_LIST = 5;

function summary(done: string[]): string {
	if (done.length <= LONGEST_LIST) return done.join(', ');
	return `${done.length} steps, from "${done[0]}" to "${done.at(-1)}"`;
}
