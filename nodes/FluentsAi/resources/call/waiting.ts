import { NodeOperationError, sleep } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties, NodeApiError } from 'n8n-workflow';

import { parameterError } from '../../../shared/errors';
import { getRecords, LARGEST_PAGE } from '../../../shared/pagination';
import { pauseUnlessStopped, type FluentsTransport } from '../../../shared/transport';
import { readOptions } from '../../fields/options';
import type { Run } from '../../operation';
import { readOne } from '../crud';
import { calls } from './collection';

/** Final states; any other, also one that Fluents.ai may add, is waited for. */
const ENDED = new Set(['ended', 'error']);

/** Answers that will be the same at the next look. A new call that is not found may be there later. */
const REFUSED = ['401', '403'];

/** Milliseconds in which the looks of several items count as one. */
const COLLECTING_TIME = 20;

/** From so many calls on, a page of the list is read instead of each call. */
const FEWEST_FOR_LIST = 3;

export const waitOptions: INodeProperties[] = [
	{
		displayName: 'Max Wait (Minutes)',
		name: 'maxWait',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 15,
		description: 'How long to wait for the call to end, in minutes',
	},
	{
		displayName: 'Poll Interval (Seconds)',
		name: 'pollInterval',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 5,
		description: 'Time between two looks at the call, in seconds',
	},
	{
		displayName: 'When Max Wait Is Over',
		name: 'onTimeout',
		type: 'options',
		options: [
			{
				name: 'Fail',
				value: 'fail',
				description: 'The item fails; the call itself goes on',
			},
			{
				name: 'Output the Latest State',
				value: 'output',
				description:
					'The call as it is, with timedOut set to true; the call itself goes on',
			},
		],
		default: 'output',
		description: 'What to do with a call that has not ended by then',
	},
];

export interface WaitOptions {
	/** Milliseconds. */
	pollInterval: number;
	/** Milliseconds. */
	maxWait: number;
	onTimeout: 'fail' | 'output';
}

/** @throws NodeOperationError that names the parameter and the item. */
export function readWaitOptions(context: IExecuteFunctions, itemIndex: number): WaitOptions {
	const { pollInterval = 5, maxWait = 15, onTimeout } = readOptions(context, itemIndex);
	const fail = (name: string, problem: string) =>
		parameterError(context.getNode(), name, problem, itemIndex);
	if (!(Number(pollInterval) >= 1)) {
		throw fail('Poll Interval (Seconds)', 'has to be 1 or more');
	}
	if (!(Number(maxWait) >= 0)) throw fail('Max Wait (Minutes)', 'has to be 0 or more');
	return {
		pollInterval: Number(pollInterval) * 1000,
		maxWait: Number(maxWait) * 60_000,
		onTimeout: onTimeout === 'fail' ? 'fail' : 'output',
	};
}

/**
 * Waits until a call has ended. The calls of all items of a run are looked at together.
 *
 * A look that fails (server or network) is not the end: the call goes on meanwhile, and so does the
 * waiting.
 *
 * @param call the call as it was placed or read.
 * @returns the call in its latest state, and whether the time was over before it ended.
 * @throws NodeOperationError when the time is over and the user wants that to fail.
 * @throws NodeApiError when the key is refused (401, 403).
 */
export async function waitForEnd(
	run: Run,
	call: IDataObject,
	{ pollInterval, maxWait, onTimeout }: WaitOptions,
): Promise<{ call: IDataObject; timedOut: boolean }> {
	const id = String(call.id);
	const deadline = Date.now() + maxWait;
	const { look, started } = run.shared(createLookout);
	let latest = call;

	while (!hasEnded(latest) && Date.now() < deadline && !run.signal.aborted) {
		// In step with the other items, whose calls can then be looked at with the same request.
		const untilNextLook = pollInterval - ((Date.now() - started) % pollInterval);
		const pause = Math.min(untilNextLook, deadline - Date.now());
		if (await pauseUnlessStopped(pause, run.signal)) break;
		latest = (await look(id)) ?? latest;
	}
	const timedOut = !hasEnded(latest);
	if (timedOut && onTimeout === 'fail') throw timedOutError(run, latest, maxWait);
	// A list and the answer to a new call may tell less about it than reading it does.
	const isComplete = !timedOut && latest !== call;
	return {
		call: isComplete ? latest : ((await readIfPossible(run.api, id)) ?? latest),
		timedOut,
	};
}

interface Lookout {
	/** Milliseconds since 1970. */
	started: number;
	/** @returns the call, complete if it has ended; undefined when it could not be read this time. */
	look(id: string): Promise<IDataObject | undefined>;
}

/** Collects the calls that items want to look at in the same moment, to read them together. */
function createLookout({ api }: Run): Lookout {
	let collecting: { ids: Set<string>; result: Promise<Map<string, IDataObject>> } | undefined;

	const collect = async (ids: Set<string>) => {
		await sleep(COLLECTING_TIME);
		collecting = undefined;
		return await readTogether(api, [...ids]);
	};
	return {
		started: Date.now(),
		async look(id) {
			if (!collecting) {
				const ids = new Set<string>();
				collecting = { ids, result: collect(ids) };
			}
			collecting.ids.add(id);
			return (await collecting.result).get(id);
		},
	};
}

/**
 * Reads calls with as few requests as possible: the newest ones of the list where that is cheaper, and
 * by itself each that the list does not have, or has as ended. What cannot be read is left out.
 */
async function readTogether(
	api: FluentsTransport,
	ids: string[],
): Promise<Map<string, IDataObject>> {
	const found = new Map<string, IDataObject>();
	const pages = Math.ceil(ids.length / LARGEST_PAGE);
	if (ids.length >= FEWEST_FOR_LIST) {
		const limit = pages * LARGEST_PAGE;
		const newest = getRecords(api, `${calls.path}/list`, { query: { ...calls.sort }, limit });
		for (const call of await newest.catch(unlessRefused<IDataObject[]>([]))) {
			found.set(String(call.id), call);
		}
	}
	const rest = ids.filter((id) => {
		const listed = found.get(id);
		return !listed || hasEnded(listed);
	});
	const read = await Promise.all(rest.map(async (id) => await readIfPossible(api, id)));
	for (const call of read) if (call) found.set(String(call.id), call);
	return found;
}

async function readIfPossible(api: FluentsTransport, id: string) {
	return await readOne(api, calls, id).catch(unlessRefused(undefined));
}

/** Handles the error of a look: it may pass, unless the key is refused. */
function unlessRefused<T>(value: T): (error: NodeApiError) => T {
	return (error) => {
		if (REFUSED.includes(error.httpCode ?? '')) throw error;
		return value;
	};
}

export function hasEnded({ status }: IDataObject): boolean {
	return ENDED.has(String(status));
}

function timedOutError(run: Run, { id, status }: IDataObject, maxWait: number) {
	return new NodeOperationError(
		run.context.getNode(),
		`Call '${String(id)}' has not ended within ${maxWait / 60_000} minutes: its status is '${String(status)}'`,
		{
			description:
				"The call itself goes on. Read it later with Get or Wait, or raise the option 'Max Wait'. Placing it again would call the person again.",
		},
	);
}
