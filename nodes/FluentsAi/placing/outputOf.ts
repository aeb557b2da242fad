import { calls } from '../../shared/records/call';
import { shapeRecord, type OutputOptions } from '../../shared/records/shape';
import type { Output, Run } from '../operation';
import type { Placement } from './placeOnce';

/** What comes out for an item: its call, or, outside of the calling window, the item as it went in. */
export function outputOf(
	{ context }: Run,
	itemIndex: number,
	placement: Placement,
	output: OutputOptions,
): Output {
	switch (placement.kind) {
		case 'called':
			return { json: shapeRecord(placement.call, calls.shape, output) };
		case 'earlier': {
			const { call, note } = placement;
			const json = shapeRecord(call, calls.shape, output);
			return { json: { ...json, duplicate: true, ...(note !== undefined && { note }) } };
		}
		case 'outside': {
			const opensAt = new Date(placement.opensAt).toISOString();
			const { json, binary } = context.getInputData()[itemIndex];
			return { json: { ...json, skipped: 'outside_window', opens_at: opensAt }, binary };
		}
	}
}
