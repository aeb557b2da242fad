import type {
	IBinaryKeyData,
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { calls } from '../shared/records/call';
import { downloadRecording } from '../shared/records/recording';
import { readerOfTrigger } from '../shared/parameters/reader';
import { callEvents } from '../shared/parameters/callEvents';
import { connect } from '../shared/api/connect';
import { createLimiters } from '../shared/api/limiter';
import { foreignText } from '../shared/foreignText';
import { maskSecrets, withoutSecret } from '../shared/masking';
import { shapeRecord, type OutputFields } from '../shared/records/shape';
import { parseTranscript } from '../shared/records/transcript';
import { isSecret, mayBeSecret, readQuery } from '../triggers/address';
import { triggerData } from '../triggers/activation';
import { readFields } from '../triggers/request';
import { readDelivery, type Delivery } from './delivery';
import { registeredData } from './registration';
import { lookUp } from './lookUp';
import { readDeliveryParameters, type DeliveryParameters } from './parameters';
import { forget, isRepeat } from './repeats';

/** For so many milliseconds a recording may come later than its event. */
const RECORDING_DELAY = 60_000;

/** Recordings may be waited for, which is not to hold up the reading of calls; for each environment. */
const recordingSlots = createLimiters(20);

/** What the output of the trigger can hold; `call` as the node gives it, simplified. */
export const eventFields: OutputFields = {
	event: 'string',
	call_id: 'string',
	environment: 'string',
	received_at: 'string',
	confirmed: 'boolean',
	unconfirmed_reason: 'string',
	payload: 'object',
	call: { ...calls.shape.simple, ...calls.shape.added },
	transcript_turns: 'array',
	recording_problem: 'string',
};

const NOTHING: IWebhookResponseData = { noWebhookResponse: true };

/**
 * Takes one delivery: verifies it, answers it, and starts the workflow unless it is a repeat or is
 * filtered out.
 *
 * The answer goes out before the call is read: it is not known how long Fluents.ai waits for it.
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const receivedAt = new Date().toISOString();
	const request = this.getRequestObject();
	const response = this.getResponseObject();
	const { secret = '', query } = readQuery(request.originalUrl);
	const stored = triggerData(this);
	const isKnown = stored.secretHash !== undefined || !mayBeSecret(secret);
	const known = isKnown ? stored : await registeredData(this);
	if (!isSecret(secret, known.secretHash)) {
		response.status(401).json({ message: 'This address needs its secret' });
		return NOTHING;
	}
	const fields = readFields(request, query);
	if (!fields) {
		response.status(400).json({ message: 'An event must be a JSON object' });
		return NOTHING;
	}
	const parameters = readDeliveryParameters(readerOfTrigger(this));
	const delivery = { ...readDelivery(fields), secret };
	response.status(200).json({ message: 'Received' });

	if (isUnselected(delivery, parameters)) return NOTHING;
	if (!parameters.allowsRepeats && isRepeat(this, delivery)) return NOTHING;

	const found = await lookUp(this, delivery, parameters);
	if (found.kind === 'dropped') {
		forget(delivery);
		const text = `'${this.getNode().name}' ignored ${foreignText(delivery.event)} of call ${foreignText(delivery.callId)}: ${found.reason}`;
		if (found.isCertain) this.logger.debug(text);
		else this.logger.warn(text);
		return NOTHING;
	}
	const call = found.kind === 'confirmed' ? found.call : undefined;

	const { event, callId, payload } = delivery;
	const json: IDataObject = {
		event,
		call_id: callId,
		environment: known.environment ?? null,
		received_at: receivedAt,
		confirmed: call !== undefined,
		unconfirmed_reason: found.kind === 'unconfirmed' ? found.reason : null,
		// It may repeat the address of the webhook.
		payload: maskSecrets(payload) as IDataObject,
	};
	if (parameters.call !== 'none') {
		const output = { simple: parameters.call === 'simplified', includeSecrets: false };
		json.call = call ? shapeRecord(call, calls.shape, output) : null;
	}
	if (parameters.transcriptTurns) {
		json.transcript_turns = parseTranscript(transcriptOf(delivery, call), call?.start_time);
	}
	const binary = await recordingOf(this, delivery, parameters, json);
	const item = { json: withoutSecret(json, secret), ...(binary && { binary }) };
	return { ...NOTHING, workflowData: [[item]] };
}

/** Relatives of the API send the transcript of the whole call under this name (API: transcript event). */
const WHOLE_TRANSCRIPT = 'event_transcript_complete';

/** Fluents.ai may send more than was asked for. An event that is not known here is never one of those. */
function isUnselected({ event }: Delivery, { events }: DeliveryParameters): boolean {
	const kind = event === WHOLE_TRANSCRIPT ? 'event_transcript' : event;
	const isKnown = callEvents.some(({ value }) => value === kind);
	return isKnown && !events.includes(kind) && !events.includes(event);
}

/** Under which name an event carries the transcript is not known; the call has it for sure. */
function transcriptOf({ payload }: Delivery, call: IDataObject | undefined): unknown {
	if (call?.transcript) return call.transcript;
	return typeof payload === 'string' ? payload : (payload as IDataObject | null)?.transcript;
}

/** Downloads the recording; if that fails, `json` tells why. */
async function recordingOf(
	context: IWebhookFunctions,
	{ event, callId }: Delivery,
	{ recordingField }: DeliveryParameters,
	json: IDataObject,
): Promise<IBinaryKeyData | undefined> {
	if (recordingField === '' || event !== 'event_recording' || callId === null) return undefined;
	// The event may come before the file is there.
	const request = { callId, patience: RECORDING_DELAY };
	const download = async () => {
		const api = await connect(context);
		return await recordingSlots(api.credential)(
			async () => await downloadRecording(context, api, request),
		);
	};
	return await download().then(
		(file) => ({ [recordingField]: file }),
		({ message }: Error) => {
			json.recording_problem = message;
			return undefined;
		},
	);
}
