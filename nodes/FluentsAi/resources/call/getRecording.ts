import type { INodeProperties } from 'n8n-workflow';

import { callLocator } from '../../fields/locators';
import { optionsOf, batchedOptionsField } from '../../fields/options';
import type { Operation } from '../../operation';
import { findRecording } from '../../../shared/records/recording';

interface Parameters {
	callId: string;
	field: string;
	fileName?: string;
	ifNone: 'fail' | 'output';
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

const ifNoneOption: INodeProperties = {
	displayName: 'If There Is None',
	name: 'ifNone',
	type: 'options',
	options: [
		{ name: 'Fail', value: 'fail' },
		{ name: 'Output Without a File', value: 'output' },
	],
	default: 'fail',
	description: 'Without a file, no_recording tells why',
};

export const getRecording: Operation<Parameters> = {
	option: {
		name: 'Get Recording',
		value: 'getRecording',
		action: 'Get the recording of a call',
		description: 'Download the recording of a call as a file',
	},
	properties: [
		callLocator,
		outputFieldField,
		batchedOptionsField([fileNameOption, ifNoneOption]),
	],
	output: {
		call_id: 'string',
		file_name: 'string',
		mime_type: 'string',
		file_size: 'string',
	},
	added: { no_recording: 'string' },
	kind: 'read',
	read(from) {
		const options = optionsOf(from);
		return {
			callId: from.id(callLocator),
			field: from.text(outputFieldField),
			fileName: options.text(fileNameOption) || undefined,
			ifNone: options.choice<Parameters['ifNone']>(ifNoneOption),
		};
	},
	async execute({ api, context }, { callId, field, fileName: wanted, ifNone }) {
		const found = await findRecording(context, api, { callId, fileName: wanted });
		if ('missing' in found) {
			if (ifNone === 'fail') throw found.missing;
			return [{ json: { call_id: callId, no_recording: found.missing.message } }];
		}
		const { mimeType, fileName = null, fileSize = null } = found.file;
		return [
			{
				json: {
					call_id: callId,
					file_name: fileName,
					mime_type: mimeType,
					file_size: fileSize,
				},
				binary: { [field]: found.file },
			},
		];
	},
};
