/**
 * A trigger that holds the answer to a request, as a live trigger has to: the first answer of the
 * workflow goes out, and a fallback when there is none in time. The request's body tells what to do;
 * the answer tells what n8n wanted to say.
 */

const { sleep } = require('n8n-workflow');

/** What n8n uses of a response, by version and kind of answer. */
const METHODS = [
	'status',
	'header',
	'set',
	'setHeader',
	'setHeaders',
	'json',
	'send',
	'write',
	'end',
];

/**
 * @param isAnswer tells an answer of the workflow from what n8n sends because it has to end the request.
 * @returns sends the fallback, unless the request has been answered.
 */
function hold(response, isAnswer) {
	// Not all are the prototype's: middleware has put some of its own there.
	const own = Object.fromEntries(METHODS.map((method) => [method, response[method]]));
	const chunks = [];
	let status = 200;
	let isOpen = true;

	const finish = (content) => {
		if (!isOpen) return;
		isOpen = false;
		Object.assign(response, own);
		response.status(200).json(content);
		// What comes now is too late, and must not throw either.
		Object.assign(response, held);
	};
	const take = (body) => {
		const isText = typeof body === 'string' || Buffer.isBuffer(body);
		const content = isText ? String(body) : body;
		const passes = content !== undefined && status < 400 && isAnswer(content);
		finish(passes ? { answer: content } : { fallback: 'n8n', instead: { status, content } });
		return response;
	};
	const ignore = () => response;
	const held = {
		status(code) {
			status = code;
			return response;
		},
		header: ignore,
		set: ignore,
		setHeader: ignore,
		setHeaders: ignore,
		json: take,
		send: take,
		write: (chunk) => chunks.push(chunk) > 0,
		end(chunk) {
			if (chunk !== undefined) return take(chunk);
			// n8n ends every response in addition, in some cases before it has sent the answer.
			return chunks.length > 0 ? take(Buffer.concat(chunks)) : response;
		},
	};
	Object.assign(response, held);
	return () => finish({ fallback: 'deadline' });
}

class HeldAnswerTrigger {
	description = {
		displayName: 'Held Answer Trigger',
		name: 'heldAnswerTrigger',
		group: ['trigger'],
		version: 1,
		description: 'Answers a request with what the workflow gives, or with a fallback',
		defaults: { name: 'Held Answer Trigger' },
		inputs: [],
		outputs: ['main'],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: '={{ $parameter["answerBy"] }}',
				path: 'webhook',
			},
		],
		properties: [
			{
				displayName: 'Answer By',
				name: 'answerBy',
				type: 'options',
				options: ['responseNode', 'lastNode', 'onReceived'].map((value) => ({
					name: value,
					value,
				})),
				default: 'responseNode',
			},
		],
	};

	webhookMethods = {
		default: {
			checkExists: async () => true,
			create: async () => true,
			delete: async () => true,
		},
	};

	async webhook() {
		const plan = this.getBodyData();
		const { deadline = 60, store, fail } = plan;
		const respondBy = new Date(Date.now() + deadline * 1000).toISOString();
		const workflowData = [[{ json: { plan, respondBy, mode: this.getMode() } }]];
		const response = this.getResponseObject();
		if (store) this.getWorkflowStaticData('node').stored = store;
		if (this.getNodeParameter('answerBy') === 'onReceived') {
			response.status(200).json({ answer: 'at once' });
			return { noWebhookResponse: true, workflowData };
		}
		const giveUp = hold(response, (content) => content?.respondBy !== respondBy);
		void sleep(deadline * 1000).then(giveUp);
		if (fail) throw new Error(fail);
		return { workflowData };
	}
}

module.exports = { HeldAnswerTrigger };
