import { shapeRecord, type OutputOptions } from '../../../shared/records/shape';
import { callLocator } from '../../fields/locators';
import { batchedOptionsField } from '../../fields/options';
import {
	readOutputOptions,
	callOutputFields,
	transcriptTurnsFields,
	transcriptTurnsOption,
} from '../../fields/output';
import type { Operation } from '../../operation';
import { isTool } from '../../tool';
import { hasEnded } from '../../watching/watcher';
import { readOne } from '../../../shared/records/collection';
import { calls } from '../../../shared/records/call';
import {
	callHints,
	goesOnNote,
	isDone,
	readWaitOptions,
	waitForEnd,
	type WaitOptions,
} from '../../watching/untilEnded';
import { maxWaitOption, waitedFields, waitOptions } from '../../watching/fields';

interface Parameters {
	callId: string;
	wait: WaitOptions;
	output: OutputOptions;
}

export const wait: Operation<Parameters> = {
	option: {
		name: 'Wait',
		value: 'wait',
		action: 'Wait for the outcome of a call',
		description: 'Wait for the outcome and transcript of a call that was placed before',
	},
	properties: [
		callLocator,
		...callOutputFields,
		batchedOptionsField([maxWaitOption, transcriptTurnsOption, ...waitOptions]),
	],
	output: calls.shape.simple,
	added: { ...calls.shape.added, ...waitedFields, note: 'string', ...transcriptTurnsFields },
	kind: 'wait',
	hints: callHints,
	read: (from) => ({
		callId: from.id(callLocator),
		wait: readWaitOptions(from),
		output: readOutputOptions(from),
	}),
	async execute(run, { callId, wait: options, output }) {
		const known = await readOne(run.api, calls, callId);
		const { call, timedOut } = isDone(known, options)
			? { call: known, timedOut: false }
			: await waitForEnd(run, known, options);
		return [
			{
				json: {
					...shapeRecord(call, calls.shape, output),
					...(timedOut && { timed_out: true }),
					...(isTool(run.context) && !hasEnded(call) && { note: goesOnNote(call) }),
				},
			},
		];
	},
};
