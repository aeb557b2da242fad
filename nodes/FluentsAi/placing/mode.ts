import { isEmpty } from '../../shared/parameters/convert';
import type { ItemReader } from '../../shared/parameters/reader';
import { keepFromModel } from '../tool';
import { readNumberToCall } from './numberToCall';
import { callsField, testNumberField, modeFields } from './fields';

/** Whether people are really called. */
export type Mode =
	| { kind: 'place' }
	/** Nothing is sent that changes anything. */
	| { kind: 'dryRun' }
	/** This number is called in place of each person. */
	| { kind: 'testNumber'; number: string };

/**
 * Both fields guard: an expression that gives nothing must not call people, and neither may a language model.
 *
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readMode(from: ItemReader): Mode {
	for (const field of modeFields) keepFromModel(from.context, from, field);
	const kind = from.choice<Mode['kind']>(callsField, { guards: true });
	if (kind !== 'testNumber') return { kind };
	if (isEmpty(from.given(testNumberField))) {
		throw from.fail(
			testNumberField,
			'is empty',
			'Nobody was called. Enter the number to call.',
		);
	}
	return { kind, number: readNumberToCall(from, testNumberField).number };
}
