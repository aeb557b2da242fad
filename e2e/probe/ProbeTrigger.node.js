/**
 * A trigger that does nothing of its own: whatever n8n calls is reported to the recorder of a test,
 * and the recorder's answer says what to do. See recorder.ts.
 */

/** Reports a call and returns the recorder's instruction. It takes as long as the recorder does. */
async function report(context, method, details) {
	return await context.helpers.httpRequest({
		method: 'POST',
		url: context.getNodeParameter('recorder'),
		body: {
			method,
			workflow: context.getWorkflow(),
			label: context.getNodeParameter('label'),
			mode: context.getMode(),
			staticData: { ...context.getWorkflowStaticData('node') },
			// start, webhook or worker: the command of n8n that this process runs.
			process: process.argv[2],
			...details,
		},
		json: true,
	});
}

/** Static data is changed first, so that a call that fails has changed it too. */
function obey(context, { store, fail }) {
	if (store) {
		const staticData = context.getWorkflowStaticData('node');
		for (const key of Object.keys(staticData)) delete staticData[key];
		Object.assign(staticData, store);
	}
	if (fail) throw new Error(fail);
}

const hook = (method) =>
	async function () {
		const instruction = await report(this, method, {
			activation: this.getActivationMode(),
			url: this.getNodeWebhookUrl('default'),
		});
		obey(this, instruction);
		return instruction.result ?? true;
	};

class ProbeTrigger {
	description = {
		displayName: 'Probe Trigger',
		name: 'probeTrigger',
		group: ['trigger'],
		version: 1,
		description: 'Tells a test what n8n calls it with',
		defaults: { name: 'Probe Trigger' },
		inputs: [],
		outputs: ['main'],
		webhooks: [
			{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
			{ name: 'setup', httpMethod: 'GET', responseMode: 'onReceived', path: 'webhook' },
		],
		properties: [
			{ displayName: 'Recorder', name: 'recorder', type: 'string', default: '' },
			{ displayName: 'Label', name: 'label', type: 'string', default: '' },
		],
	};

	webhookMethods = {
		default: {
			checkExists: hook('checkExists'),
			create: hook('create'),
			delete: hook('delete'),
		},
	};

	async webhook() {
		const instruction = await report(this, 'webhook', {
			entry: this.getWebhookName(),
			url: this.getNodeWebhookUrl('default'),
			body: this.getBodyData(),
			query: this.getQueryData(),
		});
		obey(this, instruction);
		const { answer, then, result } = instruction;
		if (answer) this.getResponseObject().status(answer.status).send(answer.body);
		// Tells that it goes on, after the answer has been sent.
		if (then) obey(this, await report(this, then, {}));
		return result ?? { workflowData: [[{ json: { received: true } }]] };
	}
}

module.exports = { ProbeTrigger };
