import type { IDataObject } from 'n8n-workflow';

import { canonical } from '../../shared/canonical';
import { actionAnswer, toActionAnswer } from '../../shared/liveAnswer';
import { Memory } from '../../shared/memory';
import { readEnvelope, readJsonBody } from '../../triggers/request';
import { answered, refused, type LiveRequest, type RequestKind } from '../requestKind';
import { readInput } from '../../shared/inputSchema';
import { checkSignature, formOf, type SignatureResult } from './signature';

/** During a call, the agent decides to ask the workflow. */
export const action: RequestKind = {
	read(live) {
		const { request, parameters } = live;
		// A signature covers the body alone, so nothing else of a request may count.
		if (request.method !== 'POST') return refused(405, 'An action is asked by POST');
		const signature = signatureOf(live);
		const { mode } = parameters.signature;
		if (signature === 'wrong' || (mode === 'required' && signature !== 'valid')) {
			return refused(401, 'The signature is missing or wrong');
		}
		const fields = readJsonBody(request);
		if (!fields) return refused(400, 'A request must be a JSON object');

		const { callId, given } = readQuestion(fields);
		const { input, problems } = readInput(given, parameters.inputSchema);
		if (problems.length > 0) {
			const message = `${problems.join(' ')} Ask the caller for it, then try again.`;
			return answered(200, actionAnswer({ accepted: false, message }, ''));
		}
		return {
			kind: 'question',
			asked: { call_id: callId, input },
			about: { is_signed: signature === 'valid' },
			...(callId !== null && { key: canonical([callId, input]) }),
		};
	},

	fallback({ fallbackAnswer }) {
		return actionAnswer({ answered: false }, fallbackAnswer);
	},

	answerAtOnce({ answerText }) {
		return actionAnswer({}, answerText);
	},

	toAnswer: toActionAnswer,
};

/** What an agent sends: `{ call_id, payload: { ...fields } }` in the ancestor (API: action body). */
function readQuestion(fields: IDataObject) {
	const { callId, inside, payload, rest } = readEnvelope(fields);
	return { callId, given: payload === undefined ? rest : inside };
}

function signatureOf({
	context,
	request: { headers, rawBody },
	parameters: { signature: check },
	signatureSecret,
}: LiveRequest): SignatureResult | null {
	if (check.mode === 'off') return null;
	const result = checkSignature(headers, rawBody, signatureSecret, check);
	if (result === 'valid') noteForm(context, check.header, String(headers[check.header]).trim());
	if (result === 'missing') {
		// Which header Fluents.ai signs with is not confirmed; their names help to find it.
		context.logger.info(
			`'${context.getNode().name}' got a request without the header '${check.header}'. It has: ${Object.keys(headers).join(', ')}`,
		);
	}
	return result;
}

/** What the log has told, for a day. */
const told = new Memory<true>(1000, 24 * 60 * 60_000);

/** Which header and form Fluents.ai signs with is not confirmed, so the log tells it, once for each trigger. */
function noteForm(context: LiveRequest['context'], header: string, signature: string): void {
	const form = formOf(signature);
	const { id, name } = context.getNode();
	const key = [context.getWorkflow().id, id, header, form].join(' ');
	if (told.get(key)) return;
	told.set(key, true);
	context.logger.info(`'${name}' got a valid signature in the header '${header}', as ${form}`);
}
