import type { OutputOptions } from '../../../shared/records/shape';
import { batchedOptionsField } from '../../fields/options';
import { readOutputOptions, callOutputFields } from '../../fields/output';
import type { Operation } from '../../operation';
import { calls } from '../../../shared/records/call';
import { tellingOfCall } from '../../placing/attempts';
import { rehearse } from '../../placing/dryRun';
import { completeCall, readCallOrDryRun, type CallOrDryRun } from '../../placing/callOrDryRun';
import { callOutput } from '../../placing/callOutput';
import { placeOnce } from '../../placing/placeOnce';
import { readCallRequest } from '../../placing/request';
import { callHints } from '../../watching/untilEnded';
import { dryRunFields, placedFields, placeFields, placeOptions } from '../../placing/fields';

interface Parameters {
	asked: CallOrDryRun;
	output: OutputOptions;
}

export const create: Operation<Parameters> = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create a call (dials a person, costs money)',
		description:
			'Call a person with a voice agent and continue without waiting. This dials a real phone number immediately and costs money.',
	},
	properties: [...placeFields, ...callOutputFields, batchedOptionsField(placeOptions)],
	output: calls.shape.simple,
	added: { ...placedFields, ...dryRunFields },
	kind: 'wait',
	hints: callHints,
	read: (from) => ({
		asked: readCallOrDryRun(from, readCallRequest),
		output: readOutputOptions(from),
	}),
	complete: async (run, parameters, i) => ({
		...parameters,
		asked: await completeCall(run, parameters.asked, i),
	}),
	hurries: ({ asked }) => asked.kind !== 'place',
	async execute(run, { asked, output }, i) {
		if (asked.kind !== 'place') return [await rehearse(run, asked)];
		const { request } = asked;
		const placement = await tellingOfCall(
			run.context,
			i,
			async () => await placeOnce(run, request, i),
		);
		return [callOutput(run, i, request, placement, output)];
	},
};
