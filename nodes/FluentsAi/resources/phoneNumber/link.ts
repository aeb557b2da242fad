import type { IDataObject } from 'n8n-workflow';

import { shapeRecord, type OutputOptions } from '../../../shared/records/shape';
import { createFields, readCreateBody, type BodyField } from '../../fields/body';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation } from '../../operation';
import { phoneNumbers } from '../../../shared/records/number';
import { acquire } from './acquire';
import {
	accountConnectionField,
	inboundAgentField,
	outboundOnlyField,
	phoneNumberField,
} from './fields';

/** What a number is linked with (API: linkNumber). */
export const linkNumberFields: Array<BodyField<'NumberLink'>> = [
	phoneNumberField,
	{
		...accountConnectionField,
		property: { ...accountConnectionField.property, required: true },
	},
	inboundAgentField,
	outboundOnlyField,
];

interface Parameters {
	body: IDataObject;
	output: OutputOptions;
}

export const link: Operation<Parameters> = {
	option: {
		name: 'Link',
		value: 'link',
		action: 'Link a phone number',
		description: 'Use a phone number in Fluents.ai that you own at a telephony provider',
	},
	properties: [...createFields(linkNumberFields), simplifyField, optionsField()],
	output: phoneNumbers.shape.simple,
	kind: 'write',
	read: (from) => ({
		body: readCreateBody(from, linkNumberFields),
		output: readOutputOptions(from),
	}),
	async execute(run, { body, output }, i) {
		const record = await acquire(
			run,
			i,
			'link',
			body,
			'Check with Get whether the phone number exists before you run this again.',
		);
		return [{ json: shapeRecord(record, phoneNumbers.shape, output) }];
	},
};
