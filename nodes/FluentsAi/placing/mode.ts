import type { INodeProperties } from 'n8n-workflow';

import { isEmpty } from '../../shared/parameters/convert';
import type { ItemReader } from '../../shared/parameters/reader';
import { keepFromModel } from '../tool';
import { readNumberToCall } from './numberToCall';

const callsField: INodeProperties = {
	displayName: 'Calls',
	name: 'calls',
	type: 'options',
	options: [
		{ name: 'Place', value: 'place', description: 'Each person is called' },
		{
			name: 'Dry Run',
			value: 'dryRun',
			description:
				'Nobody is called. The output tells who would be, and why others would not.',
		},
		{
			name: 'To a Test Number Only',
			value: 'testNumber',
			description: 'Your own number is called instead of each person, one call at a time',
		},
	],
	default: 'place',
	description:
		'Whether people are really called. In an expression, use place, dryRun or testNumber.',
};

const testNumberField: INodeProperties = {
	displayName: 'Test Number',
	name: 'testNumber',
	type: 'string',
	default: '',
	placeholder: 'e.g. +14155550123',
	displayOptions: { show: { calls: ['testNumber'] } },
	description:
		'The only number that is called. In the output, instead_of is the number of the person.',
};

/** The first fields of each operation that places calls. */
export const modeFields: INodeProperties[] = [callsField, testNumberField];

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
