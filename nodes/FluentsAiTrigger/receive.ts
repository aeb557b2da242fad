import { createHash } from 'crypto';
import type {
	IBinaryKeyData,
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { readOne } from '../shared/records/collection';
import { calls } from '../shared/records/call';
import { downloadRecording, recordingName } from '../shared/records/recording';
import { callEvents } from '../shared/parameters/callEvents';
import { canonical } from '../shared/canonical';
import { connect } from '../shared/api/connect';
import { createLimiter } from '../shared/api/limiter';
import { maskSecrets } from '../shared/masking';
import { Memory } from '../shared/memory';
import { idOf, shapeRecord } from '../shared/records/shape';
import { parseTranscript } from '../shared/records/transcript';
import { isSecret, readQuery } from '../triggers/address';
import { triggerData } from '../triggers/lifeCycle';
import { readFields } from '../triggers/request';
import { readDelivery, type Delivery } from './delivery';
import { registeredData } from './registration';
import { readDeliveryParameters, type CallFilter, type DeliveryParameters } from './parameters';

const DAY = 24 * 60 * 60_000;

/** Deliveries that this process has seen, of all triggers. One takes some 200 bytes. */
const seen = new Memory<true>(50_000, DAY);

/** The agents of calls, for events that do not tell them. */
const agentsOfCalls = new Memory<string>(10_000, DAY);

interface VerifiedDelivery extends Delivery {
	/** The one that it came with, which is another one each time the trigger is registered. */
	secret: string;
}

/** Many events may come at once; only so many calls are read at the same time. */
const readSlots = createLimiter(20);

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
	const known =
		stored.secret || !secret ? stored : await readSlots(async () => await registeredData(this));
	if (!isSecret(secret, known.secret)) {
		response.status(401).json({ message: 'This address needs its secret' });
		return NOTHING;
	}
	const fields = readFields(request, query);
	if (!fields) {
		response.status(400).json({ message: 'An event has to be a JSON object' });
		return NOTHING;
	}
	const parameters = readDeliveryParameters(this);
	const delivery = { ...readDelivery(fields), secret };
	response.status(200).json({ message: 'Received' });

	if (isUnselected(delivery, parameters) || isRepeat(this, delivery, parameters)) return NOTHING;

	const { isUnwanted, call, unconfirmedReason } = await lookUp(this, delivery, parameters);
	if (isUnwanted) return NOTHING;

	const { event, callId, payload } = delivery;
	const json: IDataObject = {
		event,
		call_id: callId,
		environment: known.environment ?? null,
		received_at: receivedAt,
		confirmed: call !== undefined,
		unconfirmed_reason: unconfirmedReason,
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
	return { ...NOTHING, workflowData: [[{ json, ...(binary && { binary }) }]] };
}

/** Fluents.ai may send more than was asked for. An event that is not known here is never one of those. */
function isUnselected({ event }: Delivery, { events }: DeliveryParameters): boolean {
	return callEvents.some(({ value }) => value === event) && !events.includes(event);
}

/** Looks and remembers in one step, so that of two deliveries at the same time one is the repeat. */
function isRepeat(
	context: IWebhookFunctions,
	delivery: VerifiedDelivery,
	{ allowsRepeats }: DeliveryParameters,
): boolean {
	// In the editor, the same event may be sent again and again to try the workflow.
	if (allowsRepeats || context.getMode() === 'manual') return false;
	const key = keyOf(delivery);
	if (seen.get(key)) return true;
	seen.set(key, true);
	return false;
}

function keyOf({ secret, event, callId, payload }: VerifiedDelivery): string {
	const text = canonical([secret, event, callId, payload]);
	return createHash('sha256').update(text).digest('base64');
}

interface LookUp {
	/** Whether it is not to start the workflow. */
	isUnwanted: boolean;
	/** The call, if it was read. */
	call?: IDataObject;
	/** Why not, as far as it matters. */
	unconfirmedReason: string | null;
}

/** Reads the call where something depends on it, and applies the filters. */
async function lookUp(
	context: IWebhookFunctions,
	delivery: VerifiedDelivery,
	parameters: DeliveryParameters,
): Promise<LookUp> {
	const { filter, confirm, transcriptTurns, dropsUnconfirmed } = parameters;
	const callKey = `${delivery.secret} ${delivery.callId}`;
	const agentId = delivery.agentId ?? agentsOfCalls.get(callKey);
	if (agentId && filter.agents && !filter.agents.includes(agentId)) {
		return { isUnwanted: true, unconfirmedReason: null };
	}
	const filtersCalls = filter.direction || filter.outcomes.length > 0 || filter.contextName;
	const needsAgent = filter.agents !== undefined && agentId === undefined;
	if (!confirm && !transcriptTurns && !filtersCalls && !needsAgent) {
		const unconfirmedReason = "The option 'Confirm With API' is off";
		return { isUnwanted: false, unconfirmedReason };
	}

	const { call, reason } = await readCall(context, delivery);
	if (call) {
		const agent = idOf(call.agent);
		if (agent) agentsOfCalls.set(callKey, agent);
		return { isUnwanted: !passes(call, filter), call, unconfirmedReason: null };
	}
	if (dropsUnconfirmed) {
		// If it is delivered again, the call may be readable.
		seen.delete(keyOf(delivery));
		const { name } = context.getNode();
		context.logger.warn(`'${name}' ignored ${delivery.event}: ${reason}`);
	}
	return { isUnwanted: dropsUnconfirmed, unconfirmedReason: reason };
}

type ReadCall = { call: IDataObject; reason?: undefined } | { call?: undefined; reason: string };

async function readCall(context: IWebhookFunctions, { callId }: Delivery): Promise<ReadCall> {
	if (callId === null) return { reason: 'The event does not name its call' };
	return await readSlots(async () => await readOne(await connect(context), calls, callId)).then(
		(call) => ({ call }),
		({ message }: Error) => ({ reason: message }),
	);
}

function passes(call: IDataObject, filter: CallFilter): boolean {
	const { agents, direction, outcomes, contextName, contextValue } = filter;
	const variable = (call.context as IDataObject | null | undefined)?.[contextName];
	return (
		(agents?.includes(String(idOf(call.agent))) ?? true) &&
		(direction === '' || Boolean(call.is_outgoing) === (direction === 'outbound')) &&
		(outcomes.length === 0 || outcomes.includes(String(call.stage_outcome))) &&
		(contextName === '' || (variable ?? null) !== null) &&
		(contextName === '' || contextValue === '' || String(variable) === contextValue)
	);
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
	const download = readSlots(
		async () =>
			await downloadRecording(context, await connect(context), callId, recordingName(callId)),
	);
	return await download.then(
		(file) => ({ [recordingField]: file }),
		({ message }: Error) => {
			json.recording_problem = message;
			return undefined;
		},
	);
}
