import type { INodeProperties } from 'n8n-workflow';

import { callLocator } from '../../fields/locators';
import { optionsOf, batchedOptionsField } from '../../fields/options';
import type { Operation } from '../../operation';
import { downloadRecording } from '../../../shared/records/recording';

interface Parameters {
	callId: string;
	field: string;
	fileName?: string;
}

const outputFieldField: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: 'The name of the output binary field to put the file in',
	description: 'Name of the output field that will hold the recording, e.g. data',
};

const fileNameOption: INodeProperties = {
	displayName: 'File Name',
	name: 'fileName',
	type: 'string',
	default: '',
	placeholder: 'e.g. reminder-call.mp3',
	description: 'Name of the file. By default it is made from the ID of the call.',
};

export const getRecording: Operation<Parameters> = {
	option: {
		name: 'Get Recording',
		value: 'getRecording',
		action: 'Get the recording of a call',
		description: 'Download the recording of a call as a file',
	},
	properties: [callLocator, outputFieldField, batchedOptionsField([fileNameOption])],
	output: {
		call_id: 'string',
		file_name: 'string',
		mime_type: 'string',
		file_size: 'string',
	},
	kind: 'read',
	read(from) {
		const callId = from.id(callLocator);
		const fileName = optionsOf(from).text(fileNameOption) || undefined;
		return { callId, field: from.text(outputFieldField), fileName };
	},
	async execute({ api, context }, { callId, field, fileName: wanted }) {
		const request = { callId, fileName: wanted };
		const file = await downloadRecording(context, api, request);
		const { mimeType, fileName = null, fileSize = null } = file;
		return [
			{
				json: {
					call_id: callId,
					file_name: fileName,
					mime_type: mimeType,
					file_size: fileSize,
				},
				binary: { [field]: file },
			},
		];
	},
};
