import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { connect } from '../../shared/api/connect';
import { operationError } from '../../shared/api/errors';
import { shapeRecord, type OutputOptions } from '../../shared/records/shape';
import type { ItemReader } from '../../shared/parameters/reader';
import { optionsOf } from '../fields/options';
import type { Output, Run } from '../operation';
import { calls } from '../../shared/records/call';
import { readIfPossible } from './watcher';
import { isTool } from '../tool';
import { isDone, type WaitOptions } from './untilEnded';
import { waitUsingOption, replaceWebhookOption } from './fields';
import { onTimeoutOption } from './fields';

/**
 * Any of these wakes the execution. Later ones count too: until the wait is stored, n8n answers an
 * event with 409, so an early one is lost.
 */
const EVENTS = [
	'event_error',
	'event_phone_call_did_not_connect',
	'event_phone_call_ended',
	'event_recording',
	'event_transcript',
];

/** A webhook that exists for one call only. */
export interface EventTarget {
	url: string;
	subscriptions: string[];
	/** Whether it may take the place of a webhook that the agent has. */
	replaces: boolean;
}

/**
 * @returns where the events of the call are to go; undefined when the user waits by polling.
 * @throws NodeOperationError when this execution cannot be woken by them.
 */
export function readEventTarget(from: ItemReader): EventTarget | undefined {
	const { context, itemIndex } = from;
	const options = optionsOf(from);
	const replaces = options.boolean(replaceWebhookOption);
	if (options.choice(waitUsingOption) !== 'webhook') return undefined;
	const fail = (message: string, description: string) =>
		operationError(context.getNode(), message, { itemIndex, description });
	const poll = "set 'Wait Using' to Poll, which waits for many calls at the same time";
	if (context.getInputData().length > 1) {
		throw fail(
			"With 'Wait Using' set to Webhook, an execution waits for one call only",
			`Nobody was called. Hand the items over one by one, with Loop Over Items or one execution of a sub-workflow for each, or ${poll}.`,
		);
	}
	if (isTool(context)) {
		throw fail(
			"A tool of an AI agent cannot sleep, so 'Wait Using' cannot be Webhook here",
			`Nobody was called: ${poll}.`,
		);
	}
	if (options.choice(onTimeoutOption) === 'fail') {
		throw fail(
			"With 'Wait Using' set to Webhook, 'When Max Wait Is Over' cannot be Fail",
			`Nobody was called. n8n passes the item on when the time is over, without running the node again. Set it to Output the Latest State, or ${poll}.`,
		);
	}
	return {
		url: String(context.evaluateExpression('{{ $execution.resumeUrl }}', itemIndex)),
		subscriptions: EVENTS,
		replaces,
	};
}

/** What the sleeping execution keeps for the moment at which an event arrives. */
interface Sleep {
	callId: string;
	output: OutputOptions;
	forRecording: boolean;
	/** Fields of the output that the call itself does not have. */
	added: IDataObject;
}

/**
 * Puts the execution to sleep until an event of the call arrives, unless there is nothing to wait for.
 *
 * When the time is over, n8n does not run the node again but passes on its input; so the call is put
 * there, marked as timed out.
 */
export async function sleepUntilEvent(
	run: Run,
	call: IDataObject,
	{ maxWait, forRecording }: WaitOptions,
	output: OutputOptions,
	{ replaces }: EventTarget,
	added: IDataObject,
): Promise<Output[]> {
	const { context } = run;
	const id = String(call.id);
	const latest = (await readIfPossible(run.api, id)) ?? call;
	const json = { ...shapeRecord(latest, calls.shape, output), ...added };
	if (isDone(latest, { forRecording })) return [{ json }];

	if (replaces) {
		const message =
			"The events of this call come to this execution only, not to the agent's own webhook.";
		context.addExecutionHints({ message, location: 'outputPane' });
	}
	const asleep: Sleep = { callId: id, output, forRecording, added };
	Object.assign(context.getContext('node'), { asleep });
	const timedOut = { ...json, timed_out: true };
	context.getInputData()[0].json = timedOut;
	await context.putExecutionToWait(new Date(Date.now() + maxWait));
	return [{ json: timedOut }];
}

/**
 * An event has arrived for a sleeping execution. Anybody may send one, early, twice or of another call:
 * it is taken as a hint to read the call, and the execution goes on when that says so.
 */
export async function onEvent(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const expression = `{{ $node[${JSON.stringify(this.getNode().name)}].context.asleep }}`;
	const asleep = this.evaluateExpression(expression, 0) as unknown as Sleep;
	const { callId, output, forRecording, added } = asleep;
	const call = await connect(this)
		.then(async (api) => await readIfPossible(api, callId))
		.catch(() => undefined);
	if (!call || !isDone(call, { forRecording })) {
		return { webhookResponse: { message: 'The call goes on, and so does the waiting' } };
	}
	const json = { ...shapeRecord(call, calls.shape, output), ...added };
	return { workflowData: [[{ json, pairedItem: { item: 0 } }]] };
}
