import type { IBinaryData, IExecuteFunctions, IWebhookFunctions, NodeApiError } from 'n8n-workflow';

import { catchStatus, reworded } from '../api/errors';
import { shown } from '../shown';
import { extensionOf } from '../api/audio';
import {
	cancelSignal,
	pauseUnlessStopped,
	type Download,
	type FluentsTransport,
} from '../api/transport';
import { readOne } from './collection';
import { calls } from './call';
import { outcomeOf, type Outcome } from './outcome';

/** Milliseconds between two looks for a recording that is not there yet. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 10_000;

/** Outcomes of calls in which nothing was said. */
const NEVER_RECORDED: Outcome[] = ['busy', 'no_answer', 'not_connected'];

interface RecordingRequest {
	callId: string;
	/** Made from the ID of the call and the type of the file by default. */
	fileName?: string;
	/** For how many milliseconds to ask again while there is none. */
	patience?: number;
}

/**
 * Reads the recording of a call into n8n's binary storage.
 *
 * @throws NodeApiError, which tells why if there is no recording.
 */
export async function downloadRecording(
	context: IExecuteFunctions | IWebhookFunctions,
	api: FluentsTransport,
	request: RecordingRequest,
): Promise<IBinaryData> {
	const found = await findRecording(context, api, request);
	if ('file' in found) return found.file;
	throw found.missing;
}

/**
 * Reads the recording of a call into n8n's binary storage, if there is one.
 *
 * @returns the file, or an error that tells why there is none.
 * @throws NodeApiError when the call does not exist either.
 */
export async function findRecording(
	context: IExecuteFunctions | IWebhookFunctions,
	api: FluentsTransport,
	{ callId, fileName, patience = 0 }: RecordingRequest,
): Promise<{ file: IBinaryData } | { missing: NodeApiError }> {
	const store = async ({ stream, type }: Download) => {
		const name = fileName ?? `call-${callId}.${extensionOf(type)}`;
		// As a stream, n8n writes it to its binary storage without holding it in memory.
		return await context.helpers.prepareBinaryData(stream, name, type);
	};
	const object = `recording of call '${callId}'`;
	const deadline = Date.now() + patience;
	for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
		const download = await catchStatus(
			api.download('/calls/recording', { id: callId }, { object }, store),
			['404'],
		);
		if (!download.refusal) return { file: download.value };
		const isOver = Date.now() + pause > deadline;
		if (isOver || (await pauseUnlessStopped(pause, cancelSignal(context)))) {
			return { missing: await explainMissing(api, callId, download.refusal) };
		}
	}
}

/**
 * Completes a 404 of the recording by what the call itself tells.
 *
 * @throws NodeApiError when the call does not exist either.
 */
async function explainMissing(api: FluentsTransport, callId: string, refusal: NodeApiError) {
	const call = await readOne(api, calls, callId);
	const { recording_available: available, status } = call;
	if (available === true) return refusal;
	const { outcome } = outcomeOf(call);
	if (NEVER_RECORDED.includes(outcome)) {
		return reworded(refusal, {
			message: `Call ${shown(callId)} will have no recording: its outcome is ${shown(outcome)}`,
			description:
				'There is a recording only of what was said. Leave out calls that nobody answered before this node, by their outcome.',
		});
	}
	const since = status === 'ended' ? ' yet' : `: its status is ${shown(status)}`;
	return reworded(refusal, {
		message: `Call ${shown(callId)} has no recording${since}`,
		description:
			'A recording can take some minutes after the call has ended, and there is one only if recording is enabled on the agent and the call is not HIPAA compliant. The call has recording_available set to true once you can fetch it.',
	});
}
