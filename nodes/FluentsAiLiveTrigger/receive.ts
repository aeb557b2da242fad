import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { parsePhoneNumber } from '../shared/records/phoneNumber';
import { isSecret, readQuery } from '../triggers/address';
import { triggerData } from '../triggers/lifeCycle';
import { isObject } from '../shared/json';
import { readEnvelope, readFields, type Request } from '../triggers/request';
import { actionAnswer, toActionAnswer, toLookupAnswer } from '../shared/liveAnswer';
import { holdAnswer } from './heldAnswer';
import { problemsOf } from './inputSchema';
import {
	DEFAULT_DEADLINE,
	DEFAULT_FALLBACK,
	readLiveParameters,
	type LiveParameters,
} from './parameters';
import { checkSignature } from './signature';

const NOTHING: IWebhookResponseData = { noWebhookResponse: true };

/**
 * Takes one question of an agent: verifies it, starts the workflow, and sees to it that the agent gets an
 * answer in time, whatever becomes of the workflow.
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const receivedAt = Date.now();
	const request = this.getRequestObject() as Request &
		ReturnType<IWebhookFunctions['getRequestObject']>;
	const response = this.getResponseObject();
	const { secret: expected, environment = null, signatureSecret } = triggerData(this);
	const { secret, query } = readQuery(request.originalUrl);
	if (!isSecret(secret, expected)) {
		response.status(401).json({ message: 'This address needs its secret' });
		return NOTHING;
	}
	const parameters = readOrAnswer(this, request.method, response);
	const { requestType, answerUsing, deadline, fallbackAnswer } = parameters;
	const isAction = requestType === 'action';

	const { mode } = parameters.signature;
	const signature =
		isAction && mode !== 'off'
			? checkSignature(
					request.headers,
					request.rawBody,
					signatureSecret,
					parameters.signature,
				)
			: null;
	if (signature === 'missing') logHeaders(this, request.headers, parameters);
	if (signature === 'wrong' || (isAction && mode === 'required' && signature !== 'valid')) {
		response.status(401).json({ message: 'The signature is missing or wrong' });
		return NOTHING;
	}

	const fields = readFields(request, query);
	if (!fields) {
		response.status(400).json({ message: 'A request has to be a JSON object' });
		return NOTHING;
	}
	const asked: IDataObject = isAction ? readQuestion(fields) : readCaller(fields);
	const problems = isAction ? problemsOf(asked.input, parameters.inputSchema) : [];
	if (problems.length > 0) {
		const text = `${problems.join(' ')} Ask the caller for it, then try again.`;
		response.status(200).json(actionAnswer({ accepted: false, message: text }, ''));
		return NOTHING;
	}

	const answersAtOnce = answerUsing === 'immediately';
	const json: IDataObject = {
		request_type: requestType,
		...asked,
		environment,
		received_at: new Date(receivedAt).toISOString(),
		respond_by: answersAtOnce ? null : new Date(receivedAt + deadline).toISOString(),
		...(isAction && { is_signed: signature === 'valid' }),
	};
	const workflowData = [[{ json }]];
	if (answersAtOnce) {
		response.status(200).json(isAction ? actionAnswer({}, parameters.answerText) : {});
		return { ...NOTHING, workflowData };
	}
	const fallback = isAction ? actionAnswer({ answered: false }, fallbackAnswer) : {};
	const toAnswer = isAction ? toActionAnswer : toLookupAnswer;
	holdAnswer(response, deadline, fallback, (status, body) =>
		toAnswer(status, withoutOwn(body, json)),
	);
	return { workflowData };
}

/**
 * Reads the parameters. Where one of them fails, such as an expression, n8n lists a failed execution, and
 * the agent gets the usual fallback instead of n8n's own words.
 */
function readOrAnswer(
	context: IWebhookFunctions,
	method: string,
	response: Parameters<typeof holdAnswer>[0],
): LiveParameters {
	try {
		return readLiveParameters(context);
	} catch (error) {
		const isLookup = method === 'GET';
		const fallback = isLookup ? {} : actionAnswer({ answered: false }, DEFAULT_FALLBACK);
		holdAnswer(response, DEFAULT_DEADLINE * 1000, fallback, () => undefined);
		throw new NodeOperationError(context.getNode(), error as Error);
	}
}

/**
 * Leaves out what the trigger itself has given: the last node may pass it on, and a workflow that falls
 * asleep gives what came in last.
 */
function withoutOwn(body: unknown, own: IDataObject): unknown {
	if (!isObject(body) || body.respond_by !== own.respond_by) return body;
	const entries = Object.entries(body).filter(([name]) => !(name in own));
	return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** What an agent sends: `{ call_id, payload: { ...fields } }` in the ancestor (API: action body). */
function readQuestion(fields: IDataObject) {
	const { callId, inside, payload, rest } = readEnvelope(fields);
	return { call_id: callId, input: payload === undefined ? rest : inside };
}

/** On a keypad they spell anonymous, blocked, restricted, unknown and unavailable. */
const HIDDEN_NUMBERS = /^\+(266696687|2562533|7378742833|8656696|86282452253)$/;

/** The number of the caller: its digits in the ancestor (API: caller number), which may come without a plus sign. */
function readCaller(fields: IDataObject) {
	const { callId, inside } = readEnvelope(fields);
	const phoneNumber = String(fields.phone_number ?? inside.phone_number ?? '').trim();
	const parsed = parsePhoneNumber(phoneNumber.replace(/^(?=[1-9])/, '+'));
	const isKnown = 'number' in parsed && !HIDDEN_NUMBERS.test(parsed.number);
	return {
		call_id: callId,
		caller_number: isKnown ? parsed.number : null,
		phone_number: phoneNumber,
	};
}

/** Which header Fluents.ai signs with is not confirmed; their names help to find it. */
function logHeaders(
	context: IWebhookFunctions,
	headers: Record<string, unknown>,
	{ signature }: LiveParameters,
): void {
	context.logger.info(
		`'${context.getNode().name}' got a request without the header '${signature.header}'. It has: ${Object.keys(headers).join(', ')}`,
	);
}
