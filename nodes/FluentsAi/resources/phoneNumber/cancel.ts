import type { INodeProperties } from 'n8n-workflow';

import { shapeRecord, type OutputOptions } from '../../../shared/records/shape';
import { phoneNumberLocator } from '../../fields/locators';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import { phoneNumbers } from '../../../shared/records/number';
import { changeNumber, findNumber, release, readNumberKey, type NumberKey } from './key';

const confirmField: INodeProperties = {
	displayName: 'Confirm Cancellation',
	name: 'confirm',
	type: 'boolean',
	default: false,
	description:
		'Whether to give up the number permanently. Nothing is canceled while this is off.',
};

interface Parameters {
	key: NumberKey;
	output: OutputOptions;
}

export const cancel: Operation<Parameters> = {
	option: {
		name: 'Cancel',
		value: 'cancel',
		action: 'Cancel a phone number (gives it up for good)',
		description:
			'Give a phone number back to its provider permanently. Calls to it no longer reach anyone, and you may not be able to get it back.',
	},
	properties: [phoneNumberLocator, confirmField, simplifyField, optionsField()],
	output: phoneNumbers.shape.simple,
	kind: 'write',
	read(from) {
		const key = readNumberKey(from);
		if (!from.boolean(confirmField)) {
			throw from.fail(
				confirmField,
				'is off, so no phone number is canceled',
				'Nothing was sent. A canceled number is lost for good. Turn this on if that is what you want; to keep the number at its provider, use the operation Detach.',
			);
		}
		return { key, output: readOutputOptions(from) };
	},
	async execute(run, { key, output }) {
		const found = await findNumber(run, key);
		const record = await changeNumber(run, 'cancel', found, release);
		run.note(`phone number ${found.number} canceled`);
		return [{ json: shapeRecord(record, phoneNumbers.shape, output) }];
	},
};
