/**
 * A node that does what its plan says: it waits, fails, sends answers, and gives items. Without items in
 * the plan it tells what it knows of the request that has started the workflow.
 */

const { sleep } = require('n8n-workflow');

class ProbeAnswer {
	description = {
		displayName: 'Probe Answer',
		name: 'probeAnswer',
		group: ['transform'],
		version: 1,
		description: 'Does what its plan says',
		defaults: { name: 'Probe Answer' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [{ displayName: 'Plan', name: 'plan', type: 'json', default: '{}' }],
	};

	async execute() {
		const plan = this.getNodeParameter('plan', 0) ?? {};
		const { seconds = 0, fail, answers = [], items } = plan;
		await sleep(seconds * 1000);
		if (fail) throw new Error(fail);
		for (const { body, base64, statusCode = 200 } of answers) {
			const content = base64 === undefined ? body : Buffer.from(base64, 'base64');
			await this.sendResponse({ body: content, headers: {}, statusCode });
		}
		const [{ name }] = this.getParentNodes(this.getNode().name).filter(({ type }) =>
			type.endsWith('Trigger'),
		);
		const { $, $execution } = this.getWorkflowDataProxy(0);
		const { respondBy } = $(name).first().json;
		if (Date.now() > Date.parse(respondBy)) {
			this.addExecutionHints({ message: 'Too late', location: 'outputPane' });
		}
		const known = {
			respondBy,
			evaluated: this.evaluateExpression(
				`{{ $(${JSON.stringify(name)}).first().json.respondBy }}`,
				0,
			),
			resumeUrl: $execution.resumeUrl,
			// start, webhook or worker: the command of n8n that this process runs.
			process: process.argv[2],
		};
		const given = items ?? [known];
		return [given.map((json) => ({ json, pairedItem: { item: 0 } }))];
	}
}

module.exports = { ProbeAnswer };
