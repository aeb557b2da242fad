import { NodeApiError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import { eachRecord } from '../../../shared/pagination';
import { shapeRecord, type OutputOptions } from '../../../shared/shape';
import { phoneNumberLocator, readId, readPhoneNumber } from '../../fields/locators';
import { optionsField } from '../../fields/options';
import { readOutputOptions, simplifyField } from '../../fields/output';
import type { Operation, Run } from '../../operation';
import { phoneNumbers } from './collection';

/** The API reads a number by the number itself; its ID is looked up in the list. */
type Key = { number: string } | { id: string };

interface Parameters {
	key: Key;
	output: OutputOptions;
}

export const get: Operation<Parameters> = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get a phone number',
		description: 'Get the settings of a phone number',
	},
	properties: [phoneNumberLocator, simplifyField, optionsField()],
	output: phoneNumbers.shape.simple,
	kind: 'read',
	read: (context, i) => ({ key: readKey(context, i), output: readOutputOptions(context, i) }),
	async execute(run, { key, output }) {
		const number = 'number' in key ? key.number : await findNumber(run, key.id);
		const record = await run.api.get(
			phoneNumbers.path,
			{ phone_number: number },
			{ object: `phone number ${number}` },
		);
		return [{ json: shapeRecord(record, phoneNumbers.shape, output) }];
	},
};

function readKey(context: IExecuteFunctions, itemIndex: number): Key {
	const { mode } = context.getNodeParameter('phoneNumberId', itemIndex) as { mode?: string };
	return mode === 'id'
		? { id: readId(context, phoneNumberLocator, itemIndex) }
		: { number: readPhoneNumber(context, phoneNumberLocator, itemIndex) };
}

async function findNumber({ api, context }: Run, id: string): Promise<string> {
	for await (const record of eachRecord(api, `${phoneNumbers.path}/list`)) {
		if (record.id === id) return String(record.number);
	}
	const { environment } = api.credential;
	throw new NodeApiError(
		context.getNode(),
		{},
		{
			httpCode: '404',
			message: `The phone number '${id}' does not exist in environment '${environment}'`,
			description: `An API key sees only its own environment, here '${environment}'. Check the ID, or choose the credential of the environment that it belongs to.`,
		},
	);
}
