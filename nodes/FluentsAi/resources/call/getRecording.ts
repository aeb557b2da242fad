import type { INodeProperties, NodeApiError } from 'n8n-workflow';

import { orRefusal, parameterError } from '../../../shared/errors';
import type { Download } from '../../../shared/transport';
import { callLocator, readId } from '../../fields/locators';
import { optionsField } from '../../fields/options';
import type { Operation, Run } from '../../operation';
import { readOne } from '../crud';
import { calls } from './collection';

interface Parameters {
	callId: string;
	field: string;
	fileName: string;
}

const outputFieldField: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: 'The name of the output binary field to put the file in',
	description: 'Name of the output field that will hold the recording',
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
		description: 'Download the recording of a call as an MP3 file',
	},
	properties: [callLocator, outputFieldField, optionsField([fileNameOption])],
	output: { callId: 'string', fileName: 'string', mimeType: 'string', fileSize: 'string' },
	kind: 'read',
	read(context, i) {
		const callId = readId(context, callLocator, i);
		const field = String(context.getNodeParameter(outputFieldField.name, i, 'data')).trim();
		if (field === '') {
			throw parameterError(context.getNode(), outputFieldField.displayName, 'is empty', i);
		}
		const fileName = String(context.getNodeParameter('options.fileName', i, '')).trim();
		return { callId, field, fileName: fileName || `call-${callId}.mp3` };
	},
	async execute(run, { callId, field, fileName }) {
		const store = async ({ stream, headers }: Download) =>
			// As a stream, n8n writes it to its binary storage without holding it in memory.
			await run.context.helpers.prepareBinaryData(stream, fileName, audioType(headers));
		const object = `recording of call '${callId}'`;
		const download = await orRefusal(
			run.api.download('/calls/recording', { id: callId }, { object }, store),
			['404'],
		);
		if (download.refusal) throw await explainMissing(run, callId, download.refusal);

		const { mimeType, fileSize = null } = download.value;
		return [
			{ json: { callId, fileName, mimeType, fileSize }, binary: { [field]: download.value } },
		];
	},
};

function audioType(headers: Download['headers']): string {
	const type = headers['content-type']?.split(';')[0].trim() ?? '';
	return type.startsWith('audio/') ? type : 'audio/mpeg';
}

/**
 * Completes a 404 of the recording by what the call itself tells.
 *
 * @throws NodeApiError when the call does not exist either.
 */
async function explainMissing({ api }: Run, callId: string, refusal: NodeApiError) {
	const { recording_available: available, status } = await readOne(api, calls, callId);
	if (available !== true) {
		const since = status === 'ended' ? ' yet' : `: its status is '${String(status)}'`;
		refusal.message = `Call '${callId}' has no recording${since}`;
		refusal.description =
			'A recording can take some minutes after the call has ended, and there is one only if recording is enabled on the agent and the call is not HIPAA compliant. The call has recording_available set to true once it is there.';
	}
	return refusal;
}
