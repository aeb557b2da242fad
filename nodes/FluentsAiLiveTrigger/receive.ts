import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { exceptionError } from '../shared/api/errors';
import { isObject } from '../shared/json';
import { withoutSecret } from '../shared/masking';
import { readerOfTrigger } from '../shared/parameters/reader';
import { isSecret, readQuery } from '../triggers/address';
import { triggerData } from '../triggers/activation';
import { action } from './action/request';
import { callerLookup } from './callerLookup/request';
import { holdAnswer } from './heldAnswer';
import { deadlineOption, fallbackAnswerOption } from './fields';
import { readLiveParameters, type LiveParameters } from './parameters';
import { noteQuestion } from './repeats';
import type { RequestKind } from './requestKind';
import type { OutputFields } from '../shared/records/shape';

/** What the output of the trigger can hold: of an action, and of a caller lookup. */
export const requestFields: OutputFields = {
	request_type: 'string',
	call_id: 'string',
	input: 'object',
	caller_number: 'string',
	phone_number: 'string',
	environment: 'string',
	received_at: 'string',
	respond_by: 'string',
	is_signed: 'boolean',
};

const NOTHING: IWebhookResponseData = { noWebhookResponse: true };

const kinds: Record<LiveParameters['requestType'], RequestKind> = { action, callerLookup };

/**
 * Takes one question of an agent: verifies it, starts the workflow, and sees to it that the agent gets an
 * answer in time, whatever becomes of the workflow.
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const receivedAt = Date.now();
	const request = this.getRequestObject();
	const response = this.getResponseObject();
	const { secretHash, environment = null, signatureSecret } = triggerData(this);
	const { secret: ofQuery, query } = readQuery(request.originalUrl);
	const [ofPath] = Object.values(this.getParamsData());
	const secret = ofQuery ?? ofPath;
	if (!isSecret(secret, secretHash)) {
		response.status(401).json({ message: 'This address needs its secret' });
		return NOTHING;
	}
	const parameters = readOrAnswer(this, request.method, response);
	const kind = kinds[parameters.requestType];
	const reading = kind.read({ context: this, request, query, parameters, signatureSecret });
	if (reading.kind === 'answered') {
		response.status(reading.status).json(reading.answer);
		return NOTHING;
	}

	const { requestType, answerUsing, deadline, allowsRepeats } = parameters;
	const fallback = kind.fallback(parameters);
	const asked = noteQuestion(this, allowsRepeats ? undefined : reading.key);
	if (asked.earlier) {
		holdAnswer(response, deadline, fallback, (_, answer) => answer as IDataObject | undefined);
		void asked.earlier.then((answer) => response.json(answer));
		return NOTHING;
	}
	const answersAtOnce = answerUsing === 'immediately';
	const json = withoutSecret<IDataObject>(
		{
			request_type: requestType,
			...reading.asked,
			environment,
			received_at: new Date(receivedAt).toISOString(),
			respond_by: answersAtOnce ? null : new Date(receivedAt + deadline).toISOString(),
			...reading.about,
		},
		secret,
	);
	const workflowData = [[{ json }]];
	if (answersAtOnce) {
		const answer = kind.answerAtOnce(parameters);
		asked.settle(answer);
		response.status(200).json(answer);
		return { ...NOTHING, workflowData };
	}
	holdAnswer(response, deadline, fallback, (status, body) => {
		const answer = kind.toAnswer(status, withoutOwn(body, json));
		asked.settle(answer);
		return answer;
	});
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
		return readLiveParameters(readerOfTrigger(context));
	} catch (error) {
		const kind = method === 'GET' ? callerLookup : action;
		const fallback = kind.fallback({ fallbackAnswer: String(fallbackAnswerOption.default) });
		holdAnswer(response, Number(deadlineOption.default) * 1000, fallback, () => undefined);
		throw exceptionError(context.getNode(), error);
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
