import type { IBinaryData, IExecuteFunctions, IWebhookFunctions, NodeApiError } from 'n8n-workflow';

import { catchStatus } from '../api/errors';
import type { Download, FluentsTransport } from '../api/transport';
import { readOne } from './collection';
import { calls } from './call';

export function recordingName(callId: string): string {
	return `call-${callId}.mp3`;
}

/**
 * Reads the recording of a call into n8n's binary storage.
 *
 * @throws NodeApiError, which tells why if there is no recording.
 */
export async function downloadRecording(
	{ helpers }: IExecuteFunctions | IWebhookFunctions,
	api: FluentsTransport,
	callId: string,
	fileName: string,
): Promise<IBinaryData> {
	const store = async ({ stream, headers }: Download) =>
		// As a stream, n8n writes it to its binary storage without holding it in memory.
		await helpers.prepareBinaryData(stream, fileName, audioType(headers));
	const object = `recording of call '${callId}'`;
	const download = await catchStatus(
		api.download('/calls/recording', { id: callId }, { object }, store),
		['404'],
	);
	if (download.refusal) throw await explainMissing(api, callId, download.refusal);
	return download.value;
}

function audioType(headers: Download['headers']): string {
	const type = headers['content-type']?.split(';')[0].trim() ?? '';
	return type.startsWith('audio/') ? type : 'audio/mpeg';
}

/**
 * Completes a 404 of the recording by what the call itself tells.
 *
 * @throws NodeApiError when the call does not exist either.
 */
async function explainMissing(api: FluentsTransport, callId: string, refusal: NodeApiError) {
	const { recording_available: available, status } = await readOne(api, calls, callId);
	if (available !== true) {
		const since = status === 'ended' ? ' yet' : `: its status is '${String(status)}'`;
		refusal.message = `Call '${callId}' has no recording${since}`;
		refusal.description =
			'A recording can take some minutes after the call has ended, and there is one only if recording is enabled on the agent and the call is not HIPAA compliant. The call has recording_available set to true once it is there.';
	}
	return refusal;
}
