import type { IDataObject } from 'n8n-workflow';

import { calls } from '../../shared/records/call';
import { parseTime } from '../../shared/records/time';
import { shapeRecord, type OutputOptions } from '../../shared/records/shape';
import type { Output, Run } from '../operation';
import { isTool } from '../tool';
import { goesOnNote } from '../watching/untilEnded';
import { hasEnded } from '../watching/watcher';
import { localTime } from './callingWindow';
import type { Placement } from './placeOnce';
import type { CallRequest } from './request';

/** What comes out for an item: its call, or, outside of the calling window, the item as it went in. */
export function callOutput(
	{ context }: Run,
	itemIndex: number,
	{ window, numberHint, toNumber, insteadOf }: CallRequest,
	placement: Placement,
	output: OutputOptions,
): Output {
	const localAt = (time: number) => (window ? localTime(window.timezones, time) : {});
	const ofCall = (call: IDataObject): IDataObject => ({
		...shapeRecord(call, calls.shape, output),
		...localAt(parseTime(call.start_time) ?? Date.now()),
		...(insteadOf !== undefined && { instead_of: insteadOf }),
	});
	const noteOn = (call: IDataObject, note?: string) => {
		const notes = [note, hasEnded(call) ? undefined : goesOnNote(call)].filter(Boolean);
		return isTool(context) && notes.length > 0 ? { note: notes.join(' ') } : {};
	};
	const skip = (reason: string, opening: IDataObject = {}) => {
		const { json, binary } = context.getInputData()[itemIndex];
		const note = isTool(context) && { note: 'Nobody was called.' };
		const skipped = { skipped: reason, ...opening, ...localAt(Date.now()), ...note };
		return { json: { ...json, ...skipped }, binary };
	};
	switch (placement.kind) {
		case 'called': {
			const hint = numberHint === undefined ? {} : { number_hint: numberHint };
			const test = `This was a test: the test number ${toNumber} was called instead of ${insteadOf}.`;
			const note = noteOn(placement.call, insteadOf === undefined ? undefined : test);
			return { json: { ...ofCall(placement.call), ...hint, ...note } };
		}
		case 'earlier': {
			const { call, note } = placement;
			return { json: { ...ofCall(call), duplicate: true, ...noteOn(call, note) } };
		}
		case 'outside':
			return skip('outside_window', { opens_at: new Date(placement.opensAt).toISOString() });
		case 'noCommonHour':
			return skip('no_common_hour');
		case 'asked': {
			const { callId, at } = placement.asked;
			return skip('asked_not_to_be_called', { asked_in_call: callId, asked_at: at });
		}
	}
}
