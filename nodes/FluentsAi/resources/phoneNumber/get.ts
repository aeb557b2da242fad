import { shapeRecord, type OutputOptions } from '../../../shared/records/shape';
import { phoneNumberLocator } from '../../fields/locators';
import { batchedOptionsField } from '../../fields/options';
import { readOutputOptions, secretsOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import { phoneNumbers, readNumber } from '../../../shared/records/number';
import { findNumber, readNumberKey, type NumberKey } from './key';

interface Parameters {
	key: NumberKey;
	output: OutputOptions;
}

export const get: Operation<Parameters> = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get a phone number',
		description: 'Get the settings of a phone number',
	},
	properties: [
		phoneNumberLocator,
		simplifyField,
		batchedOptionsField(secretsOptions(phoneNumbers.shape)),
	],
	output: phoneNumbers.shape.simple,
	kind: 'read',
	read: (from) => ({
		key: readNumberKey(from),
		output: readOutputOptions(from, phoneNumbers.shape),
	}),
	async execute(run, { key, output }) {
		const { number } = 'number' in key ? key : await findNumber(run, key);
		const record = await readNumber(run.api, number);
		return [{ json: shapeRecord(record, phoneNumbers.shape, output) }];
	},
};
