import { shapeRecord, type OutputOptions } from '../../../shared/records/shape';
import { phoneNumberLocator } from '../../fields/locators';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import { phoneNumbers } from '../../../shared/records/number';
import { changeNumber, findNumber, release, readNumberKey, type NumberKey } from './key';

interface Parameters {
	key: NumberKey;
	output: OutputOptions;
}

export const detach: Operation<Parameters> = {
	option: {
		name: 'Detach',
		value: 'detach',
		action: 'Detach a phone number (stops its calls)',
		description:
			'Remove a phone number from Fluents.ai but keep it at its provider. Agents cannot use it until you link it again.',
	},
	properties: [phoneNumberLocator, simplifyField, optionsField()],
	output: phoneNumbers.shape.simple,
	kind: 'write',
	read: (from) => ({
		key: readNumberKey(from),
		output: readOutputOptions(from),
	}),
	async execute(run, { key, output }) {
		const found = await findNumber(run, key);
		const record = await changeNumber(run, 'detach', found, release);
		run.note(`phone number ${found.number} detached`);
		return [{ json: shapeRecord(record, phoneNumbers.shape, output) }];
	},
};
