import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties, NodeApiError } from 'n8n-workflow';

import { parameterError } from '../../../shared/errors';
import { pauseUnlessStopped } from '../../../shared/transport';
import { readOptions } from '../../fields/options';
import type { Run } from '../../operation';
import { readOne } from '../crud';
import { calls } from './collection';

/** Final states; any other, also one that Fluents.ai may add, is waited for. */
const ENDED = new Set(['ended', 'error']);

/** Answers that will be the same at the next look. */
const PERMANENT_REFUSALS = new Set(['401', '403', '404']);

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
 * Reads a call again and again until it has ended.
 *
 * A look that fails (server or network) is not the end: the call goes on meanwhile, and so does the
 * waiting.
 *
 * @param call the call as it was placed.
 * @returns the call in its latest state, and whether the time was over before it ended.
 * @throws NodeOperationError when the time is over and the user wants that to fail.
 * @throws NodeApiError when the call cannot be read at all (401, 403, 404), or the run was stopped.
 */
export async function waitForEnd(
	run: Run,
	call: IDataObject,
	{ pollInterval, maxWait, onTimeout }: WaitOptions,
): Promise<{ call: IDataObject; timedOut: boolean }> {
	const id = String(call.id);
	const deadline = Date.now() + maxWait;
	let latest = call;

	while (!ENDED.has(String(latest.status))) {
		const remaining = deadline - Date.now();
		if (remaining <= 0) {
			if (onTimeout === 'output') return { call: latest, timedOut: true };
			throw timedOutError(run, latest, maxWait);
		}
		const stopped = await pauseUnlessStopped(Math.min(pollInterval, remaining), run.signal);
		if (stopped) return { call: latest, timedOut: true };
		latest = (await look(run, id)) ?? latest;
	}
	// The answer to a call that ended at once may be shorter than what reading it gives.
	return { call: latest === call ? await readOne(run.api, calls, id) : latest, timedOut: false };
}

/** @returns undefined when the call could not be read this time. */
async function look(run: Run, id: string): Promise<IDataObject | undefined> {
	return await readOne(run.api, calls, id).catch((error: NodeApiError) => {
		if (PERMANENT_REFUSALS.has(error.httpCode ?? '')) throw error;
		return undefined;
	});
}

function timedOutError(run: Run, { id, status }: IDataObject, maxWait: number) {
	return new NodeOperationError(
		run.context.getNode(),
		`Call '${String(id)}' has not ended within ${maxWait / 60_000} minutes: its status is '${String(status)}'`,
		{
			description:
				"The call was placed and goes on. Read it later with Get, or raise the option 'Max Wait'. Running the node again would call the person again.",
		},
	);
}
